"""The life of a dossier (thủ tục hành chính), folded from its counting facts.

Deadline and pauses follow Decision 61/2018/NĐ-CP practice as the standard states it: a supplement
request stops the clock until the supplement comes, and the second request makes the dossier late
(rule set 766/QĐ-TTg).
"""

from collections.abc import Sequence
from typing import Any

from services.domain.cases.fold import (
    NEVER,
    CalendarOf,
    Fold,
    Stretch,
    in_order,
    is_simulated,
    seconds_of,
)
from services.domain.events import Event
from services.domain.instants import HOUR, parse_instant
from services.domain.worktime import WorkingCalendar

PREFIX = "vn.ioc.dossier."
RECEIVED = "vn.ioc.dossier.received.v1"
REQUESTED = "vn.ioc.dossier.supplement_requested.v1"
COMPLETED = "vn.ioc.dossier.supplement_completed.v1"
RATED = "vn.ioc.dossier.rated.v1"
OUTCOMES = {
    f"{PREFIX}{outcome}.v1": outcome
    for outcome in ("finished", "returned", "refused", "suspended", "withdrawn")
}
DISLIKE = -1
OF_RECEIPT = (
    "procedure_code",
    "svc_level",
    "applicant_hash",
    "requires_paper_result",
    "limit_working_hours",
)
LATE_ATTRIBUTES = (
    "agency_id",
    "e_result_ref",
    "has_component_file",
    "reused_components",
    "fee_total",
    "paid_online",
)


def fold_dossier(facts: Sequence[Event], calendar_of: CalendarOf, now: int) -> Fold | None:
    """The dossier that these counting facts make at `now`, or None while its receipt has not come.

    `calendar_of` gives the working calendar where the receipt counts.
    """
    ordered = in_order(facts, RECEIVED)
    if not ordered:
        return None
    life = _Life(ordered[0], calendar_of(ordered[0]))
    for fact in ordered[1:]:
        life.step(fact)
    return Fold(
        opening=ordered[0],
        attributes=life.attributes(now),
        stretches=tuple(life.stretches()),
        simulated=is_simulated(facts),
        turns_at=life.turns_at(now),
        life_to=life.ends_at(),
    )


class _Life:
    """Steps through the events of one dossier in fold order."""

    def __init__(self, opening: Event, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._opening = opening
        self._received_at = opening.at
        self._closed_at: int | None = None
        self._outcome: str | None = None
        self._pause_from: int | None = None
        self._requests: list[int] = []
        self._paused = 0
        self._complained = False
        self._last_rating: int | None = None
        self._late: dict[str, object] = {}
        self._base = self._promised(opening.data)
        self._take_late_attributes(opening.data)
        self._states: list[tuple[int, dict[str, object]]] = [(opening.at, self._timing())]

    def _promised(self, data: Any) -> int | None:
        """The due date as promised, else from the statutory limit in working hours."""
        if data.due_at is not None:
            return parse_instant(data.due_at)
        if data.limit_working_hours is not None:
            limit = round(data.limit_working_hours * HOUR)
            return self._calendar.add(self._received_at, limit) or NEVER
        return None

    def step(self, fact: Event) -> None:
        """Take one event; an event before the receipt counts as at the receipt."""
        at = max(fact.at, self._received_at)
        if fact.type == RATED:
            self._take_rating(fact.data)
            return
        self._take_late_attributes(fact.data)
        if self._closed_at is not None:
            return
        if fact.type == REQUESTED:
            self._requests.append(at)
            if self._pause_from is None:
                self._pause_from = at
        elif fact.type == COMPLETED:
            self._end_pause(at)
        elif fact.type in OUTCOMES:
            self._end_pause(at)
            self._closed_at = at
            self._outcome = OUTCOMES[fact.type]
        self._states.append((at, self._timing()))

    def _end_pause(self, at: int) -> None:
        if self._pause_from is not None:
            begin, self._pause_from = self._pause_from, None
            self._paused += self._calendar.between(begin, at)
            if self._base is not None and begin <= self._base < NEVER:
                self._base += at - begin

    def _take_rating(self, data: Any) -> None:
        self._complained = self._complained or bool(data.complaint)
        if data.rating is not None:
            self._last_rating = data.rating

    def _take_late_attributes(self, data: Any) -> None:
        for name in LATE_ATTRIBUTES:
            value = getattr(data, name, None)
            if value is not None:
                self._late[name] = value

    def _timing(self) -> dict[str, object]:
        """The attributes that the clock looks at, as far as the events so far tell."""
        found: dict[str, object] = {"received_at": self._received_at}
        if self._closed_at is not None:
            found["closed_at"] = self._closed_at
        second = self._requests[1] if len(self._requests) > 1 else None
        if second is not None:
            found["second_request_at"] = second
        if self._base is not None:
            paused = self._pause_from is not None and self._pause_from <= self._base
            deadline = NEVER if paused else self._base
            found["deadline_at"] = deadline
            found["late_from"] = deadline if second is None else min(deadline, second)
        return found

    def attributes(self, now: int) -> dict[str, object]:
        """The state with every event; whether it is late the clock says."""
        data: Any = self._opening.data
        found: dict[str, object] = {
            name: value for name in OF_RECEIPT if (value := getattr(data, name)) is not None
        }
        found["channel"] = data.channel if data.channel is not None else 1
        found["block"] = data.block if data.block is not None else "province"
        found.update(self._late)
        found.update(self._states[-1][1])
        found["e_result_ok"] = not data.requires_paper_result or "e_result_ref" in self._late
        found["is_complained"] = self._complained or self._last_rating == DISLIKE
        if data.limit_working_hours is not None:
            found["limit_time"] = data.limit_working_hours * 3600
        late_from, ends_at = self._late_from(), now
        if self._closed_at is not None:
            ends_at = min(self._closed_at, now)
            worked = self._calendar.between(self._received_at, self._closed_at) - self._paused
            found["handling_time"] = seconds_of(max(0, worked))
            found["outcome"] = self._outcome
        found["is_late"] = late_from is not None and late_from < ends_at
        return found

    def _late_from(self) -> int | None:
        found: Any = self._states[-1][1].get("late_from")
        return found  # type: ignore[no-any-return]  # the attribute is an instant

    def turns_at(self, now: int) -> int | None:
        """When an open dossier becomes late; None when it is late or will not be."""
        late_from = self._late_from()
        if self._closed_at is not None or late_from is None or late_from >= NEVER:
            return None
        return late_from + 1 if late_from >= now else None

    def ends_at(self) -> int:
        """Close or deadline, whichever is later; an open dossier lives on."""
        if self._closed_at is None:
            return NEVER
        deadline: Any = self._states[-1][1].get("deadline_at", self._closed_at)
        return max(self._closed_at, deadline if deadline < NEVER else self._closed_at)

    def stretches(self) -> list[Stretch]:
        """One state for each distinct instant of the open life at which something happened."""
        found: list[Stretch] = []
        for index, (after, timing) in enumerate(self._states):
            until = self._states[index + 1][0] if index + 1 < len(self._states) else NEVER
            if until > after and "closed_at" not in timing:
                found.append(Stretch(after=after, until=until, attributes=timing))
        return found
