"""Cells: a unit with one dimension member (or the total), numbered; each knows the cells above it.

A key of `Points` is a measure and a cell, the measure in the upper bits: a question is about many
cells of one measure, whose points then stand together.
"""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from services.domain.engine.cell_names import CellNames
from services.domain.engine.ordered import Ints
from services.domain.engine.points import KEY_BITS
from services.domain.engine.windows import BEGINNING
from services.domain.errors import Refused
from services.domain.instants import start_of_local_day
from services.domain.units import UnitList

TOTAL = ("", "")
NO_CELL = -1
_COLUMNS = _DIM, _LEVEL, _ABOVE, _UNIT, _BEGAN = range(5)


class Cells:
    """Numbers cells as they appear.

    `measures` is the number of measures that one cell has keys for. There are four million cells
    with 256 measures, twice as many with half of them; one more raises `Refused`.
    """

    def __init__(self, units: UnitList, measures: int) -> None:
        self._units = units
        self._bits = KEY_BITS - max(measures - 1, 0).bit_length()
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._chains: list[tuple[int, ...]] = []
        self.units: list[str] = []
        self.members: list[tuple[str, str]] = []
        self.names = CellNames()
        self._of_unit: dict[str, list[int]] = {}
        self._unit_numbers: dict[str, int] = {}
        self._dims = {"": 0}
        self._table = np.zeros((1024, len(_COLUMNS)), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.units)

    def number(self, unit: str, dim: str = "", member: str = "") -> int:
        """The cell's number; it is made, with those above it, when it is new."""
        found = self._numbers.get((unit, dim, member))
        if found is not None:
            return found
        above: tuple[int, ...] = ()
        known = self._units.get(unit)
        if known is not None and known.parent is not None:
            above = self.chain(self.number(known.parent, dim, member))
        number = len(self.units)
        if number >> self._bits:
            raise Refused(f"more than {number} units and members: spread them over more centres")
        self._numbers[unit, dim, member] = number
        self.units.append(unit)
        self.members.append((dim, member))
        self.names.put(number, unit, dim, member)
        self._chains.append((number, *above))
        self._of_unit.setdefault(unit, []).append(number)
        while number >= len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        code = self._dims.setdefault(dim, len(self._dims))
        higher = above[0] if above else NO_CELL
        began = BEGINNING if known is None else start_of_local_day(known.valid_from)
        self._table[number] = (code, ord(unit[0]), higher, self.unit_number(unit), began)
        return number

    def unit_number(self, unit: str) -> int:
        """The number of a unit; it is given when it is asked for first."""
        return self._unit_numbers.setdefault(unit, len(self._unit_numbers))

    def unit_numbers(self, cells: Ints) -> Ints:
        """The number of each cell's unit."""
        found: Ints = self._table[cells, _UNIT]
        return found

    def began(self, cells: Ints) -> Ints:
        """The instant at which each cell's unit came to be."""
        found: Ints = self._table[cells, _BEGAN]
        return found

    def dims(self, cells: Ints) -> Ints:
        """The number of each cell's dimension; 0 of totals."""
        found: Ints = self._table[cells, _DIM]
        return found

    def has_dim(self, cells: Ints, allowed: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Where a cell is a total, or broken down by a dimension that is allowed."""
        codes = self._table[cells, _DIM]
        if not codes.any():
            return np.ones(len(cells), dtype=bool)
        present = np.bincount(codes, minlength=len(self._dims))
        table = np.array(
            [code == 0 or (present[code] > 0 and allowed(dim)) for dim, code in self._dims.items()]
        )
        found: npt.NDArray[np.bool_] = table[codes]
        return found

    def at_levels(self, cells: Ints, levels: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Where a cell's unit is of one of these levels (`N`, `P`, `D`, `C`)."""
        wanted = np.zeros(128, dtype=bool)
        wanted[[ord(level) for level in levels]] = True
        found: npt.NDArray[np.bool_] = wanted[self._table[cells, _LEVEL]]
        return found

    def above(self, cells: Ints) -> Ints:
        """The cell of the same member in the unit just above; NO_CELL where there is none."""
        found: Ints = self._table[cells, _ABOVE]
        return found

    def find(self, unit: str, dim: str = "", member: str = "") -> int | None:
        """The cell's number, or None when nothing was ever counted there."""
        return self._numbers.get((unit, dim, member))

    def chain(self, cell: int) -> tuple[int, ...]:
        """The cell itself and the cells above it, of the same member."""
        return self._chains[cell]

    def of_unit(self, unit: str) -> list[int]:
        """All cells of a unit."""
        return self._of_unit.get(unit, [])

    def total_of(self, cell: int) -> int:
        """The cell of the same unit without a breakdown."""
        return self.number(self.units[cell])

    def key(self, cell: int, measure: int) -> int:
        """The key of one measure in a cell."""
        return measure << self._bits | cell

    def keys(self, cells: Ints, measure: int) -> Ints:
        """The keys of one measure in these cells."""
        return cells | (measure << self._bits)

    def apart(self, keys: Ints) -> tuple[Ints, Ints]:
        """(cells, measures) of keys."""
        return keys & ((1 << self._bits) - 1), keys >> self._bits
