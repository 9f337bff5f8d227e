"""What has to be evaluated again: by what was counted, and by the clock alone.

Work is kept for each formula and placed window as a set of cells. Totals go first, breakdowns as
time allows; nothing is evaluated that neither a commit nor the clock has touched.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator

import numpy as np

from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import NO_CELL, TOTAL
from services.domain.engine.contributions import MARKS
from services.domain.engine.doubts import beside
from services.domain.engine.measures import REFERENCE_VALUE
from services.domain.engine.moving import Moving, bounds_passed, breaks_of, jumped, moving
from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.state import State
from services.domain.engine.turning import Turning
from services.domain.engine.waiting import NOTHING, Task, Waiting
from services.domain.engine.windows import Span, window_name, year_before
from services.domain.instants import HOUR
from services.domain.worktime import local_day

DAY, WORKDAY, FULL_HOUR = "day", "workday", "full hour"


class Live:
    """Pending work over one state.

    `breakdown_levels` are the unit levels whose breakdowns are kept live, `patience` the
    microseconds that longer windows rest between evaluations.
    """

    def __init__(
        self,
        state: State,
        breakdown_levels: frozenset[str] = frozenset({"N", "P"}),
        patience: int = 0,
    ) -> None:
        self._state = state
        self._breakdown_levels = breakdown_levels
        self._tasks = [
            Task(formula.id, window, calendar)
            for formula in state.catalogue.formulas.values()
            for window in formula.windows
            for calendar in state.catalogue.indicators[formula.indicator].calendars_of(window)
        ]
        self._named = {(t.formula, window_name(t.window, t.calendar)): t for t in self._tasks}
        self.waiting = Waiting(self._tasks, patience)
        self._tasks_of: dict[str, list[Task]] = {name: [] for name in state.catalogue.formulas}
        self._moving: dict[Moving, list[Task]] = {}
        for task in self._tasks:
            self._tasks_of[task.formula].append(task)
            formula = state.catalogue.formulas[task.formula]
            indicator = state.catalogue.indicators[formula.indicator]
            together = moving(formula, indicator, task.window, task.calendar)
            self._moving.setdefault(together, []).append(task)
        self._placed: dict[Moving, list[Span]] = {}
        self._passed: dict[str, tuple[int, ...]] = {}
        self._turning = Turning(state)
        self._breaks = breaks_of(state)
        self._cells_known = 0
        self._measures = {
            formula.id: frozenset(self._numbers_of(formula))
            for formula in state.catalogue.formulas.values()
        }

    def __len__(self) -> int:
        """Cells that wait, counted once for each task."""
        return len(self.waiting)

    @property
    def totals_wait(self) -> bool:
        """Whether any total waits that is due; breakdowns alone are in no hurry."""
        return bool(self.waiting.due())

    def _numbers_of(self, formula: Formula) -> Iterator[int]:
        """The measures whose points the formula shows; that it is simulated is shown as well."""
        for measure in self._state.catalogue.shown_by(formula):
            if measure.id in self._state.numbers:
                yield self._state.numbers[measure.id]
            if measure.source in MARKS:
                yield self._state.numbers[MARKS[measure.source]]

    def touch_all(self) -> None:
        """Everything may be different: after reading anew; nothing is published until then."""
        self._cells_known = 0
        reached, self.waiting.reached = self.waiting.reached, NOTHING
        self._touch_new()
        self.waiting.reached = reached

    def _touch_new(self) -> None:
        """A cell that appears has an observation of everything, if only that there is no value."""
        appeared = range(self._cells_known, len(self._state.cells))
        self._cells_known = appeared.stop
        for task in self._tasks if appeared else ():
            self._put(task, appeared)

    def touch_keys(self, keys: Ints) -> None:
        """Points of these keys changed."""
        if not len(keys):
            return
        for formula, cells in self._cells_by_formula(keys):
            for task in self._tasks_of[formula]:
                self._put(task, cells)

    def touch_named(self, key: str) -> tuple[Task, int] | None:
        """The key of an observation; one that names no cell and window held here is left alone.

        Returns the task and cell that it names.
        """
        found = self._named_by(key)
        if found is not None:
            self._put(found[0], [found[1]])
        return found

    def waits_for(self, key: str) -> bool:
        """Whether the key of an observation names a cell that waits to be evaluated."""
        found = self._named_by(key)
        return found is not None and self.waiting.holds(*found)

    def _named_by(self, key: str) -> tuple[Task, int] | None:
        formula, unit, dims, window = (*key.split("|"), "", "", "")[:4]
        dim, _, member = dims.partition("=")
        task, cell = self._named.get((formula, window)), self._state.cells.find(unit, dim, member)
        return None if task is None or cell is None else (task, cell)

    def touch_figures(self, changed: Iterable[tuple[str, str]]) -> None:
        """Figures of these (measure, unit) pairs changed."""
        units: dict[str, set[str]] = {}
        for measure, unit in changed:
            for each in beside(measure):
                units.setdefault(each, set()).add(unit)
        for formula in self._state.catalogue.formulas.values():
            touched = {
                cell
                for measure in self._state.catalogue.shown_by(formula)
                for unit in units.get(measure.id, ())
                for cell in self._state.cells.of_unit(unit)
            }
            if touched:
                touched.update(self._state.crosswalk.with_heirs(touched))
                for task in self._tasks_of[formula.id]:
                    self._put(task, touched)

    def advance(self, now: int, final_to: int) -> None:
        """Let the clock move every window: cells with points at a moving bound are touched.

        What is reported closes with a day, and a reference value holds from just after its
        midnight; `final_to` says how far every source has been counted. A feed turns late or stale.
        """
        self.waiting.turn(now)
        self._touch_new()
        moved = self._clocks_moved(now, final_to)
        everything = range(len(self._state.cells))
        for task in self._tasks if moved else ():
            formula = self._state.catalogue.formulas[task.formula]
            if not moved.isdisjoint(self._clocks_of(formula)):
                self._put(task, everything)
        for fed, cells in self._turning.touched(now):
            for task in self._tasks_of[fed]:
                self._put(task, cells)
        passed: dict[tuple[int, int], dict[str, list[int]]] = {}
        for together, tasks in self._moving.items():
            spans, before = together.spans(now), self._placed.get(together)
            self._placed[together] = spans
            if before is None:
                continue
            if jumped(before, spans):
                for task in tasks:
                    self._put(task, everything)
                continue
            for bounds in bounds_passed(before, spans):
                if bounds not in passed:
                    keys = self._state.points.keys_within(*bounds)
                    passed[bounds] = dict(self._cells_by_formula(keys))
                begin, end = bounds
                broken = bisect_left(self._breaks, begin) < bisect_right(self._breaks, end)
                for task in tasks:
                    touched = everything if broken else passed[bounds].get(task.formula, ())
                    self._put(task, touched)

    def _clocks_moved(self, now: int, final_to: int) -> set[str]:
        """Which of the clocks that formulas look at beside their windows have moved on."""
        clocks = {
            DAY: (local_day(now), local_day(now - 1), local_day(final_to)),
            WORKDAY: (
                *self._state.workdays.ended(now),
                *self._state.workdays.ended(year_before(now)),
            ),
            FULL_HOUR: (now // HOUR,),
        }
        moved = {name for name, at in clocks.items() if self._passed.get(name, at) != at}
        self._passed = clocks
        return moved

    def _clocks_of(self, formula: Formula) -> set[str]:
        """The clocks of a formula.

        Reports, duties and reference values begin and end with a day, working days begin anew with
        a year, a reading is looked at for full hours, linked outcomes once a day.
        """
        found = {DAY} if formula.form == "outcome_check" else set[str]()
        for measure in self._state.catalogue.shown_by(formula):
            if measure.source == "clock":
                found |= {DAY, WORKDAY}
            if measure.kind in {"report", "schedule"} or REFERENCE_VALUE in measure.event_types:
                found.add(DAY)
            if measure.kind == "flow" and measure.agg == "last":
                found.add(FULL_HOUR)
        return found

    def _cells_by_formula(self, keys: Ints) -> Iterator[tuple[str, list[int]]]:
        if not len(keys):
            return
        cells, numbers = self._state.cells.apart(keys)
        heirs = self._state.crosswalk
        for formula in self._state.catalogue.formulas.values():
            inside = np.isin(numbers, list(self._measures[formula.id]))
            if inside.any():
                touched = distinct(cells[inside]).tolist()
                yield formula.id, heirs.with_heirs(touched) if heirs else touched

    def _put(self, task: Task, cells: Collection[int]) -> None:
        indicator = self._state.catalogue.indicators[
            self._state.catalogue.formulas[task.formula].indicator
        ]
        members, units = self._state.cells.members, self._state.cells.units
        totals = [cell for cell in cells if members[cell] == TOTAL]
        breakdowns = [
            cell
            for cell in cells
            if members[cell][0] in indicator.dimensions and units[cell][0] in self._breakdown_levels
        ]
        if totals or breakdowns:
            self.waiting.put(task, totals, breakdowns)

    def take_totals(self) -> Iterator[tuple[Task, list[int]]]:
        """Totals that are due, the earliest first, with their siblings where a rank is shown.

        What is handed out is off the list; whoever stops listening finds the rest there again.
        """
        for task in self.waiting.due():
            yield task, self._with_siblings(task, self.waiting.take(task))

    def take_breakdowns(self, limit: int) -> Iterator[tuple[Task, list[int]]]:
        """Up to `limit` breakdown cells that wait."""
        yield from self.waiting.take_breakdowns(limit)

    def _with_siblings(self, task: Task, cells: set[int]) -> list[int]:
        formula = self._state.catalogue.formulas[task.formula]
        if "rank" not in self._state.catalogue.indicators[formula.indicator].comparisons:
            return sorted(cells)
        found, held = set(cells), self._state.cells
        above = distinct(held.above(np.array(list(cells), dtype=np.int64)))
        for parent in above.tolist():
            if parent != NO_CELL:
                found.update(self._state.siblings(held.units[parent]))
        return sorted(found)
