"""Windows and calendar periods, in local time (+07:00), as instants in microseconds.

Statistical periods are calendar months, quarters and years (Decree 60/2018); administrative ones
run from the 15th (Decree 09/2019, Art. 12). A rolling window of length w at now is [floor(now - w,
step), now).
"""

import re
from calendar import isleap
from functools import lru_cache

import msgspec

from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR, MINUTE, SECOND
from services.domain.worktime import LOCAL_OFFSET

ROLLING: dict[str, tuple[int, int]] = {
    "5m": (5 * MINUTE, 10 * SECOND),
    "1h": (HOUR, MINUTE),
    "24h": (DAY, 5 * MINUTE),
    "7d": (7 * DAY, HOUR),
    "30d": (30 * DAY, HOUR),
}
TERM = "term"
PERIODS = ("month", "quarter", "year", "ytd", TERM)
WINDOWS_OF_PERIOD: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("month", "quarter", TERM)},
    "year": ("year", "ytd"),
}
"""The windows that a period of each kind can be asked for in."""
BEGINNING = -2_208_988_800 * SECOND
"""1900-01-01T00:00Z, where the window of everything begins."""
ADMINISTRATIVE = "administrative"
STATISTICAL = "statistical"
ADMIN, CONSTANT = "admin", "constant"
"""How names of windows mark the administrative calendar, and constant boundaries."""
SCHOOL = "school"
"""The calendar of school terms; a year is the one in which the school year starts."""
TERM_BEGINS = ((9, 1), (13, 16), (18, 1))
"""(month, day): the first term, the second (13 is January), and the summer (18 is June)."""
_PERIOD = re.compile(r"([0-9]{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|T([12])))?")
_MARCH_DAYS = 719_468  # days from 0000-03-01 to 1970-01-01


class Span(msgspec.Struct, frozen=True):
    """A window placed in time: [begin, end), with `end` as the calendar says.

    `cut` = min(end, now): what comes later does not count. A period that is still to come is empty
    and its `cut` lies before its `begin`.

    `parts` are the quarters and months that a reported year to date is the sum of. `constant`: on
    the boundaries of today's units, with what their former units counted.
    """

    window: str
    calendar: str
    begin: int
    end: int
    cut: int
    period: str | None = None
    parts: tuple[str, ...] = ()
    constant: bool = False

    @property
    def open(self) -> bool:
        """Whether the clock is still inside the window."""
        return self.cut < self.end or self.window in ROLLING or self.window in {"instant", "all"}

    @property
    def name(self) -> str:
        """The window as keys write it: `month`, `month~admin`, `month~constant`."""
        return window_name(self.window, self.calendar, constant=self.constant)


def window_name(window: str, calendar: str, *, constant: bool = False) -> str:
    """A window's name in keys; administrative calendar and constant boundaries stand behind it."""
    admin = f"~{ADMIN}" if calendar == ADMINISTRATIVE else ""
    return f"{window}{admin}~{CONSTANT}" if constant else f"{window}{admin}"


def read_window_name(name: str) -> tuple[str, str, bool]:
    """(window, calendar, constant) of a name that `window_name` wrote."""
    window, *marks = name.split("~")
    calendar = ADMINISTRATIVE if ADMIN in marks else STATISTICAL
    return window, calendar, CONSTANT in marks


def local_midnight(year: int, month: int, day: int) -> int:
    """The instant at which a local day begins.

    Months may run over (13 is January of the next year).
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12
    # Years are counted from March, so that the leap day is the last one.
    shifted, of_year = (year, month - 2) if month > 1 else (year - 1, month + 10)
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400
    days += (153 * of_year + 2) // 5 + day - 1
    return (days - _MARCH_DAYS) * DAY - LOCAL_OFFSET


def local_parts(at: int) -> tuple[int, int, int, int]:
    """(year, month, day, microseconds into the day) of an instant, local."""
    days, inside = divmod(at + LOCAL_OFFSET, DAY)
    days += _MARCH_DAYS
    era, of_era = divmod(days, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day, inside


def year_before(at: int, years: int = 1) -> int:
    """The same local clock time so many years earlier; of 29 February, the 28th if need be."""
    year, month, day, inside = local_parts(at)
    if (month, day) == (2, 29) and not isleap(year - years):
        day = 28
    return local_midnight(year - years, month, day) + inside


def _day_of(calendar: str) -> int:
    return 15 if calendar == ADMINISTRATIVE else 1


def _bounds(year: int, month: int, months: int, calendar: str) -> tuple[int, int]:
    """[begin, end) of `months` months from a named one.

    The administrative month begins in the month before.
    """
    shift = 1 if calendar == ADMINISTRATIVE else 0
    day = _day_of(calendar)
    return (
        local_midnight(year, month - shift, day),
        local_midnight(year, month + months - shift, day),
    )


def _named_month(at: int, calendar: str) -> tuple[int, int]:
    """(year, month) of the period that holds an instant."""
    year, month, day, _ = local_parts(at)
    if calendar == ADMINISTRATIVE and day >= 15:
        month += 1
    return (year + 1, 1) if month > 12 else (year, month)


def period_at(window: str, calendar: str, at: int) -> str:
    """The name of the period of this window that holds an instant.

    >>> period_at("month", "administrative", local_midnight(2025, 12, 20))
    '2026-01'
    """
    if window == TERM:
        return _term_at(at)
    year, month = _named_month(at, calendar)
    if window == "month":
        return f"{year:04d}-{month:02d}"
    if window == "quarter":
        return f"{year:04d}-Q{(month + 2) // 3}"
    return f"{year:04d}"


def _term_at(at: int) -> str:
    """The school term that holds an instant; in the summer the one that is to come."""
    year, month, day, _ = local_parts(at)
    if (month, day) < (1, 16):
        return f"{year - 1:04d}-T1"
    return f"{year - 1:04d}-T2" if month < 6 else f"{year:04d}-T1"


def period_bounds(period: str, calendar: str) -> tuple[int, int]:
    """[begin, end) of a named month, quarter, year or school term."""
    found = _PERIOD.fullmatch(period)
    if found is None or (found[4] and calendar != SCHOOL):
        raise Refused(
            f"period {period!r} is not a month (2026-10), quarter (2026-Q3), year (2026) or,"
            " in the school calendar, a term (2026-T1)"
        )
    year, month, quarter, term = found.groups()
    if term:
        begin, end = TERM_BEGINS[int(term) - 1 : int(term) + 1]
        return local_midnight(int(year), *begin), local_midnight(int(year), *end)
    if month:
        return _bounds(int(year), int(month), 1, calendar)
    if quarter:
        return _bounds(int(year), int(quarter) * 3 - 2, 3, calendar)
    return _bounds(int(year), 1, 12, calendar)


@lru_cache(maxsize=4096)
def names_period(text: str, calendar: str = STATISTICAL) -> bool:
    """Whether a text names a month, quarter or year, or in the school calendar a term.

    The year 0000 is no period: the year before it has no name.
    """
    if _PERIOD.fullmatch(text) is None or text.startswith("0000"):
        return False
    return (kind_of_period(text) == TERM) == (calendar == SCHOOL)


def kind_of_period(period: str) -> str:
    """`month`, `quarter`, `year` or `term`, by the form of the name."""
    if "T" in period:
        return TERM
    return "quarter" if "Q" in period else "month" if "-" in period else "year"


def on_constant_boundaries(span: Span) -> Span:
    """The same window on the boundaries of today's units."""
    return msgspec.structs.replace(span, constant=True)


def as_then(span: Span) -> Span:
    """The same window on the boundaries of its own time."""
    return msgspec.structs.replace(span, constant=False)


def place(window: str, calendar: str, now: int, period: str | None = None) -> Span:
    """The window at `now`, or the named period of it."""
    if window in ROLLING:
        length, step = ROLLING[window]
        return Span(window, calendar, (now - length) // step * step, now, now)
    if window == "instant":
        return Span(window, calendar, now, now, now)
    if window == "all":
        return Span(window, calendar, BEGINNING, now, now)
    named = period or period_at(window, calendar, now)
    wanted = "year" if window == "ytd" else window
    if kind_of_period(named) != wanted:
        raise Refused(f"period {named!r} is not a {wanted}, which window {window} asks for")
    begin, end = period_bounds(named, calendar)
    return Span(window, calendar, begin, end, min(end, now), named)


def previous_period(period: str, calendar: str = STATISTICAL) -> str:
    """The period of the same kind just before: 2025-01 gives 2024-12."""
    begin, _ = period_bounds(period, calendar)
    return period_at(kind_of_period(period), calendar, begin - 1)


def same_period_year_before(period: str) -> str:
    """The period of the same name one year earlier."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def year_base(span: Span) -> Span | None:
    """The same window one year earlier, cut at the same point; none for everything."""
    if span.window == "all":
        return None
    if span.period is None:
        base = place(span.window, span.calendar, year_before(span.cut))
        return msgspec.structs.replace(base, constant=span.constant)
    period = same_period_year_before(span.period)
    begin, end = period_bounds(period, span.calendar)
    _, whole = period_bounds(span.period, span.calendar)
    cut = min(end, year_before(span.cut)) if span.cut < whole else end
    parts = tuple(same_period_year_before(part) for part in span.parts)
    return Span(span.window, span.calendar, begin, end, cut, period, parts, span.constant)


def previous_base(span: Span) -> Span | None:
    """The base of mom and qoq: the period before, cut after the same time.

    30d and 24h one length earlier.
    """
    if span.window in {"30d", "24h"}:
        return place(span.window, span.calendar, span.cut - ROLLING[span.window][0])
    if span.window not in {"month", "quarter"} or span.period is None:
        return None
    period = previous_period(span.period, span.calendar)
    begin, end = period_bounds(period, span.calendar)
    cut = min(end, begin + span.cut - span.begin) if span.cut < span.end else end
    return Span(span.window, span.calendar, begin, end, cut, period)
