"""How often what is known of a measure has changed at or below a unit.

A number that was made of figures is good for as long as this count stays the same.
"""

from collections.abc import Callable, Iterable

import numpy as np

from services.domain.engine.ordered import Ints


class Changes:
    """Counts by measure and unit; `number` gives the number of a unit, from 0 up."""

    def __init__(self, number: Callable[[str], int]) -> None:
        self._number = number
        self._counts: dict[str, Ints] = {}

    def add(self, measure: str, units: Iterable[str]) -> None:
        """Something changed that counts in all of these units."""
        for unit in units:
            number = self._number(unit)
            counts = self._counts.get(measure)
            if counts is None or number >= len(counts):
                counts = self._grown(measure, number + 1)
            counts[number] += 1

    def of(self, measure: str, unit: str) -> int:
        """The count of one unit."""
        number, counts = self._number(unit), self._counts.get(measure)
        return 0 if counts is None or number >= len(counts) else int(counts[number])

    def at(self, measures: Iterable[str], units: Ints) -> Ints:
        """The counts of several measures together, of each of these unit numbers."""
        found = np.zeros(len(units), dtype=np.int64)
        most = int(units.max(initial=-1)) + 1
        for measure in measures:
            counts = self._counts.get(measure)
            if counts is not None:
                found += (counts if most <= len(counts) else self._grown(measure, most))[units]
        return found

    def _grown(self, measure: str, length: int) -> Ints:
        before = self._counts.get(measure, np.zeros(0, dtype=np.int64))
        grown = np.zeros(max(length, 2 * len(before), 64), dtype=np.int64)
        grown[: len(before)] = before
        self._counts[measure] = grown
        return grown
