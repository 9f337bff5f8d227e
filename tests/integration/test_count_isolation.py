"""A record that the database refuses becomes a dead letter; the others of its batch count."""

import json
from uuid import uuid4

import psycopg
import pytest

from services.adapters.provision import fill_progress
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.aggregator.count.batch import Partition, Record, decode_batch
from services.aggregator.count.isolation import write_isolating
from services.aggregator.count.positions import Position, take_over
from services.aggregator.count.writer import Writer
from services.domain.errors import Fenced

TOPIC = "ioc.events.public-service.v1"
PARTITION: Partition = (TOPIC, 0)
NOW = 1_790_000_000_000_000

pytestmark = pytest.mark.servers


def record(offset: int, subject: str) -> Record:
    document = {
        "specversion": "1.0",
        "id": f"e-{offset}",
        "source": "/agency/H33.15/mot-cua",
        "type": "vn.ioc.dossier.received.v1",
        "time": "2025-10-06T09:15:00+07:00",
        "subject": subject,
        "recordedtime": "2025-10-06T09:15:30+07:00",
        "unit": "C:11953",
        "data": {
            "procedure_code": "1.001193",
            "svc_level": "full",
            "submitted_at": "2025-10-06T08:50:00+07:00",
            "requires_paper_result": False,
            "agency_id": "H33.15",
        },
    }
    return Record(TOPIC, 0, offset, json.dumps(document).encode(), {})


def new_writer(connection: psycopg.Connection) -> tuple[Writer, dict[Partition, Position]]:
    owner = uuid4()
    held = take_over(connection, owner, [PARTITION])
    return Writer(connection, owner, load_catalogue(), load_units()), held


def one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_the_others_of_a_batch_count(database: str) -> None:
    fill_progress(database, {TOPIC: 1, INDICATORS: 1}, [TOPIC])
    with connect(database, "test") as connection:
        writer, held = new_writer(connection)
        records = [record(n, "bad\x00subject" if n == 3 else f"case-{n}") for n in range(7)]
        written = write_isolating(
            writer, decode_batch(records, "r", "d"), held, {PARTITION: 7}, NOW
        )
        assert written.states["counted"] == 6
        assert written.dead == 1
        assert written.positions[PARTITION].offset == 7
        assert one(connection, "select count(*) from case_state") == 6
        assert one(connection, "select record_offset from dead_letter") == 3
        assert one(connection, "select position from progress") == 7


@pytest.mark.clause("4.2.3", "8.4.4")
def test_a_batch_that_is_read_again_counts_once(database: str) -> None:
    fill_progress(database, {TOPIC: 1, INDICATORS: 1}, [TOPIC])
    with connect(database, "test") as connection:
        records = [record(n, f"case-{n}") for n in range(5)]
        for _ in range(2):
            writer, held = new_writer(connection)
            write_isolating(writer, decode_batch(records, "r", "d"), held, {PARTITION: 5}, NOW)
        assert one(connection, "select count(*) from event") == 5
        assert one(connection, "select commits from progress") == 1


def test_a_second_owner_fences_the_first(database: str) -> None:
    fill_progress(database, {TOPIC: 1, INDICATORS: 1}, [TOPIC])
    with connect(database, "one") as first, connect(database, "two") as second:
        sleeper, held = new_writer(first)
        new_writer(second)
        batch = decode_batch([record(0, "case-0")], "r", "d")
        with pytest.raises(Fenced):
            sleeper.write(batch, held, {PARTITION: 1}, NOW)
        assert one(second, "select count(*) from event") == 0
