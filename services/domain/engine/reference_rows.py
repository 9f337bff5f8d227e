"""Reference values as they hold at an instant, remembered for as long as they stay the same.

The country's population is a sum over thousands of rows, and every tick asks for it at another
instant; between two rows the answer does not change.

A row holds until the next one of its code, as it was sent: also when that one lies in another dated
unit of the code, as after a reform.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from services.domain.engine.windows import STATISTICAL, period_bounds
from services.domain.instants import DAY

Name = tuple[str, str, tuple[str, str]]
"""Measure, unit, breakdown and member."""
ALWAYS = 1 << 62
STRETCHES_MAX = 16
"""Stretches remembered of one value: now, and the instants of its comparisons."""


class Row(Protocol):
    """What is asked of a row: its value, and the last instant at which it holds."""

    @property
    def value(self) -> float:
        """The value."""
        ...

    @property
    def until(self) -> int | None:
        """The end, if it has one of its own."""
        ...


class Stretch(NamedTuple):
    """A value that holds at every instant in (after, until], in microseconds; None is no value."""

    after: int
    until: int
    value: float | None


def always(value: float | None) -> Stretch:
    """A value that holds at any time."""
    return Stretch(-ALWAYS, ALWAYS, value)


class ReferenceRows:
    """Rows by the local date from which they hold, and the units below each unit.

    `beside` gives the dates of the rows of a name in the other dated units of its unit's code.
    `changes` counts what has changed at, beside or below a name's unit: a stretch of before is
    forgotten.
    """

    def __init__(
        self,
        changes: Callable[[Name], int],
        rows_of: Callable[[Name], Mapping[str, Row]],
        beside: Callable[[Name], Iterable[Iterable[str]]],
        below: Callable[[Name], Iterable[str]],
    ) -> None:
        self._changes = changes
        self._rows_of = rows_of
        self._beside = beside
        self._below = below
        self._known: dict[Name, tuple[int, list[Stretch]]] = {}

    def at(self, name: Name, at: int) -> Stretch:
        """The newest row that began before an instant and holds still, else the sum of below."""
        changes = self._changes(name)
        known = self._known.get(name)
        if known is None or known[0] != changes:
            known = self._known[name] = (changes, [])
        for stretch in known[1]:
            if stretch.after < at <= stretch.until:
                return stretch
        found = self._find(name, at)
        if len(known[1]) >= STRETCHES_MAX:
            known[1].clear()
        known[1].append(found)
        return found

    def own(self, name: Name, at: int) -> Stretch:
        """The newest row that began before an instant and holds still."""
        until, newest, begun = ALWAYS, None, -ALWAYS
        for date, row in self._rows_of(name).items():
            begin = date_at(date)
            if begin >= at:
                until = min(until, begin)
            elif begin > begun:
                newest, begun = row, begin
        for dates in self._beside(name):
            for begin in map(date_at, dates):
                if begin >= at:
                    until = min(until, begin)
                elif begin > begun:
                    newest, begun = None, begin
        if newest is None or newest.until is None:
            return Stretch(begun, until, None if newest is None else newest.value)
        if at <= newest.until:
            return Stretch(begun, min(until, newest.until), newest.value)
        return Stretch(max(begun, newest.until), until, None)

    def _find(self, name: Name, at: int) -> Stretch:
        own = self.own(name, at)
        if own.value is not None:
            return own
        after, until, total = own
        measure, _, member = name
        for unit in self._below(name):
            part = self.at((measure, unit, member), at)
            after, until = max(after, part.after), min(until, part.until)
            if part.value is not None:
                total = part.value if total is None else total + part.value
        return Stretch(after, until, total)


@lru_cache(maxsize=4096)
def date_at(date: str) -> int:
    """The instant at which a local date begins."""
    begin, _ = period_bounds(date[:7], STATISTICAL)
    return begin + (int(date[8:10]) - 1) * DAY
