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


class _Pile:
    """Cells by task, and behind what the first of each was touched."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.cells: dict[Task, set[int]] = {task: set() for task in tasks}
        self._since: dict[Task, Reached] = {}

    def __len__(self) -> int:
        return sum(map(len, self.cells.values()))

    def put(self, task: Task, cells: Iterable[int], reached: Reached) -> None:
        """Add cells to those of a task."""
        since = self._since.get(task, reached) if self.cells[task] else reached
        self._since[task] = min(since, reached)
        self.cells[task].update(cells)

    def longest_first(self) -> list[Task]:
        """The tasks that have cells, the one that was touched first before the others."""
        return sorted((t for t, cells in self.cells.items() if cells), key=self._since.__getitem__)

    def since(self) -> list[Reached]:
        """Behind what each task that has cells was touched."""
        return [self._since[task] for task, cells in self.cells.items() if cells]


class Waiting:
    """Cells by task. `patience` are the microseconds that longer windows rest.

    What is put is behind `reached`: published is nothing beyond it until the cells are taken.
    """

    def __init__(self, tasks: Iterable[Task], patience: int) -> None:
        self._patience = patience
        given = list(tasks)
        self._totals, self._breakdowns = _Pile(given), _Pile(given)
        self._due: dict[Task, int] = {}
        self._done: dict[Task, int] = {}
        self._now = 0
        self.reached = NOTHING

    def __len__(self) -> int:
        """Cells that wait, counted once for each task."""
        return len(self._totals) + len(self._breakdowns)

    @property
    def published(self) -> Reached:
        """How far everything is evaluated: nothing that waits was touched by what lies before."""
        return min([*self._totals.since(), *self._breakdowns.since()], default=self.reached)

    @property
    def breakdowns_wait(self) -> bool:
        """Whether any breakdown waits."""
        return any(self._breakdowns.cells.values())

    def holds(self, task: Task, cell: int) -> bool:
        """Whether a cell waits for a task."""
        return cell in self._totals.cells[task] or cell in self._breakdowns.cells[task]

    def turn(self, now: int) -> None:
        """Let the clock go on; when it goes back nobody rests until a time that is far away."""
        if now < self._now:
            self._done.clear()
            self._due = dict.fromkeys(self._due, now)
        self._now = now

    def put(self, task: Task, totals: Collection[int], breakdowns: Collection[int]) -> None:
        """Let cells wait."""
        if totals and not self._totals.cells[task]:
            rested = self._done.get(task, self._now - self._patience) + self._patience
            at_once = task.window in AT_ONCE
            self._due[task] = self._now - self._patience if at_once else max(self._now, rested)
        if totals:
            self._totals.put(task, totals, self.reached)
        if breakdowns:
            self._breakdowns.put(task, breakdowns, self.reached)

    def due(self) -> list[Task]:
        """The tasks whose totals wait and have rested, the earliest first."""
        totals = self._totals.cells.items()
        found = [task for task, cells in totals if cells and self._due[task] <= self._now]
        return sorted(found, key=self._due.__getitem__)

    def take(self, task: Task) -> set[int]:
        """The totals of a task, which wait no longer."""
        self._done[task] = self._now
        found, self._totals.cells[task] = self._totals.cells[task], set()
        return found

    def take_breakdowns(self, limit: int) -> Iterator[tuple[Task, list[int]]]:
        """Up to `limit` breakdown cells, those first that were touched first."""
        for task in self._breakdowns.longest_first():
            if limit <= 0:
                return
            cells = self._breakdowns.cells[task]
            taken = [cells.pop() for _ in range(min(limit, len(cells)))]
            limit -= len(taken)
            yield task, taken
