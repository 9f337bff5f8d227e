"""The life of a dossier: its facts in order, and its state as the fold of the first of them."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.domain.events import Event
from services.reference.conditions import microseconds
from services.reference.facts import field
from services.reference.instants import SECOND, instant
from services.reference.lives import Case, cases_of
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime

_PREFIX = "vn.ioc.dossier."
RECEIVED = _PREFIX + "received.v1"
REQUESTED = _PREFIX + "supplement_requested.v1"
COMPLETED = _PREFIX + "supplement_completed.v1"
RATED = _PREFIX + "rated.v1"
OUTCOMES = {
    f"{_PREFIX}{outcome}.v1": outcome
    for outcome in ("finished", "returned", "refused", "suspended", "withdrawn")
}
TYPES = {RECEIVED, REQUESTED, COMPLETED, RATED, *OUTCOMES}

OPENING_FIELDS = (
    "procedure_code",
    "svc_level",
    "applicant_hash",
    "requires_paper_result",
    "limit_working_hours",
)
# The value of a late field is that of the last fact in order that carries it, ratings excepted.
LATE_FIELDS = (
    "agency_id",
    "e_result_ref",
    "has_component_file",
    "reused_components",
    "fee_total",
    "paid_online",
)


class DossierLife:
    """One dossier: (unit as sent, subject) with all its counting facts.

    The unit, and the calendar of working time, are those of its opening fact.
    """

    def __init__(self, case: Case, working: WorkingTime) -> None:
        self.unit, self.working = case.unit, working
        self._opening, self._steps = case.opening, case.steps
        self._promised_at = _promised_at(case.opening, working)
        self._times = [case.opening.at] + [at for at, _ in case.steps]
        self._states: dict[int, dict[str, Any]] = {}

    def facts_before(self, at: int) -> int:
        """Return how many facts of the dossier happened before an instant."""
        return bisect_left(self._times, at)

    def state(self, count: int) -> dict[str, Any]:
        """Return the attributes after the first `count` facts; at least one."""
        if count not in self._states:
            self._states[count] = self._fold(self._steps[: count - 1])
        return self._states[count]

    def states(self, count: int, at: int, measure: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what is counted of the first `count` facts at an instant: the dossier itself."""
        del measure
        state = self.state(count)
        end = at if state["closed_at"] is None else min(state["closed_at"], at)
        late = state["late_from"] is not None and state["late_from"] < end
        return [state | {"is_late": late}]

    def _fold(self, steps: Sequence[tuple[int, Event]]) -> dict[str, Any]:
        opening, received_at = self._opening, self._opening.at
        closing = next(((at, fact) for at, fact in steps if fact.type in OUTCOMES), None)
        life = steps if closing is None else steps[: steps.index(closing)]
        closed_at = None if closing is None else closing[0]
        requests = [at for at, fact in life if fact.type == REQUESTED]
        second_request_at = requests[1] if len(requests) > 1 else None
        pauses = _pauses(life, closed_at)
        deadline_at = self._deadline(pauses)
        state: dict[str, Any] = {name: field(opening, name) for name in OPENING_FIELDS}
        state |= {
            name: _last_said(name, [opening, *(fact for _, fact in steps)]) for name in LATE_FIELDS
        }
        return state | {
            "received_at": received_at,
            "channel": _or_usual(field(opening, "channel"), 1),
            "block": _or_usual(field(opening, "block"), "province"),
            "closed_at": closed_at,
            "outcome": None if closing is None else OUTCOMES[closing[1].type],
            "second_request_at": second_request_at,
            "deadline_at": deadline_at,
            "late_from": _late_from(deadline_at, second_request_at),
            "handling_time": self._handling_time(pauses, closed_at),
            "limit_time": _seconds_of_hours(field(opening, "limit_working_hours")),
            "is_complained": _is_complained([fact for _, fact in steps if fact.type == RATED]),
            "e_result_ok": state["requires_paper_result"] is False
            or state["e_result_ref"] is not None,
        }

    def _handling_time(
        self, pauses: Sequence[tuple[int, float]], closed_at: int | None
    ) -> float | None:
        """Return the seconds of working time until the close, less those in pauses."""
        if closed_at is None:
            return None
        worked = self.working.between(self._opening.at, closed_at)
        for begin, end in pauses:
            worked -= self.working.between(begin, int(end))
        return max(0, worked) / SECOND

    def _deadline(self, pauses: Sequence[tuple[int, float]]) -> float | None:
        """Return the promised instant, moved on in clock time by pauses that begin before it."""
        deadline: float | None = self._promised_at
        if deadline is None:
            return None
        for begin, end in pauses:
            if begin <= deadline:
                deadline += end - begin
        return deadline


def dossier_lives(
    facts: Iterable[Event], places: Places, calendars: WorkingCalendars
) -> list[DossierLife]:
    """Return the dossiers with a received fact in a unit of the list; the others wait."""
    cases = cases_of(facts, TYPES, RECEIVED, places)
    return [DossierLife(case, calendars.of_unit(case.unit)) for case in cases]


def _promised_at(opening: Event, working: WorkingTime) -> int | None:
    """Return due_at, else the end of the limit in working hours, else None."""
    due_at, limit = field(opening, "due_at"), field(opening, "limit_working_hours")
    if due_at is not None:
        return instant(str(due_at))
    if isinstance(limit, int | float):
        return working.add(opening.at, microseconds(limit))
    return None


def _pauses(life: Sequence[tuple[int, Event]], closed_at: int | None) -> list[tuple[int, float]]:
    """Return the pauses [from, to) before the close; the last one has no end while it lasts."""
    pauses: list[tuple[int, float]] = []
    began: int | None = None
    for at, fact in life:
        if fact.type == REQUESTED and began is None:
            began = at
        elif fact.type == COMPLETED and began is not None:
            pauses.append((began, at))
            began = None
    if began is not None:
        pauses.append((began, math.inf if closed_at is None else closed_at))
    return pauses


def _late_from(deadline_at: float | None, second_request_at: int | None) -> float | None:
    if deadline_at is None or second_request_at is None:
        return deadline_at
    return min(deadline_at, second_request_at)


def _last_said(name: str, facts: Sequence[Event]) -> object:
    said = [field(fact, name) for fact in facts if fact.type != RATED]
    return next((value for value in reversed(said) if value is not None), None)


def _or_usual(value: object, usual: object) -> object:
    return usual if value is None else value


def _is_complained(ratings: Sequence[Event]) -> bool:
    said = [field(fact, "rating") for fact in ratings if field(fact, "rating") is not None]
    return any(field(fact, "complaint") is True for fact in ratings) or said[-1:] == [-1]


def _seconds_of_hours(hours: object) -> float | None:
    return microseconds(hours) / SECOND if isinstance(hours, int | float) else None
