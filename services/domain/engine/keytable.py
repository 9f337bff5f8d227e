"""The dictionary of stored keys as arrays.

From a stored number to the keys of `Points` that it adds to.
"""

import numpy as np

from services.domain.engine.points import Ints
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
        self._names: dict[int, tuple[str, str, str, str]] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._names

    def name(self, number: int) -> tuple[str, str, str, str]:
        """(measure, unit, dim, member) of a stored number."""
        return self._names[number]

    def missing(self, numbers: Ints) -> list[int]:
        """Those of the numbers that are not known yet."""
        return [number for number in np.unique(numbers).tolist() if number not in self._names]

    def register(self, number: int, measure: str, unit: str, dim: str, member: str) -> None:
        """Learn what a stored number stands for."""
        if number >= len(self._targets):
            grown = np.full((max(number + 1, 2 * len(self._targets)), LEVELS), NONE, dtype=np.int64)
            grown[: len(self._targets)] = self._targets
            self._targets = grown
        keys = self._state.keys_of(measure, unit, dim, member)[:LEVELS]
        self._targets[number, : len(keys)] = keys
        self._names[number] = (measure, unit, dim, member)

    def add(self, numbers: Ints, seconds: Ints, values: Ints) -> Ints:
        """Add stored points to the state at every level.

        Returns the keys that changed, each once.
        """
        changed = []
        for level in range(LEVELS):
            keys = self._targets[numbers, level]
            known = keys != NONE
            if not known.any():
                continue
            keys = keys[known]
            self._state.points.add(keys, seconds[known], values[known])
            changed.append(np.unique(keys))
        return np.unique(np.concatenate(changed)) if changed else np.zeros(0, dtype=np.int64)
