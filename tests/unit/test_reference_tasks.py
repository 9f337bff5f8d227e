"""The life of a task, and whether the indicator that it was given for has moved."""

from typing import Any

from services.domain.events import Event
from services.reference.reference import Reference
from tests.unit.reference_documents import NOT_VOID, TASK, fact_measure, indicator, measure, opinion
from tests.unit.reference_log import COMMUNE, at, event, stamp

LATER = at("2026-06-01T00:00")
DONE = {"field": "completed_at", "op": "present"}
MEASURES = [
    measure("due", TASK, at="due_at", filter=[NOT_VOID]),
    measure(
        "due_on_time",
        TASK,
        at="due_at",
        filter=[NOT_VOID, {"field": "completed_at", "op": "<=", "other": "due_at"}],
    ),
    measure(
        "not_done",
        TASK,
        at="due_at",
        filter=[NOT_VOID, {"field": "not_done_now", "op": "=", "value": True}],
    ),
    measure("overdue", TASK, begin="due_at", end="closed_at", filter=[NOT_VOID]),
    measure("completed", TASK, at="completed_at", filter=[NOT_VOID, DONE]),
    measure(
        "linked",
        TASK,
        at="completed_at",
        filter=[NOT_VOID, DONE, {"field": "outcome_indicator_id", "op": "present"}],
    ),
    fact_measure("guests", "stay.checkin", "guests"),
]
INDICATORS = [
    indicator("TO-01", "sum", inputs=["guests"]),
    indicator("TK-03", "outcome_check", inputs=["completed", "linked"], scale=100),
]


def assigned(due: str, subject: str = "T-1", **said: Any) -> Event:
    data = {"title": "x", "resolution_id": "R-1", "lead_agency": "H33.1", "due_at": stamp(due)}
    return event("task.assigned", "2025-10-06T09:00", subject, data | said)


def then(name: str, time: str, subject: str = "T-1", **data: Any) -> Event:
    usual = {"completed": {"evidence_ref": "x"}, "cancelled": {"document": "x"}}
    return event(f"task.{name}", time, subject, usual.get(name, {}) | data)


def extended(time: str, due: str) -> Event:
    return then("extended", time, due_at=stamp(due), document="x")


def counts(*events: Event, now: int = LATER) -> tuple[float | None, ...]:
    """Return how many are due, were done in time, are not done, are overdue."""
    seen = opinion(list(events), MEASURES)
    names = ("due", "due_on_time", "not_done", "overdue")
    return tuple(seen.measure(name, COMMUNE, None, None, now, now) for name in names)


def test_a_task_is_due_when_its_date_has_passed() -> None:
    task = assigned("2025-10-10T17:00")
    assert counts(task, now=at("2025-10-10T17:00")) == (0, 0, 0, 0)
    assert counts(task, now=at("2025-10-10T17:01")) == (1, 0, 1, 1)
    assert counts(task, then("completed", "2025-10-10T17:00")) == (1, 1, 0, 0)
    assert counts(task, then("completed", "2025-10-10T17:01")) == (1, 0, 0, 0)


def test_an_extension_after_the_due_date_does_not_undo_the_lateness() -> None:
    task, done = assigned("2025-10-10T17:00"), then("completed", "2025-10-15T09:00")
    assert counts(task, extended("2025-10-10T17:00", "2025-10-20T17:00"), done) == (1, 1, 0, 0)
    assert counts(task, extended("2025-10-10T17:01", "2025-10-20T17:00"), done) == (1, 0, 0, 0)


def test_a_task_cancelled_by_its_due_date_counts_nowhere() -> None:
    task = assigned("2025-10-10T17:00")
    assert counts(task, then("cancelled", "2025-10-10T17:00")) == (0, 0, 0, 0)
    assert counts(task, then("cancelled", "2025-10-10T17:01")) == (1, 0, 1, 0)


def test_a_completion_after_the_cancellation_is_none() -> None:
    events = (
        assigned("2025-10-10T17:00"),
        then("cancelled", "2025-10-11T09:00"),
        then("completed", "2025-10-12T09:00"),
    )
    assert counts(*events) == (1, 0, 1, 0)


def checkin(time: str, guests: int) -> Event:
    said = {"guests": guests, "nights": 1, "nationality": "VN", "facility_id": "K-1"}
    return event("stay.checkin", time, f"K-{time}-{guests}", said)


def moved(change: float, name: str = "TO-01") -> tuple[float | None, int | None]:
    """Return the share of moved tasks and their number: one linked, one without a link.

    Assigned in October: the month before is September with 10 guests, the last whole month before
    the end of the quarter (31 December) is November with 14.
    """
    link: dict[str, Any] = {
        "outcome_indicator_id": name,
        "outcome_window": "month",
        "declared_change": change,
    }
    events = [
        checkin("2025-09-10T12:00", 10),
        checkin("2025-11-10T12:00", 14),
        checkin("2025-12-10T12:00", 99),
        assigned("2025-12-20T17:00", **link),
        then("completed", "2025-12-10T09:00"),
        assigned("2025-12-20T17:00", "T-2"),
        then("completed", "2025-12-11T09:00", "T-2"),
    ]
    seen: Reference = opinion(events, MEASURES, INDICATORS)
    found = seen.value("TK-03", COMMUNE, None, "quarter", at("2025-12-31T00:00"), "2025-Q4")
    assert found.denominator == 2
    return (None if found.value is None else float(found.value), int(found.numerator or 0))


def test_a_task_moved_its_indicator_by_what_was_declared() -> None:
    assert moved(4) == (50, 1)
    assert moved(4.5) == (0, 0)


def test_an_indicator_that_asks_itself_or_is_unknown_does_not_move() -> None:
    assert moved(1, "TK-03") == (0, 0)
    assert moved(1, "ZZ-99") == (0, 0)
