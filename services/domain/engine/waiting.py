"""Which cells wait for evaluation, which of them are due, and how far all is published.

Totals go first, those that are to be seen at once before the others; breakdowns as time allows.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from services.domain.instants import SECOND

AT_ONCE = frozenset({"instant", "5m", "1h", "24h"})
PATIENCE = SECOND
"""How long a window of days or more rests after it was evaluated, however much is counted.

The wall repaints once a second. What is to be seen at once does not rest and goes first, but not
before what has waited for this long, so nothing starves.
"""


class Task(NamedTuple):
    """A formula in one of its windows."""

    formula: str
    window: str
    calendar: str


class Reached(NamedTuple):
    """How far something has come: in commits, and in microseconds up to which all is final."""

    commits: int
    final_to: int


NOTHING = Reached(0, -(1 << 62))


class Waiting:
    """Cells by task. `patience` are the microseconds that longer windows rest.

    What is put is behind `reached`: published is nothing beyond it until the cells are taken.
    """

    def __init__(self, tasks: Iterable[Task], patience: int) -> None:
        self._patience = patience
        self._totals: dict[Task, set[int]] = {task: set() for task in tasks}
        self._breakdowns: dict[Task, set[int]] = {task: set() for task in self._totals}
        self._due: dict[Task, int] = {}
        self._done: dict[Task, int] = {}
        self._since: dict[Task, Reached] = {}
        self._now = 0
        self.reached = NOTHING

    def __len__(self) -> int:
        """Cells that wait, counted once for each task."""
        return sum(map(len, self._totals.values())) + sum(map(len, self._breakdowns.values()))

    @property
    def published(self) -> Reached:
        """How far everything is evaluated: nothing that waits was touched by what lies before."""
        waiting = (
            since
            for task, since in self._since.items()
            if self._totals[task] or self._breakdowns[task]
        )
        return min(waiting, default=self.reached)

    @property
    def breakdowns_wait(self) -> bool:
        """Whether any breakdown waits."""
        return any(self._breakdowns.values())

    def turn(self, now: int) -> None:
        """Let the clock go on; when it goes back nobody rests until a time that is far away."""
        if now < self._now:
            self._done.clear()
            self._due = dict.fromkeys(self._due, now)
        self._now = now

    def put(self, task: Task, totals: Collection[int], breakdowns: Collection[int]) -> None:
        """Let cells wait."""
        if totals and not self._totals[task]:
            rested = self._done.get(task, self._now - self._patience) + self._patience
            at_once = task.window in AT_ONCE
            self._due[task] = self._now - self._patience if at_once else max(self._now, rested)
        if not self._totals[task] and not self._breakdowns[task]:
            self._since[task] = self.reached
        self._since[task] = min(self._since[task], self.reached)
        self._totals[task].update(totals)
        self._breakdowns[task].update(breakdowns)

    def due(self) -> list[Task]:
        """The tasks whose totals wait and have rested, the earliest first."""
        found = [
            task for task, cells in self._totals.items() if cells and self._due[task] <= self._now
        ]
        return sorted(found, key=self._due.__getitem__)

    def take(self, task: Task) -> set[int]:
        """The totals of a task, which wait no longer."""
        self._done[task] = self._now
        found, self._totals[task] = self._totals[task], set()
        return found

    def take_breakdowns(self, limit: int) -> Iterator[tuple[Task, list[int]]]:
        """Up to `limit` breakdown cells."""
        for task, cells in self._breakdowns.items():
            if limit <= 0:
                return
            taken = [cells.pop() for _ in range(min(limit, len(cells)))]
            if taken:
                limit -= len(taken)
                yield task, taken
