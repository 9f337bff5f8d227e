"""What cases contribute: flows by their state at now, stocks by their state at that instant."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from services.domain.events import Event
from services.reference.contributions import Contribution, Measure, Member, contribution, member_of
from services.reference.dossiers import dossier_lives
from services.reference.feedback import feedback_lives
from services.reference.lists import Lists
from services.reference.places import Places
from services.reference.series import series_lives
from services.reference.tasks import task_lives
from services.reference.working import WorkingCalendars, WorkingTime

MOVED_BY_THE_CLOCK = ("is_late", "bad_now", "not_done_now")


class Life(Protocol):
    """A case with all its counting facts, of which the first ones may be folded."""

    unit: str
    working: WorkingTime

    def facts_before(self, at: int) -> int:
        """Return how many of its facts happened before an instant."""

    def state(self, count: int) -> dict[str, Any]:
        """Return its attributes after the first `count` facts; at least one."""

    def states(self, count: int, at: int, measure: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what a measure counts of it at an instant: itself, or each of its episodes."""


class Counted(NamedTuple):
    """A contribution with the case that makes it."""

    found: Contribution
    life: Life


Place: TypeAlias = tuple[str, Member | None]  # unit and breakdown; None: the total
CountedBy: TypeAlias = dict[Place, list[Counted]]
FlowsBy: TypeAlias = dict[Place, tuple[list[float], list[Counted]]]  # with their instants


class CaseBook:
    """All cases of a centre under one working calendar.

    What a measure counts at an instant is sorted by unit and breakdown once, then looked up; what
    was sorted is kept for one `now`.
    """

    def __init__(
        self, facts: Sequence[Event], places: Places, calendars: WorkingCalendars, lists: Lists
    ) -> None:
        self._lists, self._places = lists, places
        self._lives: dict[str, list[Life]] = {
            "dossier": list(dossier_lives(facts, places, calendars)),
            "feedback": list(feedback_lives(facts, places, calendars)),
            "task": list(task_lives(facts, places, calendars)),
            "series": list(series_lives(facts, places, calendars)),
        }
        self._moving: dict[str, bool] = {}
        self._found: dict[tuple[str, int, int], list[Contribution]] = {}
        self._sorted_at = 0
        self._flows: dict[str, FlowsBy] = {}
        self._stocks: dict[tuple[str, int], CountedBy] = {}
        self._members: dict[tuple[str, str], dict[str, set[str]]] = {}

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[float]:
        """Return the values (quanta, buckets) of what has span[0] <= at < min(span[1], now)."""
        return [each.found.value for each in self._flow(measure, unit, member, span, now)]

    def stock(
        self, measure: Measure, unit: str, member: Member | None, at: int, now: int
    ) -> list[float]:
        """Return the values in quanta of what holds at an instant, by the state then."""
        self._see_from(now)
        key = (measure["id"], at)
        if key not in self._stocks:
            self._stocks[key] = self._sorted(measure, at, now, lambda c: c.start < at <= c.end)
        return [each.found.value for each in self._stocks[key].get((unit, member), [])]

    def counted(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return unit and state at now of the cases that a flow counts in a window."""
        return [
            (life.unit, life.state(life.facts_before(now)))
            for _, life in self._flow(measure, unit, member, span, now)
        ]

    def members(self, measure: Measure, unit: str, dimension: str, now: int) -> set[str]:
        """Return the values that a dimension takes among the cases of a unit."""
        self._see_from(now)
        key = (measure["case"], measure["dimensions"][dimension])
        if key not in self._members:
            found: dict[str, set[str]] = {}
            for life, known in self._known(measure, now):
                for upper in self._places.with_above(life.unit):
                    found.setdefault(upper, set()).add(member_of(life.state(known)[key[1]]))
            self._members[key] = found
        return self._members[key].get(unit, set())

    def _flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[Counted]:
        self._see_from(now)
        if measure["id"] not in self._flows:
            by_place = self._sorted(measure, now, now, lambda c: c.start < now)
            for counted in by_place.values():
                counted.sort(key=_start)
            self._flows[measure["id"]] = {
                place: ([_start(each) for each in counted], counted)
                for place, counted in by_place.items()
            }
        starts, counted = self._flows[measure["id"]].get((unit, member), ([], []))
        return counted[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]

    def _sorted(
        self, measure: Measure, at: int, now: int, counts: Callable[[Contribution], bool]
    ) -> CountedBy:
        """Return what the cases known at now contribute by their state at an instant.

        Their dimensions are those of the state at now.
        """
        by_place: CountedBy = {}
        for life, known in self._known(measure, now):
            found = self._contributions(measure, life, life.facts_before(at), at)
            counted = [Counted(each, life) for each in found if counts(each)]
            if not counted:
                continue
            dims = measure["dimensions"].items()
            members = [(dim, member_of(life.state(known)[name])) for dim, name in dims]
            for unit in self._places.with_above(life.unit):
                for member in (None, *members):
                    by_place.setdefault((unit, member), []).extend(counted)
        return by_place

    def _known(self, measure: Measure, now: int) -> Iterator[tuple[Life, int]]:
        """Yield the cases known at now, and how many facts of each."""
        for life in self._lives[measure["case"]]:
            known = life.facts_before(now)
            if known:
                yield life, known

    def _see_from(self, now: int) -> None:
        """Forget what was sorted as it was seen from another instant."""
        if now != self._sorted_at:
            self._sorted_at = now
            self._flows, self._stocks, self._members = {}, {}, {}

    def _contributions(
        self, measure: Measure, life: Life, count: int, at: int
    ) -> list[Contribution]:
        """Return what a case contributes when its first `count` facts are known."""
        if count == 0:
            return []
        if self._moves(measure):
            return list(self._computed(measure, life, count, at))
        key = (measure["id"], id(life), count)
        if key not in self._found:
            self._found[key] = list(self._computed(measure, life, count, at))
        return self._found[key]

    def _moves(self, measure: Measure) -> bool:
        """Say whether the clock alone can move what the measure counts."""
        if measure["id"] not in self._moving:
            asked = str(measure.get("filter"))
            self._moving[measure["id"]] = any(word in asked for word in MOVED_BY_THE_CLOCK)
        return self._moving[measure["id"]]

    def _computed(
        self, measure: Measure, life: Life, count: int, at: int
    ) -> Iterator[Contribution]:
        asks_a_list = "in_list" in str(measure.get("filter"))
        for state in life.states(count, at, measure):
            lists = self._lists.in_force(life.unit, state["received_at"]) if asks_a_list else {}
            found = contribution(measure, state | lists, life.working)
            if found is not None:
                yield found


def _start(counted: Counted) -> float:
    return counted.found.start
