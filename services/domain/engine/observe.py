"""Observations of formulas.

Values with their comparisons, target, level, rank, status and freshness.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from services.domain.engine.catalogue import Formula
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
from services.domain.engine.state import State
from services.domain.engine.windows import (
    PERIODS,
    Span,
    kind_of_period,
    period_at,
    place,
)
from services.domain.instants import format_instant

VN_STATUS = {"uoc_tinh": "E", "so_bo": "P", "chinh_thuc": "A"}
WORST_FIRST = ("uoc_tinh", "so_bo", "chinh_thuc")


class Moment(NamedTuple):
    """When an evaluation happens: the clock, and how far every source has been counted."""

    now: int
    final_to: int


class Observer:
    """Makes observations of a state.

    A cell without anything to say (a breakdown member without a value) gives none.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._evaluation = Evaluation(state)

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
            for span in self._reported_spans(formula, int(cell), window, calendar, moment, period):
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

    def _reported_spans(
        self,
        formula: Formula,
        cell: int,
        window: str,
        calendar: str,
        moment: Moment,
        period: str | None,
    ) -> Iterable[Span]:
        """The named period, else the latest one for which the formula has a value."""
        for name in [period] if period else self._reported_periods(formula, cell, window, calendar):
            span = self._reported_span(formula, cell, window, calendar, name, moment.now)
            if period or self._evaluation.values(formula, np.array([cell]), span).has[0]:
                return [span]
        return []

    def _reported_span(
        self, formula: Formula, cell: int, window: str, calendar: str, period: str, now: int
    ) -> Span:
        span = place(window, calendar, now, period)
        if window != "ytd":
            return span
        parts = self._evaluation.parts_to_date(formula, cell, period, calendar)
        if any(m.kind == "flow" for m in self._state.catalogue.measures_of(formula)):
            return msgspec.structs.replace(span, parts=parts)
        end = (
            place(kind_of_period(parts[-1]), calendar, now, parts[-1]).end if parts else span.begin
        )
        return Span(
            window, calendar, span.begin, end, max(span.begin, min(end, now)), period, parts
        )

    def _reported_periods(
        self, formula: Formula, cell: int, window: str, calendar: str
    ) -> list[str]:
        """Periods of this window for which something was reported, newest first."""
        if window not in PERIODS:
            return []
        unit, wanted = self._state.cells.units[cell], "year" if window == "ytd" else window
        named: set[str] = set()
        for measure in self._state.catalogue.measures_of(formula):
            if measure.kind == "report":
                named |= self._state.figures[calendar].periods(measure.id, unit)
        found = {
            p
            if kind_of_period(p) == wanted
            else period_at(wanted, calendar, place(kind_of_period(p), calendar, 0, p).begin)
            for p in named
        }
        return sorted((p for p in found if kind_of_period(p) == wanted), reverse=True)

    def _of_span(
        self, formula: Formula, cells: Ints, span: Span, moment: Moment
    ) -> list[Observation]:
        catalogue = self._state.catalogue
        values = self._evaluation.values(formula, cells, span)
        compared = compare(self._evaluation, catalogue, formula, cells, span, values)
        indicator = catalogue.indicators[formula.indicator]
        level = None
        if applies(indicator, formula, span):
            level = levels(self._evaluation, catalogue, formula, cells, span, values, compared)
        rank = self._ranks(formula, cells, span) if "rank" in indicator.comparisons else None
        simulated = self._simulated(formula, cells, span)
        found: list[Observation] = []
        for index, cell in enumerate(cells.tolist()):
            if not values.has[index] and self._state.cells.members[cell] != TOTAL:
                continue
            found.append(
                self._one(
                    formula,
                    cell,
                    index,
                    span,
                    moment,
                    values,
                    compared,
                    level,
                    rank,
                    bool(simulated[index]),
                )
            )
        return found

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

    def _one(
        self,
        formula: Formula,
        cell: int,
        index: int,
        span: Span,
        moment: Moment,
        values: Values,
        compared: list[Compared],
        level: Ints | None,
        rank: dict[int, Rank] | None,
        simulated: bool,
    ) -> Observation:
        unit_key, (dim, member) = self._state.cells.units[cell], self._state.cells.members[cell]
        unit, _, valid_from = unit_key.partition("@")
        has = bool(values.has[index])
        value = float(values.value[index])
        indicator = self._state.catalogue.indicators[formula.indicator]
        target = target_of(indicator, formula) if has and formula.unit != "timestamp" else None
        sources = self._sources(formula, unit_key, (dim, member), span)
        final = not span.open and moment.final_to >= span.end
        vn_level = min(
            (s.vn_level for s in sources if s.vn_level), key=WORST_FIRST.index, default=None
        )
        first = sources[0] if len(sources) == 1 else None
        return Observation(
            id=identity(formula.id, unit_key, {dim: member} if dim else {}, span.name, span.period),
            indicator=formula.id,
            unit=unit,
            valid_from=valid_from,
            dims={dim: member} if dim else {},
            window=span.window,
            period=span.period,
            start=format_instant(span.begin),
            end=format_instant(span.end),
            calendar=span.calendar,
            value=_shown(value, formula.unit) if has else None,
            numerator=_behind(values.numerator[index]),
            denominator=_behind(values.denominator[index]),
            null_reason=None if has else ZERO_DENOMINATOR if values.zero[index] else MISSING,
            status=VN_STATUS[vn_level] if vn_level else "A" if has else "M",
            vn_level=vn_level,
            finality="final" if final else "provisional",
            closes_at=format_instant(span.end) if span.open and span.period else None,
            previous=_previous(first),
            released_at=format_instant(first.released_at) if first and first.released_at else None,
            as_of=format_instant(moment.now),
            freshness=Freshness("final" if final else "provisional" if span.period else "live"),
            comparisons=tuple(
                _comparison(c, index) for c in compared if not np.isnan(c.delta[index])
            ),
            target=TargetGap(
                target.value,
                target.op,
                gap(target, value),
                "pp" if formula.unit == "%" else formula.unit,
                target.high,
            )
            if target
            else None,
            level=Level(
                None if level[index] == NO_LEVEL else int(level[index]),
                f"{formula.indicator}/{span.window}",
                indicator.formula_version,
            )
            if level is not None and not dim
            else None,
            rank=rank.get(cell) if rank else None,
            quality=tuple(
                sorted(
                    {q for s in sources for q in s.quality}
                    | ({"simulated"} if simulated else set())
                )
            ),
        )

    def _sources(
        self, formula: Formula, unit: str, member: tuple[str, str], span: Span
    ) -> list[Figure]:
        """The reported figures behind the leading measure."""
        name = (formula.numerator or formula.inputs)[0]
        measure = self._state.catalogue.measures.get(name)
        if measure is None or measure.kind != "report" or span.period is None:
            return []
        figures = self._state.figures[span.calendar]
        periods = span.parts if span.window == "ytd" else (span.period,)
        return [s for p in periods for s in figures.sources(measure, unit, member, p)]


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
