"""Single facts as offices and hotels book them, and incidents with a beginning and an end."""

from typing import Any

from services.cli.simulator.documents import stamp
from services.cli.simulator.domains.day import Day, Drawn, Happening, serial, system
from services.cli.simulator.profile import Agency
from services.domain.instants import DAY, HOUR, MINUTE

MILLION = 10**6
REVENUE_ITEMS = ("VAT", "CIT", "PIT", "LAND", "FEE")
DISEASES = ("A90", "A97.0", "B01", "J10", "A09")
GUESTS_FROM = ("VN",) * 12 + ("KR", "CN", "JP", "TW", "US", "FR")


def budget(day: Day) -> Drawn:
    """Bookings of working days."""
    for number in range(day.count(0.3) if day.weekday < 5 else 0):
        kind = "revenue" if day.rng.random() < 0.55 else "expenditure"
        item = day.rng.choice(REVENUE_ITEMS) if kind == "revenue" else "CX"
        amount = round(day.rng.lognormvariate(4, 1.2)) * MILLION
        data = {"kind": kind, "item_code": item, "amount": amount}
        yield [_fact(day, "budget.entry", "NS", number, (8, 17), "kho-bac", data)]


def disbursements(day: Day) -> Drawn:
    """Money paid for the projects whose plans `reports.plans` sets."""
    for number in range(day.count(0.04) if day.weekday < 5 else 0):
        agency = day.anywhere()
        data = {
            "project_id": f"DA-{agency.agency_id}",
            "plan_year": 2000 + int(day.code[:2]),
            "disbursed": round(day.rng.lognormvariate(6, 0.8)) * MILLION,
            "investor": agency.agency_id,
        }
        yield [
            _fact(
                day,
                "invest.disbursement",
                "GN",
                number,
                (8, 17),
                "dau-tu-cong",
                data,
                agency=agency,
            )
        ]


def enterprises(day: Day) -> Drawn:
    """Businesses that are founded or change."""
    for _ in range(day.count(0.12) if day.weekday < 5 else 0):
        agency = day.anywhere()
        change = day.rng.choices(("new", "resumed", "suspended", "dissolved"), (60, 12, 20, 8))[0]
        data = {
            "change": change,
            "type": day.rng.choices(("firm", "household", "coop"), (55, 43, 2))[0],
            "size": day.rng.choices(("micro", "small", "medium", "large"), (70, 22, 6, 2))[0],
            "used_platform_90d": day.rng.random() < 0.45,
        }
        subject = f"{day.rng.randrange(10**9, 10**10)}"
        source = system(agency, "dang-ky-kinh-doanh")
        yield [
            Happening(day.instant(8, 17), "enterprise.status", agency.unit, source, subject, data)
        ]


def deals(day: Day) -> Drawn:
    """Deals on the technology exchange."""
    for number in range(day.count(0.006)):
        value = round(day.rng.lognormvariate(6, 1)) * MILLION
        data = {"exchange_id": "SAN-01", "field": "ICT", "contract_value": value}
        yield [_fact(day, "exchange.deal", "GD", number, (8, 17), "san-cong-nghe", data)]


def crashes(day: Day) -> Drawn:
    """Crashes with their victims."""
    for number in range(day.count(0.007)):
        data = {
            "deaths_30d": day.rng.choices((0, 1, 2), (70, 27, 3))[0],
            "injured": day.rng.choices((0, 1, 2, 3), (25, 45, 20, 10))[0],
            "road_class": day.rng.choice(("national", "provincial", "commune", "urban")),
        }
        yield [_fact(day, "traffic.crash", "TN", number, (5, 23), "giao-thong", data)]


def calls(day: Day) -> Drawn:
    """Emergency calls, sent when they are closed."""
    for number in range(day.count(0.3)):
        at = day.instant(2, 24)
        received = at - day.span(40 * MINUTE, 90 * MINUTE)
        data = {"service": day.rng.choice(("113", "114", "115")), "received_at": stamp(received)}
        if day.rng.random() < 0.8:
            dispatched = received + day.span(MINUTE, 5 * MINUTE)
            data["dispatched_at"] = stamp(dispatched)
            data["on_scene_at"] = stamp(dispatched + day.span(4 * MINUTE, 25 * MINUTE))
        agency = day.anywhere()
        source, subject = system(agency, "khan-cap"), serial(day, "KC", number)
        yield [Happening(at, "emergency.call", agency.unit, source, subject, data)]


def infections(day: Day) -> Drawn:
    """Cases of infectious diseases, some days after they broke out."""
    for _ in range(day.count(0.03)):
        at = day.instant(7, 20)
        agency = day.anywhere()
        data = {
            "disease": day.rng.choice(DISEASES),
            "confirmed": day.rng.random() < 0.7,
            "onset": stamp(at - day.span(DAY, 6 * DAY))[:10],
        }
        subject, source = f"{day.rng.getrandbits(64):016x}", system(agency, "dich-te")
        yield [Happening(at, "health.case", agency.unit, source, subject, data)]


def stays(day: Day) -> Drawn:
    """Guests who take rooms, most of them at weekends."""
    for number in range(day.count(0.6 if day.weekday >= 4 else 0.35)):
        data = {
            "guests": day.rng.randrange(1, 5),
            "nights": day.rng.choices((1, 2, 3, 5), (55, 28, 12, 5))[0],
            "nationality": day.rng.choice(GUESTS_FROM),
        }
        yield [_fact(day, "stay.checkin", "LT", number, (12, 23), "luu-tru", data)]


def incidents(day: Day) -> Drawn:
    """Cyber incidents, found after hours and over after hours."""
    for number in range(day.count(0.006)):
        agency = day.anywhere()
        at = day.instant(0, 24)
        severity = day.rng.choices(("low", "medium", "high", "critical"), (50, 35, 12, 3))[0]
        about = {
            "system_id": f"{agency.agency_id}-MC",
            "agency_id": agency.agency_id,
            "severity": severity,
        }
        source, subject = system(agency, "soc"), serial(day, "SC", number)
        started = {"started_at": stamp(at - day.span(10 * MINUTE, 30 * HOUR))}
        over_at = at + day.span(HOUR, 40 * HOUR)
        yield [
            Happening(at, "cyber.detected", agency.unit, source, subject, about | started),
            Happening(
                over_at,
                "cyber.resolved",
                agency.unit,
                source,
                subject,
                about | {"detected_at": stamp(at)},
            ),
        ]


def outages(day: Day) -> Drawn:
    """Failures of networks, told when they are over."""
    for number in range(day.count(0.004)):
        at = day.instant(4, 24)
        data = {
            "technology": day.rng.choice(("4G", "5G", "fibre")),
            "operator": day.rng.choice(("VNPT", "Viettel", "MobiFone")),
            "outage_start": stamp(at - day.span(20 * MINUTE, 4 * HOUR)),
            "outage_end": stamp(at),
            "users_affected": day.rng.randrange(50, 4000),
        }
        agency = day.anywhere()
        source, subject = system(agency, "vien-thong"), serial(day, "MM", number)
        yield [Happening(at, "telecom.outage", agency.unit, source, subject, data)]


def bulletins(day: Day) -> Drawn:
    """Warnings of heavy rain, one event for each commune concerned."""
    if day.rng.random() > 0.12:
        return
    at = day.instant(5, 20)
    data = {
        "bulletin_id": f"MUA-{day.code}",
        "version": 1,
        "hazard": "heavy_rain",
        "level": day.rng.choices((1, 2, 3), (70, 25, 5))[0],
        "valid_from": stamp(at),
        "valid_to": stamp(at + 12 * HOUR),
        "issuer": "KTTV",
    }
    for agency in day.rng.sample(day.agencies, max(1, len(day.agencies) // 8)):
        source = system(agency, "thien-tai")
        subject = str(data["bulletin_id"])
        yield [Happening(at, "hazard.bulletin", agency.unit, source, subject, data)]


def _fact(
    day: Day,
    kind: str,
    letters: str,
    number: int,
    hours: tuple[int, int],
    name: str,
    data: dict[str, Any],
    *,
    agency: Agency | None = None,
) -> Happening:
    """A fact of some commune at some time between two hours."""
    where = agency or day.anywhere()
    subject = serial(day, letters, number)
    return Happening(day.instant(*hours), kind, where.unit, system(where, name), subject, data)
