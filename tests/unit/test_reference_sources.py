"""Single facts, rows, the schedule, the clock, revised series, sectors and school terms."""

from typing import Any

import pytest

from services.domain.events import Event
from services.reference.reference import Reference
from tests.unit.reference_documents import (
    Document,
    fact_measure,
    indicator,
    measure,
    opinion,
    row_measure,
)
from tests.unit.reference_log import (
    COMMUNE,
    PROVINCE,
    UNITS,
    at,
    changed_day,
    event,
    report,
    revenue,
    series,
    stamp,
    subscriptions,
)

LATER = at("2026-06-01T00:00")


def seen(made: Document, events: list[Event], *moments: str, unit: str = COMMUNE) -> list[Any]:
    """Return a measure up to each local time, as known then."""
    looked = opinion(events, [made])
    return [looked.measure(made["id"], unit, None, None, at(m), at(m)) for m in moments]


def detected(time: str, started: str, subject: str = "S-1") -> Event:
    said = {"system_id": "A", "agency_id": "H33.1", "severity": "low", "started_at": stamp(started)}
    return event("cyber.detected", time, subject, said)


def test_a_fact_counts_at_its_time_when_its_expression_says_so() -> None:
    made = fact_measure("in_an_hour", "cyber.detected", "one_if(hours(time - started_at) <= 1)")
    events = [
        detected("2025-10-06T10:00", "2025-10-06T09:00"),
        detected("2025-10-06T10:01", "2025-10-06T09:00", "S-2"),
    ]
    assert seen(made, events, "2025-10-06T10:00", "2025-10-06T11:00") == [0, 1]
    assert seen(made, events, "2025-10-06T11:00", unit=PROVINCE) == [1]


def test_a_plan_holds_in_its_year_until_the_next_of_its_project() -> None:
    made = row_measure(
        "plan",
        "invest.plan",
        "plan_amount",
        "max(time, start_of_year(plan_year))",
        "min(next_row, end_of_year(plan_year))",
    )
    said = {"project_id": "D-1", "plan_year": 2026, "plan_version": 1, "plan_amount": 100}
    said |= {"investor": "H33.1"}
    changed = said | {"plan_version": 2, "plan_amount": 70}
    events = [
        event("invest.plan", "2025-12-20T09:00", "D-1/2026", said),
        event("invest.plan", "2026-08-01T09:00", "D-1/2026", changed),
    ]
    moments = ["2026-01-01T00:00", "2026-01-01T00:01", "2026-08-01T09:00", "2026-08-01T09:01"]
    ends = ["2027-01-01T00:00", "2027-01-01T00:01"]
    assert seen(made, events, *moments, *ends) == [0, 100, 100, 70, 70, 0]


def test_a_feed_is_fresh_for_one_and_a_half_intervals() -> None:
    made = row_measure(
        "fresh",
        "feed.heartbeat",
        "1",
        "time",
        "min(next_row, last_occurred_at + seconds(contract_interval * 1.5))",
    )
    said = {"feed_id": "F", "agency_id": "H33.1", "domain": "health", "active": True}
    said |= {"contract_interval": 3600, "last_occurred_at": stamp("2025-10-06T08:00")}
    events = [event("feed.heartbeat", "2025-10-06T09:00", "F", said)]
    moments = ["2025-10-06T09:00", "2025-10-06T09:01", "2025-10-06T09:30", "2025-10-06T09:31"]
    assert seen(made, events, *moments) == [0, 1, 1, 0]


def test_reports_are_due_some_days_after_each_period() -> None:
    """July is due on 11 August and has come, August on 11 September and has not."""
    said: dict[str, Any] = {
        "what": "vn.ioc.telecom.subscription.v1",
        "domain": "telecom",
        "freq": "M",
    }
    said |= {"due_days": 10, "active_from": "2025-07-01"}
    events = [
        event("reference.expectation", "2025-07-01T00:00", said["what"], said),
        subscriptions("C:11953", "2025-07", 5, released="2025-08-20T08:00"),
    ]
    usual = {"kind": "schedule", "source": "schedule", "dimensions": {"domain": "domain"}}
    expected = fact_measure("reports_expected", "reference.expectation", **usual)
    received = fact_measure("reports_received", "reference.expectation", **usual)
    moments = ["2025-08-11T00:00", "2025-08-11T00:01", "2025-08-20T08:01", "2025-09-12T00:00"]
    assert seen(expected, events, *moments) == [0, 1, 1, 2]
    assert seen(received, events, *moments) == [0, 0, 1, 1]
    assert seen(expected, events, moments[3], unit=PROVINCE) == [2]


def test_working_days_of_a_year_and_those_gone_by() -> None:
    """2026 has 261 days from Monday to Friday; 1 January is made free, so the 2nd is the first."""
    elapsed = fact_measure("elapsed", "x", source="clock")
    whole = fact_measure("whole", "x", source="clock", kind="stock")
    share = indicator("EC-05", "ratio", numerator=["elapsed"], denominator=["whole"])
    looked = opinion([changed_day("2026-01-01", working=False)], [elapsed, whole], [share])
    now = at("2026-01-06T17:00")
    found = looked.value("EC-05", PROVINCE, None, "ytd", now)
    assert (found.numerator, found.denominator) == (2, 260)


def test_a_series_is_revised_by_the_share_of_its_final_value() -> None:
    events = [
        series("grdp_constant", "P:33", "2025-Q3", 100, vintage=1, released="2025-10-06T08:00"),
        series("grdp_constant", "P:33", "2025-Q3", 105, vintage=2, released="2025-11-06T08:00"),
        report(
            "stat.report",
            "P:33",
            "2025-Q3",
            {"series_id": "grdp_constant", "value": 125, "vn_level": "chinh_thuc"},
            vintage=3,
            released="2025-12-06T08:00",
        ),
    ]
    usual = {
        "kind": "flow",
        "source": "case",
        "case": "series",
        "agg": "sum",
        "at": "final_at",
        "filter": [{"field": "revision_share", "op": "present"}],
        "dimensions": {"series": "series_id"},
    }
    share = measure("revision", usual, value="revision_share", quantum=1e-9)
    vintages = measure("vintages", usual, value="vintages", quantum=1)
    moments = ["2025-12-06T08:00", "2025-12-07T00:00"]
    assert seen(share, events, *moments, unit=PROVINCE) == [0, 0.2]
    assert seen(vintages, events, *moments, unit=PROVINCE) == [0, 2]


def test_sectors_are_added_each_by_its_total_or_its_breakdown() -> None:
    """IT has a total of 10; of POSTAL only the organisations have reported, 3 + 4."""
    made: Document = {
        "id": "rd",
        "kind": "report",
        "source": "report",
        "event_types": ["vn.ioc.sector.revenue.v1"],
        "filter": [{"field": "flow", "op": "=", "value": "revenue"}],
        "value": "amount_vnd",
        "parts": ["sectors", "dim:organisation", "periods", "units"],
        "quantum": 1,
        "dimensions": {"organisation": "dim=organisation"},
    }
    events = [
        revenue("P:33", "2026-03", 10),
        revenue("P:33", "2026-03", 9, dim=("organisation", "A")),
        revenue("P:33", "2026-03", 3, sector="POSTAL", dim=("organisation", "A")),
        revenue("P:33", "2026-03", 4, sector="POSTAL", dim=("organisation", "B")),
    ]
    asked = indicator("ST-02", "sum", inputs=["rd"], divide_by=1_000_000_000)
    looked = opinion(events, [made], [asked])

    def of(member: tuple[str, str] | None) -> float | None:
        value = looked.value("ST-02", PROVINCE, member, "month", LATER).value
        return None if value is None else float(value)

    members = [None, ("organisation", "A"), ("organisation", "B")]
    assert [of(member) for member in members] == [17, 12, 4]


def test_a_school_term_is_a_period_of_reports() -> None:
    made: Document = {
        "id": "students",
        "kind": "report",
        "source": "report",
        "event_types": ["vn.ioc.school.report.v1"],
        "value": "students",
        "parts": ["dim:school", "units"],
        "quantum": 1,
        "dimensions": {"school": "dim=school"},
    }

    def school(period: str, name: str, students: int) -> Event:
        said = {"students": students, "with_ict_access": 1}
        dim = ("school", name)
        return report("school.report", "C:11953", period, said, dim=dim, calendar="school")

    events = [school("2024-T1", "A", 8), school("2025-T1", "A", 10), school("2025-T1", "B", 5)]
    asked = indicator("ED-01", "sum", inputs=["students"])
    looked = opinion(events, [made], [asked])
    place = ("ED-01", PROVINCE, None, "term", LATER, None, "school")
    assert looked.value(*place).value == 15
    assert looked.comparison("yoy_points", *place) == 7


def test_the_delay_of_the_intake_is_of_every_accepted_event() -> None:
    made = fact_measure(
        "delay",
        "x",
        "max(0, seconds_between(time, ingestedtime))",
        event_types=["*"],
        agg="sketch",
        at="ingestedtime",
        quantum=None,
    )
    asked = indicator("DQ-03", "quantile", inputs=["delay"], q=0.5)
    late = detected("2025-10-06T10:00", "2025-10-06T09:00")
    taken = {(late.source, late.id): late.at + 30_000_000}
    looked = Reference([late], UNITS, [made], [asked], taken)
    place = ("DQ-03", PROVINCE, None, "1h")
    found = looked.value(*place, at("2025-10-06T10:05")).value
    assert found is not None
    assert float(found) == pytest.approx(30, rel=0.02)
    assert looked.value(*place, at("2025-10-06T10:00")).value is None


def test_a_feed_is_overdue_for_its_domain_by_its_newest_heartbeat() -> None:
    said: dict[str, Any] = {
        "feed_id": "F",
        "agency_id": "H33.1",
        "domain": "health",
        "active": True,
    }
    said |= {"contract_interval": 3600, "last_occurred_at": stamp("2025-10-06T08:00")}
    newer = said | {"last_occurred_at": stamp("2025-10-06T11:00")}
    made = fact_measure("made", "health.case")
    asked = indicator("HE-01", "sum", inputs=["made"], domain="health")
    looked = opinion(
        [
            event("feed.heartbeat", "2025-10-06T12:00", "F", newer | {"active": False}),
            event("feed.heartbeat", "2025-10-06T09:00", "F", said),
            event("feed.heartbeat", "2025-10-06T11:00", "F", newer),
        ],
        [made],
        [asked],
    )

    def seen(time: str, unit: str = PROVINCE) -> tuple[str, int] | None:
        found = looked.overdue("HE-01", unit, at(time))
        return None if found is None else (found.state, found.since)

    late, stale = ("late", at("2025-10-06T09:00")), ("stale", at("2025-10-06T09:30"))
    moments = ["2025-10-06T09:00", "2025-10-06T09:30", "2025-10-06T09:31", "2025-10-06T11:01"]
    assert [seen(time) for time in moments] == [None, late, stale, None]
    assert seen("2025-10-06T09:31", "P:34@2025-07-01") is None
    assert seen("2025-10-06T12:00") is None
    assert seen("2025-10-06T12:01") is None
    assert seen("2025-10-08T09:00") is None
