"""The cells of former units, by the present cells that their territory lies in now.

Cells grow while events come, so new ones are looked at when somebody asks. Where nothing was ever
counted in a former unit there is nothing to learn, and every question is answered at once.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.domain.engine.cells import Cells
from services.domain.engine.ordered import Ints
from services.domain.lineage import Lineage, Share
from services.domain.units import UnitList

Place = tuple[str, str, str]
"""Unit key, dimension and member of a cell."""


class Parts(NamedTuple):
    """Former cells with their shares; `places` says which of the asked cells each lies in."""

    places: Ints
    cells: Ints
    millionths: npt.NDArray[np.float64]
    whole: npt.NDArray[np.bool_]


class Crosswalk:
    """Former cells and present ones, of everything that was ever counted."""

    def __init__(self, units: UnitList, cells: Cells) -> None:
        self.lineage = Lineage(units)
        self._cells = cells
        self._known = 0
        self._former: dict[Place, list[tuple[int, Share]]] = {}
        self._heirs: dict[int, list[Place]] = {}

    def __bool__(self) -> bool:
        """Whether anything was ever counted in a former unit."""
        self._learn()
        return bool(self._heirs)

    def parts(self, asked: Ints) -> Parts | None:
        """The former cells that lie in the asked ones; None when there is not one."""
        self._learn()
        if not self._former:
            return None
        found = [
            (place, cell, share.millionths, share.whole)
            for place, number in enumerate(asked.tolist())
            for cell, share in self._former.get(self._name(number), ())
        ]
        if not found:
            return None
        places, cells, millionths, whole = zip(*found, strict=True)
        return Parts(
            np.array(places, dtype=np.int64),
            np.array(cells, dtype=np.int64),
            np.array(millionths, dtype=np.float64),
            np.array(whole, dtype=bool),
        )

    def with_heirs(self, cells: Iterable[int]) -> list[int]:
        """Cells, and the present ones that those of former units lie in, each once."""
        self._learn()
        given = list(cells)
        if not self._heirs:
            return given
        heirs = (self._cells.find(*name) for cell in given for name in self._heirs.get(cell, ()))
        return list(dict.fromkeys([*given, *(heir for heir in heirs if heir is not None)]))

    def present(self) -> list[int]:
        """The present cells in which something lies that a former unit counted."""
        self._learn()
        found = (self._cells.find(*name) for name in self._former)
        return sorted(cell for cell in found if cell is not None)

    def members_before(self, unit: str) -> set[tuple[str, str]]:
        """The members of breakdowns that the former units of a present one have."""
        found: set[tuple[str, str]] = set()
        for origin in self.lineage.origins(unit):
            found.update(self._cells.members[cell] for cell in self._cells.of_unit(origin.unit))
        return found

    def _name(self, cell: int) -> Place:
        return self._cells.units[cell], *self._cells.members[cell]

    def _learn(self) -> None:
        """Look at the cells that have appeared since the last question."""
        for cell in range(self._known, len(self._cells)):
            unit, member = self._cells.units[cell], self._cells.members[cell]
            for heir in self.lineage.heirs(unit):
                name = (heir.unit, *member)
                share = Share(unit, heir.millionths, heir.whole)
                self._former.setdefault(name, []).append((cell, share))
                self._heirs.setdefault(cell, []).append(name)
        self._known = len(self._cells)
