"""Windows and periods against the calendar of Python's own dates."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.engine.windows import (
    ADMINISTRATIVE,
    STATISTICAL,
    kind_of_period,
    local_midnight,
    local_parts,
    names_period,
    period_at,
    period_bounds,
    place,
    previous_base,
    previous_period,
    same_period_year_before,
    window_name,
    year_base,
    year_before,
)
from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.unit.reference_log import at

STEADY = settings(deadline=None, max_examples=100, derandomize=True, database=None)
LOCAL = datetime.timezone(datetime.timedelta(hours=7))
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

micros_of_a_century = st.integers(-20 * 365 * DAY, 100 * 365 * DAY)
instants = micros_of_a_century.map(
    lambda micro: (EPOCH + datetime.timedelta(microseconds=micro)).astimezone(LOCAL)
)
calendars = st.sampled_from([STATISTICAL, ADMINISTRATIVE])
windows = st.sampled_from(["month", "quarter", "year"])


def micros(when: datetime.datetime) -> int:
    return (when - EPOCH) // datetime.timedelta(microseconds=1)


@STEADY
@given(instants)
def test_local_parts_and_midnights_are_those_of_the_calendar(when: datetime.datetime) -> None:
    now = micros(when)
    midnight = when.replace(hour=0, minute=0, second=0, microsecond=0)
    assert local_parts(now) == (when.year, when.month, when.day, now - micros(midnight))
    assert local_midnight(when.year, when.month, when.day) == micros(midnight)
    assert local_midnight(when.year - 1, when.month + 12, when.day) == micros(midnight)


@STEADY
@given(instants)
def test_a_year_before_is_the_same_clock_time(when: datetime.datetime) -> None:
    leap = (when.month, when.day) == (2, 29)
    earlier = when.replace(year=when.year - 1, day=28 if leap else when.day)
    assert year_before(micros(when)) == micros(earlier)


@STEADY
@given(instants, windows, calendars)
def test_a_period_holds_its_instants_and_touches_the_next(
    when: datetime.datetime, window: str, calendar: str
) -> None:
    now = micros(when)
    name = period_at(window, calendar, now)
    begin, end = period_bounds(name, calendar)
    assert names_period(name)
    assert kind_of_period(name) == window
    assert begin <= now < end
    assert period_at(window, calendar, begin) == period_at(window, calendar, end - 1) == name
    assert period_bounds(previous_period(name, calendar), calendar)[1] == begin
    assert period_bounds(period_at(window, calendar, end), calendar)[0] == end
    first = datetime.datetime.fromtimestamp(begin / 1e6, LOCAL)
    assert (first.hour, first.minute, first.day) == (0, 0, 15 if calendar == ADMINISTRATIVE else 1)


@STEADY
@given(instants, windows, calendars)
@pytest.mark.clause("8.2.3")
def test_bases_are_cut_at_the_same_point_and_never_past_their_end(
    when: datetime.datetime, window: str, calendar: str
) -> None:
    now = micros(when)
    span = place(window, calendar, now)
    base = year_base(span)
    assert base is not None
    assert base.period == same_period_year_before(span.period or "")
    assert base.cut == min(base.end, year_before(now))
    earlier = previous_base(span)
    if window == "year":
        assert earlier is None
    else:
        assert earlier is not None
        assert earlier.end == span.begin
        assert earlier.cut == min(earlier.end, earlier.begin + now - span.begin)


@STEADY
@given(instants, calendars)
@pytest.mark.clause("8.2.3")
def test_bases_of_closed_periods_are_whole(when: datetime.datetime, calendar: str) -> None:
    now = micros(when)
    closed = place("month", calendar, now, period_at("month", calendar, now - 40 * DAY))
    assert not closed.open
    for base in (year_base(closed), previous_base(closed)):
        assert base is not None
        assert base.cut == base.end


@pytest.mark.parametrize(
    ("period", "calendar", "begin", "end"),
    [
        ("2026-01", STATISTICAL, "2026-01-01", "2026-02-01"),
        ("2026-01", ADMINISTRATIVE, "2025-12-15", "2026-01-15"),
        ("2026-Q1", STATISTICAL, "2026-01-01", "2026-04-01"),
        ("2026-Q1", ADMINISTRATIVE, "2025-12-15", "2026-03-15"),
        ("2028-02", STATISTICAL, "2028-02-01", "2028-03-01"),
        ("2026", STATISTICAL, "2026-01-01", "2027-01-01"),
        ("2026", ADMINISTRATIVE, "2025-12-15", "2026-12-15"),
        ("2026-Q4", STATISTICAL, "2026-10-01", "2027-01-01"),
    ],
)
@pytest.mark.clause("6.3.1", "8.2.2")
def test_periods_by_hand(period: str, calendar: str, begin: str, end: str) -> None:
    assert period_bounds(period, calendar) == (at(begin), at(end))


@pytest.mark.parametrize(
    ("window", "now", "begin"),
    [
        ("5m", "2026-03-02T10:00:07+07:00", "2026-03-02T09:55:00+07:00"),
        ("1h", "2026-03-02T10:00:59+07:00", "2026-03-02T09:00:00+07:00"),
        ("24h", "2026-03-02T10:04:59+07:00", "2026-03-01T10:00:00+07:00"),
        ("7d", "2026-03-09T10:59:59+07:00", "2026-03-02T10:00:00+07:00"),
        ("30d", "2026-03-31T10:59:59+07:00", "2026-03-01T10:00:00+07:00"),
    ],
)
@pytest.mark.clause("8.2.1")
def test_a_rolling_window_begins_on_a_whole_step_and_ends_now(
    window: str, now: str, begin: str
) -> None:
    span = place(window, STATISTICAL, at(now))
    assert (span.begin, span.cut, span.end) == (at(begin), at(now), at(now))
    assert span.open


@pytest.mark.clause("8.1.5")
def test_a_day_and_thirty_days_have_a_base_one_length_before() -> None:
    now = at("2026-03-31T10:30")
    for window, length in (("24h", DAY), ("30d", 30 * DAY)):
        base = previous_base(place(window, STATISTICAL, now))
        assert base is not None
        assert base.cut == now - length
    assert previous_base(place("7d", STATISTICAL, now)) is None
    assert previous_base(place("instant", STATISTICAL, now)) is None


def test_29_february_compares_with_the_28th_at_the_same_time() -> None:
    now = at("2028-02-29T09:30")
    for window in ("24h", "30d", "month", "ytd", "instant"):
        base = year_base(place(window, STATISTICAL, now))
        assert base is not None
        assert base.cut == at("2027-02-28T09:30")
    assert year_base(place("all", STATISTICAL, now)) is None


def test_the_base_of_a_long_month_stops_at_the_end_of_a_short_one() -> None:
    base = previous_base(place("month", STATISTICAL, at("2026-03-31T17:29")))
    assert base is not None
    assert base.cut == base.end == at("2026-03-01")


def test_a_period_to_come_is_empty() -> None:
    now = at("2026-03-02T10:00")
    span = place("month", STATISTICAL, now, "2026-05")
    assert (span.begin, span.cut, span.open) == (at("2026-05-01"), now, True)


@pytest.mark.clause("6.3.1")
def test_the_names_of_windows_say_their_calendar() -> None:
    assert window_name("month", ADMINISTRATIVE) == "month~admin"
    assert place("ytd", STATISTICAL, at("2026-03-02")).name == "ytd"


def test_names_of_periods() -> None:
    for name in ("2026", "2026-12", "2026-Q4", "0001"):
        assert names_period(name)
    for name in ("2025-T1", "2026-13", "2026-Q5", "26", "0000", "0000-01", "2026-1", "2026-01\n"):
        assert not names_period(name)
    for name in ("٢٠٢٦-10", "２０２６", "2026-1²"):
        assert not names_period(name)


@pytest.mark.parametrize(("window", "period"), [("month", "2026"), ("ytd", "2026-03")])
def test_a_window_refuses_a_period_of_another_kind(window: str, period: str) -> None:
    with pytest.raises(Refused, match="which window"):
        place(window, STATISTICAL, at("2026-03-02"), period)


def test_what_is_no_period_is_refused() -> None:
    with pytest.raises(Refused, match="is not a month"):
        period_bounds("2026-T1", STATISTICAL)


def test_steps_are_of_local_time() -> None:
    now = at("2026-03-02T00:00")
    assert place("24h", STATISTICAL, now + 4 * MINUTE).begin == now - 24 * HOUR
    assert place("5m", STATISTICAL, now + 9 * SECOND).begin == now - 5 * MINUTE
