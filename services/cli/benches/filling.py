"""A state as if counted: every measure in every commune of today, the same for every seed; pure.

Points are spread over the time before `now`; provinces and the country get theirs from the communes
as in the evaluator, through the same table of keys.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from services.domain.cases.fold import NEVER
from services.domain.engine.buckets import stored_name
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.contributions import SIMULATED, SIMULATED_FACTS
from services.domain.engine.figures import Figure
from services.domain.engine.keytable import KeyTable
from services.domain.engine.measures import REFERENCE_VALUE, Measure
from services.domain.engine.ordered import Ints
from services.domain.engine.readings import READINGS, period_of
from services.domain.engine.state import ROWS, ExtentRecord, FigureRecord, State
from services.domain.engine.windows import period_at, previous_period
from services.domain.instants import DAY, HOUR, SECOND, local_date
from services.domain.units import Unit, UnitList

HISTORY_DAYS = 400
"""So that windows of a year before have something in them."""
BUCKETS = (40, 120, 200)
PERIODS_BACK = 14
"""Months with figures, so that the same month of the year before is one of them."""
STATION_EVERY = 15
POLLUTANTS = ("PM2.5", "PM10", "NO2")
READING_HOURS = 24
OPEN_SHARE = 0.5
"""The share of cases of a stock that are still open."""


class Filling(NamedTuple):
    """A filled state; `numbers` are the stored keys whose points it has, in `table`."""

    state: State
    table: KeyTable
    numbers: Ints
    figures: set[tuple[str, str]]


def filled(
    catalogue: Catalogue, units: UnitList, now: int, points_per_key: int, every: int = 1
) -> Filling:
    """A state with so many points in each measure of every so manieth commune, and figures."""
    state = State(catalogue, units)
    communes = [u for u in units if u.level == "C" and u.valid_to is None][::every]
    table = KeyTable(state)
    names = list(_stored_keys(catalogue, communes))
    for number, (_, name, unit) in enumerate(names):
        table.register(number, name, unit, "", "")
    numbers = np.arange(len(names), dtype=np.int64)
    stocks = np.array([measure is not None and measure.kind == "stock" for measure, _, _ in names])
    chance = np.random.default_rng(points_per_key)
    for _ in range(points_per_key):
        table.add(*_points(numbers, stocks, chance, now))
    state.add_extents(_extents(catalogue, communes, now))
    figures = state.put_figures(_figures(catalogue, units, communes, now))
    return Filling(state, table, numbers, figures)


def fresh_points(
    filling: Filling, share: float, now: int, chance: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """A point of just now for a share of the stored keys: what a delta brings."""
    count = max(1, round(share * len(filling.numbers)))
    numbers = chance.permutation(filling.numbers)[:count]
    seconds = np.full(count, now // SECOND - 1, dtype=np.int64)
    return numbers, seconds, np.ones(count, dtype=np.int64)


def _stored_keys(
    catalogue: Catalogue, communes: list[Unit]
) -> Iterator[tuple[Measure | None, str, str]]:
    for measure in catalogue.measures.values():
        if measure.kind not in {"flow", "stock"} or measure.source == "clock":
            continue
        if measure.agg not in {"sum", "sketch"} or REFERENCE_VALUE in measure.event_types:
            continue
        names = [measure.id]
        if measure.agg == "sketch":
            names = [stored_name(measure.id, bucket) for bucket in BUCKETS]
        for name in names:
            yield from ((measure, name, unit.key) for unit in communes)
    for name in (SIMULATED, SIMULATED_FACTS):
        yield from ((None, name, unit.key) for unit in communes[::50])


def _points(
    numbers: Ints, stocks: np.ndarray[Any, Any], chance: np.random.Generator, now: int
) -> tuple[Ints, Ints, Ints]:
    """One value for each key; a stock ends again for about half of them."""
    began = now // SECOND - chance.integers(1, HISTORY_DAYS * 86_400, len(numbers))
    values = chance.integers(1, 10, len(numbers))
    closed = np.flatnonzero(stocks & (chance.random(len(numbers)) > OPEN_SHARE))
    lasted = chance.integers(1, 30 * 86_400, len(closed))
    return (
        np.concatenate([numbers, numbers[closed]]),
        np.concatenate([began, began[closed] + lasted]),
        np.concatenate([values, -values[closed]]),
    )


def _extents(catalogue: Catalogue, communes: list[Unit], now: int) -> Iterator[ExtentRecord]:
    for measure in catalogue.measures.values():
        if measure.agg in {"min", "max"}:
            for index, unit in enumerate(communes):
                begin = now - (1 + index % 300) * HOUR
                yield ExtentRecord(measure.id, unit.key, "", "", begin, NEVER, begin, 1)


def _figures(
    catalogue: Catalogue, units: UnitList, communes: list[Unit], now: int
) -> Iterator[FigureRecord]:
    provinces = [u for u in units if u.level == "P" and u.valid_to is None]
    for measure in catalogue.measures.values():
        if REFERENCE_VALUE in measure.event_types:
            row = f"{local_date(now).year - 1}-01-01"
            for unit in communes:
                yield _record(measure.id, unit, ROWS, row, len(unit.name_vi) * 997)
        elif measure.kind == "report":
            by_commune = _asked_by_commune(catalogue, measure)
            for calendar, window in _calendars(catalogue, measure):
                for index, period in enumerate(_periods(window, calendar, now)):
                    for number, unit in enumerate(communes if by_commune else provinces):
                        value = 100 + (number * 31 + index * 7) % 900
                        yield _record(measure.id, unit, calendar, period, value)
    yield from _readings(catalogue, communes, now)


def _asked_by_commune(catalogue: Catalogue, measure: Measure) -> bool:
    return any(
        "commune" in catalogue.indicators[formula.indicator].unit_levels
        for formula in catalogue.formulas.values()
        if measure in catalogue.measures_of(formula)
    )


def _calendars(catalogue: Catalogue, measure: Measure) -> set[tuple[str, str]]:
    """(calendar, the shortest window with periods) of the formulas that rest on a report."""
    found: dict[str, str] = {}
    for formula in catalogue.formulas.values():
        if measure in catalogue.measures_of(formula):
            for window in ("year", "quarter", "month", "term"):
                if window in formula.windows:
                    for calendar in catalogue.indicators[formula.indicator].calendars_of(window):
                        found[calendar] = window
    return set(found.items())


def _periods(window: str, calendar: str, now: int) -> Iterator[str]:
    back = {"month": PERIODS_BACK, "quarter": 5}.get(window, 2)
    period = period_at(window, calendar, now)
    for _ in range(back):
        yield period
        period = previous_period(period, calendar)


def _readings(catalogue: Catalogue, communes: list[Unit], now: int) -> Iterator[FigureRecord]:
    hour = now // HOUR * 3_600
    for measure in catalogue.measures.values():
        if measure.kind == "flow" and measure.agg == "last":
            for unit in communes[::STATION_EVERY]:
                for back in range(READING_HOURS):
                    for pollutant in POLLUTANTS:
                        period = period_of(pollutant, hour - back * 3_600)
                        figure = Figure(20.0 + back, 1)
                        yield FigureRecord(
                            measure.id, unit.key, "station", "S1", READINGS, period, figure, 1
                        )


def _record(measure: str, unit: Unit, calendar: str, period: str, value: float) -> FigureRecord:
    figure = Figure(float(value), 1, vn_level="so_bo", vintage=1, released_at=DAY)
    return FigureRecord(measure, unit.key, "", "", calendar, period, figure, 1)
