"""Observations of formulas.

Values with their comparisons, target, level, rank, status and freshness.
"""

from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.amounts import second_after
from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import NO_CELL
from services.domain.engine.comparisons import Comparing, ranks
from services.domain.engine.contributions import MARKS
from services.domain.engine.doubts import Doubts
from services.domain.engine.evaluate import Evaluation, Values
from services.domain.engine.evaluated import Evaluated
from services.domain.engine.figure import vintages_seen
from services.domain.engine.figures import TOTAL, Figure
from services.domain.engine.goals import goals_of
from services.domain.engine.levels import Levels, applies
from services.domain.engine.observation import (
    Observation,
    Previous,
    identity,
    number,
)
from services.domain.engine.observing import Moment, Observed, Observing
from services.domain.engine.points import Ints
from services.domain.engine.reporting import Reporting
from services.domain.engine.said import Said
from services.domain.engine.state import State
from services.domain.engine.views import views
from services.domain.engine.windows import PERIODS, Span, on_constant_boundaries, place
from services.domain.instants import format_instant

SIMULATED_ONLY = ("simulated",)
LEVELS = {"country": "N", "province": "P", "commune": "C"}
WORST_FIRST = ("uoc_tinh", "so_bo", "chinh_thuc")


class Observer(Observing):
    """Makes observations of a state.

    A cell without anything to say (a breakdown member without a value) gives none. With a memory
    of what was said, neither does a counted cell of which the same would be said again.
    """

    def __init__(self, state: State, said: Said | None = None) -> None:
        self._state = state
        self._said = said
        self._evaluation = Evaluation(state)
        self._reporting = Reporting(state, self._evaluation)
        self._doubts = Doubts(state)

    def each(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Observed:
        """What is said of each cell; None says that there is nothing to say."""
        asked = np.array(cells, dtype=np.int64)
        mine = self._wanted(formula, asked)
        yield from ((cell, None) for cell in asked[~mine].tolist())
        wanted = asked[mine]
        if not len(wanted):
            return
        if not self._state.catalogue.reported(formula):
            span = place(window, calendar, moment.now, period)
            span = on_constant_boundaries(span) if moment.constant else span
            yield from self._of_span(formula, wanted, span, moment, self._said)
            return
        grouped, silent = self._reporting.spans(
            formula, wanted, window, calendar, moment.now, period, constant=moment.constant
        )
        yield from ((cell, None) for cell in silent)
        for span, group in grouped.items():
            yield from self._of_span(formula, np.array(group, dtype=np.int64), span, moment, None)

    def _wanted(self, formula: Formula, cells: Ints) -> Bools:
        """Where the indicator has a value: at its unit levels, in its breakdowns."""
        catalogue = self._state.catalogue
        indicator = catalogue.indicators[formula.indicator]

        def allowed(dim: str) -> bool:
            return dim in indicator.dimensions and catalogue.has_dimension(formula, dim)

        levels = [LEVELS[name] for name in indicator.unit_levels]
        held = self._state.cells
        return held.at_levels(cells, levels) & held.has_dim(cells, allowed)

    def _of_span(
        self, formula: Formula, cells: Ints, span: Span, moment: Moment, said: Said | None
    ) -> Iterator[tuple[int, Observation | None]]:
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
        units = [self._state.cells.units[cell] for cell in cells.tolist()]
        standings = self._state.feeds.standings(formula.id, units, None if final else moment.now)
        at = np.arange(len(cells))
        if said is not None:
            columns = [*values, position, of, simulated]
            columns.append(np.array(self._state.feeds.numbers(standings)))
            columns += [column for found in compared for column in (found.delta, found.base)]
            columns += [goals.targets, *([level] if level is not None else [])]
            columns.append(np.full(len(cells), span.begin + final if span.period else 0))
            name = (formula.id, span.window, span.calendar)
            at = said.differing(name, cells, columns)
        if not len(at):
            return
        asked_for, wanted = values.at(at), at.tolist()
        made = Evaluated(
            formula=formula,
            indicator=indicator,
            span=span,
            final=final,
            start=format_instant(span.begin),
            end=format_instant(span.end),
            as_of=format_instant(moment.now),
            goals=None if formula.unit == "timestamp" else [goals.goals[i] for i in wanted],
            value=asked_for.value.tolist(),
            has=asked_for.has.tolist(),
            numerator=asked_for.numerator.tolist(),
            denominator=asked_for.denominator.tolist(),
            zero=asked_for.zero.tolist(),
            below=asked_for.below.tolist(),
            compared=[found.lists(at) for found in compared],
            levels=None if level is None else level[at].tolist(),
            ranks=list(zip(position[at].tolist(), of[at].tolist(), strict=True)),
            simulated=simulated[at].tolist(),
            standings=[standings[i] for i in wanted],
            boundaries=views(self._evaluation, formula, cells[at], span, moment.now),
        )
        members = self._state.cells.members
        for index, cell in enumerate(cells[at].tolist()):
            speaks = made.has[index] or members[cell] == TOTAL
            yield cell, self._one(made, index, cell) if speaks else None

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
        above = np.unique(held.above(cells[held.dims(cells) == 0]))
        return {held.units[cell] for cell in above.tolist() if cell != NO_CELL}

    def _one(self, made: Evaluated, index: int, cell: int) -> Observation:
        formula, span = made.formula, made.span
        unit_key, (dim, member) = self._state.cells.units[cell], self._state.cells.members[cell]
        unit, _, valid_from = unit_key.partition("@")
        began_at = self._state.crosswalk.began_at(cell)
        dims, has = {dim: member} if dim else {}, made.has[index]
        sources = self._reporting.sources(formula, unit_key, (dim, member), span)
        first = sources[0] if len(sources) == 1 else None
        vn_level = _weakest(sources)
        coverage = None if dim else self._reporting.coverage(formula, unit_key, span)
        return Observation(
            id=identity(formula.id, unit_key, dims, span.name, span.period),
            indicator=formula.id,
            unit=unit,
            valid_from=valid_from,
            dims=dims,
            window=span.window,
            period=span.period,
            start=made.start,
            end=made.end,
            calendar=span.calendar,
            value=_shown(made.value[index], formula.unit) if has else None,
            numerator=_behind(made.numerator[index]),
            denominator=_behind(made.denominator[index]),
            null_reason=made.null_reason(index),
            formula_version=made.indicator.formula_version,
            status=made.status(index, vn_level),
            vn_level=vn_level,
            finality="final" if made.final else "provisional",
            closes_at=made.end if span.open and span.period else None,
            revision=vintages_seen(sources),
            previous=_previous(first, formula),
            released_at=format_instant(first.released_at) if first and first.released_at else None,
            as_of=made.as_of,
            freshness=made.freshness(index, coverage),
            coverage=coverage,
            comparisons=made.comparisons(index, began_at),
            target=made.target_gap(index),
            level=None if dim else made.level(index),
            rank=made.rank(index),
            quality=_quality(sources, simulated=bool(made.simulated[index])),
            warnings=self._doubts.of(formula, unit_key, (dim, member), span) if sources else (),
            boundaries=made.boundaries[index] if made.boundaries is not None else None,
            break_=made.broken(began_at),
        )


def _weakest(sources: list[Figure]) -> str | None:
    """The least certain stage of the law's three among the figures behind a value."""
    if not sources:
        return None
    known = (figure.vn_level for figure in sources if figure.vn_level)
    return min(known, key=WORST_FIRST.index, default=None)


def _quality(sources: list[Figure], *, simulated: bool) -> tuple[str, ...]:
    if not sources:
        return SIMULATED_ONLY if simulated else ()
    marks = {mark for figure in sources for mark in figure.quality}
    return tuple(sorted(marks | {"simulated"} if simulated else marks))


def _shown(value: float, unit: str) -> float | str:
    shown: float | str = format_instant(int(value)) if unit == "timestamp" else number(value)
    return shown


def _behind(value: float) -> float | None:
    return None if isnan(value) else number(value)


def _previous(figure: Figure | None, formula: Formula) -> Previous | None:
    """The value that the vintage before would have given; only where one figure is the value."""
    if figure is None or figure.previous_value is None or figure.previous_vintage is None:
        return None
    if formula.form not in {"last", "sum"} or len(formula.references) > 1:
        return None
    value = (formula.offset + formula.scale * figure.previous_value) / formula.divide_by
    released = format_instant(figure.previous_released_at or 0)
    level = figure.earlier[0].vn_level if figure.earlier else None
    return Previous(number(value), figure.previous_vintage, released, level)
