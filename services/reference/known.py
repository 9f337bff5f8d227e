"""Everything that is known at one instant, and the figure of a measure in a window of it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.reference.air import Hours
from services.reference.cases import CaseBook
from services.reference.clock import WorkingDays
from services.reference.conditions import exact
from services.reference.contributions import Measure, Member, aggregate
from services.reference.facts import field
from services.reference.feeds import Feeds
from services.reference.instants import HOUR
from services.reference.moved import Moved
from services.reference.occurrences import Occurrences
from services.reference.places import COMMUNE, Places
from services.reference.reports import Reports
from services.reference.rows import VALUE_TYPE, Rows
from services.reference.schedule import Schedule
from services.reference.targets import Targets
from services.reference.windows import Window


@dataclass(frozen=True)
class Subjects:
    """What the facts other than those of cases say, as they are known at one instant."""

    reports: Reports
    rows: Rows
    occurrences: Occurrences
    schedule: Schedule
    days: WorkingDays
    targets: Targets
    feeds: Feeds


@dataclass(frozen=True)
class Known:
    """The facts before `now`, ready to be looked at; every window is seen from this `now`."""

    now: int
    places: Places
    cases: CaseBook
    subjects: Subjects
    moved: Moved

    def figure(
        self,
        measure: Measure,
        unit: str,
        member: Member | None,
        window: Window,
        constant: bool = False,  # noqa: FBT001, FBT002 - the last coordinate of what is asked
    ) -> Fraction | None:
        """Return the figure of a measure in its unit of measurement; None without a value.

        `constant` asks for it on the boundaries of today's units.
        """
        own = self._figure(measure, unit, member, window)
        if not constant:
            return own
        return self.moved.figure(
            measure, unit, own, lambda former: self._figure(measure, former, member, window)
        )

    def buckets(
        self, measure: Measure, unit: str, member: Member | None, window: Window, *, constant: bool
    ) -> list[float]:
        """Return the buckets of a sketch; none where a part of a former unit has any."""
        found = self.values(measure, unit, member, window)
        for origin in self.moved.origins(unit) if constant else ():
            theirs = self.values(measure, origin.unit, member, window)
            if theirs and not origin.whole:
                return []
            found = found + theirs
        return found

    def _figure(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> Fraction | None:
        if measure["kind"] == "report":
            return self.subjects.reports.in_window(measure, unit, member, window)
        if measure["source"] == "clock":
            span = (window.start, min(window.end, self.now))
            return Fraction(self.subjects.days.figure(measure, unit, span))
        values = self.values(measure, unit, member, window)
        if VALUE_TYPE in measure["event_types"] and not values:
            return None
        count = aggregate(measure["agg"], values)
        if count is None or measure["agg"] != "sum":
            return None if count is None else Fraction(count)
        return Fraction(count) * exact(measure["quantum"])

    def values(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> list[float]:
        """Return the contributions of a window, in quanta or as buckets of a sketch."""
        subjects, at = self.subjects, min(window.end, self.now)
        span = (window.start, at)
        match measure["kind"], measure["source"]:
            case "flow", "case":
                return self.cases.flow(measure, unit, member, span, self.now)
            case "stock", "case":
                return self.cases.stock(measure, unit, member, at, self.now)
            case "stock", "rows":
                return subjects.rows.stock(measure, unit, member, at)
            case "flow", "event":
                found = subjects.occurrences.flow(measure, unit, member, span)
                return [each.value for each in found]
            case "schedule", "schedule":
                return subjects.schedule.flow(measure, unit, member, span, self.now)
            case kind, source:
                raise ValueError(f"measure {measure['id']}: no {kind} of source {source} here")

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the members of a dimension that a measure has for a unit in any window."""
        match measure["source"]:
            case "report":
                return self.subjects.reports.members(measure, unit, dimension)
            case "case":
                return self.cases.members(measure, unit, dimension, self.now)
            case "rows":
                return self.subjects.rows.members(measure, unit, dimension)
            case "event":
                return self.subjects.occurrences.members(measure, unit, dimension)
            case "schedule":
                return self.subjects.schedule.members(unit, self.now)
        return set()

    def stations(
        self, measure: Measure, unit: str, member: Member | None, hours: tuple[int, int]
    ) -> list[Hours]:
        """Return the hourly means of each station of a commune: last of the numbered hours."""
        if self.places.level(unit) != COMMUNE:
            return []
        span = (hours[0] * HOUR, min(hours[1] * HOUR, self.now))
        found = self.subjects.occurrences.flow(measure, unit, member, span)
        stations: dict[str, dict[tuple[str, int], Fraction]] = {}
        for each in sorted(found, key=lambda o: (o.at, o.fact.recorded_at, o.fact.id)):
            key = (str(field(each.fact, "pollutant")), each.fact.at // HOUR)
            stations.setdefault(each.members["station"], {})[key] = exact(each.value)
        return list(stations.values())

    def linked_tasks(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return unit and state of the tasks that a measure counts in a window."""
        span = (window.start, min(window.end, self.now))
        return self.cases.counted(measure, unit, member, span, self.now)
