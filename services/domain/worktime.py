"""Working time of public offices.

A working day is Monday to Friday, 07:30-11:30 and 13:30-17:30 local, eight hours, unless an
exception says otherwise (`vn.ioc.reference.calendar_day.v1`; Labour Code 2019, Art. 105 and 112
leave the hours and the days off to such lists). All instants are microseconds since 1970 UTC.
"""

from collections.abc import Iterator, Mapping

from services.domain.instants import DAY, HOUR, MINUTE

LOCAL_OFFSET = 7 * HOUR
DEFAULT_HOURS: tuple[tuple[int, int], ...] = (
    (7 * HOUR + 30 * MINUTE, 11 * HOUR + 30 * MINUTE),
    (13 * HOUR + 30 * MINUTE, 17 * HOUR + 30 * MINUTE),
)
DAYS_SEARCHED_MAX = 4000
"""Working days looked through before a search gives up.

A calendar without working days must not hang a worker.
"""

Hours = tuple[tuple[int, int], ...]


def local_day(at: int) -> int:
    """Days since 1970-01-01 of the local day that holds the instant."""
    return (at + LOCAL_OFFSET) // DAY


def day_start(day: int) -> int:
    """The instant at which a local day begins."""
    return day * DAY - LOCAL_OFFSET


def parse_hours(spans: tuple[str, ...]) -> Hours:
    """Spans such as `07:30-11:30` as offsets from midnight in microseconds.

    They are in order; those that overlap are merged.
    """
    found = []
    for span in spans:
        begin, end = (_minutes(part) * MINUTE for part in span.split("-"))
        if begin < end:
            found.append((begin, end))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return min(int(hour) * 60 + int(minute), 24 * 60)


class WorkingCalendar:
    """The working hours of each local day.

    `exceptions` maps days since 1970 to the hours of that day (none = a day off).
    """

    def __init__(self, exceptions: Mapping[int, Hours] | None = None) -> None:
        self._exceptions = dict(exceptions or {})

    def hours(self, day: int) -> Hours:
        """Working spans of a local day as offsets from its midnight."""
        found = self._exceptions.get(day)
        if found is not None:
            return found
        return DEFAULT_HOURS if (day + 3) % 7 < 5 else ()

    def between(self, begin: int, end: int) -> int:
        """Microseconds of working time in [begin, end); 0 when end is not after begin."""
        if end <= begin:
            return 0
        first, last = local_day(begin), local_day(end)
        if first == last:
            return self._within(first, begin, end)
        total = self._within(first, begin, end) + self._within(last, begin, end)
        return total + self._whole_days(first + 1, last)

    def add(self, begin: int, amount: int) -> int | None:
        """The first instant u with `amount` microseconds of working time in [begin, u).

        None when there is none in reach.
        """
        if amount <= 0:
            return begin
        for opens, closes in self._spans_after(begin):
            available = closes - max(opens, begin)
            if available >= amount:
                return max(opens, begin) + amount
            amount -= available
        return None

    def before(self, end: int, amount: int) -> int | None:
        """The first instant u with exactly `amount` of working time in [u, end).

        None when there is none in reach.

        Of all instants that fit (a night lies between two working spans) the earliest is given.
        """
        remaining = amount
        for opens, closes in self._spans_before(end):
            if remaining == 0:
                return min(closes, end)
            available = min(closes, end) - opens
            if available > remaining:
                return min(closes, end) - remaining
            remaining -= available
        return None

    def days_after(self, at: int, count: int) -> int | None:
        """The end of working hours of the `count`-th working day after the local day of `at`.

        None when there is none in reach.
        """
        day = local_day(at)
        for _ in range(DAYS_SEARCHED_MAX):
            day += 1
            hours = self.hours(day)
            if hours:
                count -= 1
                if count <= 0:
                    return day_start(day) + hours[-1][1]
        return None

    def _within(self, day: int, begin: int, end: int) -> int:
        start = day_start(day)
        return sum(
            max(0, min(end, start + closes) - max(begin, start + opens))
            for opens, closes in self.hours(day)
        )

    def _whole_days(self, first: int, last: int) -> int:
        if first >= last:
            return 0
        weeks, rest = divmod(last - first, 7)
        full = sum(closes - opens for opens, closes in DEFAULT_HOURS)
        total = weeks * 5 * full
        total += sum(full for day in range(last - rest, last) if (day + 3) % 7 < 5)
        for day, hours in self._exceptions.items():
            if first <= day < last:
                usual = full if (day + 3) % 7 < 5 else 0
                total += sum(closes - opens for opens, closes in hours) - usual
        return total

    def _spans_after(self, begin: int) -> Iterator[tuple[int, int]]:
        first = local_day(begin)
        for day in range(first, first + DAYS_SEARCHED_MAX):
            start = day_start(day)
            for opens, closes in self.hours(day):
                if start + closes > begin:
                    yield start + opens, start + closes

    def _spans_before(self, end: int) -> Iterator[tuple[int, int]]:
        last = local_day(end)
        for day in range(last, last - DAYS_SEARCHED_MAX, -1):
            start = day_start(day)
            for opens, closes in reversed(self.hours(day)):
                if start + opens < end:
                    yield start + opens, start + closes
