"""The delay from an event to the intake is counted once, whatever becomes of the event."""

from typing import Any

import msgspec
import pytest

from services.aggregator.count.batch import Record, decode_batch
from services.domain.cases.book import Book
from services.domain.engine.compiled import Point
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import Counting, catalogue, units
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

TIME = "2025-10-06T09:00"


def admitted(**said: Any) -> tuple[Point, ...]:
    sent = document("dossier.received", TIME, "H-1", RECEIPT, **said)
    raw = msgspec.json.encode(sent)
    book = Book(catalogue(), units(), lambda _unit: WorkingCalendar())
    batch = decode_batch([Record("t", 0, 0, raw, {})], "receipts", "dead")
    (received,) = batch.events
    return tuple(book.admitted(received.event, received.ingested_at)[1])


@pytest.mark.parametrize(
    ("ingested", "bucket"),
    [("2025-10-06T09:00:10+07:00", 58), ("2025-10-06T08:59:00+07:00", -1000)],
)
def test_the_delay_counts_at_the_hour_of_the_intake(ingested: str, bucket: int) -> None:
    second = at(ingested[:19]) // 1_000_000
    assert admitted(ingestedtime=ingested) == ((f"ingest_delay_sketch~{bucket}", second, 1),)


def test_what_has_no_hour_or_is_no_first_event_counts_nothing() -> None:
    assert admitted() == ()
    correction = {"op": "correct", "supersedes": "d-0", "ingestedtime": "2025-10-06T09:00:10+07:00"}
    assert admitted(**correction) == ()
    assert admitted(ingestedtime="2025-10-06T09:00:10+07:00", unit="C:99999") == ()


def test_a_correction_does_not_take_the_delay_back() -> None:
    sent = document(
        "dossier.received", TIME, "H-1", RECEIPT, ingestedtime="2025-10-06T09:00:10+07:00"
    )
    later = sent | {"id": "r-1", "op": "retract", "supersedes": sent["id"]}
    counting = Counting()
    for part, each in enumerate((later, sent)):
        counting.count([each], part, at("2025-10-07T00:00"))
    sums: dict[str, int] = {}
    names = {number: name for name, number in counting.keys.items()}
    for delta in counting.decoded():
        for key, _, value in zip(*delta.points(), strict=True):
            sums[names[int(key)].measure] = sums.get(names[int(key)].measure, 0) + int(value)
    assert {name: value for name, value in sums.items() if value} == {"ingest_delay_sketch~58": 1}
