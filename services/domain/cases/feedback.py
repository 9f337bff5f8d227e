"""The life of a feedback item (phản ánh, kiến nghị), folded from its counting facts.

An item has one or more episodes: from its submission, or a reopening after a close, to the next
resolution or refusal. The legal term is 15 working days, stopped while the citizen is asked for
more within the first five; the local term is what the receiving office promised.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from services.domain.cases.fold import (
    NEVER,
    CalendarOf,
    Fold,
    Stretch,
    data_of,
    in_order,
    is_simulated,
    seconds_of,
)
from services.domain.events import Event
from services.domain.instants import parse_instant
from services.domain.worktime import WorkingCalendar

PREFIX = "vn.ioc.feedback."
SUBMITTED = f"{PREFIX}submitted.v1"
TRANSFERRED = f"{PREFIX}transferred.v1"
REQUESTED = f"{PREFIX}supplement_requested.v1"
PUBLISHED = f"{PREFIX}published.v1"
REOPENED = f"{PREFIX}reopened.v1"
RATED = f"{PREFIX}rated.v1"
HANDLED = {f"{PREFIX}assigned.v1", TRANSFERRED, f"{PREFIX}in_progress.v1"}
OUTCOMES = {f"{PREFIX}refused.v1": "refused", f"{PREFIX}resolved.v1": "resolved"}
LEGAL_DAYS: Final = 15
REQUEST_DAYS: Final = 5
"""A request for more after this many working days is late."""
ANSWER_DAYS: Final = 2
"""A refusal has this many working days from the clock's start, a publication from the close."""


def fold_feedback(facts: Sequence[Event], calendar_of: CalendarOf, now: int) -> Fold | None:
    """The item that these counting facts make at `now`, or None while it is not submitted."""
    ordered = in_order(facts, SUBMITTED)
    if not ordered:
        return None
    item = _Item(ordered[0], calendar_of(ordered[0]))
    for fact in ordered[1:]:
        item.step(fact)
    return Fold(
        opening=ordered[0],
        attributes=item.attributes(now),
        stretches=tuple(item.stretches()),
        simulated=is_simulated(facts),
        episodes=tuple(item.episodes()),
        turns_at=item.turns_at(now),
        life_to=item.ends_at(),
        too_late=item.too_late(),
    )


class _Episode:
    """One stretch of handling, from `start` to `closed_at`."""

    def __init__(self, start: int, due_at: str | None, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self.start = start
        self.clock_start = start
        self.closed_at: int | None = None
        self.outcome = ""
        self.published_at: int | None = None
        self._legal = self._days_after(start, LEGAL_DAYS)
        self._due = parse_instant(due_at) if due_at is not None else None
        self._pause_from: int | None = None
        self._pause_moves_due = False
        self._late_requests: list[int] = []
        self.too_late: list[Event] = []
        self.states: list[tuple[int, _State]] = [(start, self._state())]

    def _days_after(self, at: int, days: int) -> int:
        found = self._calendar.days_after(at, days)
        return NEVER if found is None else found

    def step(self, fact: Event, at: int) -> None:
        """Take an event of the open episode."""
        data: Any = fact.data
        if fact.type == REQUESTED:
            if self._pause_from is None:
                self._pause_from = at
                self._pause_moves_due = True
            if at > self._days_after(self.clock_start, REQUEST_DAYS):
                self._late_requests.append(at)
        elif fact.type in HANDLED or fact.type == REOPENED:
            moment = self._state()
            if fact.type != REOPENED:
                self._end_pause(at)
            if fact.type == TRANSFERRED:
                self._restart(at)
            if data.due_at is not None:
                if fact.type == TRANSFERRED or at <= moment.local_due:
                    self._due = parse_instant(data.due_at)
                    self._pause_moves_due = False
                else:
                    self.too_late.append(fact)
        elif fact.type in OUTCOMES:
            self.closed_at, self.outcome = at, OUTCOMES[fact.type]
            return
        self.states.append((at, self._state()))

    def _restart(self, at: int) -> None:
        """A transfer gives the new agency the whole legal term."""
        self.clock_start = at
        self._legal = self._days_after(at, LEGAL_DAYS)
        self._late_requests.clear()

    def _end_pause(self, at: int) -> None:
        """Move the terms on that the pause began within.

        The legal one by the working time in the pause, a promised one by the time itself when the
        pause began after it was set.
        """
        if self._pause_from is None:
            return
        begin, self._pause_from = self._pause_from, None
        if begin <= self._legal < NEVER:
            worked = self._calendar.between(begin, at)
            moved = self._calendar.add(self._legal, worked)
            self._legal = NEVER if moved is None else moved
        if self._due is not None and self._pause_moves_due and begin <= self._due:
            self._due += at - begin

    def _state(self) -> "_State":
        """The terms as the events so far tell; those that a pause holds back do not come."""
        due = self._legal if self._due is None else self._due
        began = self._pause_from
        legal = NEVER if began is not None and began <= self._legal else self._legal
        holds = self._due is None or self._pause_moves_due
        local = NEVER if began is not None and holds and began <= due else due
        late_from = min([legal, *self._late_requests])
        return _State(self.start, self.clock_start, late_from, local, due)

    def closing_state(self) -> "_State":
        """The state at the close: that of the events before it."""
        before = [state for at, state in self.states if at < (self.closed_at or NEVER)]
        return before[-1] if before else self.states[0][1]

    def closed_late(self) -> bool:
        """Whether the episode, which is closed, was too slow, or its answer came too late."""
        closed_at, state = self.closed_at or NEVER, self.closing_state()
        if closed_at > state.late_from:
            return True
        if self.outcome == "refused":
            return closed_at > self._days_after(state.clock_start, ANSWER_DAYS)
        published_by = self._days_after(closed_at, ANSWER_DAYS)
        return self.published_at is not None and self.published_at > published_by

    def attributes(self) -> dict[str, object]:
        """What is counted of a closed episode."""
        closed_at, state = self.closed_at or NEVER, self.closing_state()
        found: dict[str, object] = {
            "episode_start": self.start,
            "closed_at": closed_at,
            "outcome": self.outcome,
            "late_from": state.late_from,
            "local_due": state.local_due,
            "closed_late": self.closed_late(),
            "resolve_time": seconds_of(closed_at - self.start),
        }
        if self.start < state.unpaused_due < NEVER:
            allowed = seconds_of(state.unpaused_due - self.start)
            found["resolve_share"] = seconds_of(closed_at - self.start) / allowed
        return found

    def ends_at(self) -> int:
        """The last day that matters to it: of a close, also for its publication."""
        if self.closed_at is None:
            return NEVER
        last = self._days_after(self.closed_at, ANSWER_DAYS)
        return max(last, *(state.unpaused_due for _, state in self.states), self._legal)


class _State(msgspec.Struct, frozen=True, gc=False):
    """The terms of an episode at a moment; `unpaused_due` leaves a running pause out."""

    episode_start: int
    clock_start: int
    late_from: int
    local_due: int
    unpaused_due: int


class _Item:
    """Steps through the events of one item in fold order."""

    def __init__(self, opening: Event, calendar: WorkingCalendar) -> None:
        data: Any = opening.data
        self._calendar = calendar
        self._opening = opening
        self._agency: str | None = data.agency_id
        self._ratings = 0
        self._reopened = False
        self._episodes = [_Episode(opening.at, data.due_at, calendar)]

    def step(self, fact: Event) -> None:
        """Take one event; an event before the submission counts as at the submission."""
        at, data = max(fact.at, self._opening.at), data_of(fact)
        current = self._episodes[-1]
        self._agency = getattr(data, "agency_id", None) or self._agency
        if fact.type == RATED:
            self._ratings += data.rating
        elif fact.type == PUBLISHED:
            for episode in self._episodes:
                if episode.closed_at is not None and episode.published_at is None:
                    episode.published_at = at
        elif fact.type == REOPENED:
            self._reopened = True
            if current.closed_at is not None:
                self._episodes.append(_Episode(at, data.due_at, self._calendar))
            else:
                current.step(fact, at)
        elif current.closed_at is None:
            current.step(fact, at)

    def too_late(self) -> tuple[Event, ...]:
        """Facts that gave a new due date when the old one had passed."""
        return tuple(fact for episode in self._episodes for fact in episode.too_late)

    def _open(self) -> _Episode | None:
        current = self._episodes[-1]
        return current if current.closed_at is None else None

    def _bad_for_good(self) -> bool:
        closed = [episode for episode in self._episodes if episode.closed_at is not None]
        return self._ratings < 0 or self._reopened or any(e.closed_late() for e in closed)

    def _late_from(self) -> int:
        current = self._open()
        return NEVER if current is None else current.states[-1][1].late_from

    def attributes(self, now: int) -> dict[str, object]:
        """What is counted once of the item; whether it is bad the clock says."""
        data: Any = self._opening.data
        found: dict[str, object] = {
            "submitted_at": self._opening.at,
            "channel": data.channel,
            "category": data.category,
            "urgency": data.urgency or "normal",
            "bad_now": self._bad_for_good() or self._late_from() < now,
        }
        return found if self._agency is None else found | {"agency_id": self._agency}

    def episodes(self) -> list[dict[str, object]]:
        """What is counted of each closed episode."""
        return [each.attributes() for each in self._episodes if each.closed_at is not None]

    def turns_at(self, now: int) -> int | None:
        """When the open episode becomes late; None when the item is bad already or nothing runs."""
        late_from = self._late_from()
        return late_from + 1 if now <= late_from < NEVER and not self._bad_for_good() else None

    def ends_at(self) -> int:
        """The last instant whose working days matter."""
        return max(episode.ends_at() for episode in self._episodes)

    def stretches(self) -> list[Stretch]:
        """One state for each distinct instant at which something happened while open."""
        found: list[Stretch] = []
        for episode in self._episodes:
            ends = [at for at, _ in episode.states[1:]]
            last = NEVER if episode.closed_at is None else episode.closed_at
            for (after, state), until in zip(episode.states, [*ends, last], strict=True):
                if until > after:
                    terms = {
                        "episode_start": state.episode_start,
                        "late_from": state.late_from,
                        "local_due": state.local_due,
                    }
                    found.append(Stretch(after=after, until=until, attributes=terms))
        return found
