"""What was last said of each cell, so that only what differs is said again.

Evaluating a window for all cells is a few searches; making their observations is most of a tick's
work, and most of them would say what they said before. Everything that a cell's observation is
made of is one row of numbers here; a row that is equal bit for bit says the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from services.domain.engine.cell_rows import CellRows
from services.domain.engine.ordered import Ints

Place = tuple[str, str, str]
"""Formula, window, calendar."""


class Said:
    """The last row of each cell in each place."""

    def __init__(self) -> None:
        self._rows: dict[Place, CellRows] = {}

    def differing(self, place: Place, cells: Ints, columns: Sequence[npt.NDArray[Any]]) -> Ints:
        """Indices of the cells whose row is not the last one; the new rows are remembered.

        `columns` hold one number for each cell, NaN for none; a cell comes once.
        """
        table = np.column_stack(columns).astype(np.float64).view(np.int64)
        rows = self._rows.get(place)
        if rows is None or rows.width != table.shape[1]:
            rows = self._rows[place] = CellRows(table.shape[1])
        at = rows.places(cells)
        found = np.flatnonzero((rows.rows[at] != table).any(axis=1) | ~rows.known[at])
        rows.rows[at[found]] = table[found]
        rows.known[at[found]] = True
        return found

    def forget_all(self) -> None:
        """Say everything again."""
        self._rows.clear()

    def forget(self, place: Place, cells: Sequence[int]) -> None:
        """Say these again, whatever it was."""
        if place in self._rows:
            self._rows[place].forget(np.array(cells, dtype=np.int64))
