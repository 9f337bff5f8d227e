"""Points that the clock makes: reports that are due, and those of them that have come."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from services.domain.events import Event
from services.reference.contributions import Measure, Member
from services.reference.facts import field
from services.reference.instants import DAY, day_in_month, day_named, day_of, month_of, start_of
from services.reference.places import Places
from services.reference.windows import period_of_month

EXPECTATION_TYPE = "vn.ioc.reference.expectation.v1"
MONTHS = {"M": (1, "month"), "Q": (3, "quarter"), "A": (12, "year")}


class Point(NamedTuple):
    """A report is due: at an instant, for a period, by what was expected."""

    at: int
    period: str
    fact: Event


class Schedule:
    """What is expected of units, and every fact that could fulfil it."""

    def __init__(
        self, expectations: Iterable[Event], facts: Sequence[Event], places: Places
    ) -> None:
        self._places = places
        self._expected = [fact for fact in expectations if fact.type == EXPECTATION_TYPE]
        self._points: dict[int, dict[str, list[Point]]] = {}
        self._come: dict[tuple[str, str, str], int] = {}
        for fact in facts:
            for name in _names(fact):
                key = (*name, fact.unit)
                self._come[key] = min(fact.at, self._come.get(key, fact.at))

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int], now: int
    ) -> list[float]:
        """Return 1 for each point in span[0] <= at < min(span[1], now)."""
        only_come = measure["id"] == "reports_received"
        return [
            1
            for point in self._in_unit(unit, now)
            if span[0] <= point.at < min(span[1], now)
            and (member is None or field(point.fact, "domain") == member[1])
            and (not only_come or self._has_come(point.fact, point.period, now))
        ]

    def members(self, unit: str, now: int) -> set[str]:
        """Return the domains of what is expected in a unit."""
        return {str(field(point.fact, "domain")) for point in self._in_unit(unit, now)}

    def _in_unit(self, unit: str, now: int) -> list[Point]:
        """Return the points of the units that, when it is due, are this one or lie in it."""
        day = day_of(now)
        if day not in self._points:
            found: dict[str, list[Point]] = {}
            for fact in self._expected:
                for at, period in _points(fact, now):
                    owes = self._places.at(fact.unit, day_of(at))
                    for upper in () if owes is None else self._places.with_above(owes):
                        found.setdefault(upper, []).append(Point(at, period, fact))
            self._points = {day: found}
        return self._points[day].get(unit, [])

    def _has_come(self, fact: Event, period: str, now: int) -> bool:
        come = self._come.get((str(field(fact, "what")), period, fact.unit))
        return come is not None and come < now


def _points(fact: Event, now: int) -> Iterator[tuple[int, str]]:
    """Yield the due instant and the name of each period whose last day is one of the duty."""
    first, last = day_named(str(field(fact, "active_from"))), day_of(now)
    ends = field(fact, "active_to")
    if ends is not None:
        last = min(last, day_named(str(ends)) - 1)
    due_days = int(str(field(fact, "due_days")))
    for day, period in _last_days(str(field(fact, "freq")), first, last):
        yield start_of(day + 1) + due_days * DAY, period


def _last_days(freq: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    if freq == "D":
        for day in range(first, last + 1):
            yield day, f"day {day}"
        return
    length, name = MONTHS[freq]
    for month in range(month_of(first), month_of(max(first, last)) + 1):
        day = day_in_month(month + 1, 1) - 1
        if (month + 1) % length == 0 and first <= day <= last:
            yield day, period_of_month(month, name)


def _names(fact: Event) -> list[tuple[str, str]]:
    """Return as what, and for which periods, a fact comes."""
    period = field(fact, "period")
    if period is None:
        day = day_of(fact.at)
        month = month_of(day)
        periods = [f"day {day}", *(period_of_month(month, name) for _, name in MONTHS.values())]
        return [(fact.type, each) for each in periods]
    names = [(fact.type, str(period))]
    if field(fact, "series_id") is not None:
        names.append((f"stat.report/{field(fact, 'series_id')}", str(period)))
    return names
