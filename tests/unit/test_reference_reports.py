"""Reports: own rows before parts, periods, units, breakdowns, and the figures of 2025."""

from fractions import Fraction

import pytest

from services.domain.events import Event
from services.reference.reference import Reference
from tests.unit.reference_log import (
    COMMUNE,
    COUNTRY,
    PROVINCE,
    at,
    received,
    reference,
    reference_value,
    revenue,
    series,
    subscriptions,
)

NOW = at("2026-06-01T00:00")
BILLION = 10**9


def billions(
    opinion: Reference, window: str, period: str | None, unit: str = PROVINCE
) -> Fraction | None:
    return opinion.value("DE-01", unit, None, window, NOW, period).value


def test_the_own_row_beats_the_parts_and_the_first_part_beats_the_next() -> None:
    in_communes = [revenue("C:11953", "2026-01", 1), revenue("C:11977", "2026-01", 2)]
    by_operator = [revenue("P:33", "2026-01", 5, dim=("operator", "X"))]
    by_organisation = [
        revenue("P:33", "2026-01", 10, dim=("organisation", "A")),
        revenue("P:33", "2026-01", 20, dim=("organisation", "B")),
    ]
    own = [revenue("P:33", "2026-01", 7)]
    log: list[Event] = []
    for more, expected in (
        (in_communes, 3),
        (by_operator, 5),
        (by_organisation, 30),
        (own, 7),
    ):
        log += more
        assert billions(reference(*log), "month", "2026-01") == expected
    assert billions(reference(*log), "month", "2026-01", COUNTRY) == 7
    assert billions(reference(*in_communes), "month", "2026-01", COUNTRY) == 3


@pytest.mark.clause("7.5.3")
def test_a_unit_without_a_report_is_left_out_of_the_sum_and_without_any_there_is_none() -> None:
    opinion = reference(revenue("C:11953", "2026-01", 1), revenue("P:34", "2026-01", 4))
    assert billions(opinion, "month", "2026-01", PROVINCE) == 1
    assert billions(opinion, "month", "2026-01", COUNTRY) == 5
    missing = opinion.value("DE-01", PROVINCE, None, "month", NOW, "2026-02")
    assert missing == (None, None, None, "missing")


def test_other_flows_origins_sectors_and_calendars_do_not_mix() -> None:
    opinion = reference(
        revenue("P:33", "2026-01", 1),
        revenue("P:33", "2026-01", 2, sector="TELECOM"),
        revenue("P:33", "2026-01", 3, flow="export", usd=100_000),
        revenue("P:33", "2026-01", 4, calendar="administrative"),
    )
    assert billions(opinion, "month", "2026-01") == 1


def quarterly(*months: tuple[str, float]) -> list[Event]:
    return [revenue("P:33", period, value, sector="POSTAL") for period, value in months]


def postal(opinion: Reference, window: str, period: str | None = None) -> Fraction | None:
    return opinion.value("DE-05", PROVINCE, None, window, NOW, period).value


def test_a_quarter_is_its_own_report_else_its_three_months() -> None:
    months = quarterly(("2025-01", 1), ("2025-02", 2), ("2025-03", 4))
    assert postal(reference(*months[:2]), "quarter", "2025-Q1") is None
    assert postal(reference(*months), "quarter", "2025-Q1") == 7
    assert postal(reference(*months, *quarterly(("2025-Q1", 9))), "quarter", "2025-Q1") == 9


def test_the_year_to_date_is_whole_quarters_then_months_up_to_the_last_reported() -> None:
    log = quarterly(("2025-Q1", 9), ("2025-04", 1), ("2025-05", 2), ("2025-07", 50))
    assert postal(reference(*log), "ytd") == 12
    log += quarterly(("2025-06", 4))
    assert postal(reference(*log), "ytd") == 9 + 7 + 50
    log += quarterly(("2025-Q2", 10))
    assert postal(reference(*log), "ytd") == 9 + 10 + 50
    assert postal(reference(*log), "ytd", "2025-05") == 9 + 3
    log += quarterly(("2025", 100))
    assert postal(reference(*log), "ytd") == 100
    assert postal(reference(*quarterly(("2025-02", 1))), "ytd") is None


def test_every_measure_of_a_value_is_added_up_to_the_same_month() -> None:
    opinion = reference(
        *(revenue("P:33", f"2026-0{month}", 10) for month in (1, 2, 3)),
        *(revenue("P:33", f"2026-0{month}", 4, flow="export", usd=1) for month in (1, 2)),
    )
    ratio = opinion.value("DE-02.to_revenue", PROVINCE, None, "ytd", NOW)
    assert ratio == (Fraction(2, 5), 8 * BILLION, 20 * BILLION, None)
    assert opinion.value("DE-01", PROVINCE, None, "ytd", NOW).value == 30
    assert opinion.period("DE-02.to_revenue", PROVINCE, None, "month", NOW) == "2026-02"
    assert opinion.period("DE-01", PROVINCE, None, "month", NOW) == "2026-03"


@pytest.mark.clause("8.1.5")
def test_the_year_to_date_compares_the_same_months() -> None:
    opinion = reference(
        *(revenue("P:33", f"2025-0{month}", 10) for month in (1, 2, 3, 4)),
        *(revenue("P:33", f"2026-0{month}", 11) for month in (1, 2, 3)),
    )
    for kind in ("yoy", "ytd_yoy"):
        assert opinion.comparison(kind, "DE-01", PROVINCE, None, "ytd", NOW) == pytest.approx(10)
    assert opinion.comparison("mom", "DE-01", PROVINCE, None, "month", NOW) == 0


def test_a_breakdown_has_its_own_rows_and_never_the_parts_of_the_total() -> None:
    opinion = reference(
        revenue("P:33", "2026-01", 10),
        revenue("P:33", "2026-01", 6, dim=("subsector", "software")),
        revenue("C:11953", "2026-01", 2, dim=("subsector", "hardware")),
        revenue("P:33", "2026-01", 9, dim=("organisation", "A")),
    )
    asked = ("month", NOW, "2026-01")
    found = {
        name: opinion.value("DE-01", PROVINCE, ("subsector", name), *asked).value
        for name in ("software", "hardware", "games")
    }
    assert found == {"software": 6, "hardware": 2, "games": None}
    assert opinion.members("DE-01", PROVINCE, "subsector", NOW) == {"software", "hardware"}
    assert opinion.members("DE-01", PROVINCE, "organisation", NOW) == {"A"}
    assert opinion.members("PS-04", PROVINCE, "block", NOW) == set()


def test_subscriptions_are_a_stock_of_which_a_quarter_takes_the_last_month() -> None:
    opinion = reference(
        *(subscriptions("C:11953", f"2026-0{month}", 100 * month) for month in (1, 2, 3)),
        subscriptions("C:11977", "2026-03", 50, dim=("operator", "VNPT")),
        reference_value("population", "C:11953", "2026-01-01", 1000),
        reference_value("population", "C:11953", "2026-03-01", 1200),
        reference_value("population", "C:11977", "2026-04-01", 400),
    )
    total = ("TI-01.total", PROVINCE, None, "month", NOW)
    assert opinion.value(*total).value == 350
    assert opinion.value("TI-01", PROVINCE, None, "month", NOW, "2026-03") == (
        Fraction(100 * 350, 1200),
        350,
        1200,
        None,
    )
    february = opinion.value("TI-01", COMMUNE, None, "month", NOW, "2026-02")
    assert (february.numerator, february.denominator) == (200, 1000)
    operator = opinion.value("TI-01", PROVINCE, ("operator", "VNPT"), "month", NOW, "2026-03")
    assert (operator.numerator, operator.denominator) == (50, 1200)
    december = opinion.value("TI-01", PROVINCE, None, "month", NOW, "2025-12")
    assert december == (None, None, None, "missing")


def test_population_of_a_unit_is_its_own_row_else_its_communes() -> None:
    parts = [
        reference_value("households", "C:11953", "2025-07-01", 10),
        reference_value("households", "C:11977", "2025-07-01", 20),
    ]
    own = reference_value("households", "P:33", "2026-01-01", 35)
    opinion = reference(*parts, own)
    moments = [
        opinion.measure("households", PROVINCE, None, None, at(text), NOW)
        for text in ("2025-07-01", "2025-07-02", "2026-01-01", "2026-01-02")
    ]
    assert moments == [None, 30, 30, 35]
    assert opinion.measure("households", COUNTRY, None, None, NOW, NOW) == 35


def test_the_online_rate_is_weighed_with_the_synchronised_dossiers() -> None:
    log = [
        received("2026-01-05T09:00", "A-100", channel=2),
        received("2026-01-05T10:00", "A-200"),
        series("synced_dossiers", "P:33", "2026-01", 90),
        series("portal_dossiers", "P:33", "2026-01", 95),
        series("reporting_system_dossiers", "P:33", "2026-01", 100),
    ]
    month = ("month", NOW, "2026-01")
    opinion = reference(*log)
    assert opinion.value("PS-07.larger_count", PROVINCE, None, *month).value == 100
    assert opinion.value("PS-07.sync_rate", PROVINCE, None, *month).value == Fraction(9, 10)
    assert opinion.value("PS-07.official", PROVINCE, None, *month).value == 45
    by_procedure = ("procedure", "1.001193")
    assert opinion.value("PS-07.official", PROVINCE, by_procedure, *month).value == 45
    assert opinion.period("PS-07.official", PROVINCE, None, "month", NOW) == "2026-01"
    without = reference(*log[:-1])
    assert without.value("PS-07.official", PROVINCE, None, *month).null_reason == "missing"
    nothing = series("reporting_system_dossiers", "P:33", "2026-01", 0, vintage=2)
    none = series("portal_dossiers", "P:33", "2026-01", 0, vintage=2)
    synced = reference(*log, nothing, none).value("PS-07.sync_rate", PROVINCE, None, *month)
    assert synced.null_reason == "zero_denominator"


def test_a_period_of_a_school_term_disturbs_nothing() -> None:
    opinion = reference(
        revenue("P:33", "2025-T1", 3, calendar="school"), revenue("P:33", "2026-01", 4)
    )
    assert billions(opinion, "month", None) == 4
