"""What is said once a month: who lives here, what is planned, and figures of the month before."""

import datetime
from typing import Any

from services.cli.simulator.documents import stamp
from services.cli.simulator.domains.day import Day, Drawn, Happening, system
from services.cli.simulator.procedures import (
    BUILD,
    CIVIL,
    COPIES,
    FARM,
    HOME,
    LAND,
    MERIT,
    PROCEDURES,
    SCHOOL,
    SOCIAL,
    TRADE,
)
from services.cli.simulator.profile import Agency
from services.domain.instants import HOUR

REFERENCES_ON = 1
REPORTS_ON = 6
INHABITANTS = 16_000
"""Of a commune of weight 1."""
HOUSEHOLD = 3.6
BILLION = 10**9
SECTORS = {
    CIVIL: "ho-tich",
    COPIES: "chung-thuc",
    LAND: "dat-dai",
    TRADE: "dang-ky-kinh-doanh",
    SOCIAL: "bao-tro-xa-hoi",
    MERIT: "nguoi-co-cong",
    BUILD: "xay-dung",
    FARM: "nong-nghiep",
    HOME: "cu-tru-noi-vu",
    SCHOOL: "giao-duc",
}
REACHED = {"4G": (0.97, 1.0), "5G": (0.35, 0.75), "fibre": (0.85, 0.97)}


def references(day: Day) -> Drawn:
    """Inhabitants and households of each commune, as counted for the month before.

    They hold from its first day on, so that its reports find them.
    """
    date = _date(day)
    if date.day != REFERENCES_ON:
        return
    ref_date = (date - datetime.timedelta(days=1)).replace(day=1).isoformat()
    for agency in day.agencies:
        people = _people(agency)
        for series, value in (("population", people), ("households", int(people / HOUSEHOLD))):
            data = {"series_id": series, "ref_date": ref_date, "value": value}
            source, subject = system(agency, "dan-cu"), f"{series}/{ref_date}"
            yield [Happening(day.midnight, "reference.value", agency.unit, source, subject, data)]


def plans(day: Day) -> Drawn:
    """A project of each commune, whose capital plan is confirmed or changed every month."""
    date = _date(day)
    if date.day != REFERENCES_ON:
        return
    for agency in day.agencies:
        project = f"DA-{agency.agency_id}"
        data = {
            "project_id": project,
            "plan_year": date.year,
            "plan_version": date.month,
            "plan_amount": round(agency.weight * 30) * BILLION,
            "investor": agency.agency_id,
        }
        source, subject = system(agency, "dau-tu-cong"), f"{project}/{date.year}"
        at = day.midnight + 8 * HOUR
        yield [Happening(at, "invest.plan", agency.unit, source, subject, data)]


def catalogue(day: Day) -> Drawn:
    """The procedures that the province offers."""
    if _date(day).day != REFERENCES_ON:
        return
    agency = day.agencies[0]
    for procedure in PROCEDURES:
        full = procedure.svc_level == "full"
        data = {
            "procedure_code": procedure.code,
            "title": procedure.name_vi,
            "sector": SECTORS[procedure.field_vi],
            "agency_id": agency.agency_id,
            "execution_level": "commune",
            "limit_working_hours": procedure.limit_hours,
            "active": True,
            "eligible_full": full,
            "provided_full": full,
            "provided_partial": procedure.svc_level == "partial",
            "npsp_public": procedure.svc_level != "none",
            "has_fee": procedure.fee_vnd > 0,
            "online_payment": procedure.fee_vnd > 0 and procedure.svc_level != "none",
        }
        at, unit = day.midnight + 8 * HOUR, f"P:{day.province}"
        source = system(agency, "danh-muc")
        yield [Happening(at, "procedure.catalogue", unit, source, procedure.code, data)]


def networks(day: Day) -> Drawn:
    """Coverage and subscriptions of each commune in the month before."""
    date = _date(day)
    if date.day != REPORTS_ON:
        return
    period = _month_before(date)
    at = day.midnight + 9 * HOUR
    for agency in day.agencies:
        people = _people(agency)
        source = system(agency, "vien-thong")
        for technology, (least, most) in REACHED.items():
            covered = int(people * day.rng.uniform(least, most))
            data = {"technology": technology, "population_covered": covered}
            subject = f"{technology}/{period}/statistical"
            body = _released(at, period) | data
            yield [Happening(at, "telecom.coverage", agency.unit, source, subject, body)]
        data = {
            "subs_mobile_bb": int(people * day.rng.uniform(0.9, 1.1)),
            "subs_fixed_bb": int(people / HOUSEHOLD * day.rng.uniform(0.8, 0.95)),
            "households_fibre": int(people / HOUSEHOLD * day.rng.uniform(0.7, 0.9)),
        }
        body, subject = _released(at, period) | data, f"{period}/statistical"
        yield [Happening(at, "telecom.subscription", agency.unit, source, subject, body)]


def statistics(day: Day) -> Drawn:
    """Indexes and revenue of the province in the month before."""
    date = _date(day)
    if date.day != REPORTS_ON:
        return
    period, at = _month_before(date), day.midnight + 9 * HOUR
    agency, unit = day.agencies[0], f"P:{day.province}"
    source = system(agency, "thong-ke")
    for series, least, most in (("cpi_yoy", 102, 105), ("iip_yoy", 104, 112)):
        data = {"series_id": series, "value": round(day.rng.uniform(least, most), 2)}
        subject, body = f"{series}/{period}/statistical", _released(at, period) | data
        yield [Happening(at, "stat.report", unit, source, subject, body)]
    amount = round(day.rng.uniform(900, 1300)) * BILLION
    about = {"sector": "IT_INDUSTRY", "flow": "revenue", "origin": "all"}
    subject = f"IT_INDUSTRY/revenue/all/{period}/statistical"
    body = _released(at, period) | about | {"amount_vnd": amount}
    yield [Happening(at, "sector.revenue", unit, source, subject, body)]
    body = _released(at, period) | {"leaders": 420, "leaders_stem": day.rng.randrange(90, 130)}
    subject = f"{period}/statistical"
    yield [Happening(at, "staff.profile_count", unit, source, subject, body)]


def schools(day: Day) -> Drawn:
    """A term of each commune's schools, on 20 January and on 10 June."""
    date = _date(day)
    term = {(1, 20): "T1", (6, 10): "T2"}.get((date.month, date.day))
    if term is None:
        return
    period, at = f"{date.year - 1}-{term}", day.midnight + 9 * HOUR
    for agency in day.agencies:
        pupils = _people(agency) // 5
        reached = int(pupils * day.rng.uniform(0.6, 0.98))
        body = _released(at, period, "school") | {"students": pupils, "with_ict_access": reached}
        source, subject = system(agency, "truong-hoc"), f"{period}/school"
        yield [Happening(at, "school.report", agency.unit, source, subject, body)]


def _date(day: Day) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=day.number)


def _month_before(date: datetime.date) -> str:
    return (date.replace(day=1) - datetime.timedelta(days=1)).isoformat()[:7]


def _people(agency: Agency) -> int:
    return round(INHABITANTS * agency.weight)


def _released(at: int, period: str, calendar: str = "statistical") -> dict[str, Any]:
    return {
        "period": period,
        "period_calendar": calendar,
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": stamp(at),
    }
