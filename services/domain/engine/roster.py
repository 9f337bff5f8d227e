"""Who must report: the reporters that are expected for a figure.

A duty is a `vn.ioc.reference.expectation.v1`: what (an event type, or `stat.report/<series>`), a
unit, and the days from and up to which it holds.
"""

from collections.abc import Callable, Iterable

from services.domain.engine.measures import Measure

ROSTER = "roster"
"""The calendar under which duties travel beside figures; the value is the first day without it."""
OPEN_DAY = 1 << 40
"""A day that does not come."""
STAT_REPORT = "vn.ioc.stat.report.v1"


def what_of(measure: Measure) -> tuple[str, ...]:
    """The names under which the duty to report a measure is written."""
    series = [c.get("value") for c in measure.filter if c.get("field") == "series_id"]
    return tuple(
        f"stat.report/{series[0]}" if name == STAT_REPORT and series else name
        for name in measure.event_types
    )


class Roster:
    """All duties. `above` gives the units over one, nearest first."""

    def __init__(self, above: Callable[[str], Iterable[str]]) -> None:
        self._above = above
        self._duties: dict[tuple[str, str], dict[int, tuple[int, int]]] = {}
        self._under: dict[tuple[str, str], set[str]] = {}

    def put(self, what: str, unit: str, first_day: int, end_day: int | None, version: int) -> bool:
        """Set a duty, or (None) take it away; an older version changes nothing."""
        duties = self._duties.setdefault((what, unit), {})
        if duties.get(first_day, (0, -1))[1] >= version:
            return False
        duties[first_day] = (first_day if end_day is None else end_day, version)
        for place in (unit, *self._above(unit)):
            self._under.setdefault((what, place), set()).add(unit)
        return True

    def expected(self, what: str, unit: str, day: int) -> set[str]:
        """The reporters at or below a unit that have the duty on a day (days since 1970, local)."""
        return {
            reporter
            for reporter in self._under.get((what, unit), ())
            if any(first <= day < end for first, (end, _) in self._duties[what, reporter].items())
        }
