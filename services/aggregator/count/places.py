"""Where contributions go: numbers of key names, given once in the life of a worker; pure.

A **key** is a row of the dictionary, a **place** stands for all the keys that a point of a measure,
unit and members adds to: the total's and one for each breakdown. So a point is three integers.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from services.domain.engine.buckets import measure_of
from services.domain.engine.contributions import Contribution
from services.domain.engine.measures import Measure
from services.domain.engine.ordered import Ints

REMEMBERED_MAX = 2_000_000
"""Keys that are remembered; then the memory starts anew."""
IN_FORCE = 0
"""Stands for the measures in force, whatever their number, and for those of the first release."""
_NONE = -1


class KeyName(NamedTuple):
    """A row of the key dictionary."""

    measure: str
    unit: str
    dim: str
    member: str


class Scope(dict[str, int]):
    """The places of one unit and its members, by measure; made when first asked for."""

    __slots__ = ("_measured", "_members", "_places", "_unit")

    def __init__(
        self, places: "Places", measured: int, unit: str, members: tuple[tuple[str, str], ...]
    ) -> None:
        super().__init__()
        self._places = places
        self._measured = measured
        self._unit = unit
        self._members = members

    def __missing__(self, measure: str) -> int:
        place = self._places.make(self._measured, measure, self._unit, self._members)
        self[measure] = place
        return place


class Places:
    """The keys and places that a worker has met.

    `current` is the number of the measures in force; contributions that were made by others are
    found at the places that they were added to.
    """

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self.current = IN_FORCE
        self._dimensions: dict[int, Mapping[str, Collection[str]]] = {
            IN_FORCE: {measure.id: measure.dimensions for measure in measures.values()}
        }
        self._width = 1 + max((len(m.dimensions) for m in measures.values()), default=0)
        self.forget()

    def knows(self, measured: int) -> bool:
        """Whether the dimensions of the measures of this number are known."""
        return measured == self.current or measured in self._dimensions

    def learn(self, measured: int, dimensions: Mapping[str, Collection[str]]) -> None:
        """The dimensions, by measure, of measures that were in force before."""
        self._dimensions[measured] = dimensions

    def forget(self) -> None:
        """Start anew: every number given so far is void."""
        self._names: list[KeyName] = []
        self._numbers: dict[tuple[str, str, str, str], int] = {}
        self._scopes: dict[tuple[int, str, tuple[tuple[str, str], ...]], Scope] = {}
        self._units: dict[str, Scope] = {}
        self._keys = np.full((1024, self._width), _NONE, dtype=np.int64)
        self._made = 0

    def __len__(self) -> int:
        """How many keys have a number."""
        return len(self._names)

    def name(self, key: int) -> KeyName:
        """The name of a key."""
        return self._names[key]

    def key(self, measure: str, unit: str, dim: str, member: str) -> int:
        """The number of a key name."""
        name = (measure, unit, dim, member)
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self._names)
            self._names.append(KeyName(*name))
        return found

    def scope(self, contribution: Contribution, measured: int = IN_FORCE) -> Scope:
        """The places of what a contribution adds that was made by the measures of this number."""
        if not contribution.members:
            return self.alone(contribution.unit)
        if measured == self.current:
            measured = IN_FORCE
        name = (measured, contribution.unit, tuple(contribution.members.items()))
        found = self._scopes.get(name)
        if found is None:
            found = self._scopes[name] = Scope(self, *name)
        return found

    def alone(self, unit: str) -> Scope:
        """The places of what has no members."""
        found = self._units.get(unit)
        if found is None:
            found = self._units[unit] = Scope(self, IN_FORCE, unit, ())
        return found

    def make(
        self, measured: int, measure: str, unit: str, members: tuple[tuple[str, str], ...]
    ) -> int:
        """A new place; a measure that the standard does not know has all breakdowns."""
        known = self._dimensions[measured].get(measure_of(measure))
        keys = [self.key(measure, unit, "", "")]
        keys += [
            self.key(measure, unit, dim, member)
            for dim, member in members
            if known is None or dim in known
        ]
        place, self._made = self._made, self._made + 1
        rows, width = self._keys.shape
        if place == rows or len(keys) > width:
            grown = np.full((2 * rows, max(width, len(keys))), _NONE, dtype=np.int64)
            grown[:rows, :width] = self._keys
            self._keys = grown
        self._keys[place, : len(keys)] = keys
        return place

    def keys_of(self, place: int) -> Iterator[int]:
        """The keys of one place."""
        return (key for key in self._keys[place].tolist() if key != _NONE)

    def spread(self, places: Ints, seconds: Ints, values: Ints) -> tuple[Ints, Ints, Ints]:
        """Points of places as points of keys: (keys, seconds, values), arrays of one length."""
        keys = self._keys[places]
        known = keys != _NONE
        times = known.sum(axis=1)
        return keys[known], np.repeat(seconds, times), np.repeat(values, times)
