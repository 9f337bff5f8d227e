"""The life of a task: its due date moves only before it has passed."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from services.domain.events import Event
from services.reference.facts import field
from services.reference.instants import instant
from services.reference.lives import Case, cases_of
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime

_PREFIX = "vn.ioc.task."
ASSIGNED = _PREFIX + "assigned.v1"
EXTENDED = _PREFIX + "extended.v1"
COMPLETED = _PREFIX + "completed.v1"
CANCELLED = _PREFIX + "cancelled.v1"
TYPES = {ASSIGNED, _PREFIX + "progress.v1", EXTENDED, COMPLETED, CANCELLED}
SAID_AT_FIRST = (
    "resolution_id",
    "lead_agency",
    "outcome_indicator_id",
    "outcome_window",
    "declared_change",
)


class TaskLife:
    """One task: (unit as sent, subject) with all its counting facts."""

    def __init__(self, case: Case, working: WorkingTime) -> None:
        self.unit, self.working = case.unit, working
        self._opening, self._steps = case.opening, case.steps
        self._times = [case.opening.at] + [at for at, _ in case.steps]

    def facts_before(self, at: int) -> int:
        """Return how many of its facts happened before an instant."""
        return bisect_left(self._times, at)

    def state(self, count: int) -> dict[str, Any]:
        """Return the attributes after the first `count` facts; at least one."""
        due_at = instant(str(field(self._opening, "due_at")))
        closed_at, closed_by = None, None
        for at, fact in self._steps[: count - 1]:
            if fact.type in (COMPLETED, CANCELLED):
                closed_at, closed_by = at, fact.type
                break
            if fact.type == EXTENDED and at <= due_at:
                due_at = instant(str(field(fact, "due_at")))
        cancelled = closed_by == CANCELLED
        return {name: field(self._opening, name) for name in SAID_AT_FIRST} | {
            "assigned_at": self._opening.at,
            "due_at": due_at,
            "closed_at": closed_at,
            "completed_at": None if cancelled else closed_at,
            "void": cancelled and closed_at is not None and closed_at <= due_at,
        }

    def states(self, count: int, at: int, measure: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the task as a measure counts it at an instant."""
        del measure
        state = self.state(count)
        not_done = state["due_at"] < at and state["completed_at"] is None
        return [state | {"not_done_now": not_done}]


def task_lives(
    facts: Iterable[Event], places: Places, calendars: WorkingCalendars
) -> list[TaskLife]:
    """Return the tasks that were assigned."""
    cases = cases_of(facts, TYPES, ASSIGNED, places)
    return [TaskLife(case, calendars.of_unit(case.unit)) for case in cases]
