"""Working time against counting minutes one by one."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.instants import DAY, HOUR, MINUTE, local_date
from services.domain.worktime import (
    DEFAULT_HOURS,
    Hours,
    WorkingCalendar,
    day_start,
    local_day,
    parse_hours,
)
from tests.unit.reference_log import at

STEADY = settings(deadline=None, max_examples=100, derandomize=True, database=None)
MONDAY = local_day(at("2026-03-02"))
DAYS = 16

minutes = st.integers(0, DAYS * 24 * 60)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Working spans of a day in whole minutes, apart and in order; none for a day off."""
    bounds = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return tuple((begin * MINUTE, end * MINUTE) for begin, end in pairs)


exceptions = st.dictionaries(st.integers(MONDAY - 5, MONDAY + DAYS + 5), hours(), max_size=6)


def works(changed: dict[int, Hours], instant: int) -> bool:
    """Whether an instant is working time, said in the most obvious way."""
    day = local_date(instant)
    number = (day - datetime.date(1970, 1, 1)).days
    usual = DEFAULT_HOURS if day.weekday() < 5 else ()
    inside = (instant + 7 * HOUR) % DAY
    return any(begin <= inside < end for begin, end in changed.get(number, usual))


def instants(first: int, last: int) -> tuple[int, int]:
    start = day_start(MONDAY)
    return start + first * MINUTE, start + last * MINUTE


@STEADY
@given(exceptions, minutes, minutes)
def test_between_counts_every_working_minute(
    changed: dict[int, Hours], first: int, last: int
) -> None:
    begin, end = instants(first, last)
    counted = sum(MINUTE for at in range(begin, end, MINUTE) if works(changed, at))
    assert WorkingCalendar(changed).between(begin, end) == counted


@STEADY
@given(exceptions, minutes, st.integers(0, 40 * 60))
@pytest.mark.clause("8.3.1")
def test_add_is_the_first_instant_with_so_much_working_time(
    changed: dict[int, Hours], first: int, amount: int
) -> None:
    begin, _ = instants(first, 0)
    calendar = WorkingCalendar(changed)
    end = calendar.add(begin, amount * MINUTE)
    assert end is not None
    assert calendar.between(begin, end) == amount * MINUTE
    assert end == begin or works(changed, end - 1)


@STEADY
@given(exceptions, minutes, st.integers(0, 40 * 60))
def test_before_is_the_first_instant_with_so_much_working_time_left(
    changed: dict[int, Hours], last: int, amount: int
) -> None:
    _, end = instants(0, last)
    calendar = WorkingCalendar(changed)
    begin = calendar.before(end, amount * MINUTE)
    assert begin is not None
    assert calendar.between(begin, end) == amount * MINUTE
    assert works(changed, begin - 1)


@STEADY
@given(exceptions, st.lists(minutes, min_size=3, max_size=3))
def test_working_time_adds_up(changed: dict[int, Hours], cuts: list[int]) -> None:
    first, middle, last = (instants(cut, 0)[0] for cut in sorted(cuts))
    calendar = WorkingCalendar(changed)
    whole = calendar.between(first, last)
    assert whole == calendar.between(first, middle) + calendar.between(middle, last)


def test_a_year_of_usual_weeks() -> None:
    usual = WorkingCalendar()
    assert usual.between(at("2026-01-01"), at("2027-01-01")) == 261 * 8 * HOUR
    assert usual.between(at("2026-01-01"), at("2025-01-01")) == 0


@pytest.mark.parametrize(
    ("begin", "amount", "end"),
    [
        ("2026-03-02T07:30", 4, "2026-03-02T11:30"),
        ("2026-03-02T07:30", 4.5, "2026-03-02T14:00"),
        ("2026-03-06T17:00", 1, "2026-03-09T08:00"),
        ("2026-03-07T10:00", 8, "2026-03-09T17:30"),
        ("2026-03-07T10:00", 0, "2026-03-07T10:00"),
    ],
)
def test_hours_are_added_over_nights_and_weekends(begin: str, amount: float, end: str) -> None:
    assert WorkingCalendar().add(at(begin), round(amount * HOUR)) == at(end)


@pytest.mark.parametrize(
    ("end", "amount", "begin"),
    [
        ("2026-03-09T17:30", 8, "2026-03-06T17:30"),
        ("2026-03-09T08:00", 8, "2026-03-06T08:00"),
        ("2026-03-09T03:00", 0, "2026-03-06T17:30"),
        ("2026-03-09T09:00", 0, "2026-03-09T09:00"),
    ],
)
def test_eight_hours_before_a_deadline(end: str, amount: int, begin: str) -> None:
    assert WorkingCalendar().before(at(end), amount * HOUR) == at(begin)


def test_a_calendar_without_working_days_gives_up() -> None:
    closed = WorkingCalendar(dict.fromkeys(range(MONDAY - 4100, MONDAY + 4100), ()))
    assert closed.add(day_start(MONDAY), HOUR) is None
    assert closed.before(day_start(MONDAY), HOUR) is None


def test_hours_as_sent_are_put_in_order_and_merged() -> None:
    given_hours = ("13:00-17:00", "08:00-10:00", "09:00-12:00", "18:00-18:00", "22:00-99:99")
    assert parse_hours(given_hours) == (
        (8 * HOUR, 12 * HOUR),
        (13 * HOUR, 17 * HOUR),
        (22 * HOUR, 24 * HOUR),
    )
