"""Completed tasks that promised to move an indicator, one by one, for the check of outcomes.

They travel beside figures, one entry for each task, because which of them kept their promise can
not be told by a sum.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from services.domain.engine.figures import Figure

LINKED = "linked"
"""The calendar under which these tasks travel beside figures; the period is the task itself."""
MEASURE = "tasks_completed_linked"


class LinkedTask(msgspec.Struct, frozen=True):
    """A completed task of a unit, and the change of an indicator that it declared.

    `window` is the period in which the indicator is compared; instants are microseconds; `members`
    are the task's breakdowns.
    """

    unit: str
    indicator: str
    window: str
    declared_change: float
    assigned_at: int
    completed_at: int
    members: Mapping[str, str]


def figure_of(task: LinkedTask) -> Figure:
    """A task as it travels: names as marks, its two instants as releases."""
    members = [f"{dim}={member}" for dim, member in sorted(task.members.items())]
    return Figure(
        value=task.declared_change,
        version=0,
        quality=(task.indicator, task.window, *members),
        released_at=task.completed_at,
        previous_released_at=task.assigned_at,
    )


def task_of(unit: str, figure: Figure) -> LinkedTask:
    """The task that a figure stands for."""
    indicator, window, *members = figure.quality
    return LinkedTask(
        unit=unit,
        indicator=indicator,
        window=window,
        declared_change=figure.value,
        assigned_at=figure.previous_released_at or 0,
        completed_at=figure.released_at or 0,
        members={dim: member for dim, _, member in (each.partition("=") for each in members)},
    )


class LinkedTasks:
    """All of them. `above` gives the units over one, nearest first."""

    def __init__(self, above: Callable[[str], Iterable[str]]) -> None:
        self._above = above
        self._tasks: dict[tuple[str, str], tuple[int, LinkedTask | None]] = {}
        self._under: dict[str, set[tuple[str, str]]] = {}

    def put(self, unit: str, name: str, figure: Figure | None, version: int) -> bool:
        """Set a task, or (None) take it away; an older version changes nothing."""
        if self._tasks.get((unit, name), (-1, None))[0] >= version:
            return False
        self._tasks[unit, name] = (version, None if figure is None else task_of(unit, figure))
        for place in (unit, *self._above(unit)):
            self._under.setdefault(place, set()).add((unit, name))
        return True

    def completed(self, unit: str, begin: int, end: int) -> list[LinkedTask]:
        """The tasks at or below a unit with begin <= completed_at < end, in microseconds."""
        found = (self._tasks[name][1] for name in sorted(self._under.get(unit, ())))
        return [task for task in found if task is not None and begin <= task.completed_at < end]
