"""Whether completed tasks moved what they promised to move (form `outcome_check`).

A task names an indicator, the window in which it is read and the change that it declares. It moved
when the indicator improved by as much between the last whole window before the task was assigned
and the last whole one before the end of the period.
"""

from collections.abc import Callable

import numpy as np

from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.linked import LinkedTask
from services.domain.engine.ordered import Ints
from services.domain.engine.state import State
from services.domain.engine.windows import STATISTICAL, Span, period_at, period_bounds, place

ValueOf = Callable[[Formula, Ints, Span], float | None]
LEVELS = {"N": "country", "P": "province", "C": "commune"}
SIGNS = {"↑": 1, "↓": -1}


class Outcomes:
    """Counts the tasks that moved their indicator; `value_of` evaluates one cell."""

    def __init__(self, state: State, value_of: ValueOf) -> None:
        self._state = state
        self._value_of = value_of

    def moved(self, cell: int, span: Span) -> int:
        """How many tasks of a cell that were completed in the span moved what they named."""
        cells = self._state.cells
        dim, member = cells.members[cell]
        return sum(
            self._has_moved(task, span.cut)
            for task in self._state.linked_tasks.completed(cells.units[cell], span.begin, span.cut)
            if not dim or task.members.get(dim) == member
        )

    def _has_moved(self, task: LinkedTask, end: int) -> bool:
        formula = linked_formula(self._state.catalogue, task)
        if formula is None:
            return False
        sign = SIGNS[self._state.catalogue.indicators[formula.indicator].direction]
        before = self._whole(formula, task, task.assigned_at)
        after = self._whole(formula, task, end)
        if before is None or after is None:
            return False
        return sign * (after - before) >= task.declared_change

    def _whole(self, formula: Formula, task: LinkedTask, at: int) -> float | None:
        """The value in the last whole window that ended at or before an instant."""
        begin, _ = period_bounds(period_at(task.window, STATISTICAL, at), STATISTICAL)
        whole = place(task.window, STATISTICAL, at, period_at(task.window, STATISTICAL, begin - 1))
        cell = np.array([self._state.cells.number(task.unit)])
        return self._value_of(formula, cell, whole)


def linked_formula(catalogue: Catalogue, task: LinkedTask) -> Formula | None:
    """What a task is measured by; None when that can not be: see the conditions of the form.

    An outcome with a direction, at the level of the task's unit, that does not ask tasks itself.
    """
    formula = catalogue.formulas.get(task.indicator)
    if formula is None or formula.form == "outcome_check":
        return None
    indicator = catalogue.indicators[formula.indicator]
    fits = (
        indicator.kind == "outcome"
        and indicator.form != "outcome_check"
        and indicator.direction in SIGNS
        and LEVELS.get(task.unit[0]) in indicator.unit_levels
    )
    return formula if fits else None
