"""Observations of formulas.

Values with their comparisons, target, level, rank, status and freshness.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.comparisons import (
    Compared,
    compare,
    gap,
    ranks,
    target_of,
)
from services.domain.engine.contributions import SIMULATED
from services.domain.engine.evaluate import (
    MISSING,
    ZERO_DENOMINATOR,
    Evaluation,
    Values,
    second_after,
)
from services.domain.engine.figures import TOTAL, Figure
from services.domain.engine.levels import NO_LEVEL, applies, levels
from services.domain.engine.observation import (
    Comparison,
    Freshness,
    Level,
    Observation,
    Previous,
    Rank,
    TargetGap,
    identity,
    number,
)
from services.domain.engine.points import Ints
from services.domain.engine.reporting import Reporting
from services.domain.engine.state import State
from services.domain.engine.windows import PERIODS, Span, place
from services.domain.instants import format_instant

VN_STATUS = {"uoc_tinh": "E", "so_bo": "P", "chinh_thuc": "A"}
WORST_FIRST = ("uoc_tinh", "so_bo", "chinh_thuc")


class Moment(NamedTuple):
    """When an evaluation happens: the clock, and how far every source has been counted."""

    now: int
    final_to: int


class _Evaluated(NamedTuple):
    """A formula in some cells of one window: arrays have one place for each cell."""

    formula: Formula
    indicator: Indicator
    span: Span
    moment: Moment
    values: Values
    compared: list[Compared]
    levels: Ints | None
    ranks: dict[int, Rank]
    simulated: Ints


class Observer:
    """Makes observations of a state.

    A cell without anything to say (a breakdown member without a value) gives none.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._evaluation = Evaluation(state)
        self._reporting = Reporting(state, self._evaluation)

    def observe(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> list[Observation]:
        """The formula in each cell, in its window at now or in a named period."""
        wanted = self._wanted(formula, cells)
        if not len(wanted):
            return []
        if not self._state.catalogue.reported(formula):
            span = place(window, calendar, moment.now, period)
            return self._of_span(formula, wanted, span, moment)
        found: list[Observation] = []
        for cell in wanted:
            spans = self._reporting.spans(formula, int(cell), window, calendar, moment.now, period)
            for span in spans:
                found.extend(self._of_span(formula, np.array([cell]), span, moment))
        return found

    def _wanted(self, formula: Formula, cells: Sequence[int]) -> Ints:
        indicator = self._state.catalogue.indicators[formula.indicator]
        members, units = self._state.cells.members, self._state.cells.units
        allowed = {"": True}
        for dim in indicator.dimensions:
            allowed[dim] = self._state.catalogue.has_dimension(formula, dim)
        levels_of = {
            {"country": "N", "province": "P", "commune": "C"}[name]
            for name in indicator.unit_levels
        }
        return np.array(
            [c for c in cells if allowed.get(members[c][0], False) and units[c][0] in levels_of],
            dtype=np.int64,
        )

    def _of_span(
        self, formula: Formula, cells: Ints, span: Span, moment: Moment
    ) -> list[Observation]:
        catalogue = self._state.catalogue
        indicator = catalogue.indicators[formula.indicator]
        values = self._evaluation.values(formula, cells, span)
        compared = compare(self._evaluation, catalogue, formula, cells, span, values)
        level = None
        if applies(indicator, formula, span):
            level = levels(self._evaluation, catalogue, formula, cells, span, values, compared)
        made = _Evaluated(
            formula,
            indicator,
            span,
            moment,
            values,
            compared,
            level,
            self._ranks(formula, cells, span) if "rank" in indicator.comparisons else {},
            self._simulated(formula, cells, span),
        )
        members = self._state.cells.members
        return [
            self._one(made, index, cell)
            for index, cell in enumerate(cells.tolist())
            if values.has[index] or members[cell] == TOTAL
        ]

    def _simulated(self, formula: Formula, cells: Ints, span: Span) -> Ints:
        if all(m.source != "case" for m in self._state.catalogue.measures_of(formula)):
            return np.zeros(len(cells), dtype=np.int64)
        keys = self._state.cells.keys(cells, self._state.numbers[SIMULATED])
        return self._state.points.until(keys, second_after(span.cut))

    def _ranks(self, formula: Formula, cells: Ints, span: Span) -> dict[int, Rank]:
        """Ranks of totals among the units with the same parent."""
        if span.window in PERIODS and self._state.catalogue.reported(formula):
            return {}
        found: dict[int, Rank] = {}
        direction = self._state.catalogue.indicators[formula.indicator].direction
        for parent in self._parents(cells):
            siblings = self._state.siblings(parent)
            group = np.array(siblings, dtype=np.int64)
            values = self._evaluation.values(formula, group, span)
            position, count = ranks(values, np.zeros(len(group), dtype=np.int64), direction)
            found.update(
                (number, Rank(int(pos), int(of)))
                for number, pos, of in zip(siblings, position, count, strict=True)
                if pos
            )
        return found

    def _parents(self, cells: Ints) -> set[str]:
        """The units above these cells, of those that are totals."""
        found: set[str] = set()
        for cell in cells.tolist():
            unit = self._state.units.get(self._state.cells.units[cell])
            if self._state.cells.members[cell] == TOTAL and unit is not None and unit.parent:
                found.add(unit.parent)
        return found

    def _one(self, made: _Evaluated, index: int, cell: int) -> Observation:
        formula, span, values = made.formula, made.span, made.values
        unit_key, (dim, member) = self._state.cells.units[cell], self._state.cells.members[cell]
        unit, _, valid_from = unit_key.partition("@")
        dims = {dim: member} if dim else {}
        has = bool(values.has[index])
        sources = self._reporting.sources(formula, unit_key, (dim, member), span)
        first = sources[0] if len(sources) == 1 else None
        vn_level = _weakest(sources)
        final = not span.open and made.moment.final_to >= span.end
        return Observation(
            id=identity(formula.id, unit_key, dims, span.name, span.period),
            indicator=formula.id,
            unit=unit,
            valid_from=valid_from,
            dims=dims,
            window=span.window,
            period=span.period,
            start=format_instant(span.begin),
            end=format_instant(span.end),
            calendar=span.calendar,
            value=_shown(float(values.value[index]), formula.unit) if has else None,
            numerator=_behind(values.numerator[index]),
            denominator=_behind(values.denominator[index]),
            null_reason=None if has else ZERO_DENOMINATOR if values.zero[index] else MISSING,
            status=VN_STATUS[vn_level] if vn_level else "A" if has else "M",
            vn_level=vn_level,
            finality="final" if final else "provisional",
            closes_at=format_instant(span.end) if span.open and span.period else None,
            previous=_previous(first),
            released_at=format_instant(first.released_at) if first and first.released_at else None,
            as_of=format_instant(made.moment.now),
            freshness=Freshness("final" if final else "provisional" if span.period else "live"),
            comparisons=tuple(
                _comparison(c, index) for c in made.compared if not np.isnan(c.delta[index])
            ),
            target=_target_gap(made, index),
            level=None if dim else _level(made, index),
            rank=made.ranks.get(cell),
            quality=_quality(sources, simulated=bool(made.simulated[index])),
        )


def _target_gap(made: _Evaluated, index: int) -> TargetGap | None:
    target = target_of(made.indicator, made.formula)
    if target is None or not made.values.has[index] or made.formula.unit == "timestamp":
        return None
    unit = "pp" if made.formula.unit == "%" else made.formula.unit
    value = float(made.values.value[index])
    return TargetGap(target.value, target.op, gap(target, value), unit, target.high)


def _level(made: _Evaluated, index: int) -> Level | None:
    if made.levels is None:
        return None
    level = int(made.levels[index])
    rule = f"{made.indicator.id}/{made.span.window}"
    return Level(None if level == NO_LEVEL else level, rule, made.indicator.formula_version)


def _weakest(sources: list[Figure]) -> str | None:
    """The least certain stage of the law's three among the figures behind a value."""
    known = (figure.vn_level for figure in sources if figure.vn_level)
    return min(known, key=WORST_FIRST.index, default=None)


def _quality(sources: list[Figure], *, simulated: bool) -> tuple[str, ...]:
    marks = {mark for figure in sources for mark in figure.quality}
    return tuple(sorted(marks | {"simulated"} if simulated else marks))


def _shown(value: float, unit: str) -> float | str:
    shown: float | str = format_instant(int(value)) if unit == "timestamp" else number(value)
    return shown


def _behind(value: np.float64) -> float | None:
    return None if np.isnan(value) else number(float(value))


def _comparison(compared: Compared, index: int) -> Comparison:
    return Comparison(
        compared.kind,
        number(float(compared.delta[index])),
        compared.unit,
        number(float(compared.base[index])),
    )


def _previous(figure: Figure | None) -> Previous | None:
    if figure is None or figure.previous_value is None or figure.previous_vintage is None:
        return None
    released = format_instant(figure.previous_released_at or 0)
    return Previous(number(figure.previous_value), figure.previous_vintage, released)
