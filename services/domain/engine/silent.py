"""Cells that questions have made: units and members that somebody asked for by name.

A value is computed in a cell, so one that is asked for where nothing was ever counted makes its
cell. It stays, and later questions must not take it for something that was counted.
"""

from collections.abc import Collection

from services.domain.engine.cells import Cells
from services.domain.engine.ordered import Ints


class SilentCells:
    """Those of the cells in which nothing was ever counted; at most one for each asked name."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._known = len(cells)
        self._silent: set[int] = set()

    def __contains__(self, cell: object) -> bool:
        return cell in self._silent

    def answered(self) -> None:
        """After a question: what is new was made by it."""
        self._silent.update(range(self._known, len(self._cells)))
        self._known = len(self._cells)

    def counted(self, keys: Ints, figures: Collection[tuple[str, str]]) -> None:
        """After a reading: keys of `Points` and (measure, unit) of figures that it has changed."""
        self._known = len(self._cells)
        if not self._silent:
            return
        units = {unit for _, unit in figures}
        self._silent.difference_update(self._cells.apart(keys)[0].tolist())
        self._silent = {cell for cell in self._silent if self._cells.units[cell] not in units}
