"""What dossiers contribute: flows by their state at now, stocks by their state at that instant."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from services.domain.events import Event
from services.reference.conditions import (
    Functions,
    evaluate,
    greater,
    microseconds,
    passes,
    quanta,
    smaller,
)
from services.reference.dossiers import DossierLife, dossier_lives
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime

Measure: TypeAlias = Mapping[str, Any]
Member: TypeAlias = tuple[str, str]  # a dimension and one of its values

ABSENT_MEMBER = "-"


class Contribution(NamedTuple):
    """`value` quanta at one instant (start == end) or over (start, end]."""

    start: float
    end: float
    value: int


class CaseBook:
    """All dossiers of a centre under one working calendar."""

    def __init__(self, facts: Iterable[Event], places: Places, calendars: WorkingCalendars) -> None:
        self._by_unit: dict[str, list[DossierLife]] = {}
        for life in dossier_lives(facts, places, calendars):
            for unit in places.with_above(life.unit):
                self._by_unit.setdefault(unit, []).append(life)
        self._found: dict[tuple[str, int, int], Contribution | None] = {}

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> int | None:
        """Return the aggregate in quanta of what has span[0] <= at < min(span[1], now)."""
        start, end = span[0], min(span[1], now)
        values: list[int] = []
        for life in self._of(measure, unit, member, now):
            found = self._contribution(measure, life, life.facts_before(now))
            if found is not None and start <= found.start < end:
                values.append(found.value)
        return aggregate(measure["agg"], values)

    def stock(
        self, measure: Measure, unit: str, member: Member | None, at: int, now: int
    ) -> int | None:
        """Return the aggregate in quanta of what holds at an instant, by the state then."""
        values: list[int] = []
        for life in self._of(measure, unit, member, now):
            found = self._contribution(measure, life, life.facts_before(at))
            if found is not None and found.start < at <= found.end:
                values.append(found.value)
        return aggregate(measure["agg"], values)

    def members(self, measure: Measure, unit: str, dimension: str, now: int) -> set[str]:
        """Return the values that a dimension takes among the dossiers of a unit."""
        field_name = measure["dimensions"][dimension]
        lives = self._of(measure, unit, None, now)
        return {member_of(life.state(life.facts_before(now))[field_name]) for life in lives}

    def _of(
        self, measure: Measure, unit: str, member: Member | None, now: int
    ) -> Iterator[DossierLife]:
        """Yield the dossiers known at now; their dimensions are those of the state at now."""
        for life in self._by_unit.get(unit, []):
            known = life.facts_before(now)
            if known == 0:
                continue
            if member is not None:
                field_name = measure["dimensions"][member[0]]
                if member_of(life.state(known)[field_name]) != member[1]:
                    continue
            yield life

    def _contribution(self, measure: Measure, life: DossierLife, count: int) -> Contribution | None:
        """Return what a dossier contributes when its first `count` facts are known."""
        if count == 0:
            return None
        key = (measure["id"], id(life), count)
        if key not in self._found:
            self._found[key] = _contribution(measure, life.state(count), life.working)
        return self._found[key]


def aggregate(how: str, values: Sequence[int]) -> int | None:
    """Return the sum, the greatest or the smallest; the latter two have none of no values."""
    if how == "sum":
        return sum(values)
    choose: Callable[..., int | None] = {"min": min, "max": max}[how]
    return choose(values, default=None)


def member_of(value: object) -> str:
    """Return how a dimension's value is written; an absent one is "-"."""
    return ABSENT_MEMBER if value is None else str(value)


def _contribution(
    measure: Measure, state: dict[str, Any], working: WorkingTime
) -> Contribution | None:
    if not passes(measure.get("filter") or [], state):
        return None
    functions = _functions(working)
    value = evaluate(measure["value"], state, functions)
    if "at" in measure:
        start = end = evaluate(measure["at"], state, functions)
    else:
        start = evaluate(measure["from"], state, functions)
        end = evaluate(measure["to"], state, functions)
        end = math.inf if end is None else end
    if _is_nothing(value) or _is_nothing(start):
        return None
    counted = quanta(value, measure["quantum"]) if measure["agg"] == "sum" else value
    return Contribution(start, end, counted)


def _functions(working: WorkingTime) -> Functions:
    def working_before(end: float | None, hours: float) -> float | None:
        if end is None or math.isinf(end):
            return end
        return working.before(int(end), microseconds(hours))

    return {"min": smaller, "max": greater, "working_before": working_before}


def _is_nothing(value: float | None) -> bool:
    return value is None or math.isinf(value)
