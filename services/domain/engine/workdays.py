"""Working days as measures: how many have ended in a window, and how many a year has.

Exceptions of the calendar travel beside figures as the end of working hours of a day, from
midnight; a row of the province beats the row of the country.
"""

from collections.abc import Callable, Iterable

from services.domain.engine.windows import local_midnight, local_parts
from services.domain.worktime import Hours, WorkingCalendar, day_start, local_day

WORKDAYS = "workdays"
"""The calendar under which exceptions travel; the value is the end of hours, 0 for a day off."""
LEVELS = ("N:", "P:")
COUNTED_MAX = 1_000
"""Answers that are remembered; then the memory starts anew."""
YEARS_BEFORE = 30
"""Nothing that is counted by working days began more years ago."""
_Chain = tuple[str, ...]


class WorkDays:
    """The working days of every unit. `above` gives the units over one, nearest first."""

    def __init__(self, above: Callable[[str], Iterable[str]]) -> None:
        self._above = above
        self._exceptions: dict[str, dict[int, tuple[int, int | None]]] = {}
        self._built: dict[_Chain, WorkingCalendar] = {}
        self._counted: dict[tuple[_Chain, int, int], int] = {}
        self._chains: dict[str, _Chain] = {}
        self._of_years: dict[tuple[_Chain, int], int] = {}

    def put(self, unit: str, day: int, ends: int | None, version: int) -> bool:
        """Set an exception, or (None) take it away; an older version changes nothing."""
        days = self._exceptions.setdefault(unit, {})
        if days.get(day, (-1, None))[0] >= version:
            return False
        days[day] = (version, ends)
        self._built.clear()
        self._counted.clear()
        self._of_years.clear()
        return True

    def elapsed(self, unit: str, begin: int, end: int) -> int:
        """Working days whose hours ended in [begin, end), instants in microseconds."""
        chain = self._chain(unit)
        found = self._counted.get((chain, begin, end))
        if found is None:
            if len(self._counted) >= COUNTED_MAX:
                self._counted.clear()
            found = self._count(self._calendar(chain), begin, end)
            self._counted[chain, begin, end] = found
        return found

    def of_year(self, unit: str, at: int) -> int:
        """The working days of the calendar year that holds an instant, future ones included.

        A year holds over (its start, its end], as a stock does.
        """
        chain, year = self._chain(unit), local_parts(at - 1)[0]
        found = self._of_years.get((chain, year))
        if found is None:
            if len(self._of_years) >= COUNTED_MAX:
                self._of_years.clear()
            first, last = (local_day(local_midnight(each, 1, 1)) for each in (year, year + 1))
            calendar = self._calendar(chain)
            found = sum(bool(calendar.hours(day)) for day in range(first, last))
            self._of_years[chain, year] = found
        return found

    def ended(self, now: int) -> tuple[int, ...]:
        """What changes whenever a working day ends somewhere: the counts of the last two days."""
        since = day_start(local_day(now) - 1)
        return tuple(
            self._count(self._calendar(self._chain(unit)), since, now)
            for unit in ("", *self._exceptions)
        )

    def _count(self, calendar: WorkingCalendar, begin: int, end: int) -> int:
        begin = max(begin, local_midnight(local_parts(end)[0] - YEARS_BEFORE, 1, 1))
        return sum(
            begin <= day_start(day) + hours[-1][1] < end
            for day in range(local_day(begin) - 1, local_day(end) + 1)
            if (hours := calendar.hours(day))
        )

    def _chain(self, unit: str) -> _Chain:
        found = self._chains.get(unit)
        if found is None:
            above = (unit, *self._above(unit))
            found = self._chains[unit] = tuple(each for each in above if each.startswith(LEVELS))
        return found

    def _calendar(self, chain: _Chain) -> WorkingCalendar:
        found = self._built.get(chain)
        if found is None:
            days: dict[int, Hours] = {}
            for each in reversed(chain):
                for day, (_, ends) in self._exceptions.get(each, {}).items():
                    if ends is not None:
                        days[day] = ((0, ends),) if ends else ()
            found = self._built[chain] = WorkingCalendar(days)
        return found
