"""The periods and figures behind formulas that rest on reports.

A report has no clock: without a named period its window is the newest one for which the formula has
a value, and the year to date ends with the last month that every measure of the formula has.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec
import numpy as np

from services.domain.cases.fold import NEVER
from services.domain.engine.catalogue import Formula
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.figures import Figure, Member
from services.domain.engine.measures import Measure
from services.domain.engine.observation import Coverage
from services.domain.engine.points import Ints
from services.domain.engine.roster import what_of
from services.domain.engine.state import ROWS, State
from services.domain.engine.windows import (
    PERIODS,
    Span,
    kind_of_period,
    on_constant_boundaries,
    period_at,
    place,
)
from services.domain.worktime import local_day


class Reporting:
    """Places the windows of reported formulas and finds their sources."""

    def __init__(self, state: State, evaluation: Evaluation) -> None:
        self._state = state
        self._evaluation = evaluation
        self._leads: dict[str, Measure | None] = {}
        self._expected: dict[str, tuple[tuple[Measure, tuple[str, ...]], ...]] = {}

    def spans(
        self,
        formula: Formula,
        cells: Ints,
        window: str,
        calendar: str,
        now: int,
        period: str | None,
        *,
        constant: bool = False,
    ) -> tuple[dict[Span, list[int]], list[int]]:
        """The window of each cell, and the cells that have none.

        The named period, else the latest one for which the formula has a value. Cells are asked
        together, first those for which the same period is the newest.
        """

        def span_of(cell: int, name: str) -> Span:
            span = self._span(formula, cell, window, calendar, name, now)
            return on_constant_boundaries(span) if constant else span

        found: dict[Span, list[int]] = {}
        if period is not None:
            for cell in cells.tolist():
                found.setdefault(span_of(cell, period), []).append(cell)
            return found, []
        silent: list[int] = []
        waiting = [
            (cell, iter(self._periods(formula, cell, window, calendar))) for cell in cells.tolist()
        ]
        while waiting:
            asked: dict[Span, list[tuple[int, Iterator[str]]]] = {}
            for cell, names in waiting:
                name = next(names, None)
                if name is None:
                    silent.append(cell)
                    continue
                asked.setdefault(span_of(cell, name), []).append((cell, names))
            waiting = []
            for span, group in asked.items():
                these = np.array([cell for cell, _ in group], dtype=np.int64)
                has = self._evaluation.values(formula, these, span).has
                for each, known in zip(group, has.tolist(), strict=True):
                    if known:
                        found.setdefault(span, []).append(each[0])
                    else:
                        waiting.append(each)
        return found, silent

    def sources(self, formula: Formula, unit: str, member: Member, span: Span) -> list[Figure]:
        """The reported figures behind the leading measure."""
        measure = self._leading(formula) if span.period is not None else None
        if measure is None or span.period is None:
            return []
        figures = self._state.figures[span.calendar]
        periods = span.parts if span.window == "ytd" else (span.period,)
        return [each for name in periods for each in figures.sources(measure, unit, member, name)]

    def coverage(self, formula: Formula, unit: str, span: Span) -> Coverage | None:
        """How many of the expected reporters have reported; None when nobody is expected.

        Of a ratio of the country that rests on provinces, how many of those were heard.
        """
        provinces = self._evaluation.country.of(formula, unit, span)
        if provinces is not None:
            return provinces
        reports = self._reports(formula) if span.period is not None else ()
        if not reports or span.period is None or span.window == "ytd":
            return None
        figures = self._state.figures[span.calendar]
        day = local_day(span.end - 1)
        expected: set[str] = set()
        reported: set[str] = set()
        for measure, names in reports:
            for what in names:
                found = self._state.roster.expected(what, unit, day)
                expected |= found
                reported |= {u for u in found if figures.reported(measure.id, u, span.period)}
        return Coverage(len(reported), len(expected)) if expected else None

    def _leading(self, formula: Formula) -> Measure | None:
        """The leading measure of a formula, when it is reported."""
        if formula.id not in self._leads:
            measure = self._state.catalogue.measures.get(formula.leading[0])
            reported = measure is not None and measure.kind == "report"
            self._leads[formula.id] = measure if reported else None
        return self._leads[formula.id]

    def _reports(self, formula: Formula) -> tuple[tuple[Measure, tuple[str, ...]], ...]:
        """The reported measures of a formula, and the names under which they are expected."""
        found = self._expected.get(formula.id)
        if found is None:
            measures = self._state.catalogue.measures_of(formula)
            found = tuple((m, what_of(m)) for m in measures if m.kind == "report")
            self._expected[formula.id] = found
        return found

    def _span(
        self, formula: Formula, cell: int, window: str, calendar: str, period: str, now: int
    ) -> Span:
        span = place(window, calendar, now, period)
        if window != "ytd":
            return span
        parts = self._evaluation.amounts.parts_to_date(formula, cell, period, calendar)
        if any(m.kind == "flow" for m in self._state.catalogue.measures_of(formula)):
            return msgspec.structs.replace(span, parts=parts)
        end = span.begin
        if parts:
            end = place(kind_of_period(parts[-1]), calendar, now, parts[-1]).end
        return msgspec.structs.replace(span, end=end, cut=min(end, now), parts=parts)

    def _has_rows(self, formula: Formula, cell: int) -> bool:
        """Whether every reference value behind the formula exists; else no period has a value."""
        rows, unit = self._state.figures[ROWS], self._state.cells.units[cell]
        return all(
            rows.row_at(measure, unit, NEVER) is not None
            for measure in self._state.catalogue.measures_of(formula)
            if measure.source == "rows"
        )

    def _periods(self, formula: Formula, cell: int, window: str, calendar: str) -> list[str]:
        """Periods of this window for which something was reported, newest first."""
        if window not in PERIODS or not self._has_rows(formula, cell):
            return []
        unit, wanted = self._state.cells.units[cell], "year" if window == "ytd" else window
        named: set[str] = set()
        for measure in self._state.catalogue.measures_of(formula):
            if measure.kind == "report":
                named |= self._state.figures[calendar].periods(measure.id, unit)
        found = {
            name if kind_of_period(name) == wanted else _period_around(name, wanted, calendar)
            for name in named
        }
        return sorted((name for name in found if kind_of_period(name) == wanted), reverse=True)


@lru_cache(maxsize=4096)
def _period_around(name: str, wanted: str, calendar: str) -> str:
    """The longer period in which a period begins."""
    return period_at(wanted, calendar, place(kind_of_period(name), calendar, 0, name).begin)
