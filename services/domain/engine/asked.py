"""From a query to the single values that it asks for.

Formula, window, calendar, period, instant, cell.
"""

from collections.abc import Container, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.cells import TOTAL
from services.domain.engine.observation import identity
from services.domain.engine.state import State
from services.domain.engine.versions import last_day
from services.domain.engine.windows import (
    PERIODS,
    SCHOOL,
    WINDOWS_OF_PERIOD,
    kind_of_period,
    period_at,
    period_bounds,
    window_name,
)
from services.domain.instants import DAY, local_date
from services.domain.query import ObservationQuery, QueryRefused
from services.domain.times_asked import FIRST_AT, POINTS_MAX, require_few_points
from services.domain.units import Unit, UnitList


class Placed(NamedTuple):
    """A formula in a window of a calendar; `period` names it, `at` is an earlier clock (None: now).

    `constant`: on the boundaries of today's units.
    """

    formula: str
    window: str
    calendar: str
    period: str | None
    at: int | None
    constant: bool = False


class Ask(NamedTuple):
    """One value that is asked for; `id` orders values, those of an earlier clock by time."""

    id: str
    task: Placed
    cell: int


def asks(
    query: ObservationQuery, state: State, now: int, silent: Container[int] = frozenset()
) -> Iterator[Ask]:
    """Every value that the filters let through; a unit that is named always has an answer.

    A code without its day names the unit that carried it at the end of the window, where anything
    was counted in that one, else today's; of `units` one of before when nothing was counted in
    either; on constant boundaries always today's. Below a unit lie those of that same day, and
    others where anything was counted in them. `silent` are cells in which nothing was ever counted.
    """
    named: dict[date, list[int]] = {}
    counted = _Counted(state, silent)
    for catalogue, formula in _formulas(query, state.catalogue):
        for task in _tasks(query, catalogue, formula, now):
            day = _day_of(task, now)
            if day not in named:
                named[day] = list(_cells(query, state, counted, day, local_date(now)))
            for cell in named[day]:
                dim, member = state.cells.members[cell]
                dims = {dim: member} if dim else {}
                name = window_name(task.window, task.calendar, constant=task.constant)
                text = identity(formula.id, state.cells.units[cell], dims, name, task.period)
                yield Ask(ask_id(text, task), task, cell)


def ask_id(observation_id: str, task: Placed) -> str:
    """An observation's id; with an earlier clock behind it, so that a series has an order."""
    if task.at is None:
        return observation_id
    return f"{observation_id}@{task.at - FIRST_AT:020d}"


def _formulas(query: ObservationQuery, catalogue: Catalogue) -> Iterator[tuple[Catalogue, Formula]]:
    """What is asked for, as every version in force at some time has it."""
    for era in catalogue.eras:
        for formula in era.catalogue.formulas.values():
            if not query.indicators or formula.id in query.indicators:
                yield era.catalogue, formula


def _tasks(
    query: ObservationQuery, catalogue: Catalogue, formula: Formula, now: int
) -> Iterator[Placed]:
    """The windows in which a catalogue has the formula, those that end while it is in force.

    A period that has not begun has no value, not even one of nothing.
    """
    indicator = catalogue.indicators[formula.indicator]
    for window in formula.windows:
        if query.windows and window not in query.windows:
            continue
        for calendar in indicator.calendars_of(window):
            if query.calendars and calendar not in {*query.calendars, SCHOOL}:
                continue
            for period, at in _times(query, window, calendar, now):
                clock = now if at is None else at
                begin, end = clock, clock + 1
                if period is not None:
                    begin, end = period_bounds(period, calendar)
                if begin <= clock and catalogue.on(last_day(end, clock)) is catalogue:
                    yield Placed(formula.id, window, calendar, period, at, query.constant)


def _day_of(task: Placed, now: int) -> date:
    """The day whose list of units a code is read by: the last one of the window."""
    if task.constant:
        return local_date(now)
    if task.period is None:
        return local_date(now if task.at is None else task.at)
    return local_date(min(now, period_bounds(task.period, task.calendar)[1] - 1))


def _times(
    query: ObservationQuery, window: str, calendar: str, now: int
) -> Iterator[tuple[str | None, int | None]]:
    """(period, instant) pairs: the named periods, the steps of a history, or just now."""
    if query.periods:
        for period in query.periods:
            if window in WINDOWS_OF_PERIOD[kind_of_period(period)]:
                yield period, None
    elif not query.history:
        yield None, None
    elif window in PERIODS:
        yield from _periods_between(query, window, calendar, now)
    else:
        yield from _steps(query, now)


def _periods_between(
    query: ObservationQuery, window: str, calendar: str, now: int
) -> Iterator[tuple[str, None]]:
    end = query.to_at if query.to_at is not None else now
    begin = query.from_at if query.from_at is not None else end - 366 * DAY
    wanted, at = "year" if window == "ytd" else window, begin
    for _ in range(POINTS_MAX):
        if at >= end:
            return
        period = period_at(wanted, calendar, at)
        yield period, None
        _, at = period_bounds(period, calendar)
    raise QueryRefused("from", f"more than {POINTS_MAX} periods: shorten the time")


def _steps(query: ObservationQuery, now: int) -> Iterator[tuple[None, int]]:
    end = min(query.to_at if query.to_at is not None else now + 1, now + 1)
    step = query.step or DAY
    begin = query.from_at if query.from_at is not None else end - 30 * step
    require_few_points(begin, end, step)
    for at in range(begin, end, step):
        yield None, at


class _Counted:
    """The cells that were known, and not silent, before this question made any."""

    def __init__(self, state: State, silent: Container[int]) -> None:
        self._cells, self._known, self._silent = state.cells, len(state.cells), silent

    def cell(self, cell: int) -> bool:
        return cell < self._known and cell not in self._silent

    def unit(self, key: str) -> bool:
        return any(map(self.cell, self._cells.of_unit(key)))

    @cached_property
    def units(self) -> frozenset[str]:
        return frozenset(self._cells.units[cell] for cell in range(self._known) if self.cell(cell))


def _cells(
    query: ObservationQuery, state: State, counted: _Counted, day: date, today: date
) -> Iterator[int]:
    for unit in _units(query, state, counted, day, today):
        total = state.cells.number(unit)
        if query.constant:
            for before in state.crosswalk.members_before(unit):
                state.cells.number(unit, *before)
        for cell in state.cells.of_unit(unit):
            member = state.cells.members[cell]
            meant = cell == total or query.constant or counted.cell(cell)
            if meant and query.wants_dims(() if member == TOTAL else (member,)):
                yield cell


def _units(
    query: ObservationQuery, state: State, counted: _Counted, day: date, today: date
) -> list[str]:
    """Unit keys in their order, each once."""
    meant = {
        name: _named(name, state, counted, day, today) for name in (*query.units, *query.within)
    }
    above = [unit for name in query.within if (unit := meant[name]) is not None]
    below = {unit.key: unit for each in above for unit in _below(state.units, each.key)}
    if not query.constant:
        meant |= {n: _or_former(n, meant[n], state, counted) for n in query.units}
    named = [unit for name in query.units if (unit := meant[name]) is not None]
    if query.units:
        found = {unit.key for unit in named if not query.within or unit.key in below}
    elif query.within:
        found = {key for key, unit in below.items() if unit.valid_on(day) or counted.unit(key)}
    else:
        found = set(counted.units)
    if query.constant:
        _require_present(query, state, counted, today)
        found = {key for key in found if (unit := state.units.get(key)) and unit.valid_on(today)}
    return sorted(found)


def _below(units: UnitList, key: str) -> Iterator[Unit]:
    """The units under one, of any time and at any depth."""
    for unit in units.children(key):
        yield unit
        yield from _below(units, unit.key)


def _named(name: str, state: State, counted: _Counted, day: date, today: date) -> Unit | None:
    """The unit of a key; of a code the one of the day, where anything is known of it."""
    if "@" in name:
        return state.units.get(name)
    unit = state.units.at(name, day)
    if unit is not None and counted.unit(unit.key):
        return unit
    return state.units.at(name, today) or unit


def _or_former(name: str, unit: Unit | None, state: State, counted: _Counted) -> Unit | None:
    """The unit, or when nothing is known of it one that carried the code before."""
    if "@" in name or (unit is not None and counted.unit(unit.key)):
        return unit
    carried = reversed(state.units.of_code(name))
    return next((each for each in carried if counted.unit(each.key)), unit)


def _require_present(query: ObservationQuery, state: State, counted: _Counted, today: date) -> None:
    """Refuse to move anything to the boundaries of a unit that is no more."""
    for name in (*query.units, *query.within):
        unit = _named(name, state, counted, today, today)
        if unit is not None and not unit.valid_on(today):
            heirs = [share.unit for share in state.crosswalk.lineage.heirs(unit.key)]
            detail = f"{name} is no unit of today, and constant boundaries are those of today"
            raise QueryRefused("unit", f"{detail}; it lies in {', '.join(heirs) or 'none'}", heirs)
