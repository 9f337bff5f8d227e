"""The life of a feedback item: episodes, the deadline of the law and the one set locally."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from services.domain.events import Event
from services.reference.facts import field
from services.reference.instants import SECOND, instant
from services.reference.lives import Case, cases_of
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime

_PREFIX = "vn.ioc.feedback."
SUBMITTED = _PREFIX + "submitted.v1"
ASSIGNED = _PREFIX + "assigned.v1"
TRANSFERRED = _PREFIX + "transferred.v1"
IN_PROGRESS = _PREFIX + "in_progress.v1"
REQUESTED = _PREFIX + "supplement_requested.v1"
REFUSED = _PREFIX + "refused.v1"
RESOLVED = _PREFIX + "resolved.v1"
PUBLISHED = _PREFIX + "published.v1"
REOPENED = _PREFIX + "reopened.v1"
RATED = _PREFIX + "rated.v1"
TYPES = {SUBMITTED, ASSIGNED, TRANSFERRED, IN_PROGRESS, REQUESTED, REFUSED, RESOLVED}
TYPES |= {PUBLISHED, REOPENED, RATED}
END_OF_PAUSE = {ASSIGNED, TRANSFERRED, IN_PROGRESS, REFUSED, RESOLVED}
OUTCOMES = {REFUSED: "refused", RESOLVED: "resolved"}

LEGAL_DAYS, REQUEST_DAYS, REFUSAL_DAYS, PUBLICATION_DAYS = 15, 5, 2, 2  # working days

Step: TypeAlias = tuple[int, Event]


class Episode(NamedTuple):
    """From the submission, or a reopening, to the close; `closing` is None while it is open.

    `steps` begins with what opened it and holds all before the closing, `after` all that follow.
    """

    steps: list[Step]
    closing: Step | None
    after: list[Step]

    @property
    def start(self) -> int:
        """The instant at which it began."""
        return self.steps[0][0]


class Pause(NamedTuple):
    """[begin, end), and the number of the step that opened it; without end while it lasts."""

    number: int
    begin: int
    end: float


class FeedbackLife:
    """One item: (unit as sent, subject) with all its counting facts."""

    def __init__(self, case: Case, working: WorkingTime) -> None:
        self.unit, self.working = case.unit, working
        self._steps = [(case.opening.at, case.opening), *case.steps]
        self._times = [at for at, _ in self._steps]
        self._states: dict[int, dict[str, Any]] = {}

    def facts_before(self, at: int) -> int:
        """Return how many of its facts happened before an instant."""
        return bisect_left(self._times, at)

    def state(self, count: int) -> dict[str, Any]:
        """Return the attributes of the item after the first `count` facts; at least one."""
        if count not in self._states:
            self._states[count] = self._said(count)
        return self._states[count]

    def _said(self, count: int) -> dict[str, Any]:
        opening = self._steps[0][1]
        agencies = [field(fact, "agency_id") for _, fact in self._steps[:count]]
        said = [agency for agency in agencies if agency is not None]
        return {
            "submitted_at": opening.at,
            "channel": field(opening, "channel"),
            "category": field(opening, "category"),
            "urgency": field(opening, "urgency") or "normal",
            "agency_id": said[-1] if said else None,
        }

    def states(self, count: int, at: int, measure: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the item once for what lies at its submission, else each of its episodes."""
        state, episodes = self.state(count), list(_episodes(self._steps[:count]))
        if measure.get("at") == "submitted_at":
            return [state | {"bad_now": self._is_bad(count, episodes, at)}]
        return [state | self._seen(episode) for episode in episodes]

    def _is_bad(self, count: int, episodes: Sequence[Episode], at: int) -> bool:
        facts = [fact for _, fact in self._steps[:count]]
        ratings = [field(fact, "rating") for fact in facts if fact.type == RATED]
        if ratings.count(-1) > ratings.count(1) or any(f.type == REOPENED for f in facts):
            return True
        return any(
            self._late_from(episode) < at if episode.closing is None else self._closed_late(episode)
            for episode in episodes
        )

    def _seen(self, episode: Episode) -> dict[str, Any]:
        """Return the attributes of an episode; of a closed one as they were at its close."""
        state: dict[str, Any] = {
            "episode_start": episode.start,
            "late_from": self._late_from(episode),
            "local_due": self._local_due(episode.steps, _pauses(episode.steps)),
        }
        if episode.closing is None:
            return state
        closed_at, closing = episode.closing
        closed_pauses = [pause for pause in _pauses(episode.steps) if not math.isinf(pause.end)]
        allowed = self._local_due(episode.steps, closed_pauses) - episode.start
        took = closed_at - episode.start
        return state | {
            "closed_at": closed_at,
            "outcome": OUTCOMES[closing.type],
            "closed_late": self._closed_late(episode),
            "resolve_time": took / SECOND,
            "resolve_share": took / allowed if allowed > 0 else None,
        }

    def _closed_late(self, episode: Episode) -> bool:
        if episode.closing is None:
            return False
        closed_at, closing = episode.closing
        if closed_at > self._late_from(episode):
            return True
        if closing.type == REFUSED:
            start = _clock_start(episode.steps)
            return closed_at > self.working.days_after(start, REFUSAL_DAYS)
        published = [at for at, fact in episode.after if fact.type == PUBLISHED]
        limit = self.working.days_after(closed_at, PUBLICATION_DAYS)
        return bool(published) and published[0] > limit

    def _late_from(self, episode: Episode) -> float:
        """Return the end of the legal time, or the first request later than the fifth day."""
        start = _clock_start(episode.steps)
        last_request = self.working.days_after(start, REQUEST_DAYS)
        requests = [at for at, fact in episode.steps if fact.type == REQUESTED]
        late_requests = [at for at in requests if at > last_request]
        return min([self._legal_due(episode.steps, _pauses(episode.steps)), *late_requests])

    def _legal_due(self, steps: Sequence[Step], pauses: Sequence[Pause]) -> float:
        """Return the end of the 15th working day, moved on by the working time in pauses."""
        start = _clock_start(steps)
        due = self.working.days_after(start, LEGAL_DAYS)
        since = _number_of_clock_start(steps)
        for pause in pauses:
            if pause.number > since and pause.begin <= due:
                if math.isinf(pause.end):
                    return math.inf
                due = self.working.add(due, self.working.between(pause.begin, int(pause.end)))
        return due

    def _local_due(self, steps: Sequence[Step], pauses: Sequence[Pause]) -> float:
        """Return the due date that holds after these steps, under these pauses."""
        set_at, due_at = 0, _due_at(steps[0])
        for number, step in enumerate(steps[1:], 1):
            said = _due_at(step)
            if said is None:
                continue
            until = steps[:number]
            now_due = self._due(until, _pauses(until), set_at, due_at)
            if step[0] <= now_due or step[1].type == TRANSFERRED:
                set_at, due_at = number, said
        return self._due(steps, pauses, set_at, due_at)

    def _due(
        self, steps: Sequence[Step], pauses: Sequence[Pause], set_at: int, due_at: int | None
    ) -> float:
        """Return a due date moved on in clock time; the legal one when none was set."""
        if due_at is None:
            return self._legal_due(steps, pauses)
        due: float = due_at
        for pause in pauses:
            if pause.number > set_at and pause.begin <= due:
                due += pause.end - pause.begin
        return due


def feedback_lives(
    facts: Iterable[Event], places: Places, calendars: WorkingCalendars
) -> list[FeedbackLife]:
    """Return the items that were submitted."""
    cases = cases_of(facts, TYPES, SUBMITTED, places)
    return [FeedbackLife(case, calendars.of_unit(case.unit)) for case in cases]


def _episodes(steps: Sequence[Step]) -> Iterator[Episode]:
    """Yield the episodes; what comes between a close and a reopening belongs to none."""
    begun: int | None = 0
    for number, step in enumerate(steps):
        if begun is not None and step[1].type in OUTCOMES:
            yield _closed(steps, begun, number)
            begun = None
        elif begun is None and step[1].type == REOPENED:
            begun = number
    if begun is not None:
        yield Episode(list(steps[begun:]), None, [])


def _closed(steps: Sequence[Step], begun: int, closed: int) -> Episode:
    """Return a closed episode: it is judged by what happened before the instant of its close."""
    opening, *others = steps[begun:closed]
    before = [step for step in others if step[0] < steps[closed][0]]
    return Episode([opening, *before], steps[closed], list(steps[closed + 1 :]))


def _number_of_clock_start(steps: Sequence[Step]) -> int:
    transfers = [number for number, (_, fact) in enumerate(steps) if fact.type == TRANSFERRED]
    return max(transfers, default=0)


def _clock_start(steps: Sequence[Step]) -> int:
    return steps[_number_of_clock_start(steps)][0]


def _pauses(steps: Sequence[Step]) -> list[Pause]:
    pauses: list[Pause] = []
    opened: tuple[int, int] | None = None
    for number, (at, fact) in enumerate(steps):
        if fact.type == REQUESTED and opened is None:
            opened = (number, at)
        elif fact.type in END_OF_PAUSE and opened is not None:
            pauses.append(Pause(*opened, at))
            opened = None
    if opened is not None:
        pauses.append(Pause(*opened, math.inf))
    return pauses


def _due_at(step: Step) -> int | None:
    said = field(step[1], "due_at")
    return None if said is None else instant(str(said))
