"""What cells are called in observations, with the JSON of it, which is made once for each cell."""

from typing import Any

import numpy as np

from services.domain.engine.columns import Framed, Kept
from services.domain.engine.json_parts import encode
from services.domain.engine.ordered import Ints

_VALUES = _KEY, _UNIT, _SINCE, _DIMS = range(4)


class CellNames:
    """The names of cells, by the cells' numbers."""

    def __init__(self) -> None:
        self._values = np.empty((len(_VALUES), 1024), dtype=object)
        self._texts = np.empty((len(_VALUES), 1024), dtype=object)
        self._units: dict[str, tuple[Any, ...]] = {}
        self._dims: dict[tuple[str, str], tuple[Any, ...]] = {}

    def put(self, cell: int, unit: str, dim: str, member: str) -> None:
        """Name a cell that is new; what it has in common with others is held once."""
        if cell >= self._values.shape[1]:
            self._values, self._texts = (
                np.concatenate([each, np.empty_like(each)], axis=1)
                for each in (self._values, self._texts)
            )
        if unit not in self._units:
            code, _, valid_from = unit.partition("@")
            self._units[unit] = (code, valid_from, encode(code), encode(valid_from))
        if (dim, member) not in self._dims:
            dims = {dim: member} if dim else {}
            self._dims[dim, member] = (dims, encode(dims))
        key = f"{unit}|{dim}={member}" if dim else f"{unit}|"
        code, valid_from, *unit_texts = self._units[unit]
        dims, dims_text = self._dims[dim, member]
        self._values[:, cell] = (key, code, valid_from, dims)
        self._texts[:, cell] = (encode(key)[1:-1], *unit_texts, dims_text)

    def keys(self, cells: Ints) -> list[str]:
        """The part of each key that names unit and breakdown."""
        found: list[str] = self._values[_KEY, cells].tolist()
        return found

    def ids(self, before: str, cells: Ints, after: str) -> Framed:
        """The id of each observation: its key between those of the indicator and the window."""
        return Framed(before, self._column(_KEY, cells), after)

    def units(self, cells: Ints) -> Kept:
        """The code of each unit as sent, `C:11953`."""
        return self._column(_UNIT, cells)

    def valid_from(self, cells: Ints) -> Kept:
        """The day from which each unit is in the list."""
        return self._column(_SINCE, cells)

    def dims(self, cells: Ints) -> Kept:
        """The breakdown of each: a dimension and its member, nothing of totals."""
        return self._column(_DIMS, cells)

    def _column(self, row: int, cells: Ints) -> Kept:
        return Kept(self._values[row], self._texts[row], cells)
