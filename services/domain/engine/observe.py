"""Observations of formulas.

Values with their comparisons, target, level, rank, status and freshness.
"""

from collections.abc import Sequence

import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.amounts import second_after
from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import NO_CELL, TOTAL
from services.domain.engine.columns import Chosen, Same, alike, chosen
from services.domain.engine.comparisons import Compared, Comparing, ranks
from services.domain.engine.contributions import MARKS
from services.domain.engine.doubts import Doubts
from services.domain.engine.evaluate import Evaluation, Values
from services.domain.engine.evaluated import Evaluated, boundary_breaks, formula_breaks, moved
from services.domain.engine.goals import goals_of
from services.domain.engine.indicator import Indicator
from services.domain.engine.levels import Levels, applies
from services.domain.engine.numbers import numbers
from services.domain.engine.observing import Moment, Observing, Silent, Told
from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.reporting import Reporting
from services.domain.engine.said import Said
from services.domain.engine.sourced import COUNTED, COUNTED_SIMULATED, Sourced, sourced
from services.domain.engine.state import State
from services.domain.engine.views import views
from services.domain.engine.windows import PERIODS, Span, on_constant_boundaries, place

LEVELS = {"country": "N", "province": "P", "commune": "C"}


class Observer(Observing):
    """Makes observations of a state.

    A cell without anything to say (a breakdown member without a value) gives none. With a memory
    of what was said, neither does a cell of which the same would be said again.
    """

    def __init__(self, state: State, said: Said | None = None) -> None:
        self._state = state
        self._said = said
        self._evaluation = Evaluation(state)
        self.reporting = Reporting(state, self._evaluation)
        self._doubts = Doubts(state)

    def told(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Told:
        """What is said of each cell."""
        asked = np.array(cells, dtype=np.int64)
        mine = self._wanted(formula, asked)
        if not mine.all():
            yield Silent(asked[~mine].tolist())
        wanted = asked[mine]
        if not len(wanted):
            return
        if not self._state.catalogue.reported(formula):
            span = place(window, calendar, moment.now, period)
            span = on_constant_boundaries(span) if moment.constant else span
            yield from self._of_span(formula, wanted, span, moment)
            return
        grouped, silent = self.reporting.spans(
            formula, wanted, window, calendar, moment.now, period, constant=moment.constant
        )
        self.forget(formula, window, calendar, silent)
        yield Silent(silent)
        for span, group in grouped.items():
            yield from self._of_span(formula, np.array(group), span, moment)

    def forget(self, formula: Formula, window: str, calendar: str, cells: Sequence[int]) -> None:
        """Something else is said of these cells: whatever comes next is news."""
        if self._said is not None and cells:
            self._said.forget((formula.id, window, calendar), cells)

    def _wanted(self, formula: Formula, cells: Ints) -> Bools:
        """Where the indicator has a value: at its unit levels, in its breakdowns."""
        catalogue = self._state.catalogue
        indicator = catalogue.indicators[formula.indicator]

        def allowed(dim: str) -> bool:
            return dim in indicator.dimensions and catalogue.has_dimension(formula, dim)

        levels = [LEVELS[name] for name in indicator.unit_levels]
        held = self._state.cells
        return held.at_levels(cells, levels) & held.has_dim(cells, allowed)

    def _of_span(self, formula: Formula, cells: Ints, span: Span, moment: Moment) -> Told:
        catalogue = self._state.catalogue
        indicator = catalogue.indicators[formula.indicator]
        values = self._evaluation.values(formula, cells, span)
        goals = goals_of(self._state, indicator, formula, cells, span)
        asked = Comparing(self._evaluation, indicator, formula, cells, span, values, goals)
        compared = asked.all()
        levelled = applies(indicator, formula, span) and not span.constant
        level = Levels(asked, compared).found() if levelled else None
        position, of = self._ranks(formula, cells, span, values)
        simulated = self._simulated(formula, cells, span)
        final = not span.open and moment.final_to >= span.end
        feeds, units = self._state.feeds, self._state.cells.units
        standings, overdue = None, np.zeros(len(cells))
        if feeds.any_overdue(formula.id, None if final else moment.now):
            named = [units[cell] for cell in cells.tolist()]
            standings = feeds.standings(formula.id, named, moment.now)
            overdue = np.array(feeds.numbers(standings))
        at = np.arange(len(cells))
        if self._said is not None:
            columns = [*values, position, of, simulated, overdue]
            columns += [column for found in compared for column in (found.delta, found.base)]
            columns += [goals.targets, goals.highs, *([level] if level is not None else [])]
            columns.append(self._marks(indicator, cells, span, compared))
            columns += self._of_window(formula, cells, span, final=final)
            name = (formula.id, span.window, span.calendar)
            at = self._said.differing(name, cells, columns)
            # No column holds which provinces were heard.
            at = distinct(np.concatenate([at, self._of_the_country(cells)]))
        quiet = ~values.has[at] & (self._state.cells.dims(cells[at]) != 0)
        if quiet.any():  # members of a breakdown that have no value
            yield Silent(cells[at[quiet]].tolist())
            at = at[~quiet]
        if not len(at):
            return
        yield Evaluated(
            formula=formula,
            indicator=indicator,
            span=span,
            final=final,
            as_of=moment.now,
            held=self._state.cells,
            cells=cells[at],
            values=values.at(at),
            compared=[found.at(at) for found in compared],
            goals=None if formula.unit == "timestamp" else goals.at(at),
            levels=None if level is None else level[at],
            positions=position[at],
            siblings=of[at],
            standings=None if standings is None else [standings[i] for i in at.tolist()],
            sourced=self._sourced(formula, cells[at], span, simulated[at], values.at(at)),
            boundaries=views(self._evaluation, formula, cells[at], span, moment.now),
        )

    def _of_window(self, formula: Formula, cells: Ints, span: Span, *, final: bool) -> list[Ints]:
        """What an observation says of its window, and of reports the figures behind it."""
        if not self._state.catalogue.reported(formula):
            return [np.full(len(cells), span.begin + final if span.period else 0)]
        bounds = (span.begin, span.end, 2 * span.open + final)
        versions = self.reporting.versions(formula, cells, span.calendar)
        return [*(np.full(len(cells), bound) for bound in bounds), versions]

    def _marks(
        self, indicator: Indicator, cells: Ints, span: Span, compared: Sequence[Compared]
    ) -> Ints:
        """Breaks of the series, and bases moved to the boundaries of today, as one number each."""
        began = self._state.cells.began(cells)
        found = boundary_breaks(span, began) + 2 * formula_breaks(indicator, span)
        for number, each in enumerate(compared):
            if each.constant_from is not None:
                found = found + moved(each, began) * (4 << number)
        return found

    def _of_the_country(self, cells: Ints) -> Ints:
        """The places of the country's totals."""
        held = self._state.cells
        country = held.at_levels(cells, [LEVELS["country"]]) & (held.dims(cells) == 0)
        return np.flatnonzero(country)

    def _simulated(self, formula: Formula, cells: Ints, span: Span) -> Ints:
        """How much behind the formula was made by a simulator, in each cell."""
        found = np.zeros(len(cells), dtype=np.int64)
        sources = {m.source for m in self._state.catalogue.measures_of(formula)}
        for mark in {MARKS[source] for source in sources if source in MARKS}:
            keys = self._state.cells.keys(cells, self._state.numbers[mark])
            found += self._state.points.until(keys, second_after(span.cut))
        return found

    def _ranks(
        self, formula: Formula, cells: Ints, span: Span, values: Values
    ) -> tuple[Ints, Ints]:
        """(position, siblings with a value) of totals among the units with the same parent.

        Position 0 is none.
        """
        position, of = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.int64)
        indicator = self._state.catalogue.indicators[formula.indicator]
        if "rank" not in indicator.comparisons or (
            span.window in PERIODS and self._state.catalogue.reported(formula)
        ):
            return position, of
        order = np.argsort(cells)
        for parent in self._parents(cells):
            group = np.array(self._state.siblings(parent), dtype=np.int64)
            place = np.searchsorted(cells, group, sorter=order)
            place = order[np.minimum(place, len(cells) - 1)]
            here = cells[place] == group
            found = (
                values.at(place) if here.all() else self._evaluation.values(formula, group, span)
            )
            best, count = ranks(found, np.zeros(len(group), dtype=np.int64), indicator.direction)
            position[place[here]], of[place[here]] = best[here], count[here]
        return position, of

    def _parents(self, cells: Ints) -> set[str]:
        """The units above these cells, of those that are totals."""
        held = self._state.cells
        above = distinct(held.above(cells[held.dims(cells) == 0]))
        return {held.units[cell] for cell in above.tolist() if cell != NO_CELL}

    def _sourced(
        self, formula: Formula, cells: Ints, span: Span, simulated: Ints, values: Values
    ) -> Same | Chosen:
        """What is said of the figures behind each value."""
        if self._state.catalogue.reported(formula):
            marks, known = simulated.tolist(), numbers(np.where(values.has, values.value, np.nan))
            return alike(
                [
                    self._sourced_of(formula, cell, span, simulated=mark > 0, value=value)
                    for cell, mark, value in zip(cells.tolist(), marks, known, strict=True)
                ]
            )
        options, at = [COUNTED, COUNTED_SIMULATED], (simulated != 0).astype(np.int64)
        for index in self._of_the_country(cells).tolist():
            mark = bool(simulated[index])
            options.append(self._sourced_of(formula, int(cells[index]), span, simulated=mark))
            at[index] = len(options) - 1
        return chosen(options, at)

    def _sourced_of(
        self,
        formula: Formula,
        cell: int,
        span: Span,
        *,
        simulated: bool,
        value: float | None = None,
    ) -> Sourced:
        unit, member = self._state.cells.units[cell], self._state.cells.members[cell]
        figures = self.reporting.sources(formula, unit, member, span)
        return sourced(
            figures,
            formula,
            self._doubts.of(formula, unit, member, span) if figures else (),
            None if member != TOTAL else self.reporting.coverage(formula, unit, span),
            simulated=simulated,
            value=value,
        )
