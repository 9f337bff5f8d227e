"""Working time: which parts of which local days are working hours, and sums over them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from services.domain.events import Event
from services.reference.facts import field
from services.reference.instants import DAY, HOUR, day_named, day_of, is_weekend, start_of
from services.reference.places import COUNTRY, Places

CHANGED_DAY_TYPE = "vn.ioc.reference.calendar_day.v1"

# Working hours of a day as (from, to) in microseconds since its local midnight, in order and apart.
Hours: TypeAlias = tuple[tuple[int, int], ...]

USUAL_HOURS: Hours = (
    (7 * HOUR + HOUR // 2, 11 * HOUR + HOUR // 2),
    (13 * HOUR + HOUR // 2, 17 * HOUR + HOUR // 2),
)


class WorkingTime:
    """Sums of working time; `changed` holds the days that differ from the usual week."""

    def __init__(self, changed: Mapping[int, Hours]) -> None:
        self._changed = dict(changed)

    def intervals(self, day: int) -> list[tuple[int, int]]:
        """Return the working hours of a local day as instants (from, to), in order."""
        hours = self._changed.get(day, () if is_weekend(day) else USUAL_HOURS)
        return [(start_of(day) + begin, start_of(day) + end) for begin, end in hours]

    def between(self, start: int, end: int) -> int:
        """Return the microseconds of working time in [start, end); 0 when it is empty."""
        total = 0
        for day in range(day_of(start), day_of(end) + 1):
            for begin, finish in self.intervals(day):
                total += max(0, min(finish, end) - max(begin, start))
        return total

    def add(self, start: int, amount: int) -> int:
        """Return the first instant u with `between(start, u) == amount`."""
        if amount == 0:
            return start
        left, day = amount, day_of(start)
        while True:
            for begin, finish in self.intervals(day):
                usable = finish - max(begin, start)
                if usable >= left:
                    return max(begin, start) + left
                left -= max(0, usable)
            day += 1

    def end_of_day(self, day: int) -> int | None:
        """Return the end of the working hours of a local day; None when nobody works."""
        intervals = self.intervals(day)
        return intervals[-1][1] if intervals else None

    def days_after(self, start: int, count: int) -> int:
        """Return the end of working hours of the count-th working day after the day of start."""
        day, end = day_of(start), start
        while count > 0:
            day += 1
            found = self.end_of_day(day)
            if found is not None:
                end, count = found, count - 1
        return end

    def before(self, end: int, amount: int) -> int:
        """Return the first instant u with `between(u, end) == amount`.

        When the amount is used up at the start of an interval, the free time before it costs
        nothing, so the answer is the end of the interval before.
        """
        left, day = amount, day_of(end)
        while True:
            for begin, finish in reversed(self.intervals(day)):
                usable = min(finish, end) - begin
                if usable <= 0:
                    continue
                if usable > left:
                    return min(finish, end) - left
                left -= usable
            day -= 1


class WorkingCalendars:
    """The changed days that are known, for the country and for each province."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self.changed: dict[str, dict[int, Hours]] = {}
        for fact in facts:
            unit = places.of_event(fact)
            if fact.type == CHANGED_DAY_TYPE and unit is not None:
                day = day_named(str(field(fact, "date")))
                self.changed.setdefault(unit, {})[day] = _hours_of(fact)
        self._places = places
        self._made: dict[str | None, WorkingTime] = {}

    def of_unit(self, unit: str) -> WorkingTime:
        """Return the calendar of a unit: a row of its province beats the row of the country."""
        province = self._places.province_of(unit)
        if province not in self._made:
            changed: dict[int, Hours] = {}
            for key, days in self.changed.items():
                if self._places.level(key) == COUNTRY:
                    changed.update(days)
            if province is not None:
                changed.update(self.changed.get(province, {}))
            self._made[province] = WorkingTime(changed)
        return self._made[province]

    def same_as(self, other: "WorkingCalendars") -> bool:
        """Say whether both know the same changed days."""
        return self.changed == other.changed


def _hours_of(fact: Event) -> Hours:
    if field(fact, "working") is not True:
        return ()
    texts = field(fact, "hours")
    if not isinstance(texts, Sequence):
        return USUAL_HOURS
    return _apart(sorted(_interval(str(text)) for text in texts))


def _interval(text: str) -> tuple[int, int]:
    begin, end = text.split("-")
    return _since_midnight(begin), _since_midnight(end)


def _since_midnight(text: str) -> int:
    hours, minutes = text.split(":")
    return min(int(hours) * HOUR + int(minutes) * HOUR // 60, DAY)


def _apart(intervals: Sequence[tuple[int, int]]) -> Hours:
    """Return sorted intervals without overlaps and without those that are empty."""
    result: list[tuple[int, int]] = []
    reached = 0
    for begin, end in intervals:
        if end > max(begin, reached):
            result.append((max(begin, reached), end))
            reached = end
    return tuple(result)
