"""What was last said of each cell, so that only what differs is said again.

Evaluating a window for all cells is a few searches; making their observations is most of a tick's
work, and most of them would say what they said before. Everything that a cell's observation is
made of is one row of numbers here; a row that is equal byte for byte says the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Place = tuple[str, str, str]
"""Formula, window, calendar."""


class Said:
    """The last row of each cell in each place."""

    def __init__(self) -> None:
        self._rows: dict[Place, dict[int, bytes]] = {}

    def differing(
        self, place: Place, cells: list[int], columns: Sequence[npt.NDArray[Any]]
    ) -> list[int]:
        """Indices of the cells whose row is not the last one; the new rows are remembered.

        `columns` hold one number for each cell, NaN for none.
        """
        table = np.column_stack(columns).astype(np.float64)
        body, width = table.tobytes(), table.shape[1] * table.itemsize
        known = self._rows.setdefault(place, {})
        found: list[int] = []
        for index, cell in enumerate(cells):
            row = body[index * width : (index + 1) * width]
            if known.get(cell) != row:
                known[cell] = row
                found.append(index)
        return found

    def forget_all(self) -> None:
        """Say everything again."""
        self._rows.clear()

    def forget(self, place: Place, cell: int) -> None:
        """Say this one again, whatever it was."""
        self._rows.get(place, {}).pop(cell, None)
