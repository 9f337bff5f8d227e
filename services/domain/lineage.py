"""What became of a unit, and what a unit was made of, through every change in between.

A unit of the list may have been split and its parts joined more than once; what counts in the end
is the share of it that lies in a unit which nothing succeeds.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.domain.units import UnitList

SHARES = 1_000_000
"""Shares are counted in parts of a whole of this size, so that those of one step stay whole."""


class Share(NamedTuple):
    """So many millionths of a former unit. `whole`: it passed over in one piece every time."""

    unit: str
    millionths: float
    whole: bool


class Lineage:
    """The shares between former units and their successors; remembers what was asked."""

    def __init__(self, units: UnitList) -> None:
        self._units = units
        self._heirs: dict[str, tuple[Share, ...]] = {}
        self._origins: dict[str, tuple[Share, ...]] = {}

    def heirs(self, key: str) -> tuple[Share, ...]:
        """The units in which a former one lies now, with the share of it that each took.

        The shares add up to a whole; a unit that nothing succeeded has no heirs.
        """
        if key not in self._heirs:
            found: list[Share] = []
            for part in self._units.successors(key):
                step = Share(part.succ, round(part.weight * SHARES), part.method == "whole")
                found += [_through(step, more) for more in self.heirs(part.succ)] or [step]
            self._heirs[key] = _added(found)
        return self._heirs[key]

    def origins(self, key: str) -> tuple[Share, ...]:
        """The former units of which parts lie in this one, each with the share that is here."""
        if key not in self._origins:
            found: list[Share] = []
            for part in self._units.predecessors(key):
                step = Share(part.pred, round(part.weight * SHARES), part.method == "whole")
                found += [step, *(_through(step, more) for more in self.origins(part.pred))]
            self._origins[key] = _added(found)
        return self._origins[key]


def _through(step: Share, more: Share) -> Share:
    return Share(more.unit, step.millionths * more.millionths / SHARES, step.whole and more.whole)


def _added(shares: Iterable[Share]) -> tuple[Share, ...]:
    """One share for each unit: what came by two ways is added."""
    found: dict[str, Share] = {}
    for share in shares:
        known = found.get(share.unit, Share(share.unit, 0, whole=True))
        millionths = known.millionths + share.millionths
        found[share.unit] = Share(share.unit, millionths, known.whole and share.whole)
    return tuple(sorted(found.values()))
