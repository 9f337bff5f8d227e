"""A receipt says what became of an event that waited: of a step, of a correction, of the future."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from services.adapters.timescale import connect
from services.aggregator.count.receipts import STATES
from services.domain.instants import MINUTE
from tests.integration.counted_documents import AT, Counting, dossier
from tests.unit.reference_log import at

pytestmark = pytest.mark.servers

NOW = at("2025-10-20T09:00")
LATER = "2025-10-08T09:15:00+07:00"
Document = dict[str, Any]


class Told:
    """Requests that are counted one by one, and what their receipts then say."""

    def __init__(self, counting: Counting, connection: psycopg.Connection) -> None:
        self._counting = counting
        self._connection = connection

    def count(self, *documents: Document, now: int = NOW) -> UUID:
        receipt = uuid4()
        self._counting.count(*documents, now=now, receipt=receipt)
        return receipt

    def tick(self, now: int) -> None:
        self._counting.tick(now)

    def sums(self, receipt: UUID) -> dict[str, int]:
        row = self._connection.execute(
            "select counted, duplicate, waiting, superseded, late, quarantined from receipt"
            " where id = %s",
            [receipt],
        ).fetchone()
        assert row is not None
        return {state: count for state, count in zip(STATES, row, strict=True) if count}

    def notes(self, receipt: UUID) -> list[tuple[int, str, str | None]]:
        """The notes of a receipt, each with how many records its batch had before it."""
        return self._connection.execute(
            "select rank() over (order by line) - 1, state, code from receipt_note"
            " where receipt = %s order by line",
            [receipt],
        ).fetchall()


@pytest.fixture(name="told")
def _told(database: str) -> Iterator[Told]:
    with connect(database, "test") as connection:
        yield Told(Counting(database, connection), connection)


def finished(number: int, **more: Any) -> Document:
    done = dossier(number, time=LATER, id=f"done-{number}", data={})
    return done | {"type": "vn.ioc.dossier.finished.v1"} | more


def corrected(number: int, name: str, recorded: str) -> Document:
    envelope = {"op": "correct", "supersedes": f"e-{number}", "recordedtime": recorded}
    return dossier(number, id=name, **envelope)


def test_a_step_that_came_before_its_dossier_is_counted_in_its_receipt(told: Told) -> None:
    step = told.count(finished(1), finished(2))
    assert told.sums(step) == {"waiting": 2}
    opening = told.count(dossier(1))
    assert told.sums(opening) == {"counted": 1}
    assert told.sums(step) == {"counted": 1, "waiting": 1}
    assert told.notes(step) == [(0, "waiting", None)]
    told.count(dossier(2), dossier(3))
    assert told.sums(step) == {"counted": 2}
    assert told.notes(step) == []


def test_corrections_that_came_before_the_first_event_of_their_fact(told: Told) -> None:
    newest = told.count(corrected(1, "b", "2025-10-07T12:00:00+07:00"))
    older = told.count(corrected(1, "a", "2025-10-07T11:00:00+07:00"))
    assert told.sums(newest) == told.sums(older) == {"waiting": 1}
    first = told.count(dossier(1))
    assert told.sums(first) == {"superseded": 1}
    assert told.sums(newest) == {"counted": 1}
    assert told.sums(older) == {"superseded": 1}
    assert told.notes(older) == [(0, "superseded", None)]


def test_a_reading_that_was_corrected_to_another_time_first(told: Told) -> None:
    reading = dossier(1) | {
        "type": "vn.ioc.health.bed.v1",
        "subject": "BV-1/general",
        "data": {"facility_id": "BV-1", "ward": "general"}
        | {"beds_available": 50, "beds_occupied": 10},
    }
    moved = {"op": "correct", "supersedes": "e-1", "id": "b", "time": LATER}
    moved |= {"recordedtime": LATER}
    waiting = told.count(reading | moved)
    assert told.sums(waiting) == {"waiting": 1}
    assert told.sums(told.count(reading)) == {"superseded": 1}
    assert told.sums(waiting) == {"counted": 1}


def test_an_event_of_the_next_minute_is_counted_when_it_has_come(told: Told) -> None:
    ahead = at("2025-10-06T09:15") - MINUTE
    by_the_clock = told.count(dossier(1), now=ahead)
    with_others = told.count(dossier(2), now=ahead)
    assert told.sums(by_the_clock) == told.sums(with_others) == {"waiting": 1}
    told.count(finished(2))
    assert told.sums(with_others) == {"counted": 1}
    told.tick(NOW)
    assert told.sums(by_the_clock) == {"counted": 1}


def test_what_waited_keeps_its_warning_and_says_late(told: Told) -> None:
    other = told.count(dossier(1))
    step = told.count(finished(7, time=AT), now=NOW)
    twice = told.count(dossier(1, "C:11977", id="twice"), now=at("2025-10-06T09:14"))
    assert told.notes(twice) == [(0, "waiting", "subject_in_two_units")]
    told.count(dossier(9, time="2026-02-10T09:00:00+07:00"), now=at("2026-02-10T10:00"))
    told.tick(at("2026-02-10T10:00"))
    assert told.sums(twice) in ({"counted": 1}, {"late": 1})
    assert [code for *_, code in told.notes(twice)] == ["subject_in_two_units"]
    told.count(dossier(7), now=at("2026-02-11T10:00"))
    assert told.sums(step) == {"late": 1}
    assert told.sums(other) == {"counted": 1}


def test_events_that_wait_on_are_left_as_they_are(told: Told) -> None:
    first = told.count(finished(1))
    second = told.count(finished(1, id="again", time="2025-10-09T09:15:00+07:00"))
    assert told.sums(first) == told.sums(second) == {"waiting": 1}
    told.count(dossier(1))
    assert set(told.sums(first)) | set(told.sums(second)) <= {"counted", "superseded"}
