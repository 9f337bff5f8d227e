"""Instants as whole microseconds since 1970, and the local calendar of Viet Nam (+07:00 all year).

Days are counted as whole local days since 1970-01-01, so no date is too early or too late.
"""

from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
OFFSET = 7 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_IN_400_YEARS = 146_097


def instant(text: str) -> int:
    """Return the instant that an RFC 3339 timestamp names."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)


def moment_named(text: str) -> int:
    """Return the instant of a timestamp, or 00:00 local of a date."""
    return instant(text) if "T" in text else start_of(day_named(text))


def start_of_year(year: int) -> int:
    """Return the instant 1 January 00:00 local."""
    return start_of(day_in_month(year * 12, 1))


def year_of(at: int) -> int:
    """Return the local calendar year of an instant."""
    return month_of(day_of(at)) // 12


def day_of(at: int) -> int:
    """Return the local day on which an instant lies."""
    return (at + OFFSET) // DAY


def start_of(day: int) -> int:
    """Return the instant 00:00 local of a day."""
    return day * DAY - OFFSET


def day_of_date(day: date) -> int:
    """Return the number of a date."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_named(text: str) -> int:
    """Return the number of a date written YYYY-MM-DD."""
    return day_of_date(date.fromisoformat(text))


def date_of(at: int) -> date:
    """Return the local date of an instant that lies in the years 1 to 9999."""
    return date.fromordinal(day_of(at) + _EPOCH_ORDINAL)


def day_in_month(month_index: int, day: int) -> int:
    """Return the number of a day in a month counted since year 0 (year * 12 + month - 1), any year.

    Python's dates end at the years 1 and 9999; the calendar repeats every 400 years.
    """
    year, month = divmod(month_index, 12)
    shift = 400 if year < 5000 else -400
    shifted = date(year + shift, month + 1, day)
    return day_of_date(shifted) - shift // 400 * _DAYS_IN_400_YEARS


def month_of(day: int) -> int:
    """Return the month of a day, counted since year 0."""
    found = date.fromordinal(day + _EPOCH_ORDINAL)
    return found.year * 12 + found.month - 1


def is_weekend(day: int) -> bool:
    """Say whether a day is a Saturday or a Sunday; day 0 was a Thursday."""
    return (day + 3) % 7 >= 5


def one_year_before(at: int) -> int:
    """Return the same local clock time one calendar year earlier; 29 February gives 28 February."""
    return years_before(at, 1)


def years_before(at: int, years: int) -> int:
    """Return the same local clock time of an earlier year; 29 February gives 28 February."""
    day = date_of(at)
    try:
        earlier = day.replace(year=day.year - years)
    except ValueError:
        earlier = day.replace(year=day.year - years, day=28)
    return at - (day - earlier).days * DAY
