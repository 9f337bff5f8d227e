"""Comparisons of a value with earlier windows, its target and its siblings (B.16 of the standard).

A change of a share is given in points ("pp") and, for growth, in per cent as well, each labelled.
There is no comparison without a base.
"""

from typing import NamedTuple

import numpy as np

from services.domain.engine.amounts import Floats
from services.domain.engine.catalogue import Catalogue, Formula, Indicator
from services.domain.engine.evaluate import Evaluation, Values
from services.domain.engine.points import Ints
from services.domain.engine.windows import (
    PERIODS,
    Span,
    place,
    previous_base,
    year_base,
)
from services.domain.instants import DAY

GROWTH = {"mom", "qoq", "yoy", "ytd_yoy"}
DIFFERENCE = {"yoy_points", "day_before", "week_before"}
WINDOW_OF = {"mom": {"month", "30d", "24h"}, "qoq": {"quarter"}, "ytd_yoy": {"ytd"}}


class Compared(NamedTuple):
    """One comparison of every cell: the change, in `unit`, and the base.

    NaN where there is none.
    """

    kind: str
    unit: str
    delta: Floats
    base: Floats


def base_span(kind: str, span: Span) -> Span | None:
    """The earlier window that a comparison looks at, or None when it has none here."""
    if kind in WINDOW_OF and span.window not in WINDOW_OF[kind]:
        return None
    if kind in {"yoy", "yoy_points", "ytd_yoy"}:
        return year_base(span)
    if kind in {"mom", "qoq"}:
        return previous_base(span)
    earlier = span.cut - (DAY if kind == "day_before" else 7 * DAY)
    return place(span.window, span.calendar, earlier) if span.window not in PERIODS else None


def compare(
    evaluation: Evaluation,
    catalogue: Catalogue,
    formula: Formula,
    cells: Ints,
    span: Span,
    values: Values,
) -> list[Compared]:
    """Every comparison with an earlier window that the indicator asks for."""
    found: list[Compared] = []
    asked = catalogue.indicators[formula.indicator].comparisons
    for kind in asked:
        if kind not in GROWTH | DIFFERENCE:
            continue
        base = base_span(kind, span)
        if base is None:
            continue
        earlier = evaluation.values(formula, cells, base)
        has = values.has & earlier.has & (earlier.value != 0)
        difference = np.where(has, values.value - earlier.value, np.nan)
        before = np.where(has, earlier.value, np.nan)
        if kind in GROWTH:
            rate = np.full(len(cells), np.nan)
            np.divide(values.value, earlier.value, out=rate, where=has)
            found.append(Compared(kind, "%", 100 * (rate - 1), before))
            if formula.unit == "%" and f"{kind}_points" not in asked:
                found.append(Compared(kind, "pp", difference, before))
        else:
            unit = (
                "pp"
                if formula.unit == "%"
                else "s"
                if formula.unit == "timestamp"
                else formula.unit
            )
            found.append(Compared(kind, unit, difference, before))
    return found


class Target(NamedTuple):
    """A target in force for a formula: a bound, or a band."""

    op: str
    value: float
    high: float | None = None


def target_of(indicator: Indicator, formula: Formula) -> Target | None:
    """The target that the catalogue states for this formula; none when it is left to a plan."""
    bound = indicator.target_bound
    if not bound or bound.get("on") != formula.component:
        return None
    if "band" in bound:
        low, high = bound["band"]
        return Target("band", low, high)
    return Target(bound["op"], bound["value"]) if "value" in bound else None


def gap(target: Target, value: float) -> float:
    """Value less target; for a band the distance to the nearer edge, 0 inside."""
    if target.high is None:
        return value - target.value
    return value - target.value if value < target.value else max(0.0, value - target.high)


def ranks(values: Values, groups: Ints, direction: str) -> tuple[Ints, Ints]:
    """(position, siblings with a value) of each cell in its group.

    Position 0 where there is no value.

    Position is 1 + the number of siblings with a strictly better value.
    """
    better = values.value if direction != "↓" else -values.value
    position = np.zeros(len(groups), dtype=np.int64)
    count = np.zeros(len(groups), dtype=np.int64)
    for group in np.unique(groups):
        inside = np.flatnonzero((groups == group) & values.has)
        ordered = np.sort(better[inside])
        position[inside] = 1 + len(inside) - np.searchsorted(ordered, better[inside], side="right")
        count[inside] = len(inside)
    return position, count
