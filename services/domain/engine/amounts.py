"""What measures are worth: read from a state for many cells and one placed window.

Measures that are counted are read for all cells in one search; reported figures and reference
values are looked up one by one and remembered. What lacks a cell's breakdown is taken in total.
"""

from collections.abc import Callable, Iterable
from functools import partial
from operator import contains

import numpy as np

from services.domain.engine.amount import Amount, Bools, Floats
from services.domain.engine.boundaries import Boundaries
from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import TOTAL
from services.domain.engine.measures import REFERENCE_VALUE, Measure
from services.domain.engine.ordered import Ints
from services.domain.engine.period_parts import names_up_to
from services.domain.engine.reference_rows import Stretch, always
from services.domain.engine.remembered import Remembered
from services.domain.engine.schedule import REPORTS_RECEIVED
from services.domain.engine.state import ROWS, State
from services.domain.engine.windows import Span, local_parts
from services.domain.instants import SECOND


def second_after(at: int) -> int:
    """The first whole second not before an instant in microseconds.

    Everything before it has begun.
    """
    return -(-at // 1_000_000)


class Amounts:
    """Reads measures of a state; asks nothing of the clock, every span is placed already."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._catalogue = state.catalogue
        self.boundaries = Boundaries(state)
        self._remembered = Remembered()

    def of(self, measure: Measure, cells: Ints, span: Span) -> Amount:
        """A measure in each cell; what lacks a cell's breakdown is taken in total.

        On constant boundaries with what was counted in the former units of each.
        """
        asked = self.or_total(cells, lambda dim: dim in measure.dimensions)
        own = self._then(measure, asked, span)
        if not span.constant:
            return own
        return self.boundaries.moved(
            measure, asked, own, lambda former: self._then(measure, former, span)
        )

    def divided(self, measures: Iterable[Measure], cells: Ints, span: Span) -> Bools:
        """Where something that these measures count came from a former unit that was split."""
        found = np.zeros(len(cells), dtype=bool)
        for measure in measures:
            asked = self.or_total(cells, partial(contains, measure.dimensions))
            found |= self.boundaries.divided(asked, partial(self._then, measure, span=span))
        return found

    def _then(self, measure: Measure, asked: Ints, span: Span) -> Amount:
        """A measure in each cell as it stands there."""
        if measure.kind == "report":
            return self._reported(measure, asked, span)
        if REFERENCE_VALUE in measure.event_types:
            return self._rows(measure, asked, span)
        ask = self._asks_of(measure, span)
        if ask is not None:
            return self._each(asked, ask)
        keys = self._state.cells.keys(asked, self._state.numbers[measure.id])
        if measure.agg in {"min", "max"}:
            at = second_after(span.cut) * SECOND
            return self._each(keys, lambda key: self._state.extreme(key, at, measure.agg))
        return Amount(self._counted(measure, keys, span), np.ones(len(asked), dtype=bool))

    def _asks_of(self, measure: Measure, span: Span) -> Callable[[int], float | None] | None:
        """What to ask of each cell, for the measures that are not read for all cells at once."""
        if measure.kind == "schedule":
            return lambda cell: self._scheduled(measure, cell, span)
        if measure.source == "clock":
            return lambda cell: self._worked(measure, cell, span)
        if measure.agg == "last":
            return lambda _cell: None  # readings stand for themselves, each in its hour
        return None

    def or_total(self, cells: Ints, has_dimension: Callable[[str], bool]) -> Ints:
        """The cells, and the total of its unit for each whose breakdown does not exist."""
        able = self.able(cells, has_dimension)
        if able.all():
            return cells
        totals = [self._state.cells.total_of(int(cell)) for cell in cells]
        return np.where(able, cells, np.array(totals, dtype=np.int64))

    def parts_to_date(
        self, formula: Formula, cells: Ints, year: str, calendar: str
    ) -> list[tuple[str, ...]]:
        """The periods of a year up to the last month that every reported measure has, by cell."""
        figures, held = self._state.figures[calendar], self._state.cells
        reports = [m for m in self._catalogue.measures_of(formula) if m.kind == "report"]

        def last_month(cell: int) -> Stretch:
            unit, member = held.units[cell], held.members[cell]
            if not all(figures.periods(m.id, unit) for m in reports):
                return always(None)
            for month in range(12, 0, -1):
                names = names_up_to(year, month)
                if all(
                    figures.to_date(m, unit, member if member[0] in m.dimensions else TOTAL, names)
                    is not None
                    for m in reports
                ):
                    return always(month)
            return always(None)

        versions = figures.changes.at([m.id for m in reports], held.unit_numbers(cells))
        question = ("parts", formula.id, calendar, year)
        found = self._remembered.of(question, cells, versions, last_month)
        return [
            names_up_to(year, int(month)) if known else ()
            for month, known in zip(found.value.tolist(), found.has.tolist(), strict=True)
        ]

    def _counted(self, measure: Measure, keys: Ints, span: Span) -> Floats:
        end = second_after(span.cut)
        if measure.kind == "stock":
            found = self._state.points.until(keys, end)
        else:
            found = self._state.points.between(keys, second_after(span.begin), end)
        quantum = measure.quantum or 1
        amounts = found.astype(np.float64)
        return amounts / round(1 / quantum) if quantum < 1 else amounts * quantum

    def able(self, cells: Ints, has_dimension: Callable[[str], bool]) -> Bools:
        """Where a cell is a total, or has a breakdown that exists."""
        return self._state.cells.has_dim(cells, has_dimension)

    def _each(self, items: Ints, ask: Callable[[int], float | None]) -> Amount:
        found = [ask(int(item)) for item in items]
        return Amount(
            np.array([0.0 if value is None else value for value in found]),
            np.array([value is not None for value in found], dtype=bool),
        )

    def _rows(self, measure: Measure, cells: Ints, span: Span) -> Amount:
        """Reference values as they hold at the end of the window."""
        figures, held, at = self._state.figures[ROWS], self._state.cells, span.cut

        def ask(cell: int) -> Stretch:
            return figures.row_stretch(measure, held.units[cell], at, held.members[cell])

        versions = figures.changes.at([measure.id], held.unit_numbers(cells))
        month = local_parts(at)[:2]  # of one month mostly one stretch is asked for
        return self._remembered.of((measure.id, ROWS, *month), cells, versions, ask, at)

    def _scheduled(self, measure: Measure, cell: int, span: Span) -> float:
        """How many reports were due in the window, or of those how many have come."""
        unit, (_, domain) = self._state.cells.units[cell], self._state.cells.members[cell]
        schedule = self._state.schedule
        count = schedule.received if measure.id == REPORTS_RECEIVED else schedule.expected
        return count(unit, domain or None, span.begin, span.cut)

    def _worked(self, measure: Measure, cell: int, span: Span) -> float:
        """Working days that ended in the window, or those of the year that holds its end."""
        unit, workdays = self._state.cells.units[cell], self._state.workdays
        if measure.kind == "flow":
            return workdays.elapsed(unit, span.begin, span.cut)
        return workdays.of_year(unit, span.cut)

    def _reported(self, measure: Measure, cells: Ints, span: Span) -> Amount:
        """Reported figures of a period, or of the periods that make up a year to date."""
        if span.period is None:
            return Amount(np.zeros(len(cells)), np.zeros(len(cells), dtype=bool))
        period, held = span.period, self._state.cells
        figures, quantum = self._state.figures[span.calendar], measure.quantum or 1
        parts = span.parts if span.window == "ytd" else None

        def ask(cell: int) -> Stretch:
            unit, member = held.units[cell], held.members[cell]
            if parts is None:
                found = figures.value(measure, unit, member, period)
            else:
                found = figures.to_date(measure, unit, member, parts)
            return always(None if found is None else found * quantum)

        versions = figures.changes.at([measure.id], held.unit_numbers(cells))
        question = (measure.id, span.calendar, period, parts)
        return self._remembered.of(question, cells, versions, ask)
