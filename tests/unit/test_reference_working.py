"""Working time over weekends, holidays and days with changed hours."""

import pytest

from services.reference.instants import HOUR
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime
from tests.unit.reference_log import COMMUNE, COUNTRY, FAR_COMMUNE, UNITS, at, changed_day

USUAL = WorkingTime({})

# 6 October 2025 was a Monday.


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-10-06T07:30", "2025-10-06T17:30", 8),
        ("2025-10-06T00:00", "2025-10-07T00:00", 8),
        ("2025-10-06T09:00", "2025-10-06T12:30", 2.5),
        ("2025-10-06T11:30", "2025-10-06T13:30", 0),
        ("2025-10-10T16:30", "2025-10-13T08:30", 2),
        ("2025-10-11T00:00", "2025-10-13T00:00", 0),
        ("2025-10-06T09:00", "2025-10-06T08:00", 0),
        ("2025-10-01T00:00", "2025-11-01T00:00", 23 * 8),
    ],
)
def test_working_time_between(start: str, end: str, hours: float) -> None:
    assert USUAL.between(at(start), at(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-10-06T07:30", 4, "2025-10-06T11:30"),
        ("2025-10-06T07:30", 8, "2025-10-06T17:30"),
        ("2025-10-06T07:30", 8.5, "2025-10-07T08:00"),
        ("2025-10-10T17:00", 1, "2025-10-13T08:00"),
        ("2025-10-11T10:00", 8, "2025-10-13T17:30"),
        ("2025-10-06T20:00", 0.5, "2025-10-07T08:00"),
    ],
)
def test_adding_gives_the_first_instant_with_that_time(start: str, hours: float, end: str) -> None:
    assert USUAL.add(at(start), int(hours * HOUR)) == at(end)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2025-10-07T17:30", 8, "2025-10-06T17:30"),
        ("2025-10-07T17:30", 4, "2025-10-07T11:30"),
        ("2025-10-07T17:00", 8, "2025-10-06T17:00"),
        ("2025-10-13T17:30", 8, "2025-10-10T17:30"),
        ("2025-10-13T09:30", 8, "2025-10-10T09:30"),
        ("2025-10-12T15:00", 8, "2025-10-09T17:30"),
        ("2025-10-07T12:00", 1, "2025-10-07T10:30"),
    ],
)
def test_before_gives_the_first_instant_with_that_time(end: str, hours: int, start: str) -> None:
    found = USUAL.before(at(end), hours * HOUR)
    assert found == at(start)
    assert USUAL.between(found, at(end)) == hours * HOUR
    assert USUAL.between(found - 1, at(end)) in {hours * HOUR + 1, hours * HOUR + 0}


@pytest.mark.clause("6.3.2", "8.3.1")
def test_a_holiday_a_working_saturday_and_short_hours() -> None:
    calendars = WorkingCalendars(
        [
            changed_day("2025-10-06", working=False),
            changed_day("2025-10-11", working=True),
            changed_day("2025-10-07", working=True, hours=["13:00-15:00", "08:00-09:00"]),
        ],
        Places(UNITS),
    )
    working = calendars.of_unit(COMMUNE)
    hours = [
        working.between(at(f"2025-10-{day}"), at(f"2025-10-{day + 1}")) / HOUR
        for day in (10, 11, 12)
    ]
    assert hours == [8, 8, 0]
    assert working.between(at("2025-10-06"), at("2025-10-07")) == 0
    assert working.between(at("2025-10-07"), at("2025-10-08")) == 3 * HOUR
    assert working.add(at("2025-10-05T09:00"), 2 * HOUR) == at("2025-10-07T14:00")
    assert working.before(at("2025-10-08T07:30"), 3 * HOUR) == at("2025-10-03T17:30")


@pytest.mark.clause("6.3.2", "8.3.1")
def test_a_day_of_the_province_beats_the_day_of_the_country() -> None:
    calendars = WorkingCalendars(
        [
            changed_day("2025-10-06", working=True, unit="P:33"),
            changed_day("2025-10-06", working=False),
        ],
        Places(UNITS),
    )
    day = (at("2025-10-06"), at("2025-10-07"))
    hours = [
        calendars.of_unit(unit).between(*day) / HOUR for unit in (COMMUNE, FAR_COMMUNE, COUNTRY)
    ]
    assert hours == [8, 0, 0]


def test_hours_that_overlap_count_once_and_backward_hours_not_at_all() -> None:
    day = changed_day(
        "2025-10-06",
        working=True,
        hours=["08:00-10:00", "09:00-11:00", "15:00-14:00", "23:00-99:99"],
    )
    working = WorkingCalendars([day], Places(UNITS)).of_unit(COMMUNE)
    assert working.between(at("2025-10-06"), at("2025-10-07")) == 4 * HOUR
