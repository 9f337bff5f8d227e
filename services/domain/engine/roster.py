"""Who must report: the reporters that are expected for a figure, and when their reports are due.

A duty is a `vn.ioc.reference.expectation.v1`: what (an event type, or `stat.report/<series>`), a
unit, the days from and up to which it holds, how often, and by when.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from services.domain.engine.measures import Measure

ROSTER = "roster"
"""The calendar under which duties travel beside figures; the value is the first day without it."""
OPEN_DAY = 1 << 40
"""A day that does not come."""
STAT_REPORT = "vn.ioc.stat.report.v1"


class Terms(msgspec.Struct, frozen=True):
    """How a duty is to be met: frequency D, M, Q or A, and days after the end of a period."""

    domain: str
    frequency: str
    due_days: int

    @property
    def name(self) -> str:
        """The terms as stored: `M+20`."""
        return f"{self.frequency}+{self.due_days}"


class Duty(msgspec.Struct, frozen=True):
    """A duty of one unit over the days [first, end), local days since 1970."""

    what: str
    unit: str
    terms: Terms
    first: int
    end: int


def terms_of(domain: str, name: str) -> Terms:
    """The terms that a stored name stands for."""
    frequency, _, days = name.partition("+")
    return Terms(domain, frequency, int(days))


def what_of(measure: Measure) -> tuple[str, ...]:
    """The names under which the duty to report a measure is written."""
    series = [c.get("value") for c in measure.filter if c.get("field") == "series_id"]
    return tuple(
        f"stat.report/{series[0]}" if name == STAT_REPORT and series else name
        for name in measure.event_types
    )


class Roster:
    """All duties. `above` gives the units over one, nearest first.

    `version` grows with every change.
    """

    def __init__(self, above: Callable[[str], Iterable[str]]) -> None:
        self.version = 0
        self._above = above
        self._duties: dict[tuple[str, str], dict[tuple[int, Terms], tuple[int, int]]] = {}
        self._under: dict[tuple[str, str], set[str]] = {}
        self._places: dict[str, set[tuple[str, str]]] = {}

    def put(
        self, what: str, unit: str, terms: Terms, first_day: int, end_day: int | None, version: int
    ) -> bool:
        """Set a duty, or (None) take it away; an older version changes nothing."""
        duties = self._duties.setdefault((what, unit), {})
        if duties.get((first_day, terms), (0, -1))[1] >= version:
            return False
        self.version += 1
        duties[first_day, terms] = (first_day if end_day is None else end_day, version)
        for place in (unit, *self._above(unit)):
            self._under.setdefault((what, place), set()).add(unit)
            self._places.setdefault(place, set()).add((what, unit))
        return True

    def __contains__(self, duty: tuple[str, str]) -> bool:
        """Whether a unit has, or had, the duty to report something: (what, unit)."""
        return duty in self._duties

    def expected(self, what: str, unit: str, day: int) -> set[str]:
        """The reporters at or below a unit that have the duty on a day (days since 1970, local)."""
        return {
            reporter
            for reporter in self._under.get((what, unit), ())
            if any(
                first <= day < end for (first, _), (end, _) in self._duties[what, reporter].items()
            )
        }

    def duties(self, unit: str) -> Iterator[Duty]:
        """All duties at or below a unit."""
        for what, reporter in sorted(self._places.get(unit, ())):
            for (first, terms), (end, _) in self._duties[what, reporter].items():
                if first < end:
                    yield Duty(what, reporter, terms, first, end)
