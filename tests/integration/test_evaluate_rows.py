"""Observations at rest, as the panels of Grafana read them."""

import psycopg
import pytest

from services.adapters.timescale import connect
from services.aggregator.evaluate.rows import write_rows_in
from services.domain.engine.observation import Observation
from services.domain.engine.revisions import Revision, Said, observed
from tests.unit.reference_log import at

pytestmark = pytest.mark.servers

EPOCH = 1
NOW = at("2025-11-01T00:10")
SAID = {
    "PS-01|P:33@2025-07-01||month:2025-10": Said(0.5, 1, 2),
    "PS-01|P:31@2025-07-01||month:2025-10": Said(1, 3, 3),
    "PS-01|P:01@2025-07-01||month:2025-10": Said(None, 0, 0, "zero_denominator"),
    "EC-01|P:33@2025-07-01||month:2025-10": Said(1_250.75, 2_500.5),
}


def made() -> list[Observation]:
    return [observed(Revision(name, 1, NOW, said, 1)) for name, said in SAID.items()]


def test_whole_and_broken_numbers_are_written_together(database: str) -> None:
    with connect(database, "test") as connection, connection.cursor() as cursor:
        write_rows_in(cursor, EPOCH, made(), NOW)
        found = cursor.execute("select id, value, numerator, denominator from observation")
        assert {row[0]: Said(*row[1:]) for row in found} == {
            name: Said(said.value, said.numerator, said.denominator) for name, said in SAID.items()
        }


def test_a_row_that_is_written_again_is_one_row(database: str) -> None:
    with connect(database, "test") as connection, connection.cursor() as cursor:
        write_rows_in(cursor, EPOCH, made(), NOW)
        write_rows_in(cursor, EPOCH, made(), NOW)
        cursor.execute("select count(*) from observation")
        assert cursor.fetchone() == (len(SAID),)


def test_nothing_to_write_is_no_statement(database: str) -> None:
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        write_rows_in(cursor, EPOCH, [], NOW)
        assert cursor.statusmessage is None
