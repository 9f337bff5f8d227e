"""Measures of the working calendar alone: the working days of a year, and those gone by."""

from services.reference.contributions import Measure
from services.reference.instants import day_of, start_of_year, year_of
from services.reference.working import WorkingCalendars


class WorkingDays:
    """Counts working days under the calendar of each unit."""

    def __init__(self, calendars: WorkingCalendars) -> None:
        self._calendars = calendars
        self._ends: dict[tuple[str, int], list[int]] = {}

    def elapsed(self, unit: str, span: tuple[int, int]) -> int:
        """Return how many working days end in [span[0], span[1]); the window begins in a year."""
        years = range(year_of(span[0]), year_of(span[1]) + 1)
        ends = [end for year in years for end in self._of_year(unit, year)]
        return sum(span[0] <= end < span[1] for end in ends)

    def of_year(self, unit: str, at: int) -> int:
        """Return the working days of the year that holds at an instant: (start, end]."""
        return len(self._of_year(unit, year_of(at - 1)))

    def figure(self, measure: Measure, unit: str, span: tuple[int, int]) -> int:
        """Return the measure over [span[0], span[1]), a stock at the end."""
        if measure["kind"] == "stock":
            return self.of_year(unit, span[1])
        return self.elapsed(unit, span)

    def _of_year(self, unit: str, year: int) -> list[int]:
        if (unit, year) not in self._ends:
            days = range(day_of(start_of_year(year)), day_of(start_of_year(year + 1)))
            working = self._calendars.of_unit(unit)
            ends = [working.end_of_day(day) for day in days]
            self._ends[unit, year] = [end for end in ends if end is not None]
        return self._ends[unit, year]
