"""What cases contribute: flows by their state at now, stocks by their state at that instant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

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


class CaseBook:
    """All cases of a centre under one working calendar."""

    def __init__(
        self, facts: Sequence[Event], places: Places, calendars: WorkingCalendars, lists: Lists
    ) -> None:
        self._lists = lists
        self._by_unit: dict[tuple[str, str], list[Life]] = {}
        kinds: dict[str, Iterable[Life]] = {
            "dossier": dossier_lives(facts, places, calendars),
            "feedback": feedback_lives(facts, places, calendars),
            "task": task_lives(facts, places, calendars),
            "series": series_lives(facts, places, calendars),
        }
        for kind, lives in kinds.items():
            for life in lives:
                for unit in places.with_above(life.unit):
                    self._by_unit.setdefault((kind, unit), []).append(life)
        self._moving: dict[str, bool] = {}
        self._found: dict[tuple[str, int, int, int | None], list[Contribution]] = {}

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[float]:
        """Return the values (quanta, buckets) of what has span[0] <= at < min(span[1], now)."""
        start, end = span[0], min(span[1], now)
        return [
            found.value
            for life in self._of(measure, unit, member, now)
            for found in self._contributions(measure, life, life.facts_before(now), now)
            if start <= found.start < end
        ]

    def stock(
        self, measure: Measure, unit: str, member: Member | None, at: int, now: int
    ) -> list[float]:
        """Return the values in quanta of what holds at an instant, by the state then."""
        return [
            found.value
            for life in self._of(measure, unit, member, now)
            for found in self._contributions(measure, life, life.facts_before(at), at)
            if found.start < at <= found.end
        ]

    def counted(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return unit and state at now of the cases that a flow counts in a window."""
        start, end = span[0], min(span[1], now)
        return [
            (life.unit, life.state(life.facts_before(now)))
            for life in self._of(measure, unit, member, now)
            for found in self._contributions(measure, life, life.facts_before(now), now)
            if start <= found.start < end
        ]

    def members(self, measure: Measure, unit: str, dimension: str, now: int) -> set[str]:
        """Return the values that a dimension takes among the cases of a unit."""
        field_name = measure["dimensions"][dimension]
        lives = self._of(measure, unit, None, now)
        return {member_of(life.state(life.facts_before(now))[field_name]) for life in lives}

    def _of(self, measure: Measure, unit: str, member: Member | None, now: int) -> Iterator[Life]:
        """Yield the cases known at now; their dimensions are those of the state at now."""
        for life in self._by_unit.get((measure["case"], unit), []):
            known = life.facts_before(now)
            if known == 0:
                continue
            if member is not None:
                field_name = measure["dimensions"][member[0]]
                if member_of(life.state(known)[field_name]) != member[1]:
                    continue
            yield life

    def _contributions(
        self, measure: Measure, life: Life, count: int, at: int
    ) -> list[Contribution]:
        """Return what a case contributes when its first `count` facts are known."""
        if count == 0:
            return []
        key = (measure["id"], id(life), count, at if self._moves(measure) else None)
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
