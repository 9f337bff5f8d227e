"""Order, repetition and splitting of events change nothing in what a case means."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.cases.book import Book, case_of
from services.domain.cases.outcome import Outcome
from services.domain.events import Event, decode
from services.domain.instants import DAY
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import Counting, Reading, catalogue, units
from tests.unit.engine_documents import NOWS, RECEIPT, Document, document
from tests.unit.engine_lives import facts, feedback, other_logs, tasks
from tests.unit.engine_logs import dossiers, logs
from tests.unit.engine_reports import reports

STEADY = settings(deadline=None, max_examples=60, derandomize=True, database=None)
NOW = NOWS[3]

one_dossier = dossiers(NOW, 1).filter(bool)
cases = st.one_of(
    one_dossier,
    reports(NOW, 1).filter(bool),
    feedback(NOW, 1).filter(bool),
    tasks(NOW, 1).filter(bool),
    facts(NOW, 1).filter(bool),
)
shufflers = st.randoms(use_true_random=False)


def book() -> Book:
    return Book(catalogue(), units(), lambda _unit: WorkingCalendar())


def read(documents: list[Document]) -> list[Event]:
    return [decode(msgspec.json.encode(document)) for document in documents]


def outcome(events: list[Event], now: int) -> Outcome:
    return book().outcome(case_of(events[0]), events, now)


@STEADY
@given(cases, shufflers)
@pytest.mark.clause("8.4.1")
def test_any_order_with_repetitions_means_the_same(
    documents: list[Document], shuffler: random.Random
) -> None:
    events = read(documents)
    events = [event for event in events if case_of(event) == case_of(events[0])]
    again = [*events, *shuffler.sample(events, len(events) // 2)]
    shuffler.shuffle(again)
    assert outcome(again, NOW) == outcome(events, NOW)


@STEADY
@given(st.one_of(logs(NOW, 2), other_logs(NOW)), shufflers)
@pytest.mark.clause("8.4.2")
def test_what_is_added_and_taken_back_sums_up_to_what_counts_in_the_end(
    documents: list[Document], shuffler: random.Random
) -> None:
    """Counting one by one, in any order, leaves what counting everything at once leaves."""
    at_once, one_by_one = Counting(), Counting()
    at_once.count(documents, 0, NOW)
    at_once.tick(NOW)
    shuffled = shuffler.sample(documents, len(documents))
    for number, one in enumerate(shuffled):
        one_by_one.count([one], number % 2, NOW - shuffler.choice([0, 9]) * DAY)
    one_by_one.tick(NOW)
    assert held(one_by_one) == held(at_once)


def held(centre: Counting) -> tuple[dict[object, int], dict[object, object]]:
    """The sum of all deltas: points and extents by name, and figures as they stand."""
    reading = Reading()
    reading.read(centre)
    sums: dict[object, int] = {}
    names = {number: name for name, number in centre.keys.items()}
    for delta in centre.decoded():
        for key, second, value in zip(*delta.points(), strict=True):
            point = (names[int(key)], int(second))
            sums[point] = sums.get(point, 0) + int(value)
        for change in delta.extents:
            extent = (names[change.key], change.begin, change.end, change.value)
            sums[extent] = sums.get(extent, 0) + change.count
    figures: dict[object, object] = {}
    for name, store in reading.state.figures.items():
        for place, rows in store._rows.items():
            for member, periods in rows.items():
                figures |= {(name, place, member, period): f for period, f in periods.items()}
    for where, series in reading.state.readings._values.items():
        for named, hours in series.items():
            figures |= {(where, named, hour): value for hour, value in hours.items()}
    tasks_kept = reading.state.linked_tasks._tasks.items()
    figures |= {name: task for name, (_, task) in tasks_kept if task is not None}
    return {name: count for name, count in sums.items() if count}, figures


@STEADY
@given(st.one_of(one_dossier, feedback(NOW, 1).filter(bool), tasks(NOW, 1).filter(bool)))
def test_a_case_is_asked_again_when_its_next_fact_begins_to_count(
    documents: list[Document],
) -> None:
    events = read(documents)
    found = outcome(events, NOW)
    later = [event.at for event in events if event.at >= NOW]
    assert not later or (found.ripe_at is not None and found.ripe_at <= min(later) + 1)
    if found.ripe_at is not None:
        before = outcome(events, found.ripe_at - 1)
        assert before.contribution == found.contribution
        assert outcome(events, found.ripe_at) != before or later


def test_what_names_no_unit_of_its_day_is_set_aside() -> None:
    said = {"series_id": "population", "ref_date": "2026-01-01", "value": 5}
    day = {"date": "2026-01-01", "working": False}
    for kind, subject, given_data in (
        ("reference.value", "population/2026-01-01", said),
        ("reference.calendar_day", "2026-01-01", day),
        ("dossier.received", "A-1", RECEIPT),
    ):
        sent = document(kind, "2026-01-01T00:00", subject, given_data, unit="C:99999")
        found = outcome(read([sent]), NOW)
        assert set(found.states.values()) == {"quarantined"}
        assert (found.figures, found.working_day, found.contribution.points) == ((), None, ())


@STEADY
@given(cases)
def test_every_event_has_a_state(documents: list[Document]) -> None:
    events = read(documents)
    events = [event for event in events if case_of(event) == case_of(events[0])]
    states = outcome(events, NOW).states
    assert set(states) == {(event.source, event.id) for event in events}
    assert set(states.values()) <= {"counted", "waiting", "superseded", "quarantined"}
