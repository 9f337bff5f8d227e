"""A replica keeps up with what is counted, so that a question after a quiet hour is quick."""

import pytest

from services.adapters import clock
from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.units import load_units
from services.aggregator.count.compact import compact
from services.domain.query import ObservationQuery
from tests.integration.counted_documents import TOPIC, Counting, dossier

pytestmark = pytest.mark.servers

ASKED = ObservationQuery(indicators=("PS-05.open",), units=("P:33",), windows=("instant",))
COUNT = 300
"""Keys of more than one group of rows that the server puts together."""


def value(source: DatabaseObservations) -> object:
    (found,) = source.find(ASKED).items
    return getattr(found, "value", None)


def test_what_was_read_beforehand_is_not_read_again(database: str) -> None:
    now = clock.now()
    catalogue, units = load_catalogue(), load_units()
    kept, late = (DatabaseObservations(database, catalogue, units, clock.now) for _ in range(2))
    with connect(database, "test") as connection:
        documents = [dossier(number) for number in range(COUNT)]
        for number, document in enumerate(documents):
            document["data"]["procedure_code"] = f"1.{number:06d}"
        Counting(database, connection).count(*documents, now=now)
        compact(connection, (TOPIC, 0))
        kept.freshen()
        connection.execute("truncate pane_row")
    assert (value(kept), value(late)) == (COUNT, 0)
    kept.close()
    late.close()


def test_without_a_database_nothing_is_read(database: str) -> None:
    nowhere = database.rpartition("/")[0] + "/nowhere"
    DatabaseObservations(nowhere, load_catalogue(), load_units(), clock.now).freshen()
