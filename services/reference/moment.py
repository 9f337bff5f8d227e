"""One instant of the clock: which window a name means then, and the values in it."""

from services.reference.contributions import Member
from services.reference.forms import NO_VALUE, Asked, Evaluation, Value
from services.reference.known import Known
from services.reference.parts import Catalogue
from services.reference.places import Places
from services.reference.windows import (
    ROLLING,
    Window,
    all_window,
    calendar_window,
    current_period,
    instant_window,
    months_of,
    rolling,
)


class Moment:
    """Everything of a catalogue at one `now`."""

    def __init__(self, catalogue: Catalogue, places: Places, known: Known) -> None:
        self.catalogue = catalogue
        self.places = places
        self.known = known
        self.now = known.now
        self._evaluation = Evaluation(catalogue, known)

    def value(self, name: str, asked: Asked | None) -> Value:
        """Return the value of a part; none without a window or for a breakdown it has not."""
        if asked is None or self.catalogue.in_breakdown(name, asked.member) != asked.member:
            return NO_VALUE
        return self._evaluation.value(name, asked)

    def asked(
        self,
        name: str,
        place: tuple[str, Member | None],
        window: str,
        period: str | None,
        calendar: str,
        *,
        constant: bool = False,
    ) -> Asked | None:
        """Return what a window's name means for a part now; None when no period of it has a value.

        Without a period it is the one that holds now; of reports the latest with a value.
        """
        calendar_has_it = window not in (*ROLLING, "instant", "all")
        if constant and period is None and calendar_has_it and self.catalogue.is_of_reports(name):
            return self._live(name, place, window, calendar, constant=True)
        asked = self._then(name, place, window, period, calendar)
        return asked and asked._replace(constant=constant)

    def _then(
        self,
        name: str,
        place: tuple[str, Member | None],
        window: str,
        period: str | None,
        calendar: str,
    ) -> Asked | None:
        """Return the same on the boundaries of the time."""
        if window in ROLLING:
            return Asked(*place, rolling(window, self.now))
        if window == "instant":
            return Asked(*place, instant_window(self.now))
        if window == "all":
            return Asked(*place, all_window(self.now))
        if not self.catalogue.is_of_reports(name):
            named = period or current_period(window, calendar, self.now)
            return Asked(*place, calendar_window(window, named, calendar))
        if period is not None:
            return self._of_reports(name, place, calendar_window(window, period, calendar))
        return self._live(name, place, window, calendar)

    def members(self, name: str, unit: str, dimension: str) -> set[str]:
        """Return the members of a breakdown that the measures of a part have for a unit."""
        if not self.catalogue.has(name, dimension):
            return set()
        found: set[str] = set()
        for measure, member in self.catalogue.measures_under(name, (dimension, "")):
            if member is not None:
                found |= self.known.members(measure, unit, dimension)
        return found

    def _live(
        self,
        name: str,
        place: tuple[str, Member | None],
        window: str,
        calendar: str,
        *,
        constant: bool = False,
    ) -> Asked | None:
        periods: set[str] = set()
        for measure, _ in self.catalogue.measures_under(name, None):
            if measure["kind"] == "report":
                periods |= self.known.subjects.reports.periods(measure, window, calendar)
        for period in sorted(periods, reverse=True):
            asked = self._of_reports(name, place, calendar_window(window, period, calendar))
            asked = asked._replace(constant=constant)
            if self.value(name, asked).value is not None:
                return asked
        return None

    def _of_reports(self, name: str, place: tuple[str, Member | None], window: Window) -> Asked:
        """Return the question; for ytd through the last month that every report measure has."""
        if window.name != "ytd":
            return Asked(*place, window)
        first, count = months_of(window.period or "")
        if count < 12:  # named by its last month
            return Asked(*place, window._replace(through=first % 12 + 1))
        unit, member = place
        reported = [
            (measure, breakdown)
            for measure, breakdown in self.catalogue.measures_under(name, member)
            if measure["kind"] == "report"
        ]
        through = self.known.subjects.reports.last_month_of_ytd(reported, unit, window)
        return Asked(*place, window._replace(through=through))
