"""The level (0 to 5) that an indicator's own rule gives a unit.

Operators' thresholds replace these bounds when they are set.

"0 = green" completes the standard's yellow, orange, red = 2, 3, 4 (QĐ 18/2021/QĐ-TTg Art. 4 for the
order of colours). The bands of an index have a palette of their own and are numbered from 1.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.domain.engine.amount import Bools, Floats
from services.domain.engine.baselines import had_any, tails, usual_of_years, weeks_before
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.comparisons import Compared, Comparing
from services.domain.engine.evaluate import Values
from services.domain.engine.indicator import LevelStep
from services.domain.engine.windows import Span, place
from services.domain.instants import DAY, HOUR

NO_LEVEL = -1
WEEKS_DAYS = 28
HOLD_STEP = HOUR
"""A bound that must stay broken is asked at these steps, which are those of long windows."""


def applies(indicator: Indicator, formula: Formula, span: Span) -> bool:
    """Whether the indicator's rule looks at this window.

    Its main formula, in the first calendar.
    """
    rule = indicator.alert_levels
    return (
        formula.component is None
        and rule.rule not in {"none", "sla_stages"}
        and rule.window == span.window
        and span.calendar == indicator.calendars_of(span.window)[0]
    )


class _Judged(NamedTuple):
    """What a bound looks at in each cell, and where there is enough of it."""

    value: Floats
    has: Bools


class Levels:
    """The rule of an indicator applied to cells whose values and comparisons are known."""

    def __init__(self, asked: Comparing, compared: list[Compared]) -> None:
        self._asked = asked
        self._compared = compared
        self._rule = asked.indicator.alert_levels
        self._evaluation = asked.evaluation
        self._catalogue = asked.evaluation.state.catalogue

    def found(self) -> npt.NDArray[np.int64]:
        """The greatest level that holds.

        NO_LEVEL without a value, without what it is held against, or with too few cases behind it.
        """
        rules = {
            "bounds": self._bounds,
            "poisson_upper_tail": self._poisson,
            "baseline_sd": self._deviations,
            "aqi_bands": self._bands,
            "own_level": self._own,
        }
        return rules[self._rule.rule]()

    def _bounds(self) -> npt.NDArray[np.int64]:
        main = self._judged(self._rule.on, self._asked.span, self._asked.values)
        has = main.has & self._enough()
        found = np.where(has, 0, NO_LEVEL)
        for step in self._rule.levels:
            judged = self._step(step, main)
            if step.relative_to is not None:
                has = has & judged.has
                found = np.where(has, found, NO_LEVEL)
            broken = has & judged.has & _breaks(step, judged.value)
            if step.hold is not None:
                broken = self._held(step, broken)
            found = np.where(broken, np.maximum(found, step.level), found)
        return found

    def _step(self, step: LevelStep, main: _Judged) -> _Judged:
        """What a step looks at: the same as the others, another component, or a distance."""
        asked = self._asked
        if step.relative_to == "path":
            return _known(np.where(main.has, main.value - asked.goals.lines, np.nan))
        if step.relative_to == "target":
            return _known(np.where(main.has, asked.goals.gaps(main.value), np.nan))
        if step.on is None and step.window is None:
            return main
        window = step.window or asked.span.window
        span = asked.span
        if window != span.window:
            span = place(window, span.calendar, span.cut)
        return self._judged(step.on or self._rule.on, span, None)

    def _judged(self, name: str, span: Span, values: Values | None) -> _Judged:
        part = self._catalogue.formulas.get(f"{self._asked.indicator.id}.{name}")
        if part is not None:
            values = self._evaluation.values(part, self._asked.cells, span)
        elif name != "value":
            match = [c.delta for c in self._compared if c.kind == name and c.unit != "pp"]
            return _known(match[0] if match else np.full(len(self._asked.cells), np.nan))
        elif values is None:
            values = self._evaluation.values(self._asked.formula, self._asked.cells, span)
        return _Judged(values.value, values.has)

    def _enough(self) -> Bools:
        """Whether enough cases stand behind the value.

        Those of a named measure, else the denominators, of a quantile the number of values.
        """
        asked, least = self._asked, self._rule.min_denominator
        if least is None:
            return np.ones(len(asked.cells), dtype=bool)
        part = self._catalogue.formulas.get(f"{asked.indicator.id}.{self._rule.on}", asked.formula)
        measure = self._rule.count or (part.inputs[0] if part.form == "quantile" else None)
        if measure is not None:
            counted = self._evaluation.amounts.of(
                self._catalogue.measures[measure], asked.cells, asked.span
            )
            return counted.has & (counted.value >= least)
        behind = asked.values
        if part is not asked.formula:
            behind = self._evaluation.values(part, asked.cells, asked.span)
        return behind.denominator >= least

    def _held(self, step: LevelStep, broken: Bools) -> Bools:
        """Those of the cells in which the bound was broken at every step of the time before."""
        asked, held = self._asked, broken.copy()
        for at in _steps_back(asked.span.cut, int((step.hold or "P0D")[1:-1]) * DAY):
            still = np.flatnonzero(held)
            if not len(still):
                break
            span = place(asked.span.window, asked.span.calendar, at)
            found = self._evaluation.values(asked.formula, asked.cells[still], span)
            held[still] = found.has & _breaks(step, found.value)
        return held

    def _poisson(self) -> npt.NDArray[np.int64]:
        """How improbable the count is where the four weeks before tell what is usual.

        Not judged while the unit's first case lies less than 28 days back.
        """
        asked, rule = self._asked, self._rule
        count, weeks = rule.count or asked.formula.numerator[0], list(weeks_before(asked.span))
        counts = self._count(count, asked.span)
        usual = np.mean([self._count(count, week) for week in weeks], axis=0)
        known = had_any(self._evaluation, (count,), asked.cells, asked.span.cut - WEEKS_DAYS * DAY)
        chance = tails(counts, usual, known & (counts >= rule.min_count))
        found = np.where(known, 0, NO_LEVEL)
        for step in rule.levels:
            rare = known & (chance < (step.p_below or 0))
            found = np.where(rare, np.maximum(found, step.level), found)
        return found

    def _count(self, measure: str, span: Span) -> Floats:
        measured = self._catalogue.measures[measure]
        return self._evaluation.amounts.of(measured, self._asked.cells, span).value

    def _deviations(self) -> npt.NDArray[np.int64]:
        """How far a value lies above the same days of the years before."""
        asked = self._asked
        usual = usual_of_years(self._evaluation, asked.formula, asked.cells, asked.span)
        has = asked.values.has & usual.has
        found = np.where(has, 0, NO_LEVEL)
        for step in self._rule.levels:
            bound = usual.mean + (step.above_sd or 0) * usual.deviation
            found = np.where(
                has & (asked.values.value > bound), np.maximum(found, step.level), found
            )
        return found

    def _bands(self) -> npt.NDArray[np.int64]:
        """The number of the band from 1; above the last bound it is the last."""
        edges = [band.to for band in self._rule.bands]
        number = 1 + np.searchsorted(edges, self._asked.values.value, side="left")
        return np.where(self._asked.values.has, np.minimum(number, len(edges)), NO_LEVEL)

    def _own(self) -> npt.NDArray[np.int64]:
        values = self._asked.values
        return np.where(values.has, values.value, NO_LEVEL).astype(np.int64)


def _known(value: Floats) -> _Judged:
    return _Judged(value, ~np.isnan(value))


def _breaks(step: LevelStep, value: Floats) -> Bools:
    bound = step.bound or 0
    compare = {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }[step.op or "<"]
    found: Bools = compare(value, bound)
    return found


def _steps_back(now: int, length: int) -> Iterator[int]:
    """The steps of the time before now, days before hours, so that what differs is found soon."""
    days = range(DAY, length + 1, DAY)
    yield from (now - back for back in days)
    hours = range(HOLD_STEP, length + 1, HOLD_STEP)
    yield from (now - back for back in hours if back % DAY)
