"""Cells: a unit with one dimension member (or the total), numbered; each knows the cells above it.

A key of `Points` is a cell and a measure: `cell * width + measure`.
"""

from services.domain.engine.points import Ints
from services.domain.units import UnitList

TOTAL = ("", "")


class Cells:
    """Numbers cells as they appear.

    `width` is the number of measures that one cell has keys for.
    """

    def __init__(self, units: UnitList, width: int) -> None:
        self._units = units
        self.width = width
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._chains: list[tuple[int, ...]] = []
        self.units: list[str] = []
        self.members: list[tuple[str, str]] = []
        self._of_unit: dict[str, list[int]] = {}

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
        self._numbers[unit, dim, member] = number
        self.units.append(unit)
        self.members.append((dim, member))
        self._chains.append((number, *above))
        self._of_unit.setdefault(unit, []).append(number)
        return number

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

    def keys(self, cells: Ints, measure: int) -> Ints:
        """The keys of one measure in these cells."""
        return cells * self.width + measure
