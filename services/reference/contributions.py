"""What one fact, row or state of a case contributes to a measure."""

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from services.domain.events import Event
from services.reference.conditions import (
    Functions,
    Instant,
    Named,
    evaluate,
    microseconds,
    names_in,
    passes,
    quanta,
)
from services.reference.instants import moment_named, start_of_year, year_of
from services.reference.sketches import bucket
from services.reference.working import WorkingTime

Measure: TypeAlias = Mapping[str, Any]
Member: TypeAlias = tuple[str, str]  # a dimension and one of its values

ABSENT_MEMBER = "-"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")


class Contribution(NamedTuple):
    """`value` (quanta, or a bucket) at one instant (start == end) or over (start, end]."""

    start: float
    end: float
    value: float


def contribution(measure: Measure, named: Named, working: WorkingTime) -> Contribution | None:
    """Return what these attributes contribute; None when the filter or an absence forbids it."""
    if not passes(measure.get("filter") or [], named):
        return None
    functions = _functions(working)
    moments = {name: _as_moment(named.get(name)) for name in _names_in(measure)}
    value = evaluate(measure["value"], moments, functions)
    if "at" in measure:
        start = end = evaluate(measure["at"], moments, functions)
    else:
        start = evaluate(measure["from"], moments, functions)
        end = evaluate(measure["to"], moments, functions)
        end = math.inf if end is None else end
    if _is_nothing(value) or _is_nothing(start):
        return None
    return Contribution(start, end, _counted(measure, value))


def said_by(fact: Event) -> dict[str, Any]:
    """Return the members of what a fact says, and its time."""
    members = getattr(fact.data, "__struct_fields__", ())
    return {name: getattr(fact.data, name) for name in members} | {"time": Instant(fact.at)}


def member_of(value: object) -> str:
    """Return how a dimension's value is written; an absent one is "-"."""
    return ABSENT_MEMBER if value is None else str(value)


def aggregate(how: str, values: list[float]) -> float | None:
    """Return the sum, the greatest or the smallest; the latter two have none of no values."""
    match how:
        case "sum":
            return sum(values)
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
    raise ValueError(f"values of a {how} are not one figure")


def _counted(measure: Measure, value: float) -> float:
    match measure["agg"]:
        case "sum":
            return quanta(value, measure["quantum"])
        case "sketch":
            return bucket(value)
    return value


def _as_moment(value: Any) -> Any:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return Instant(moment_named(value))
    return value


def _functions(working: WorkingTime) -> Functions:
    def working_before(end: float | None, hours: float) -> float | None:
        if end is None or math.isinf(end):
            return end
        return working.before(int(end), microseconds(hours))

    def working_days_after(start: int | None, count: int) -> int | None:
        return None if start is None else Instant(working.days_after(start, count))

    return {
        "working_before": working_before,
        "working_days_after": working_days_after,
        "year": lambda at: None if at is None else year_of(at),
        "start_of_year": lambda year: Instant(start_of_year(year)),
        "end_of_year": lambda year: Instant(start_of_year(year + 1)),
    }


def _names_in(measure: Measure) -> list[str]:
    """Return the attributes that the expressions of a measure name."""
    roles = ("value", "at", "from", "to")
    return [name for role in roles if role in measure for name in names_in(measure[role])]


def _is_nothing(value: float | None) -> bool:
    return value is None or math.isinf(value)
