"""The periods and figures behind formulas that rest on reports.

A report has no clock: without a named period its window is the newest one for which the formula has
a value, and the year to date ends with the last month that every measure of the formula has.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec
import numpy as np

from services.domain.engine.catalogue import Formula
from services.domain.engine.doubts import beside
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.figures import Figure, Member
from services.domain.engine.measures import Measure
from services.domain.engine.observation import Coverage
from services.domain.engine.ordered import Ints
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
        self._shown: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._named: dict[tuple[str, str, str], dict[str, tuple[int, list[str]]]] = {}

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

        def placed(name: str, cells: list[int]) -> Iterator[tuple[Span, list[int]]]:
            for span, group in self._placed(formula, cells, window, calendar, name, now):
                yield on_constant_boundaries(span) if constant else span, group

        found: dict[Span, list[int]] = {}
        if period is not None:
            return dict(placed(period, cells.tolist())), []
        silent: list[int] = []
        names = self._periods(formula, cells, window, calendar)
        waiting, turn = cells.tolist(), 0
        while waiting:
            asked: dict[str, list[int]] = {}
            for cell in waiting:
                if turn < len(names[cell]):
                    asked.setdefault(names[cell][turn], []).append(cell)
                else:
                    silent.append(cell)
            waiting, turn = [], turn + 1
            for name, those in asked.items():
                for span, group in placed(name, those):
                    has = self._evaluation.values(formula, np.array(group), span).has.tolist()
                    known = [cell for cell, one in zip(group, has, strict=True) if one]
                    waiting += [cell for cell, one in zip(group, has, strict=True) if not one]
                    if known:
                        found.setdefault(span, []).extend(known)
        return found, silent

    def versions(self, formula: Formula, cells: Ints, calendar: str) -> Ints:
        """Numbers that grow when a figure changes that an observation of a cell shows.

        Of what it is made of and what its figures are held against, and of any duty to report.
        """
        if formula.id not in self._shown:
            names = [m.id for m in self._state.catalogue.shown_by(formula)]
            others = dict.fromkeys(each for name in names for each in beside(name))
            self._shown[formula.id] = tuple(names), tuple(others)
        own, shown = self._shown[formula.id]
        units = self._state.cells.unit_numbers(cells)
        found = self._state.figures[ROWS].changes.at(own, units)
        found += self._state.figures[calendar].changes.at(shown, units)
        return found + self._state.roster.version

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

    def _placed(
        self,
        formula: Formula,
        cells: list[int],
        window: str,
        calendar: str,
        period: str,
        now: int,
    ) -> Iterator[tuple[Span, list[int]]]:
        """The named period for each of the cells: a year to date ends where its reports do."""
        span = place(window, calendar, now, period)
        if window != "ytd":
            yield span, cells
            return
        grouped: dict[tuple[str, ...], list[int]] = {}
        parts_to_date = self._evaluation.amounts.parts_to_date
        each_to_date = parts_to_date(formula, np.array(cells, dtype=np.int64), period, calendar)
        for cell, parts in zip(cells, each_to_date, strict=True):
            grouped.setdefault(parts, []).append(cell)
        flows = any(m.kind == "flow" for m in self._state.catalogue.measures_of(formula))
        for parts, group in grouped.items():
            end = span.end if flows else span.begin
            if parts and not flows:
                end = place(kind_of_period(parts[-1]), calendar, now, parts[-1]).end
            yield msgspec.structs.replace(span, end=end, cut=min(end, now), parts=parts), group

    def _has_rows(self, formula: Formula, unit: str) -> bool:
        """Whether there is any row of every reference value behind the formula.

        Else no period has a value. Whether one held at the end of a period is seen there: those of
        a former unit have ended.
        """
        rows = self._state.figures[ROWS]
        return all(
            rows.periods(measure.id, unit)
            for measure in self._state.catalogue.measures_of(formula)
            if measure.source == "rows"
        )

    def _periods(
        self, formula: Formula, cells: Ints, window: str, calendar: str
    ) -> dict[int, list[str]]:
        """Periods of this window for which something was reported, newest first, by cell."""
        units, asked = self._state.cells.units, cells.tolist()
        if window not in PERIODS:
            return {cell: [] for cell in asked}
        known = self._named.setdefault((formula.id, window, calendar), {})
        found: dict[int, list[str]] = {}
        versions = self.versions(formula, cells, calendar).tolist()
        for cell, version in zip(asked, versions, strict=True):
            unit = units[cell]
            names = known.get(unit)
            if names is None or names[0] != version:
                names = (version, self._periods_of(formula, unit, window, calendar))
                known[unit] = names
            found[cell] = names[1]
        return found

    def _periods_of(self, formula: Formula, unit: str, window: str, calendar: str) -> list[str]:
        wanted = "year" if window == "ytd" else window
        named: set[str] = set()
        for measure in self._state.catalogue.measures_of(formula):
            if measure.kind == "report":
                named |= self._state.figures[calendar].periods(measure.id, unit)
        if not named or not self._has_rows(formula, unit):
            return []
        found = {
            name if kind_of_period(name) == wanted else _period_around(name, wanted, calendar)
            for name in named
        }
        return sorted((name for name in found if kind_of_period(name) == wanted), reverse=True)


@lru_cache(maxsize=4096)
def _period_around(name: str, wanted: str, calendar: str) -> str:
    """The longer period in which a period begins."""
    return period_at(wanted, calendar, place(kind_of_period(name), calendar, 0, name).begin)
