"""Formulas over many cells at once.

`Evaluation` answers what a formula is worth in some cells and a placed window, at one `now`; what
its measures are worth there it asks of `Amounts`. A ratio is a ratio of sums; no value is never
zero.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from services.domain.engine.air_quality import StationIndexes, hours_of
from services.domain.engine.amount import Amount, Bools, Floats
from services.domain.engine.amounts import Amounts, second_after
from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import TOTAL
from services.domain.engine.coverage import CountryCoverage
from services.domain.engine.ordered import Ints
from services.domain.engine.outcomes import Outcomes
from services.domain.engine.readings import Place
from services.domain.engine.state import State
from services.domain.engine.windows import Span, as_then, on_constant_boundaries, year_base

ZERO_DENOMINATOR = "zero_denominator"
MISSING = "missing"
BELOW_COVERAGE = "below_coverage"


class Values(NamedTuple):
    """One value for each cell: `has` says where there is one.

    `numerator` and `denominator` are what a ratio was made of.

    `zero` marks the cells that lack a value because the denominator is zero, `below` those of the
    country behind which too few provinces stand.
    """

    value: Floats
    has: Bools
    numerator: Floats
    denominator: Floats
    zero: Bools
    below: Bools

    def at(self, places: Ints) -> "Values":
        """The values in these places, in this order."""
        return Values(
            self.value[places],
            self.has[places],
            self.numerator[places],
            self.denominator[places],
            self.zero[places],
            self.below[places],
        )


class Evaluation:
    """Values of formulas over a state; asks nothing of the clock, every span is placed already."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._catalogue = state.catalogue
        self.amounts = Amounts(state)
        self.country = CountryCoverage(state, self.amounts)
        self._outcomes = Outcomes(state, self._value_of)
        self._stations = StationIndexes(state.readings)
        self._forms: dict[str, Callable[[Formula, Ints, Span], Values]] = {
            "ratio": self._ratio,
            "sum": self._sum,
            "last": self._last,
            "growth": self._growth,
            "extreme": self._extreme,
            "combine": self._combine,
            "quantile": self._quantile,
            "composite": self._composite,
            "aqi": self._aqi,
            "outcome_check": self._outcome_check,
        }

    def values(self, formula: Formula, cells: Ints, span: Span) -> Values:
        """The formula in each of the cells, in the window as placed."""
        return self._forms[formula.form](formula, cells, span)

    def _ratio(self, formula: Formula, cells: Ints, span: Span) -> Values:
        above, has_above = self._total(formula.numerator, cells, span)
        below, has_below = self._total(formula.denominator, cells, span)
        known = has_above & has_below
        zero = known & (below == 0)
        has = known & ~zero
        few = np.zeros(len(cells), dtype=bool)
        few[self.country.withheld(formula, cells, span)] = True
        has, few = has & ~few, has & few
        share = np.divide(formula.scale * above, below, out=np.zeros_like(above), where=has)
        value = (formula.offset + share) / formula.divide_by
        # What is missing is not shown as zero.
        above, below = np.where(has_above, above, np.nan), np.where(has_below, below, np.nan)
        return Values(value, has, above, below, zero, few)

    def _sum(self, formula: Formula, cells: Ints, span: Span) -> Values:
        total, has = self._total(formula.inputs, cells, span)
        if formula.minus:
            less, has_less = self._total(formula.minus, cells, span)
            total, has = total - less, has & has_less
        return _plain(formula.scale * total / formula.divide_by, has)

    def _last(self, formula: Formula, cells: Ints, span: Span) -> Values:
        amount, has = self._amount(formula.inputs[0], cells, span)
        return _plain((formula.offset + formula.scale * amount) / formula.divide_by, has)

    def _growth(self, formula: Formula, cells: Ints, span: Span) -> Values:
        span = on_constant_boundaries(span)
        now, has = self._quotient(formula, cells, span)
        earlier = year_base(span)
        if earlier is None:
            return _plain(now, np.zeros_like(has))
        base, has_base = self._quotient(formula, cells, earlier)
        has = has & has_base & (now > 0) & (base > 0)
        rate = np.divide(now, base, out=np.ones_like(now), where=has)
        return _plain(100 * (rate - 1), has)

    def _quotient(self, formula: Formula, cells: Ints, span: Span) -> Amount:
        above, has = self._total(formula.numerator, cells, span)
        if not formula.denominator:
            return Amount(above, has)
        below, has_below = self._total(formula.denominator, cells, span)
        has = has & has_below & (below != 0)
        return Amount(np.divide(above, below, out=np.zeros_like(above), where=has), has)

    def _extreme(self, formula: Formula, cells: Ints, span: Span) -> Values:
        found = [self._amount(name, cells, span) for name in formula.inputs]
        has = np.logical_and.reduce([known for _, known in found])
        pick = np.minimum if formula.pick == "min" else np.maximum
        return _plain(pick.reduce([amount for amount, _ in found]), has)

    def _combine(self, formula: Formula, cells: Ints, span: Span) -> Values:
        left, right = (self._operand(name, cells, span) for name in formula.inputs)
        has = left.has & right.has
        zero = np.where(left.has, right.zero, left.zero)
        few = np.where(left.has, right.below, left.below)
        if formula.op == "multiply":
            product = formula.scale * left.value * right.value
            return Values(product, has, *_nothing(len(cells)), zero, few)
        divisible = has & (right.value > 0)
        share = np.zeros(len(cells))
        np.divide(formula.scale * left.value, right.value, out=share, where=divisible)
        zero = np.where(has, ~divisible, zero)
        return Values(share, divisible, left.value, right.value, zero, few)

    def _quantile(self, formula: Formula, cells: Ints, span: Span) -> Values:
        measure = self._catalogue.measures[formula.inputs[0]]
        asked = self.amounts.or_total(cells, lambda dim: dim in measure.dimensions)
        begin, end = second_after(span.begin), second_after(span.cut)
        found = self._quantiles(formula, asked, begin, end, constant=span.constant)
        return _plain(formula.scale * np.nan_to_num(found), ~np.isnan(found))

    def _quantiles(
        self, formula: Formula, asked: Ints, begin: int, end: int, *, constant: bool
    ) -> Floats:
        """Of each cell; on constant boundaries together with former units that came whole.

        No value where a part of a former unit that was split holds any.
        """
        quantile = partial(
            self.state.sketches.quantile, measure=formula.inputs[0], begin=begin, end=end
        )
        if not constant or not self.state.crosswalk:
            return quantile(asked, q=formula.q or 0)
        groups = [self.amounts.boundaries.groups(cell) for cell in asked.tolist()]
        found = quantile([whole for whole, _ in groups], q=formula.q or 0)
        split = quantile([parts for _, parts in groups], q=0)
        return np.where(np.isnan(split), found, np.nan)

    def _composite(self, formula: Formula, cells: Ints, span: Span) -> Values:
        """Points of the criteria that have a value, scaled to 100; too few of them are no score.

        A criterion that lacks a cell's breakdown is left out.
        """
        points, available = np.zeros(len(cells)), np.zeros(len(cells))
        for criterion in formula.criteria:
            found = self._operand(criterion.input, cells, span)
            able = partial(self._catalogue.able, criterion.input)
            has = found.has & self.amounts.able(cells, able)
            share = np.clip(found.value / criterion.full_marks_at, 0, 1)
            points += np.where(has, criterion.max_points * share, 0)
            available += np.where(has, criterion.max_points, 0)
        has = (available > 0) & (available >= formula.min_points)
        return _plain(100 * np.divide(points, available, out=np.zeros(len(cells)), where=has), has)

    def _aqi(self, formula: Formula, cells: Ints, span: Span) -> Values:
        """The greatest index over the stations of a unit; of one station for its breakdown."""
        measure, held = formula.inputs[0], self.state.cells
        end, hours = second_after(span.cut), hours_of(span.window)
        found = np.full(len(cells), np.nan)
        for index, cell in enumerate(cells.tolist()):
            unit, member = held.units[cell], held.members[cell]
            stations = self.state.readings.members(measure, unit)
            for station in stations if member == TOTAL else [member[1]]:
                place = Place(measure, unit, station)
                value = self._stations.greatest(place, end, hours)
                found[index] = np.fmax(found[index], value)
        return _plain(np.nan_to_num(found), ~np.isnan(found))

    def _outcome_check(self, formula: Formula, cells: Ints, span: Span) -> Values:
        completed, known = self._amount(formula.inputs[0], cells, span)
        if span.constant:  # whose outcome a task was to move is not moved with it
            own, _ = self._amount(formula.inputs[0], cells, as_then(span))
            known &= own == completed
        has = known & (completed > 0)
        moved = np.array(
            [
                self._outcomes.moved(cell, span) if one else 0
                for cell, one in zip(cells.tolist(), has.tolist(), strict=True)
            ],
            dtype=np.float64,
        )
        share = np.divide(formula.scale * moved, completed, out=np.zeros(len(cells)), where=has)
        return Values(share, has, moved, completed, known & ~has, np.zeros(len(cells), dtype=bool))

    def _value_of(self, formula: Formula, cell: Ints, span: Span) -> float | None:
        found = self.values(formula, cell, span)
        return float(found.value[0]) if found.has[0] else None

    def _operand(self, name: str, cells: Ints, span: Span) -> Values:
        """A value of a combination: a formula with its reason, or a measure."""
        formula = self._catalogue.formulas.get(name)
        if formula is None:
            return _plain(*self._amount(name, cells, span))
        asked = self.amounts.or_total(
            cells, lambda dim: self._catalogue.has_dimension(formula, dim)
        )
        return self.values(formula, asked, span)

    def _total(self, names: Sequence[str], cells: Ints, span: Span) -> Amount:
        total, has = np.zeros(len(cells)), np.ones(len(cells), dtype=bool)
        for name in names:
            amount, known = self._amount(name, cells, span)
            total, has = total + amount, has & known
        return Amount(total, has)

    def _amount(self, name: str, cells: Ints, span: Span) -> Amount:
        """A measure or another formula in each cell."""
        if name in self._catalogue.formulas:
            found = self._operand(name, cells, span)
            return Amount(found.value, found.has)
        return self.amounts.of(self._catalogue.measures[name], cells, span)


def _plain(value: Floats, has: Bools) -> Values:
    no = np.zeros(len(value), dtype=bool)
    return Values(value, has, *_nothing(len(value)), no, no)


def _nothing(length: int) -> tuple[Floats, Floats]:
    """Numerators and denominators of what is not a ratio."""
    return np.full(length, np.nan), np.full(length, np.nan)
