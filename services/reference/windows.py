"""Windows of time by name: rolling windows, calendar periods, and those before them."""

from typing import NamedTuple

from services.reference.instants import (
    DAY,
    HOUR,
    OFFSET,
    SECOND,
    day_in_month,
    day_of,
    month_of,
    one_year_before,
    start_of,
)

STATISTICAL, ADMINISTRATIVE = "statistical", "administrative"

# name: (length, step of the start)
ROLLING = {
    "5m": (300 * SECOND, 10 * SECOND),
    "1h": (HOUR, 60 * SECOND),
    "24h": (24 * HOUR, 300 * SECOND),
    "7d": (7 * DAY, HOUR),
    "30d": (30 * DAY, HOUR),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
ALWAYS = -(10**30)  # before every instant that can be written


class Window(NamedTuple):
    """[start, end) of a named window.

    `period` is the name of a calendar period (2025-05, 2025-Q2, 2025), None for other windows.
    `through` is, for a ytd of reports, the last month (1 to 12) that is added.
    """

    name: str
    start: int
    end: int
    period: str | None = None
    calendar: str = STATISTICAL
    through: int | None = None


def rolling(name: str, now: int) -> Window:
    """Return the rolling window at `now`: its start is moved back to a whole step of local time."""
    length, step = ROLLING[name]
    start = (now - length + OFFSET) // step * step - OFFSET
    return Window(name, start, now)


def instant_window(at: int) -> Window:
    """Return the window `instant` at an instant."""
    return Window("instant", at, at)


def all_window(now: int) -> Window:
    """Return the window of everything before `now`."""
    return Window("all", ALWAYS, now)


def calendar_window(name: str, period: str, calendar: str) -> Window:
    """Return a month, quarter, year or ytd by the name of its period.

    A ytd is named by its year, or by its last month when it ends with that month.
    """
    if name == "term":
        return Window(name, *_term(period), period, calendar)
    first, count = months_of(period)
    if name == "ytd":
        count, first = first + count - first // 12 * 12, first // 12 * 12
    return Window(
        name, _boundary(first, calendar), _boundary(first + count, calendar), period, calendar
    )


def current_period(name: str, calendar: str, now: int) -> str:
    """Return the name of the period of this window that `now` lies in."""
    month = month_of(day_of(now))
    if now >= _boundary(month + 1, calendar):
        month += 1
    return period_of_month(month, name)


def period_of_month(month: int, name: str) -> str:
    """Return the period (of ytd the year) that a month counted since year 0 belongs to."""
    year, index = divmod(month, 12)
    if name == "month":
        return f"{year:04d}-{index + 1:02d}"
    if name == "quarter":
        return f"{year:04d}-Q{index // 3 + 1}"
    return f"{year:04d}"


def months_of(period: str) -> tuple[int, int]:
    """Return the first month of a period, counted since year 0, and the number of its months."""
    year, _, rest = period.partition("-")
    first = int(year) * 12
    if not rest:
        return first, 12
    if rest.startswith("Q"):
        return first + (int(rest[1:]) - 1) * 3, 3
    return first + int(rest) - 1, 1


def name_of_period(period: str) -> str:
    """Return the window that a period is a name of: month, quarter or year."""
    return {1: "month", 3: "quarter", 12: "year"}[months_of(period)[1]]


def previous_period(window: Window) -> Window:
    """Return the month, quarter or year before."""
    first, count = months_of(window.period or "")
    before = period_of_month(first - count, window.name)
    return calendar_window(window.name, before, window.calendar)


def period_one_year_before(window: Window) -> Window:
    """Return the same period one year earlier; a ytd of reports keeps its months."""
    if window.name == "term":
        year, number = (window.period or "").split("-T")
        earlier = f"{int(year) - 1:04d}-T{number}"
        return calendar_window("term", earlier, window.calendar)
    first, count = months_of(window.period or "")
    form = {1: "month", 3: "quarter", 12: "year"}[count]
    before = calendar_window(window.name, period_of_month(first - 12, form), window.calendar)
    return before._replace(through=window.through)


def cut_like(base: Window, window: Window, now: int, *, by_year: bool) -> Window:
    """Cut the base of an open period at the same point; of a closed one it stays whole."""
    if now >= window.end:
        return base
    point = one_year_before(now) if by_year else base.start + (now - window.start)
    return base._replace(end=min(base.end, point))


def is_term(period: str) -> bool:
    """Say whether a period is a school term, such as 2025-T1."""
    return "-T" in period


def _term(period: str) -> tuple[int, int]:
    """Return [1 September, 16 January) or [16 January, 1 June) of a school year."""
    year, number = period.split("-T")
    first = int(year) * 12
    autumn, turn, summer = (first + 8, 1), (first + 12, 16), (first + 17, 1)
    begin, end = (autumn, turn) if number == "1" else (turn, summer)
    return start_of(day_in_month(*begin)), start_of(day_in_month(*end))


def _boundary(month: int, calendar: str) -> int:
    """Return where a month begins: on its 1st, or on the 15th of the month before."""
    if calendar == ADMINISTRATIVE:
        return start_of(day_in_month(month - 1, 15))
    return start_of(day_in_month(month, 1))
