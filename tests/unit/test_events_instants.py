"""Instants and local days, over every year that a record may name."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.instants import (
    DAY,
    HOUR,
    SECOND,
    format_instant,
    local_date,
    parse_date,
    parse_instant,
    start_of_local_day,
)

FIRST = parse_instant("0001-01-01T00:00:00+23:59")
LAST = parse_instant("9999-12-31T23:59:59.999999-23:59")
LOCAL = datetime.timezone(datetime.timedelta(hours=7))


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T07:00:00+07:00", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T00:00:00.5Z", SECOND // 2),
        ("2000-03-01T00:00:00Z", 951_868_800 * SECOND),
    ],
)
def test_known_instants(text: str, us: int) -> None:
    assert parse_instant(text) == us


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-10-06",
        "2025-10-06T09:15+07:00",
        "2025-10-06T09:15:00",
        "2025-10-06 09:15:00Z",
        "2025-10-06t09:15:00z",
        "20251006T091500Z",
        "2025-W41-1T09:15:00Z",
        "2025-10-06T09:15:00,5Z",
        "2025-10-06T09:15:00.Z",
        "2025-10-06T09:15:00.1234567Z",
        "2025-10-06T24:00:00Z",
        "2025-10-06T09:15:60Z",
        "2025-10-06T09:15:00+0700",
        "2025-10-06T09:15:00+07:60",
        "2025-10-06T09:15:00+24:00",
        "2025-10-06T09:15:00+07:00:00",
        "2025-02-30T09:15:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2025-10-06T09:15:00Z\n",
        "٢٠٢٥-10-06T09:15:00Z",
    ],
)
@pytest.mark.clause("5.4.7")
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["", "2025-2-3", "20250203", "2025-02-30", "2025-W06-1", "0000-01-01", "2025-02-03\n"]
)
def test_texts_that_are_no_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@given(st.datetimes(timezones=st.just(LOCAL)))
def test_a_local_time_is_written_and_read_back(moment: datetime.datetime) -> None:
    us = parse_instant(format_instant(parse_instant(moment.isoformat())))
    assert format_instant(us) == moment.isoformat()
    assert local_date(us) == moment.date()
    assert start_of_local_day(moment.date()) <= us < start_of_local_day(moment.date()) + DAY


@given(st.integers(FIRST, LAST))
def test_no_instant_that_a_record_can_name_fails(us: int) -> None:
    assert parse_instant(format_instant(us)) - us in range(-48 * HOUR, 48 * HOUR)
    local_date(us)


def test_days_beyond_the_calendar_are_its_first_and_last() -> None:
    assert local_date(FIRST) == datetime.date.min
    assert local_date(LAST) == datetime.date.max
    assert format_instant(FIRST) == "0001-01-01T00:00:00+07:00"
    assert format_instant(LAST) == "9999-12-31T23:59:59.999999+07:00"


@pytest.mark.clause("8.2.2")
def test_a_local_day_begins_at_17_of_the_day_before_in_utc() -> None:
    begin = start_of_local_day(datetime.date(2025, 7, 1))
    assert begin == parse_instant("2025-06-30T17:00:00Z")
    assert local_date(begin - 1) == datetime.date(2025, 6, 30)
