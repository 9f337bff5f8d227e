"""Rows of numbers by cell, in the order of the cells that have one; they grow as cells are met."""

import numpy as np
import numpy.typing as npt

from services.domain.engine.amount import Bools
from services.domain.engine.ordered import Ints, distinct


class CellRows:
    """One row of `width` whole numbers for each cell; `known` says which of them mean something.

    Index `rows` and `known` by what `places` gives: it may move both.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: Ints = np.zeros((0, width), dtype=np.int64)
        self.known: Bools = np.zeros(0, dtype=bool)
        self._cells: Ints = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        """How many cells have a row."""
        return len(self._cells)

    def floats(self) -> npt.NDArray[np.float64]:
        """The same rows as the bits of floats."""
        return self.rows.view(np.float64)

    def forget(self, cells: Ints) -> None:
        """These cells have no row."""
        at, held = self._find(cells)
        self.known[at[held]] = False

    def places(self, cells: Ints) -> Ints:
        """Where the cells are held; they are put in when they are new."""
        at, held = self._find(cells)
        if held.all():
            return at
        fresh = distinct(cells[~held])
        together = np.concatenate([self._cells, fresh])
        order = np.argsort(together, kind="stable")
        self._cells = together[order]
        nothing = np.zeros((len(fresh), self.width), dtype=np.int64)
        self.rows = np.concatenate([self.rows, nothing])[order]
        self.known = np.concatenate([self.known, np.zeros(len(fresh), dtype=bool)])[order]
        return np.searchsorted(self._cells, cells)

    def _find(self, cells: Ints) -> tuple[Ints, Bools]:
        """Where each cell stands or would stand, and whether it does."""
        if np.array_equal(cells, self._cells):  # as when everything is evaluated
            return np.arange(len(cells)), np.ones(len(cells), dtype=bool)
        at = np.searchsorted(self._cells, cells)
        held = at < len(self._cells)
        held[held] = self._cells[at[held]] == cells[held]
        return at, held
