"""The life of a feedback item: the legal time, pauses, transfers, episodes, the local due date.

6 October 2025 was a Monday. Of an item of that day the 2nd working day after is Wednesday 8, the
5th is Monday 13, the 15th is Monday 27 October; working hours end at 17:30.
"""

from typing import Any

import pytest

from services.domain.events import Event
from tests.unit.reference_documents import FEEDBACK, indicator, measure, opinion
from tests.unit.reference_log import COMMUNE, at, event, stamp

LATER = at("2026-06-01T00:00")
CLOSED = {"field": "closed_at", "op": "present"}
MEASURES = [
    measure("received", FEEDBACK, at="submitted_at"),
    measure(
        "bad",
        FEEDBACK,
        at="submitted_at",
        filter=[{"field": "bad_now", "op": "=", "value": True}],
    ),
    measure(
        "on_time",
        FEEDBACK,
        at="closed_at",
        filter=[CLOSED, {"field": "closed_late", "op": "=", "value": False}],
    ),
    measure(
        "late",
        FEEDBACK,
        at="closed_at",
        filter=[CLOSED, {"field": "closed_late", "op": "=", "value": True}],
    ),
    measure("open_in_time", FEEDBACK, begin="episode_start", end="min(late_from, closed_at)"),
    measure("open_late", FEEDBACK, begin="late_from", end="closed_at"),
    measure("overdue", FEEDBACK, begin="local_due", end="closed_at"),
    measure(
        "share",
        FEEDBACK,
        at="closed_at",
        value="resolve_share",
        agg="sketch",
        quantum=None,
        filter=[{"field": "resolve_share", "op": "present"}],
    ),
]
SHARE = indicator("FB-04", "quantile", inputs=["share"], q=0.5)


def submitted(time: str = "2025-10-06T09:00", due: str | None = None) -> Event:
    data = {"channel": "app", "category": "transport"}
    return event("feedback.submitted", time, "F-1", data | _due(due))


def then(name: str, time: str, due: str | None = None, **data: Any) -> Event:
    usual = {
        "transferred": {"agency_id": "H33.2"},
        "assigned": {"agency_id": "H33.1"},
        "refused": {"reason": "not ours"},
    }
    return event(f"feedback.{name}", time, "F-1", usual.get(name, {}) | data | _due(due))


def _due(due: str | None) -> dict[str, str]:
    return {} if due is None else {"due_at": stamp(due)}


def holds(name: str, moments: list[str], *events: Event) -> list[float | None]:
    """Return a stock at times of October 2025, seen from long after."""
    seen = opinion(list(events), MEASURES)
    return [seen.measure(name, COMMUNE, None, None, at(f"2025-10-{t}"), LATER) for t in moments]


def counts(*events: Event, now: int = LATER) -> tuple[float | None, ...]:
    """Return how many were received, are bad, closed on time and closed late."""
    seen = opinion(list(events), MEASURES)
    names = ("received", "bad", "on_time", "late")
    return tuple(seen.measure(name, COMMUNE, None, None, now, now) for name in names)


def test_the_law_gives_fifteen_working_days() -> None:
    moments = ["06T09:00", "06T09:01", "27T17:30", "27T17:31"]
    assert holds("open_in_time", moments, submitted()) == [0, 1, 1, 0]
    assert holds("open_late", moments, submitted()) == [0, 0, 0, 1]


def test_it_was_late_until_its_transfer_and_is_in_time_after_it() -> None:
    events = (submitted(), then("transferred", "2025-10-28T09:00"))
    moments = ["27T17:30", "28T09:00", "28T09:01"]
    assert holds("open_late", moments, *events) == [0, 1, 0]
    assert holds("open_in_time", moments, *events) == [1, 0, 1]


def test_a_pause_moves_the_legal_time_by_its_working_time() -> None:
    """Friday 8:30 to Monday 9:00 is 7 + 1.5 hours: 8 on Tuesday 28, half an hour on the 29th."""
    events = (
        submitted(),
        then("supplement_requested", "2025-10-10T08:30"),
        then("in_progress", "2025-10-13T09:00"),
    )
    assert holds("open_late", ["29T08:00", "29T08:01"], *events) == [0, 1]


def test_a_request_later_than_the_fifth_day_is_late() -> None:
    events = (submitted(), then("supplement_requested", "2025-10-14T09:00"))
    assert holds("open_late", ["14T09:00", "14T09:01"], *events) == [0, 1]
    in_time = (submitted(), then("supplement_requested", "2025-10-13T17:30"))
    assert holds("open_late", ["14T09:01", "30T09:00"], *in_time) == [0, 0]


@pytest.mark.parametrize(
    ("refused_at", "on_time"), [("2025-10-08T17:30", 1), ("2025-10-09T08:00", 0)]
)
def test_a_refusal_is_in_time_until_the_second_day(refused_at: str, on_time: int) -> None:
    assert counts(submitted(), then("refused", refused_at)) == (
        1,
        1 - on_time,
        on_time,
        1 - on_time,
    )


@pytest.mark.parametrize(
    ("published_at", "on_time"), [("2025-10-14T17:30", 1), ("2025-10-15T08:00", 0)]
)
def test_an_answer_is_published_until_the_second_day(published_at: str, on_time: int) -> None:
    events = (
        submitted(),
        then("resolved", "2025-10-10T09:00"),
        then("published", published_at),
    )
    assert counts(*events) == (1, 1 - on_time, on_time, 1 - on_time)


def test_ratings_are_weighed_and_a_reopening_is_bad() -> None:
    closed = (submitted(), then("resolved", "2025-10-07T09:00"))
    disliked = then("rated", "2025-10-08T09:00", rating=-1)
    liked = then("rated", "2025-10-08T10:00", rating=1)
    assert counts(*closed, disliked) == (1, 1, 1, 0)
    assert counts(*closed, disliked, liked) == (1, 0, 1, 0)
    assert counts(submitted(), then("reopened", "2025-10-07T09:00"), now=at("2025-10-08")) == (
        1,
        1,
        0,
        0,
    )


def test_each_episode_counts_and_the_item_once() -> None:
    events = (
        submitted(),
        then("resolved", "2025-10-07T09:00"),
        then("resolved", "2025-10-07T10:00"),
        then("reopened", "2025-10-08T09:00"),
        then("resolved", "2025-10-09T09:00"),
    )
    assert counts(*events) == (1, 1, 2, 0)
    moments = ["07T09:00", "07T12:00", "08T12:00", "09T12:00"]
    assert holds("open_in_time", moments, *events) == [1, 0, 1, 0]


def test_an_open_item_becomes_bad_when_its_time_is_up() -> None:
    assert counts(submitted(), now=at("2025-10-27T17:30")) == (1, 0, 0, 0)
    assert counts(submitted(), now=at("2025-10-27T17:31")) == (1, 1, 0, 0)


def test_a_due_date_moves_before_it_has_passed_or_with_a_transfer() -> None:
    first = submitted(due="2025-10-10T17:00")
    moments = ["10T17:00", "10T17:01", "13T00:00", "20T17:01"]
    late = then("in_progress", "2025-10-11T09:00", due="2025-10-20T17:00")
    assert holds("overdue", moments, first, late) == [0, 1, 1, 1]
    moved = then("transferred", "2025-10-11T09:00", due="2025-10-20T17:00")
    assert holds("overdue", moments, first, moved) == [0, 1, 0, 1]
    early = then("in_progress", "2025-10-09T09:00", due="2025-10-20T17:00")
    assert holds("overdue", moments, first, early) == [0, 0, 0, 1]


def test_a_pause_moves_a_due_date_in_clock_time() -> None:
    events = (
        submitted(due="2025-10-08T09:00"),
        then("supplement_requested", "2025-10-07T09:00"),
        then("in_progress", "2025-10-07T21:00"),
    )
    assert holds("overdue", ["08T21:00", "08T21:01"], *events) == [0, 1]


def test_the_share_of_the_time_that_was_used() -> None:
    """Half of the two days were used; a sketch knows a value to 2 %."""
    events = [submitted(due="2025-10-08T09:00"), then("resolved", "2025-10-07T09:00")]
    seen = opinion(events, MEASURES, [SHARE])
    found = seen.value("FB-04", COMMUNE, None, "all", LATER).value
    assert found is not None
    assert float(found) == pytest.approx(0.5, rel=0.02)
