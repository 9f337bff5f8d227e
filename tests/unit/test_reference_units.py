"""Dossiers over units, breakdowns, windows, and in comparison with earlier ones and with others."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reference.places import UnitFact
from tests.unit.reference_log import (
    COMMUNE,
    COUNTRY,
    FAR_COMMUNE,
    OLD_PROVINCE,
    PROVINCE,
    SECOND_COMMUNE,
    UNITS,
    at,
    received,
    reference,
    step,
)

LATER = at("2026-06-01T00:00")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(COMMUNE, 50), (SECOND_COMMUNE, 100), (PROVINCE, Fraction(200, 3)), (FAR_COMMUNE, 0)],
)
@pytest.mark.clause("8.1.1")
def test_units_add_up_by_sums_not_by_means(unit: str, expected: Fraction) -> None:
    opinion = reference(
        received("2025-10-06T09:00", "A-100", channel=2),
        received("2025-10-06T09:00", "A-200"),
        received("2025-10-06T09:00", "A-300", channel=2, unit="C:11977"),
        received("2025-10-06T09:00", "A-400", unit="C:13000"),
    )
    assert opinion.value("PS-07.submitted", unit, None, "all", LATER).value == expected
    assert opinion.value("PS-07.submitted", COUNTRY, None, "all", LATER).value == 50


@pytest.mark.clause("5.4.4")
def test_one_subject_in_two_units_is_two_dossiers() -> None:
    opinion = reference(
        received("2025-10-06T09:00"), step("finished", "2025-10-07T09:00", unit="C:11977")
    )
    assert opinion.measure("dossiers_closed", PROVINCE, None, None, LATER, LATER) == 0
    assert opinion.measure("dossiers_open", PROVINCE, None, None, LATER, LATER) == 1


@pytest.mark.clause("15.1.3")
def test_a_code_means_the_unit_of_its_date() -> None:
    opinion = reference(
        received("2025-06-30T09:00", "A-100"),
        received("2025-07-01T00:00", "A-200"),
        received("2011-10-06T09:00", "A-300", unitasof="2025-07-01"),
        received("2025-05-05T09:00", "A-400", unit="D:323"),
        received("2025-08-04T09:00", "A-500", unit="D:323"),
    )
    received_in = {
        unit: opinion.measure("dossiers_received", unit, None, None, LATER, LATER)
        for unit in (
            *("C:11953@1900-01-01", "D:323@1900-01-01", OLD_PROVINCE),
            *(COMMUNE, PROVINCE, COUNTRY),
        )
    }
    assert list(received_in.values()) == [1, 3, 3, 2, 2, 5]


def test_breakdowns_are_one_at_a_time_and_a_part_lacks_those_it_does_not_name() -> None:
    opinion = reference(
        received("2025-10-06T09:00", "A-100", channel=2, block="ministry"),
        received("2025-10-06T09:00", "A-200", procedure_code="2.1", agency_id="H33.16"),
    )
    month = ("month", LATER, "2025-10")
    values = [
        opinion.value("PS-01", PROVINCE, dims, *month).value
        for dims in (
            None,
            ("agency", "H33.15"),
            ("procedure", "2.1"),
            ("block", "province"),
            ("sector", "x"),
        )
    ]
    assert values == [50, 100, 0, 0, None]


def test_windows_are_cut_at_now_and_follow_the_calendar() -> None:
    opinion = reference(
        received("2025-10-14T09:00", "A-100", channel=2), received("2025-10-16T09:00", "A-200")
    )
    now = at("2025-10-20T00:00")

    def asked(window: str, period: str | None = None, calendar: str = "statistical") -> Any:
        found = opinion.value("PS-07.submitted", PROVINCE, None, window, now, period, calendar)
        return found.numerator, found.denominator

    assert asked("month") == (1, 2)
    assert asked("month", "2025-10", "administrative") == (1, 1)
    assert asked("month", None, "administrative") == (0, 1)
    assert asked("ytd") == asked("all") == (1, 2)
    assert opinion.value("PS-07.submitted", PROVINCE, None, "24h", now).denominator == 0
    early = at("2025-10-16T09:00")
    assert opinion.value("PS-07.submitted", PROVINCE, None, "month", early).denominator == 1


def test_comparisons_of_flows_and_stocks() -> None:
    events = [
        received("2025-09-05T09:00", "A-100", channel=2),
        received("2025-09-06T09:00", "A-200"),
        received("2025-09-25T09:00", "A-300"),
        received("2025-10-06T09:00", "A-400", channel=2, due="2025-10-07T09:00"),
        received("2025-10-06T09:00", "A-500", due="2025-10-08T12:00"),
    ]
    opinion = reference(*events)
    now = at("2025-10-09T09:00")
    month = ("PS-07.submitted", PROVINCE, None, "month", now)
    assert opinion.comparison("mom", *month) == 0
    assert opinion.comparison("yoy", *month) is None
    whole = ("PS-07.submitted", PROVINCE, None, "month", at("2025-11-01"), "2025-10")
    assert opinion.comparison("mom", *whole) == pytest.approx(50)
    assert opinion.comparison("mom", *whole, points=True) == pytest.approx(100 / 6)
    assert opinion.comparison("target", "PS-07", PROVINCE, None, "month", now) == 0
    overdue = ("PS-05", PROVINCE, None, "instant", now)
    assert opinion.comparison("day_before", *overdue) == 1
    assert opinion.comparison("target", *overdue) == 2
    with pytest.raises(ValueError, match="weather"):
        opinion.comparison("weather", *overdue)


def test_rank_is_among_the_units_of_today_with_a_value() -> None:
    ended = UnitFact("C:11980@2025-07-01", "C:11980", PROVINCE, date(2025, 7, 1), date(2025, 10, 1))
    opinion = reference(
        received("2025-09-06T09:00", "A-100", due="2025-09-07T09:00", unit="C:11977"),
        received("2025-09-06T09:00", "A-200", unit="C:11980"),
        units=[*UNITS, ended],
    )
    now = at("2025-10-09T09:00")
    ranks = [
        opinion.comparison("rank", "PS-05", unit, None, "instant", now)
        for unit in (COMMUNE, SECOND_COMMUNE, ended.key, PROVINCE)
    ]
    assert ranks == [1, 2, None, 2]
    assert opinion.comparison("rank", "PS-04", COMMUNE, None, "all", now) is None
