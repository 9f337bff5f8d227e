"""A hand-made calendar: where windows begin and end, and what they are compared with."""

import pytest

from services.reference.comparisons import base_window
from services.reference.windows import (
    Window,
    calendar_window,
    current_period,
    instant_window,
    rolling,
)
from tests.unit.reference_log import at


@pytest.mark.parametrize(
    ("name", "now", "start"),
    [
        ("5m", "2026-03-02T10:07:13", "2026-03-02T10:02:10"),
        ("1h", "2026-03-02T10:07:13", "2026-03-02T09:07:00"),
        ("24h", "2026-03-02T10:07:13", "2026-03-01T10:05:00"),
        ("24h", "2026-03-02T10:05:00", "2026-03-01T10:05:00"),
        ("7d", "2026-03-02T10:07:13", "2026-02-23T10:00:00"),
        ("30d", "2026-03-02T10:07:13", "2026-01-31T10:00:00"),
    ],
)
def test_a_rolling_window_starts_at_a_whole_step_and_ends_now(
    name: str, now: str, start: str
) -> None:
    assert rolling(name, at(now)) == Window(name, at(start), at(now))


@pytest.mark.parametrize(
    ("name", "period", "calendar", "start", "end"),
    [
        ("month", "2026-02", "statistical", "2026-02-01", "2026-03-01"),
        ("month", "2026-02", "administrative", "2026-01-15", "2026-02-15"),
        ("month", "2026-01", "administrative", "2025-12-15", "2026-01-15"),
        ("quarter", "2026-Q1", "statistical", "2026-01-01", "2026-04-01"),
        ("quarter", "2026-Q1", "administrative", "2025-12-15", "2026-03-15"),
        ("quarter", "2025-Q4", "administrative", "2025-09-15", "2025-12-15"),
        ("year", "2025", "statistical", "2025-01-01", "2026-01-01"),
        ("year", "2025", "administrative", "2024-12-15", "2025-12-15"),
        ("ytd", "2025", "administrative", "2024-12-15", "2025-12-15"),
        ("ytd", "2025-05", "statistical", "2025-01-01", "2025-06-01"),
    ],
)
@pytest.mark.clause("6.3.1")
def test_periods_of_both_calendars(
    name: str, period: str, calendar: str, start: str, end: str
) -> None:
    found = calendar_window(name, period, calendar)
    assert (found.start, found.end) == (at(start), at(end))


@pytest.mark.parametrize("period", ["0000", "0000-01", "0001-Q1", "9999", "9999-12"])
@pytest.mark.parametrize("calendar", ["statistical", "administrative"])
def test_the_years_at_the_ends_of_the_calendar_are_periods_too(period: str, calendar: str) -> None:
    name = {4: "year", 7: "month"}[len(period)] if "Q" not in period else "quarter"
    found = calendar_window(name, period, calendar)
    days = (found.end - found.start) / (24 * 3600 * 1_000_000)
    assert days in {30, 31, 90, 91, 365, 366}


@pytest.mark.parametrize(
    ("now", "statistical", "administrative"),
    [
        ("2026-02-14T23:59", ("2026-02", "2026-Q1", "2026"), ("2026-02", "2026-Q1", "2026")),
        ("2026-02-15T00:00", ("2026-02", "2026-Q1", "2026"), ("2026-03", "2026-Q1", "2026")),
        ("2026-03-15T00:00", ("2026-03", "2026-Q1", "2026"), ("2026-04", "2026-Q2", "2026")),
        ("2025-12-14T23:59", ("2025-12", "2025-Q4", "2025"), ("2025-12", "2025-Q4", "2025")),
        ("2025-12-15T00:00", ("2025-12", "2025-Q4", "2025"), ("2026-01", "2026-Q1", "2026")),
        ("2026-01-01T00:00", ("2026-01", "2026-Q1", "2026"), ("2026-01", "2026-Q1", "2026")),
    ],
)
def test_the_period_that_now_lies_in(
    now: str, statistical: tuple[str, ...], administrative: tuple[str, ...]
) -> None:
    for calendar, expected in (("statistical", statistical), ("administrative", administrative)):
        names = [current_period(name, calendar, at(now)) for name in ("month", "quarter", "year")]
        assert tuple(names) == expected
        assert current_period("ytd", calendar, at(now)) == expected[2]


def bounds(kind: str, window: Window, now: str) -> tuple[int, int] | None:
    found = base_window(kind, window, at(now))
    return None if found is None else (found.start, found.end)


def test_the_base_of_an_open_month_is_cut_at_the_same_point() -> None:
    march = calendar_window("month", "2026-03", "statistical")
    assert bounds("mom", march, "2026-03-10T12:00") == (at("2026-02-01"), at("2026-02-10T12:00"))
    assert bounds("yoy", march, "2026-03-10T12:00") == (at("2025-03-01"), at("2025-03-10T12:00"))


def test_the_base_never_passes_its_end() -> None:
    march = calendar_window("month", "2026-03", "statistical")
    assert bounds("mom", march, "2026-03-30T12:00") == (at("2026-02-01"), at("2026-03-01"))


def test_a_closed_period_is_compared_whole() -> None:
    march = calendar_window("month", "2026-03", "statistical")
    assert bounds("mom", march, "2026-04-01T00:00") == (at("2026-02-01"), at("2026-03-01"))
    year = calendar_window("ytd", "2025", "statistical")
    assert bounds("yoy", year, "2026-04-01T00:00") == (at("2024-01-01"), at("2025-01-01"))


def test_the_quarter_before_and_the_same_point_of_the_year_before() -> None:
    quarter = calendar_window("quarter", "2026-Q1", "statistical")
    assert bounds("qoq", quarter, "2026-01-11T00:00") == (at("2025-10-01"), at("2025-10-11"))
    ytd = calendar_window("ytd", "2024", "administrative")
    assert bounds("ytd_yoy", ytd, "2024-02-29T09:00") == (at("2022-12-15"), at("2023-02-28T09:00"))


def test_rolling_windows_and_instants_one_year_a_month_a_week_and_a_day_before() -> None:
    now = "2026-03-02T10:07:13"
    month, day = rolling("30d", at(now)), rolling("24h", at(now))
    assert bounds("mom", month, now) == (at("2026-01-01T10:00"), at("2026-01-31T10:07:13"))
    assert bounds("mom", day, now) == (at("2026-02-28T10:05"), at("2026-03-01T10:07:13"))
    assert bounds("yoy", day, now) == (at("2025-03-01T10:05"), at("2025-03-02T10:07:13"))
    before = [bounds(kind, instant_window(at(now)), now) for kind in ("day_before", "week_before")]
    assert before == [
        (at("2026-03-01T10:07:13"),) * 2,
        (at("2026-02-23T10:07:13"),) * 2,
    ]


@pytest.mark.parametrize(
    ("kind", "window"),
    [
        ("mom", calendar_window("ytd", "2026", "statistical")),
        ("mom", instant_window(0)),
        ("qoq", calendar_window("month", "2026-03", "statistical")),
        ("yoy", Window("all", 0, 1)),
        ("ytd_yoy", calendar_window("month", "2026-03", "statistical")),
        ("day_before", calendar_window("month", "2026-03", "statistical")),
    ],
)
def test_comparisons_that_a_window_does_not_have(kind: str, window: Window) -> None:
    assert base_window(kind, window, at("2026-03-10")) is None
