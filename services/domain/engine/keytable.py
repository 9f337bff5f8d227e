"""The dictionary of stored keys as arrays.

From a stored number to the keys of `Points` that it adds to, and to those of the shelf.
"""

import numpy as np

from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.points import Points
from services.domain.engine.state import State

LEVELS = 4
"""A commune, its former district, its province, the country."""
NONE = -1


class KeyTable:
    """Grows with the stored dictionary.

    Numbers are small integers, given in no particular order.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._targets = np.full((1024, LEVELS), NONE, dtype=np.int64)
        self._shelved = np.full((1024, LEVELS), NONE, dtype=np.int64)
        self._names: dict[int, tuple[str, str, str, str]] = {}
        self._arrivals: set[int] = set()
        self._any_shelved = False

    def __contains__(self, number: int) -> bool:
        return number in self._names

    def name(self, number: int) -> tuple[str, str, str, str]:
        """(measure, unit, dim, member) of a stored number."""
        return self._names[number]

    def missing(self, numbers: Ints) -> list[int]:
        """Those of the numbers that are not known yet."""
        return [number for number in distinct(numbers).tolist() if number not in self._names]

    def register(self, number: int, measure: str, unit: str, dim: str, member: str) -> None:
        """Learn what a stored number stands for."""
        while number >= len(self._targets):
            self._targets = _grown(self._targets)
            self._shelved = _grown(self._shelved)
        name = (measure, unit, dim, member)
        keys = self._state.keys_of(*name)[:LEVELS]
        self._targets[number, : len(keys)] = keys
        shelved = self._state.shelf_keys_of(*name)[:LEVELS]
        self._shelved[number, : len(shelved)] = shelved
        self._any_shelved = self._any_shelved or bool(shelved)
        if shelved and not keys:
            self._arrivals.add(number)
        self._names[number] = name

    def add(self, numbers: Ints, seconds: Ints, values: Ints) -> Ints:
        """Add stored points to the state at every level.

        Returns the keys that changed, each once.
        """
        changed = [_put(self._state.points, self._targets, numbers, seconds, values)]
        if self._any_shelved:
            _put(self._state.shelf.points, self._shelved, numbers, seconds, values)
        if self._arrivals:
            for number in self._arrivals.intersection(distinct(numbers).tolist()):
                measure, unit, _, _ = self._names[number]
                changed.append(np.array(self._state.scheduled(measure, unit), dtype=np.int64))
        return distinct(np.concatenate(changed))

    def places(self, numbers: Ints, seconds: Ints) -> tuple[Ints, Ints]:
        """(keys, seconds) of stored points at every level, arrivals with what waits for them."""
        keys, at = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for level in range(LEVELS):
            found = self._targets[numbers, level]
            keys.append(found[found != NONE])
            at.append(seconds[found != NONE])
        for number in self._arrivals.intersection(distinct(numbers).tolist()):
            measure, unit, _, _ = self._names[number]
            waiting = np.array(self._state.scheduled(measure, unit), dtype=np.int64)
            keys.append(waiting)
            at.append(np.full(len(waiting), seconds[numbers == number].min()))
        return np.concatenate(keys), np.concatenate(at)


def _put(points: Points, targets: Ints, numbers: Ints, seconds: Ints, values: Ints) -> Ints:
    """Add to the targets of each number; returns the keys that changed."""
    changed = [np.zeros(0, dtype=np.int64)]
    for level in range(LEVELS):
        keys = targets[numbers, level]
        known = keys != NONE
        if known.any():
            keys = keys[known]
            points.add(keys, seconds[known], values[known])
            changed.append(distinct(keys))
    return np.concatenate(changed)


def _grown(targets: Ints) -> Ints:
    """Twice as many rows, the new ones without targets."""
    return np.concatenate([targets, np.full_like(targets, NONE)])
