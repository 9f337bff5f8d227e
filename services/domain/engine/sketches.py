"""Quantiles of sketches: counts of values in buckets, for many cells at once.

A bucket of a measure in a cell is a name on the shelf, its counts are points like any other; so a
sketch of any window of any unit is made of the same sums as everything else, and is exactly the
same in whatever order the values came.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.domain.engine.buckets import value_of
from services.domain.engine.ordered import Ints
from services.domain.engine.shelf import Shelf

Floats = npt.NDArray[np.float64]
_Buckets = tuple[Floats, Ints]
_NOTHING: _Buckets = (np.zeros(0), np.zeros(0, dtype=np.int64))
LAID_OUT_MAX = 16
"""Sets of cells of which a measure's buckets are remembered; beyond it all are forgotten."""


class _LaidOut(NamedTuple):
    """Buckets of several cells, those of one smallest value first; `owners` are places of cells."""

    owners: Ints
    values: Floats
    keys: Ints


class Sketches:
    """The buckets of every cell that has any."""

    def __init__(self, shelf: Shelf, laid_out_max: int = LAID_OUT_MAX) -> None:
        self._shelf = shelf
        self._laid_out_max = laid_out_max
        self._keys: dict[tuple[int, str], dict[int, int]] = {}
        self._ordered: dict[tuple[int, str], _Buckets] = {}
        self._laid: dict[str, dict[Hashable, _LaidOut]] = {}

    def number(self, cell: int, measure: str, bucket: int) -> int:
        """The key of a bucket on the shelf; it is made when it is new."""
        held = self._keys.setdefault((cell, measure), {})
        found = held.get(bucket)
        if found is None:
            found = self._shelf.number((cell, measure, bucket))
            held[bucket] = found
            self._ordered.pop((cell, measure), None)
            self._laid.pop(measure, None)
        return found

    def quantile(
        self,
        cells: Ints | Sequence[tuple[int, ...]],
        measure: str,
        begin: Ints | int,
        end: Ints | int,
        q: float,
    ) -> Floats:
        """Quantile q of the values in [begin, end) of each cell, or of several cells together.

        NaN where there is none.

        `begin` and `end` are seconds since 1970, one or one for each cell. The value is that of the
        bucket which holds rank floor(q * (n - 1)) of n values, counting from 0.
        """
        found = np.full(len(cells), np.nan)
        owners, values, keys = self._laid_out(cells, measure)
        if not len(owners):
            return found
        first, last = (bound if isinstance(bound, int) else bound[owners] for bound in (begin, end))
        counts = self._shelf.points.between(keys, first, last)
        totals = np.bincount(owners, counts, len(cells)).astype(np.int64)
        running = np.cumsum(counts) - (np.cumsum(totals) - totals)[owners]
        ranks = np.floor(q * (totals - 1)).astype(np.int64)[owners]
        holds = (counts > 0) & (running > ranks) & (running - counts <= ranks)
        found[owners[holds]] = values[holds]
        return found

    def _laid_out(self, cells: Ints | Sequence[tuple[int, ...]], measure: str) -> _LaidOut:
        """The buckets of all cells one after the other; they are remembered until one is new."""
        name = cells.tobytes() if isinstance(cells, np.ndarray) else tuple(cells)
        known = self._laid.setdefault(measure, {})
        found = known.get(name)
        if found is None:
            buckets = [
                self._together(cell, measure)
                if isinstance(cell, tuple)
                else self._of(int(cell), measure)
                for cell in cells
            ]
            owners = np.repeat(np.arange(len(cells)), [len(keys) for _, keys in buckets])
            values = np.concatenate([_NOTHING[0], *(each for each, _ in buckets)])
            keys = np.concatenate([_NOTHING[1], *(each for _, each in buckets)])
            if len(known) >= self._laid_out_max:
                known.clear()
            found = known[name] = _LaidOut(owners, values, keys)
        return found

    def _together(self, cells: tuple[int, ...], measure: str) -> _Buckets:
        """The values and keys of several cells, smallest value first."""
        held = [self._of(cell, measure) for cell in cells]
        values = np.concatenate([np.zeros(0), *(each for each, _ in held)])
        keys = np.concatenate([_NOTHING[1], *(each for _, each in held)])
        order = np.argsort(values, kind="stable")
        return values[order], keys[order]

    def _of(self, cell: int, measure: str) -> _Buckets:
        """The values and keys of a cell's buckets, smallest value first."""
        name = (cell, measure)
        found = self._ordered.get(name)
        if found is None:
            held = sorted(self._keys.get(name, {}).items())
            if not held:
                return _NOTHING
            found = (
                np.array([value_of(bucket) for bucket, _ in held]),
                np.array([key for _, key in held], dtype=np.int64),
            )
            self._ordered[name] = found
        return found
