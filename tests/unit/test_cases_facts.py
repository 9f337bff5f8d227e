"""Facts that stand for themselves: payments, readings; and rows that hold until the next."""

from typing import Any

import msgspec
import pytest

from services.domain.cases.book import case_of
from services.domain.events import decode
from tests.unit.counted import extents, outcome, points
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

TIME = "2025-10-06T09:00"


def stamp(local: str) -> str:
    return f"{local}:00+07:00"


FACTS: list[tuple[str, str, Document, dict[str, int], dict[str, str]]] = [
    (
        "budget.entry",
        "B-1",
        {"kind": "revenue", "item_code": "1701", "amount": 500},
        {"budget_revenue": 500},
        {"revenue_item": "1701"},
    ),
    (
        "budget.entry",
        "B-1",
        {"kind": "expenditure", "item_code": "1701", "amount": 500},
        {},
        {"revenue_item": "1701"},
    ),
    (
        "invest.disbursement",
        "D-1",
        {"project_id": "P1", "plan_year": 2025, "disbursed": 7, "investor": "H33.1"},
        {"invest_disbursed": 7},
        {"project": "P1", "investor": "H33.1"},
    ),
    (
        "invest.disbursement",
        "D-1",
        {"project_id": "P1", "plan_year": 2024, "disbursed": 7, "investor": "H33.1"},
        {},
        {"project": "P1", "investor": "H33.1"},
    ),
    (
        "traffic.reading",
        "S1",
        {"segment_id": "S1", "speed": 20, "free_flow": 50, "flow": 900.5, "length": 1.5},
        {"congestion_delay": 3_376_875, "congestion_weight": 1_350_750},
        {"segment": "S1"},
    ),
    (
        "enterprise.status",
        "0101234567",
        {"change": "resumed", "type": "firm"},
        {"enterprises_entered": 1},
        {"sector": "-"},
    ),
    (
        "cyber.detected",
        "I-1",
        {
            "system_id": "S",
            "agency_id": "H33",
            "severity": "high",
            "started_at": stamp("2025-10-06T08:00"),
        },
        {"incidents_detected": 1, "incidents_detected_1h": 1, "detect_sketch~0": 1},
        {"system": "S", "agency": "H33"},
    ),
    (
        "cyber.detected",
        "I-1",
        {
            "system_id": "S",
            "agency_id": "H33",
            "severity": "high",
            "started_at": stamp("2025-10-06T07:59"),
        },
        {"incidents_detected": 1, "detect_sketch~1": 1},
        {"system": "S", "agency": "H33"},
    ),
    (
        "emergency.call",
        "C-1",
        {"service": "114", "received_at": stamp("2025-10-06T08:30")},
        {},
        {"service": "114"},
    ),
    (
        "probe.result",
        "wall/latency",
        {"service": "wall", "kind": "latency", "ok": True, "latency_ms": 250},
        {"wall_latency_sketch~-34": 1},
        {"service": "wall"},
    ),
    (
        "stay.checkin",
        "G-1",
        {"guests": 3, "nights": 2, "nationality": "FR"},
        {"guests": 3, "guests_foreign": 3, "guest_nights": 6},
        {"nationality": "FR"},
    ),
]


@pytest.mark.parametrize(("kind", "subject", "data", "counts", "members"), FACTS)
def test_a_fact_counts_at_its_time(
    kind: str, subject: str, data: Document, counts: dict[str, int], members: dict[str, str]
) -> None:
    sent = [document(kind, TIME, subject, data)]
    found = points(sent)
    assert found.pop(f"arrived~D~vn.ioc.{kind}.v1") == {"2025-10-06T00:00": 1}
    assert found == {name: {TIME: value} for name, value in counts.items()}
    assert outcome(sent).contribution.members == members


def test_a_case_of_a_disease_counts_on_the_day_it_began() -> None:
    data = {"disease": "A97", "confirmed": True, "onset": "2025-10-01"}
    found = points([document("health.case", TIME, "0123456789abcdef", data)])
    assert found["disease_cases"] == {"2025-10-01T00:00": 1}


def call(on_scene: str, recorded: str, **said: Any) -> Document:
    data = {"service": "114", "received_at": stamp("2025-10-06T08:30"), "on_scene_at": on_scene}
    return document("emergency.call", TIME, "C-1", data, recordedtime=recorded, **said)


def test_of_the_facts_of_one_subject_the_latest_version_counts() -> None:
    first = call(stamp("2025-10-06T08:40"), stamp("2025-10-06T09:00"))
    second = call(stamp("2025-10-06T08:50"), stamp("2025-10-06T10:00"))
    taken_back = {
        "supersedes": second["id"],
        "op": "retract",
        "recordedtime": stamp("2025-10-06T11:00"),
    }
    retraction = second | {"id": "r-1"} | taken_back
    assert "response_sketch~58" in points([first])
    assert "response_sketch~75" in points([second, first])
    assert points([retraction, first, second]) == points([first])
    states = outcome([retraction, first, second]).states
    assert states[first["source"], first["id"]] == "counted"


def reading(time: str, value: float, **said: Any) -> Document:
    data = {"station_id": "ST1", "pollutant": "PM2.5", "value": value, "averaging": "1h"}
    return document("env.reading", time, "ST1/PM2.5", data | {"valid": True} | said)


def test_a_reading_is_a_case_of_its_hour() -> None:
    one, other = reading("2025-10-06T08:00", 30.5), reading("2025-10-06T09:00", 31)
    names = {case_of(decode(msgspec.json.encode(each))) for each in (one, other)}
    assert len(names) == 2
    (entry,) = outcome([one]).figures
    assert (entry.measure, entry.dim, entry.member) == ("pollutant_hour", "station", "ST1")
    assert entry.period == f"PM2.5@{at('2025-10-06T08:00') // 1_000_000}"
    assert entry.figure.value == 30.5
    assert outcome([reading("2025-10-06T08:00", 30.5, valid=False)]).figures == ()


def heartbeat(time: str, seen: str, *, active: bool = True, agency: str = "H33.1") -> Document:
    data = {
        "feed_id": "F1",
        "agency_id": agency,
        "domain": "health",
        "contract_interval": 600,
        "active": active,
        "last_occurred_at": stamp(seen),
    }
    return document("feed.heartbeat", time, "F1", data)


def test_a_row_holds_until_the_next_of_its_subject() -> None:
    rows = [
        heartbeat("2025-10-06T09:00", "2025-10-06T08:58"),
        heartbeat("2025-10-06T09:10", "2025-10-06T09:08"),
        heartbeat("2025-10-06T10:00", "2025-10-06T09:08"),
        heartbeat("2025-10-06T11:00", "2025-10-06T09:08", active=False),
    ]
    found = points(rows)
    assert found["feeds_active"] == {"2025-10-06T09:00": 1, "2025-10-06T11:00": -1}
    assert found["feeds_fresh"] == {"2025-10-06T09:00": 1, "2025-10-06T09:23": -1}
    assert points(rows[::-1]) == found
    assert outcome(rows).life is None


def test_each_row_has_breakdowns_of_its_own() -> None:
    rows = [
        heartbeat("2025-10-06T09:00", "2025-10-06T08:58"),
        heartbeat("2025-10-06T09:10", "2025-10-06T09:08", agency="H33.2"),
    ]
    whole = outcome(rows).contribution
    agencies = [part.members.get("agency") for part in (whole, *whole.more)]
    assert agencies == ["H33.2", "H33.1", None]


def test_of_rows_at_one_time_the_greatest_version_counts() -> None:
    def plan(version: int, amount: int, time: str = "2025-03-01T00:00") -> Document:
        data = {
            "project_id": "P1",
            "plan_year": 2025,
            "plan_version": version,
            "plan_amount": amount,
            "investor": "H33.1",
        }
        return document("invest.plan", time, "P1/2025", data)

    found = points([plan(2, 70), plan(1, 50), plan(1, 90, "2024-12-01T00:00")])
    assert found["invest_plan"] == {
        "2025-01-01T00:00": 90,
        "2025-03-01T00:00": -20,
        "2026-01-01T00:00": -70,
    }


def test_a_bulletin_holds_while_it_is_valid() -> None:
    data = {
        "bulletin_id": "H1",
        "version": 1,
        "hazard": "flood",
        "level": 3,
        "valid_from": stamp("2025-10-06T12:00"),
        "valid_to": stamp("2025-10-08T12:00"),
        "issuer": "NCHMF",
    }
    second = data | {"version": 2, "level": 2}
    sent = [
        document("hazard.bulletin", TIME, "H1", data),
        document("hazard.bulletin", "2025-10-07T09:00", "H1", second),
    ]
    assert extents(sent)["hazard_level"] == [
        ("2025-10-06T12:00", "2025-10-07T09:00", 3),
        ("2025-10-07T09:00", "2025-10-08T12:00", 2),
    ]


def test_a_procedure_is_published_in_time_within_five_working_days() -> None:
    def listed(published: str) -> dict[str, int] | None:
        data = {
            "procedure_code": "1.001193",
            "title": "x",
            "sector": "health",
            "agency_id": "H33.1",
            "execution_level": "commune",
            "active": True,
            "eligible_full": True,
            "provided_full": True,
            "provided_partial": False,
            "npsp_public": True,
            "has_fee": False,
            "online_payment": False,
            "decision_at": "2025-10-06",
            "published_at": published,
        }
        sent = [document("procedure.catalogue", TIME, "1.001193", data)]
        found = points(sent)
        assert found["procedures_offered_full"] == {TIME: 1}
        assert found["procedures_decided"] == {TIME: 1}
        assert outcome(sent).life is not None
        return found.get("procedures_published_in_time")

    assert listed("2025-10-13") == {TIME: 1}
    assert listed("2025-10-14") is None


def test_what_a_simulator_sends_is_marked() -> None:
    sent = call(stamp("2025-10-06T08:40"), stamp("2025-10-06T09:00"), quality="simulated")
    assert points([sent])["single_facts_simulated"] == {TIME: 1}
    row = heartbeat("2025-10-06T09:00", "2025-10-06T08:58") | {"quality": "simulated"}
    assert points([row])["single_facts_simulated"] == {TIME: 1}
