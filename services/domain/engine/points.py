"""Running sums over time for many keys at once.

A key's points are (second, value); the sum over any [begin, end) is the difference of two running
sums, found by binary search, so every window of every age costs the same and nothing is lost to a
grid of panes. Points are held as sorted runs, newest last; a run that has grown to a quarter of the
one before it is merged into it, so adding costs a few copies and asking a few searches. Sums are
64-bit integers: the order in which points came can not be seen in them.
"""

from typing import NamedTuple

import numpy as np

from services.domain.engine.ordered import Ints, distinct, firsts
from services.domain.engine.seconds import SECOND_MAX, SECOND_MIN

SECOND_BITS = 33
KEY_BITS = 63 - SECOND_BITS
"""Bits of a key; more do not fit beside a second in 64 bits."""
MERGE_RATIO = 4
REMEMBERED_MAX = 8_000_000
"""Sums that are remembered in all runs; beyond it they are forgotten."""
REMEMBERED_FROM = 64
"""Sums of fewer keys are not worth their entry: searching for them costs less."""


class _Run(NamedTuple):
    """Points in order of (key, second) with their running sum, and again in order of time.

    `known` are sums that were asked for, by the bytes of their keys and by second.
    """

    codes: Ints
    values: Ints
    sums: Ints
    by_time: Ints
    keys_by_time: Ints
    known: dict[bytes, dict[int, Ints]]

    def sums_at(self, codes: Ints) -> Ints:
        """The sum of all that stands before each code: only differences mean something."""
        found: Ints = self.sums[self.codes.searchsorted(codes)]
        return found


def _within(second: int) -> int:
    return min(max(second, SECOND_MIN), SECOND_MAX)


def _codes(keys: Ints, seconds: Ints | int) -> Ints:
    if isinstance(seconds, int):  # the bound of a window, the same for all
        return (keys << SECOND_BITS) | (_within(seconds) - SECOND_MIN)
    offsets = np.clip(seconds, SECOND_MIN, SECOND_MAX) - SECOND_MIN
    return (keys << SECOND_BITS) | offsets


def _run(codes: Ints, values: Ints, *, merging: bool = False) -> _Run:
    """A run of these points; two runs one behind the other are quicker merged than sorted."""
    order = np.argsort(codes, kind="stable" if merging else None)
    codes, values = codes[order], values[order]
    starts = np.flatnonzero(firsts(codes))
    sums = np.add.reduceat(values, starts) if len(starts) else values
    kept = sums != 0
    codes, values = codes[starts][kept], sums[kept]
    seconds = codes & ((1 << SECOND_BITS) - 1)
    in_time = np.argsort(seconds)
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    return _Run(codes, values, running, seconds[in_time], (codes >> SECOND_BITS)[in_time], {})


class Points:
    """Points of many keys; keys are integers of KEY_BITS, seconds are since 1970.

    Windows share their bounds and formulas their measures, so the sums of the same keys at the same
    second are asked for again and again: each run remembers its own, for as long as it stands.
    """

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._remembered_max = remembered_max
        self._runs: list[_Run] = []
        self._pending: list[tuple[Ints, Ints]] = []
        self._remembered = 0

    def __len__(self) -> int:
        """Points held, those that cancel each other in different runs counted twice."""
        self._settle()
        return sum(len(run.codes) for run in self._runs)

    def add(self, keys: Ints, seconds: Ints, values: Ints) -> None:
        """Add values at seconds of keys; arrays of one length."""
        if len(keys):
            self._pending.append((_codes(keys, seconds), values))

    def between(self, keys: Ints, begin: Ints | int, end: Ints | int) -> Ints:
        """For each key the sum of its values in [begin, end).

        `begin` and `end` are seconds, one or one for each key.
        """
        self._settle()
        if isinstance(begin, int) and isinstance(end, int) and len(keys) >= REMEMBERED_FROM:
            if _within(end) <= _within(begin):
                return np.zeros(len(keys), dtype=np.int64)
            return self._between(keys, begin, end)
        low, high = _codes(keys, begin), _codes(keys, end)
        total = np.zeros(len(keys), dtype=np.int64)
        for run in self._runs:
            total += run.sums_at(high) - run.sums_at(low)
        return np.where(high > low, total, 0)

    def until(self, keys: Ints, end: Ints | int) -> Ints:
        """For each key the sum of all its values before `end`."""
        return self.between(keys, SECOND_MIN, end)

    def keys_within(self, begin: int, end: int) -> Ints:
        """The keys that have a point in [begin, end), each once."""
        self._settle()
        low, high = begin - SECOND_MIN, end - SECOND_MIN
        found = [
            run.keys_by_time[np.searchsorted(run.by_time, low) : np.searchsorted(run.by_time, high)]
            for run in self._runs
        ]
        return distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def _between(self, keys: Ints, begin: int, end: int) -> Ints:
        if self._remembered > self._remembered_max:
            for run in self._runs:
                run.known.clear()
            self._remembered = 0
        name, total = keys.tobytes(), np.zeros(len(keys), dtype=np.int64)
        for run in self._runs:
            known = run.known.setdefault(name, {})
            for second in (begin, end):
                if second not in known:
                    known[second] = run.sums_at(_codes(keys, second))
                    self._remembered += len(keys)
            total += known[end] - known[begin]
        return total

    def _settle(self) -> None:
        if not self._pending:
            return
        codes = np.concatenate([codes for codes, _ in self._pending])
        values = np.concatenate([values for _, values in self._pending])
        self._pending.clear()
        self._runs.append(_run(codes, values))
        while len(self._runs) > 1 and (
            len(self._runs[-1].codes) * MERGE_RATIO >= len(self._runs[-2].codes)
        ):
            newer, older = self._runs.pop(), self._runs.pop()
            self._runs.append(
                _run(
                    np.concatenate([older.codes, newer.codes]),
                    np.concatenate([older.values, newer.values]),
                    merging=True,
                )
            )
