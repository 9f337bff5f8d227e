"""Comparisons of a value with earlier windows, its target and its siblings (B.16 of the standard).

A change of a share is given in points ("pp") and, for growth, in per cent as well, each labelled.
There is no comparison without a base.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec import structs

from services.domain.engine.amount import Floats
from services.domain.engine.baselines import (
    mean_of_weeks,
    usual_of_years,
    weeks_before,
    years_before,
)
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.evaluate import Evaluation, Values
from services.domain.engine.goals import Goals
from services.domain.engine.ordered import Ints
from services.domain.engine.windows import (
    PERIODS,
    Span,
    on_constant_boundaries,
    place,
    previous_base,
    year_base,
)
from services.domain.instants import DAY

GROWTH = {"mom", "qoq", "yoy", "ytd_yoy"}
OF_A_YEAR = {"yoy", "yoy_points", "ytd_yoy"}
"""Comparisons with the year before: both values on the boundaries of today's units."""
DIFFERENCE = {"yoy_points", "day_before", "week_before"}
COMPONENTS = {"limit": ("of_limit", "to_limit"), "share_of_grdp_growth": ("to_grdp",)}
"""Comparisons that are a component of the indicator."""
RANK_DECIMALS = 9
WINDOW_OF = {"mom": {"month", "30d", "24h"}, "qoq": {"quarter"}, "ytd_yoy": {"ytd"}}


class Compared(NamedTuple):
    """One comparison of every cell: the change, in `unit`, and the base.

    NaN where there is none.
    """

    kind: str
    unit: str
    delta: Floats
    base: Floats
    constant_from: int | None = None
    """Where a base on constant boundaries begins; that of a younger unit is its former units'."""

    def at(self, places: Ints) -> "Compared":
        """The same of the cells in these places."""
        return self._replace(delta=self.delta[places], base=self.base[places])


def base_span(kind: str, span: Span) -> Span | None:
    """The earlier window that a comparison looks at, or None when it has none here."""
    if kind in WINDOW_OF and span.window not in WINDOW_OF[kind]:
        return None
    if kind in OF_A_YEAR:
        return year_base(span)
    if kind in {"mom", "qoq"}:
        base = previous_base(span)
        return base and structs.replace(base, constant=span.constant)
    if span.window in PERIODS:
        return None
    earlier = place(
        span.window, span.calendar, span.cut - (DAY if kind == "day_before" else 7 * DAY)
    )
    return structs.replace(earlier, constant=span.constant)


def spans_of(kind: str, span: Span) -> Iterator[Span]:
    """Every earlier window that a comparison looks at."""
    if kind in GROWTH | DIFFERENCE:
        base = base_span(kind, span)
        if base is not None:
            yield base
    elif kind == "baseline_28d":
        yield from weeks_before(span)
    elif kind == "baseline_5y":
        yield from years_before(span)


class Comparing(NamedTuple):
    """A formula in a placed window with its values and goals, to be compared."""

    evaluation: Evaluation
    indicator: Indicator
    formula: Formula
    cells: Ints
    span: Span
    values: Values
    goals: Goals

    def all(self) -> list[Compared]:
        """Every comparison that the indicator asks for and that has a place in this window."""
        found: list[Compared] = []
        for kind in self.indicator.comparisons:
            if kind in GROWTH | DIFFERENCE:
                found.extend(self._with_earlier(kind))
            elif kind == "path":
                found.extend(self._with_path())
            elif kind == "baseline_28d":
                found.extend(self._with_weeks())
            elif kind == "baseline_5y":
                found.extend(self._with_years())
            elif kind in COMPONENTS:
                found.extend(self._component(kind))
        return found

    @property
    def _unit(self) -> str:
        """The unit of a difference: points of a share, seconds of a timestamp."""
        return {"%": "pp", "timestamp": "s"}.get(self.formula.unit, self.formula.unit)

    def _with_earlier(self, kind: str) -> Iterator[Compared]:
        base = base_span(kind, self.span)
        if base is None:
            return
        begin, found = None, self.values
        if kind in OF_A_YEAR:
            begin = base.begin
            base = on_constant_boundaries(base)
            found = self._on_constant_boundaries()
        earlier = self.evaluation.values(self.formula, self.cells, base)
        asked = self.indicator
        differs = kind in DIFFERENCE or asked.comparison_in == "difference"
        has = self.values.has & found.has & earlier.has
        if asked.comparison_in != "difference":
            has &= earlier.value != 0
        difference = np.where(has, found.value - earlier.value, np.nan)
        before = np.where(has, earlier.value, np.nan)
        if differs:
            yield Compared(kind, self._unit, difference, before, begin)
            return
        rate = np.full(len(self.cells), np.nan)
        np.divide(found.value, earlier.value, out=rate, where=has)
        yield Compared(kind, "%", 100 * (rate - 1), before, begin)
        if self.formula.unit == "%" and f"{kind}_points" not in asked.comparisons:
            yield Compared(kind, "pp", difference, before, begin)

    def _on_constant_boundaries(self) -> Values:
        """The value with what cases that former units opened have counted since."""
        if self.span.constant or not self.evaluation.state.crosswalk:
            return self.values
        return self.evaluation.values(self.formula, self.cells, on_constant_boundaries(self.span))

    def _with_path(self) -> Iterator[Compared]:
        delta = np.where(self.values.has, self.values.value - self.goals.lines, np.nan)
        yield Compared("path", self._unit, delta, self.goals.lines)

    def _with_weeks(self) -> Iterator[Compared]:
        """The share by which a value lies above the mean of the four weeks before."""
        mean, known = mean_of_weeks(self.evaluation, self.formula, self.cells, self.span)
        has = self.values.has & known & (mean != 0)
        share = np.full(len(self.cells), np.nan)
        np.divide(self.values.value, mean, out=share, where=has)
        yield Compared("baseline_28d", "ratio", share - 1, np.where(has, mean, np.nan))

    def _with_years(self) -> Iterator[Compared]:
        """How many standard deviations a value lies above the years before."""
        if self.span.window != "7d":
            return
        usual = usual_of_years(self.evaluation, self.formula, self.cells, self.span)
        has = self.values.has & usual.has & (usual.deviation != 0)
        share = np.full(len(self.cells), np.nan)
        np.divide(self.values.value - usual.mean, usual.deviation, out=share, where=has)
        yield Compared("baseline_5y", "sd", share, np.where(has, usual.mean, np.nan))

    def _component(self, kind: str) -> Iterator[Compared]:
        """The component that the comparison is; it has no base of its own."""
        if self.formula.component is not None:
            return
        catalogue = self.evaluation.state.catalogue
        for name in COMPONENTS[kind]:
            part = catalogue.formulas.get(f"{self.indicator.id}.{name}")
            if part is None or self.span.window not in part.windows:
                continue
            found = self.evaluation.values(part, self.cells, self.span)
            share = np.where(found.has, found.value, np.nan)
            yield Compared(kind, part.unit, share, np.full(len(self.cells), np.nan))


def ranks(values: Values, groups: Ints, direction: str) -> tuple[Ints, Ints]:
    """(position, siblings with a value) of each cell in its group.

    Position 0 where there is no value.

    Position is 1 + the number of siblings with a strictly better value.
    """
    # Equal quotients may differ in the last bits, depending on what they were made of.
    better = np.round(values.value if direction != "↓" else -values.value, RANK_DECIMALS)
    position = np.zeros(len(groups), dtype=np.int64)
    count = np.zeros(len(groups), dtype=np.int64)
    for group in np.unique(groups):
        inside = np.flatnonzero((groups == group) & values.has)
        ordered = np.sort(better[inside])
        position[inside] = 1 + len(inside) - np.searchsorted(ordered, better[inside], side="right")
        count[inside] = len(inside)
    return position, count
