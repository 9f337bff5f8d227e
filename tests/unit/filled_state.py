"""A state whose points and figures are set by hand, and what formulas are worth in it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from services.domain.engine.catalogue import Formula
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.figures import Figure
from services.domain.engine.levels import NO_LEVEL
from services.domain.engine.linked import LINKED, MEASURE, LinkedTask, figure_of
from services.domain.engine.observation import Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.readings import READINGS, period_of
from services.domain.engine.state import FigureRecord, State
from services.domain.engine.targets import TARGETS, Target, figure_of_target
from services.domain.engine.windows import STATISTICAL, place
from services.domain.instants import SECOND
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import PROVINCE, at

TOTAL = ("", "")


class Filled:
    """A state with a hand on it; times are local, as in 2026-03-05T12:00."""

    def __init__(self) -> None:
        self.state = State(catalogue(), units())
        self._version = 0

    def count(
        self,
        measure: str,
        times: Mapping[str, int],
        unit: str = PROVINCE,
        member: tuple[str, str] = TOTAL,
    ) -> None:
        """Add values of a measure at times to a cell and those above it."""
        for key in self.state.keys_of(measure, unit, *member):
            keys = np.full(len(times), key)
            seconds = np.array([at(time) // SECOND for time in times])
            self.state.points.add(keys, seconds, np.array(list(times.values())))

    def figure(
        self,
        measure: str,
        period: str,
        value: float,
        unit: str = PROVINCE,
        calendar: str = STATISTICAL,
        member: tuple[str, str] = TOTAL,
    ) -> None:
        """A reported figure, or with the calendar `rows` a reference value."""
        self._put(measure, unit, member, calendar, period, Figure(value, 1))

    def reading(self, station: str, pollutant: str, time: str, value: float, unit: str) -> None:
        """An hourly reading."""
        period = period_of(pollutant, at(time) // SECOND)
        place_of = ("station", station)
        self._put("pollutant_hour", unit, place_of, READINGS, period, Figure(value, 1))

    def task(self, name: str, task: LinkedTask) -> None:
        """A completed task with its promise."""
        self._put(MEASURE, task.unit, TOTAL, LINKED, name, figure_of(task))

    def target(self, indicator: str, begins: str, target: Target, unit: str = PROVINCE) -> None:
        """A target that was set for a unit."""
        self._put(indicator, unit, TOTAL, TARGETS, begins, figure_of_target(target))

    def _put(
        self,
        measure: str,
        unit: str,
        member: tuple[str, str],
        calendar: str,
        period: str,
        figure: Figure,
    ) -> None:
        self._version += 1
        self.state.put_figures(
            [FigureRecord(measure, unit, *member, calendar, period, figure, self._version)]
        )

    def formula(self, name: str) -> Formula:
        """A formula of the standard."""
        return catalogue().formulas[name]

    def value(
        self,
        name: str,
        window: str,
        now: str,
        unit: str = PROVINCE,
        member: tuple[str, str] = TOTAL,
        period: str | None = None,
        calendar: str = STATISTICAL,
    ) -> float | None:
        """What a formula is worth in one cell."""
        cells = np.array([self.state.cells.number(unit, *member)])
        span = place(window, calendar, at(now), period)
        found = Evaluation(self.state).values(self.formula(name), cells, span)
        return float(found.value[0]) if found.has[0] else None

    def observe(
        self, name: str, window: str, now: str, unit: str = PROVINCE, period: str | None = None
    ) -> Observation:
        """The observation of a total."""
        (calendar,) = catalogue().indicators[name[:5]].calendars_of(window)[:1]
        (found,) = Observer(self.state).observe(
            self.formula(name),
            window,
            calendar,
            [self.state.cells.number(unit)],
            Moment(at(now), at(now)),
            period,
        )
        return found

    def level(self, name: str, window: str, now: str, unit: str = PROVINCE) -> int:
        """The level of an observation; NO_LEVEL when it was judged and has none."""
        found = self.observe(name, window, now, unit).level
        assert found is not None
        return NO_LEVEL if found.value is None else found.value

    def comparison(
        self, name: str, window: str, now: str, kind: str, period: str | None = None
    ) -> tuple[Any, str] | None:
        """(change, unit) of a comparison of a total."""
        made = self.observe(name, window, now, period=period).comparisons
        found = [(each.delta, each.unit) for each in made if each.kind == kind]
        return found[0] if found else None
