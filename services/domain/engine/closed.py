"""Closed calendar periods that have to be looked at again: what was touched, and since when.

`Live` moves with the clock and leaves a period behind when the next one begins. Here wait the
periods before it, of what is counted: all cells of one that has just become final, the touched
cells of an older one, and after a reading of everything all of them once. Reports are not here:
their vintages are their revisions. A period is one of the version that was in force when it ended,
whatever has come or gone since.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.period_shapes import Shape, shapes_of
from services.domain.engine.seconds import SECOND_MIN
from services.domain.engine.state import State
from services.domain.engine.waiting import Task
from services.domain.engine.windows import TERM, period_at, period_bounds
from services.domain.instants import MINUTE, SECOND, local_date
from services.domain.worktime import local_day

HELD = {"month": 13, "quarter": 5, "year": 2, "ytd": 2, TERM: 3}
"""How many closed periods of each window are looked at again: all that a comparison looks back to.

What comes for an older one changes its value and is not numbered.
"""
QUIET = 2 * SECOND
"""How long a period must have been left alone: events that come together are one revision."""
PATIENCE = MINUTE
"""How long it may be kept waiting by events that do not cease."""
CELLS_AT_ONCE = 2_000


class Period(NamedTuple):
    """A task in one of its closed periods."""

    task: Task
    period: str


class _Waiting:
    """The cells of one period that wait; those below `swept` and not in `cells` do not."""

    def __init__(self, now: int) -> None:
        self.cells: set[int] = set()
        self.swept: int | None = None
        self.first = self.last = now

    def take(self, limit: int, known: int) -> list[int]:
        """What was touched goes first."""
        if self.cells or self.swept is None:
            return [self.cells.pop() for _ in range(min(limit, len(self.cells)))]
        begin, self.swept = self.swept, min(known, self.swept + limit)
        if self.swept >= known:
            self.swept = None
        return list(range(begin, min(known, begin + limit)))

    @property
    def empty(self) -> bool:
        return self.swept is None and not self.cells


class Closed:
    """Pending work on the closed periods of a state."""

    def __init__(self, state: State, breakdown_levels: frozenset[str] = frozenset("NP")) -> None:
        self._state = state
        self._levels = breakdown_levels
        versions = [era.catalogue for era in state.catalogue.eras]
        self._shapes = {version: shapes_of(version) for version in versions}
        self._tasks = list(
            dict.fromkeys(
                Task(name, *window)
                for shapes in self._shapes.values()
                for name, shape in shapes.items()
                for window in sorted(shape.windows)
            )
        )
        formulas = [formula for version in versions for formula in version.formulas.values()]
        self._judged = {formula.id for formula in formulas if formula.form == "outcome_check"}
        self._measures: dict[str, set[str]] = {task.formula: set() for task in self._tasks}
        for version, shapes in self._shapes.items():
            for name in shapes:
                behind = version.measures_of(version.formulas[name])
                self._measures[name].update(measure.id for measure in behind)
        self._numbers = {
            name: [state.numbers[each] for each in sorted(measures) if each in state.numbers]
            for name, measures in self._measures.items()
        }
        self._tasks_of: dict[str, list[Task]] = {name: [] for name in self._measures}
        self._placed: dict[tuple[str, str], list[Task]] = {}
        for task in self._tasks:
            self._tasks_of[task.formula].append(task)
            self._placed.setdefault((task.window, task.calendar), []).append(task)
        self._held: dict[tuple[str, str], tuple[str, ...]] = {}
        self._waiting: dict[Period, _Waiting] = {}
        self._later: dict[Period, dict[int, int]] = {}
        self._now = 0
        self._day = 0
        self._asked_for_all = False
        self._before = SECOND_MIN

    def _shape(self, period: Period) -> Shape | None:
        """By the version that a period ended under; None when that does not have it."""
        name, window, calendar = period.task
        _, end = period_bounds(period.period, calendar)
        shape = self._shapes[self._state.catalogue.on(local_date(end - 1))].get(name)
        return shape if shape is not None and (window, calendar) in shape.windows else None

    def __len__(self) -> int:
        """Periods that wait, those that were put off not counted."""
        return len(self._waiting)

    def _is_due(self, waiting: _Waiting) -> bool:
        return self._now - waiting.last >= QUIET or not (0 <= self._now - waiting.first < PATIENCE)

    @property
    def before(self) -> int:
        """The second before which every period held is closed: points from it on touch none."""
        return self._before

    def touch_all(self) -> None:
        """Everything may be different: all periods are looked at once, as time allows."""
        self._asked_for_all = True

    def touch(self, keys: Ints, seconds: Ints) -> None:
        """Points of these keys changed at these seconds.

        Every period that ends later is touched: a stock holds on, and growth looks back.
        """
        if not len(keys):
            return
        cells, numbers = self._state.cells.apart(keys)
        for name, tasks in self._tasks_of.items():
            inside = np.isin(numbers, self._numbers[name])
            if not inside.any():
                continue
            found, at = cells[inside], seconds[inside]
            for task in tasks:
                for period in self._held.get((task.window, task.calendar), ()):
                    end = period_bounds(period, task.calendar)[1] // SECOND
                    touched = found[at < end]
                    if not len(touched):
                        break  # the periods before it end earlier
                    self._put(Period(task, period), distinct(touched).tolist())

    def touch_figures(self, changed: Iterable[tuple[str, str]]) -> None:
        """What stands for itself changed for these (measure, unit) pairs, whatever its time."""
        units: dict[str, set[str]] = {}
        for measure, unit in changed:
            units.setdefault(measure, set()).add(unit)
        for name, measures in self._measures.items() if units else ():
            cells = {
                cell
                for measure in measures & units.keys()
                for unit in units[measure]
                for cell in self._state.cells.of_unit(unit)
            }
            for task in self._tasks_of[name] if cells else ():
                for period in self._held.get((task.window, task.calendar), ()):
                    self._put(Period(task, period), cells)

    def advance(self, now: int, final_to: int) -> None:
        """Let the clock go on: a period that every source has passed is looked at in all cells."""
        self._now = now
        all_of_them, self._asked_for_all = self._asked_for_all, False
        for name, tasks in self._placed.items():
            known, held = self._held.get(name), self._names(name, max(0, min(now, final_to)))
            self._held[name] = held
            fresh = held if all_of_them else set(held) - set(known or held)
            for task in tasks if fresh else ():
                for period in fresh:
                    self._sweep(Period(task, period))
        self._before = max(
            (period_bounds(names[0], name[1])[1] // SECOND for name, names in self._held.items()),
            default=SECOND_MIN,
        )
        day = local_day(now)
        if self._day and day != self._day:
            self._look_at_outcomes()
        self._day = day

    def _names(self, name: tuple[str, str], until: int) -> tuple[str, ...]:
        """The closed periods held, newest first."""
        window, calendar = name
        kind = "year" if window == "ytd" else window
        period = _last_closed(kind, calendar, until)
        known = self._held.get(name)
        if known and known[0] == period:
            return known
        found = [period]
        while len(found) < HELD[window]:
            found.append(_before(kind, calendar, found[-1]))
        return tuple(found)

    def _look_at_outcomes(self) -> None:
        """Linked outcomes are judged once a day, by indicators that no list of measures names."""
        for task in self._tasks:
            if task.formula in self._judged:
                for period in self._held[task.window, task.calendar]:
                    self._sweep(Period(task, period))

    def _sweep(self, period: Period) -> None:
        if self._shape(period) is not None:
            self._of(period).swept = 0

    def _put(self, period: Period, cells: Iterable[int]) -> None:
        wanted = self._shown(period, cells)
        if wanted:
            self._of(period).cells.update(wanted)

    def _of(self, period: Period) -> _Waiting:
        waiting = self._waiting.setdefault(period, _Waiting(self._now))
        waiting.last = self._now
        return waiting

    def _shown(self, period: Period, cells: Iterable[int]) -> list[int]:
        """Those of the cells in which a period has an observation."""
        shape = self._shape(period)
        return [] if shape is None else [cell for cell in cells if self._has(shape, cell)]

    def _has(self, shape: Shape, cell: int) -> bool:
        dim, level = self._state.cells.members[cell][0], self._state.cells.units[cell][0]
        return level in shape.levels and (not dim or (dim in shape.dims and level in self._levels))

    def put_off(self, period: Period, cells: Iterable[int], until: int) -> None:
        """These cells are looked at again at `until`, although nothing touches them."""
        later = self._later.setdefault(period, {})
        for cell in cells:
            later[cell] = until

    def take(self) -> Iterator[tuple[Period, list[int], bool]]:
        """Cells that are due, up to CELLS_AT_ONCE of a period at a time.

        The flag says that all cells of the period have been handed out, the last of them now.
        Whoever stops listening finds the rest there again.
        """
        self._recall()
        touched_first = sorted(self._waiting.items(), key=lambda each: not each[1].cells)
        for period, waiting in touched_first:
            if not self._is_due(waiting):
                continue
            while not waiting.empty:
                sweeping = waiting.swept is not None and not waiting.cells
                cells = waiting.take(CELLS_AT_ONCE, len(self._state.cells))
                if waiting.empty:
                    del self._waiting[period]
                yield period, self._shown(period, cells), sweeping and waiting.swept is None

    def _recall(self) -> None:
        for period, later in list(self._later.items()):
            due = [cell for cell, until in later.items() if until <= self._now]
            for cell in due:
                del later[cell]
            if not later:
                del self._later[period]
            if due:
                waiting = self._waiting.setdefault(period, _Waiting(self._now - PATIENCE))
                waiting.cells.update(due)


def _last_closed(kind: str, calendar: str, until: int) -> str:
    """The last period that has ended by `until`, its end included."""
    period = period_at(kind, calendar, until)
    return (
        period if period_bounds(period, calendar)[1] <= until else _before(kind, calendar, period)
    )


def _before(kind: str, calendar: str, period: str) -> str:
    if kind == TERM:
        year, number = int(period[:4]), period[-1]
        return f"{year:04d}-T1" if number == "2" else f"{year - 1:04d}-T2"
    begin, _ = period_bounds(period, calendar)
    return period_at(kind, calendar, begin - 1)
