"""Formulas over many cells at once.

`Evaluation` answers what a formula is worth in some cells and a placed window, at one `now`.
Measures that are counted are read for all cells in one search; reported figures are looked up one
by one, they are few. A ratio is a ratio of sums; no value is never zero.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import TOTAL
from services.domain.engine.figures import names_up_to
from services.domain.engine.measures import Measure
from services.domain.engine.points import Ints
from services.domain.engine.state import ROWS, State
from services.domain.engine.windows import PERIODS, Span, year_base
from services.domain.instants import SECOND

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ZERO_DENOMINATOR = "zero_denominator"
MISSING = "missing"


class Values(NamedTuple):
    """One value for each cell: `has` says where there is one.

    `numerator` and `denominator` are what a ratio was made of.

    `zero` marks the cells that lack a value because the denominator is zero.
    """

    value: Floats
    has: Bools
    numerator: Floats
    denominator: Floats
    zero: Bools

    def at(self, places: Ints) -> "Values":
        """The values in these places, in this order."""
        return Values(
            self.value[places],
            self.has[places],
            self.numerator[places],
            self.denominator[places],
            self.zero[places],
        )


Amounts = tuple[Floats, Bools]


def second_after(at: int) -> int:
    """The first whole second not before an instant in microseconds.

    Everything before it has begun.
    """
    return -(-at // 1_000_000)


class Evaluation:
    """Values of formulas over a state; asks nothing of the clock, every span is placed already."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._catalogue = state.catalogue
        self._forms: dict[str, Callable[[Formula, Ints, Span], Values]] = {
            "ratio": self._ratio,
            "sum": self._sum,
            "last": self._last,
            "growth": self._growth,
            "extreme": self._extreme,
            "combine": self._combine,
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
        share = np.divide(formula.scale * above, below, out=np.zeros_like(above), where=has)
        return Values((formula.offset + share) / formula.divide_by, has, above, below, zero)

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
        now, has = self._quotient(formula, cells, span)
        earlier = year_base(span)
        if earlier is None:
            return _plain(now, np.zeros_like(has))
        base, has_base = self._quotient(formula, cells, earlier)
        has = has & has_base & (now > 0) & (base > 0)
        rate = np.divide(now, base, out=np.ones_like(now), where=has)
        return _plain(100 * (rate - 1), has)

    def _quotient(self, formula: Formula, cells: Ints, span: Span) -> Amounts:
        above, has = self._total(formula.numerator, cells, span)
        if not formula.denominator:
            return above, has
        below, has_below = self._total(formula.denominator, cells, span)
        has = has & has_below & (below != 0)
        return np.divide(above, below, out=np.zeros_like(above), where=has), has

    def _extreme(self, formula: Formula, cells: Ints, span: Span) -> Values:
        found = [self._amount(name, cells, span) for name in formula.inputs]
        has = np.logical_and.reduce([known for _, known in found])
        pick = np.minimum if formula.pick == "min" else np.maximum
        return _plain(pick.reduce([amount for amount, _ in found]), has)

    def _combine(self, formula: Formula, cells: Ints, span: Span) -> Values:
        left, right = (self._operand(name, cells, span) for name in formula.inputs)
        has = left.has & right.has
        zero = np.where(left.has, right.zero, left.zero)
        if formula.op == "multiply":
            product = formula.scale * left.value * right.value
            return Values(product, has, *_nothing(len(cells)), zero)
        divisible = has & (right.value > 0)
        share = np.zeros(len(cells))
        np.divide(formula.scale * left.value, right.value, out=share, where=divisible)
        return Values(share, divisible, left.value, right.value, np.where(has, ~divisible, zero))

    def _operand(self, name: str, cells: Ints, span: Span) -> Values:
        """A value of a combination: a formula with its reason, or a measure."""
        formula = self._catalogue.formulas.get(name)
        if formula is None:
            return _plain(*self._amount(name, cells, span))
        able = self._able(cells, lambda dim: self._catalogue.has_dimension(formula, dim))
        return self.values(formula, self._or_total(cells, able), span)

    def _total(self, names: Sequence[str], cells: Ints, span: Span) -> Amounts:
        total, has = np.zeros(len(cells)), np.ones(len(cells), dtype=bool)
        for name in names:
            amount, known = self._amount(name, cells, span)
            total, has = total + amount, has & known
        return total, has

    def _amount(self, name: str, cells: Ints, span: Span) -> Amounts:
        """A measure or another formula in each cell.

        What lacks a cell's breakdown is taken in total.
        """
        if name in self._catalogue.formulas:
            found = self._operand(name, cells, span)
            return found.value, found.has
        measure = self._catalogue.measures[name]
        able = self._able(cells, lambda dim: dim in measure.dimensions)
        asked = self._or_total(cells, able)
        if measure.kind == "report":
            return self._each(asked, lambda cell: self._reported(measure, cell, span))
        if measure.source == "rows":
            return self._each(asked, lambda cell: self._row(measure, cell, span))
        keys = self._state.cells.keys(asked, self._state.numbers[measure.id])
        if measure.agg in {"min", "max"}:
            at = second_after(span.cut) * SECOND
            return self._each(keys, lambda key: self._state.extreme(key, at, measure.agg))
        return self._counted(measure, keys, span), np.ones(len(cells), dtype=bool)

    def _counted(self, measure: Measure, keys: Ints, span: Span) -> Floats:
        end = second_after(span.cut)
        if measure.kind == "stock":
            found = self._state.points.until(keys, end)
        else:
            found = self._state.points.between(keys, second_after(span.begin), end)
        quantum = measure.quantum or 1
        amounts = found.astype(np.float64)
        return amounts / round(1 / quantum) if quantum < 1 else amounts * quantum

    def _able(self, cells: Ints, has_dimension: Callable[[str], bool]) -> Bools:
        members = self._state.cells.members
        known = {"": True}
        for cell in cells:
            dim = members[cell][0]
            if dim not in known:
                known[dim] = has_dimension(dim)
        if all(known.values()):
            return np.ones(len(cells), dtype=bool)
        return np.array([known[members[cell][0]] for cell in cells], dtype=bool)

    def _or_total(self, cells: Ints, able: Bools) -> Ints:
        if able.all():
            return cells
        totals = [self._state.cells.total_of(int(cell)) for cell in cells]
        return np.where(able, cells, np.array(totals, dtype=np.int64))

    def _each(self, items: Ints, ask: Callable[[int], float | None]) -> Amounts:
        found = [ask(int(item)) for item in items]
        return (
            np.array([0.0 if value is None else value for value in found]),
            np.array([value is not None for value in found], dtype=bool),
        )

    def _row(self, measure: Measure, cell: int, span: Span) -> float | None:
        unit = self._state.cells.units[cell]
        return self._state.figures[ROWS].row_at(measure, unit, span.cut)

    def _reported(self, measure: Measure, cell: int, span: Span) -> float | None:
        if span.window not in PERIODS or span.period is None:
            return None
        unit, member = self._state.cells.units[cell], self._state.cells.members[cell]
        figures = self._state.figures[span.calendar]
        quantum = measure.quantum or 1
        if span.window == "ytd":
            found = figures.to_date(measure, unit, member, span.parts)
        else:
            found = figures.value(measure, unit, member, span.period)
        return None if found is None else found * quantum

    def parts_to_date(
        self, formula: Formula, cell: int, year: str, calendar: str
    ) -> tuple[str, ...]:
        """The periods of a year up to the last month that every reported measure has."""
        unit, member = self._state.cells.units[cell], self._state.cells.members[cell]
        figures = self._state.figures[calendar]
        reports = [m for m in self._catalogue.measures_of(formula) if m.kind == "report"]

        for month in range(12, 0, -1):
            names = names_up_to(year, month)
            if all(
                figures.to_date(m, unit, member if member[0] in m.dimensions else TOTAL, names)
                is not None
                for m in reports
            ):
                return names
        return ()


def _plain(value: Floats, has: Bools) -> Values:
    return Values(value, has, *_nothing(len(value)), np.zeros(len(value), dtype=bool))


def _nothing(length: int) -> tuple[Floats, Floats]:
    """Numerators and denominators of what is not a ratio."""
    return np.full(length, np.nan), np.full(length, np.nan)
