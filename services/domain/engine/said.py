"""What was last said of each cell, so that only what differs is said again.

Evaluating a window for all cells is a few searches; making their observations is most of a tick's
work, and most of them would say what they said before. Everything that a cell's observation is
made of is one row of numbers here; a row that is equal bit for bit says the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from services.domain.engine.points import Ints

Place = tuple[str, str, str]
"""Formula, window, calendar."""


class Said:
    """The last row of each cell in each place."""

    def __init__(self) -> None:
        self._rows: dict[Place, _Rows] = {}

    def differing(self, place: Place, cells: Ints, columns: Sequence[npt.NDArray[Any]]) -> Ints:
        """Indices of the cells whose row is not the last one; the new rows are remembered.

        `columns` hold one number for each cell, NaN for none; a cell comes once.
        """
        table = np.column_stack(columns).astype(np.float64).view(np.int64)
        rows = self._rows.get(place)
        if rows is None or rows.width != table.shape[1]:
            rows = self._rows[place] = _Rows(table.shape[1])
        return rows.differing(cells, table)

    def forget_all(self) -> None:
        """Say everything again."""
        self._rows.clear()

    def forget(self, place: Place, cell: int) -> None:
        """Say this one again, whatever it was."""
        if place in self._rows:
            self._rows[place].forget(cell)


class _Rows:
    """Rows of one width, in the order of the cells that have one."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._cells = np.zeros(0, dtype=np.int64)
        self._rows = np.zeros((0, width), dtype=np.int64)
        self._known = np.zeros(0, dtype=bool)

    def differing(self, cells: Ints, table: Ints) -> Ints:
        """Indices of the rows that are not the last ones of their cells; they become the last."""
        at = self._places(cells)
        found = np.flatnonzero((self._rows[at] != table).any(axis=1) | ~self._known[at])
        self._rows[at[found]] = table[found]
        self._known[at[found]] = True
        return found

    def forget(self, cell: int) -> None:
        """The cell has no row."""
        self._known[self._cells == cell] = False

    def _places(self, cells: Ints) -> Ints:
        """Where the cells are held; they are put in when they are new."""
        at = np.searchsorted(self._cells, cells)
        inside = at < len(self._cells)
        inside[inside] = self._cells[at[inside]] == cells[inside]
        if inside.all():
            return at
        fresh = cells[~inside]
        held = np.concatenate([self._cells, fresh])
        order = np.argsort(held, kind="stable")
        self._cells = held[order]
        nothing = np.zeros((len(fresh), self.width), dtype=np.int64)
        self._rows = np.concatenate([self._rows, nothing])[order]
        self._known = np.concatenate([self._known, np.zeros(len(fresh), dtype=bool)])[order]
        return np.searchsorted(self._cells, cells)
