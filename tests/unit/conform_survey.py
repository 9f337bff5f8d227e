"""A survey of a centre in which everything is right, for tests that then make one thing wrong."""

import json
from typing import Any

from services.cli.probes.survey import Answer, Item, Sent, Survey

STRICT = {"content-type": "application/json", "etag": '"1"'}
PROBLEM = {"content-type": "application/problem+json"}

INDICATOR: Item = {
    "id": "PS-04",
    "vi": "Hồ sơ đúng hạn",
    "en": "On-time rate",
    "name_short_vi": "Đúng hạn",
    "domain": "public-service",
    "kind": "outcome",
    "level": "effectiveness",
    "formula": "100·a/b",
    "formula_version": 1,
    "effective_from": "2025-07-01",
    "form": "ratio",
    "scale": 100,
    "unit": "%",
    "decimals": 2,
    "windows": ["month", "24h"],
    "period_calendars": ["statistical"],
    "unit_levels": ["province"],
    "dimensions": [],
    "comparisons": ["yoy"],
    "target": "100",
    "target_source": "QĐ 766",
    "direction": "↑",
    "refresh": "T0 live; T4 official",
    "owner": {"code": "VPUB", "short_vi": "VP UBND"},
    "provenance": "S",
    "alert_levels": {
        "rule": "bounds",
        "window": "month",
        "levels": [{"level": 2, "colour": "yellow", "op": "<", "bound": 98}],
    },
}
MONTH: Item = {
    "id": "PS-04|P:33@2025-07-01||month:2026-09",
    "indicator": "PS-04",
    "unit": "P:33",
    "valid_from": "2025-07-01",
    "dims": {},
    "window": "month",
    "period": "2026-09",
    "start": "2026-09-01T00:00:00+07:00",
    "end": "2026-10-01T00:00:00+07:00",
    "as_of": "2026-10-06T09:00:00+07:00",
    "calendar": "statistical",
    "value": 97.5,
    "numerator": 39,
    "denominator": 40,
    "status": "E",
    "vn_level": "uoc_tinh",
    "finality": "final",
    "freshness": {"state": "final"},
    "comparisons": [
        {"kind": "yoy", "delta": 2.5, "unit": "pp", "base_value": 95.0},
        {"kind": "yoy", "delta": 100 * (97.5 / 95 - 1), "unit": "%", "base_value": 95.0},
    ],
    "level": {"value": 2, "rule": "PS-04/month", "version": 1},
}
DAY: Item = {
    **{name: MONTH[name] for name in ("indicator", "unit", "valid_from", "dims", "calendar")},
    "id": "PS-04|P:33@2025-07-01||24h",
    "window": "24h",
    "start": "2026-10-05T09:00:00+07:00",
    "end": "2026-10-06T09:02:30+07:00",
    "as_of": "2026-10-06T09:02:30+07:00",
    "value": None,
    "numerator": 0,
    "denominator": 0,
    "null_reason": "zero_denominator",
    "status": "M",
    "finality": "provisional",
    "freshness": {"state": "live"},
}
HELLO: Item = {
    "type": "hello",
    "epoch": "e",
    "seq": 7,
    "heartbeat": 10,
    "limits": {"subscriptions": 64, "topics": 512, "message_bytes": 65536, "items": 500},
    "server_time": "2026-10-06T09:00:00+07:00",
    "tz": "Asia/Ho_Chi_Minh",
    "standard_version": "1",
}
REFUSALS = (
    (2, "not_authorised", "/type"),
    (3, "time_in_future", "/time"),
    (4, "bad_format", "/time"),
    (5, "unknown_unit", "/unit"),
    (6, "malformed_json", ""),
)


def json_answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, headers or STRICT, json.dumps(document).encode())


def survey(**changes: Any) -> Survey:
    """A survey with other members."""
    live = (
        {"type": "opened", "subprotocol": "ioc.live.v1"},
        HELLO,
        {"type": "snapshot", "id": "conform", "seq": 7, "items": [MONTH], "more": False},
        {"type": "error", "id": None, "code": "malformed", "detail": "send subscribe"},
    )
    resumed = (
        {"type": "resumed", "id": "conform", "from": 7},
        {"type": "gap", "id": "strange", "reason": "epoch"},
        {"type": "snapshot", "id": "strange", "seq": 7, "items": [], "more": False},
    )
    topics = {
        "ioc.events.telecom.v1": {"cleanup.policy": "delete", "retention.ms": "604800000"},
        "ioc.indicators.v1": {"cleanup.policy": "compact"},
        "ioc.alerts.v1": {"cleanup.policy": "compact,delete"},
        "ioc.deadletter.v1": {"cleanup.policy": "delete", "retention.ms": "2592000000"},
    }
    members: dict[str, Any] = {
        "answers": answers(),
        "indicators": (INDICATOR,),
        "observations": (MONTH, DAY),
        "live": live,
        "resumed": resumed,
        "topics": topics,
        "records": {MONTH["id"]: MONTH},
        "sent": first_sending(),
        "sent_again": second_sending(),
    }
    return Survey(**members | changes)


def answers(**changes: Answer) -> dict[str, Answer]:
    """The answers to all questions; a name's spaces are written as underscores."""
    provinces = [_unit(f"P:{number:02}", f"Tỉnh {number}") for number in range(1, 35)]
    communes = [_unit(f"C:{number:05}", f"Xã {number}") for number in range(1, 3322)]
    metrics = Answer(200, {"content-type": "text/plain"}, b'# TYPE a counter\na{reason="x"} 1\n')
    healthy = json_answer({"status": "ready"})
    api_paths = {"openapi": "3.1.0", "paths": {"/v1/observations": {}}}
    found = {
        "openapi": json_answer(api_paths),
        "intake openapi": json_answer({"openapi": "3.1.0", "paths": {"/v1/events": {}}}),
        "page": json_answer({"items": [MONTH, DAY], "next": None}),
        "csv": Answer(200, {"content-type": "text/csv; charset=utf-8"}, b"id,indicator\r\n"),
        "unchanged": json_answer({}, 304),
        "changed": json_answer({"items": provinces, "next": None}),
        "provinces": json_answer({"items": provinces, "next": None}),
        "communes": json_answer({"items": communes, "next": None}),
        "part 0": json_answer({"items": provinces[:20], "next": "x"}),
        "part 1": json_answer({"items": provinces[20:], "next": None}),
        "by filters": json_answer({"items": [MONTH], "next": None}),
        "series": json_answer({"items": [MONTH], "next": None}),
        "code before": _units("C:26740", "Phường Bến Nghé"),
        "code after": _units("C:26740", "Phường Sài Gòn"),
        "retyped before": _units("P:75", "Tỉnh Đồng Nai"),
        "retyped after": _units("P:75", "Thành phố Đồng Nai"),
        "unknown indicator": _problem(404),
        "unknown parameter": _problem(400),
        "unknown path": _problem(404),
        "wrong body": _problem(415),
    }
    for service in ("", "intake "):
        found |= {f"{service}{name}": healthy for name in ("healthz", "readyz")}
        found[f"{service}metrics"] = metrics
    return found | {name.replace("_", " "): answer for name, answer in changes.items()}


def first_sending() -> Sent:
    """One record accepted and five refused, as the answer and the receipt tell it."""
    verdicts = [
        {
            "line": line,
            "state": "rejected",
            "reasons": [{"code": code, "pointer": pointer, "detail": "…"}],
        }
        for line, code, pointer in REFUSALS
    ]
    notes = [{"line": line, "state": "rejected", "code": code} for line, code, _ in REFUSALS]
    answer = {"receipt": "r", "records": 6, "accepted": 1, "rejected": 5, "verdicts": verdicts}
    receipt = {"accepted": 1, "counted": 0, "waiting": 1, "state": "settled", "notes": notes}
    return Sent(json_answer(answer, 202), json_answer(receipt))


def second_sending(**changes: Any) -> Sent:
    """The first record again, which is a duplicate."""
    answer = {"receipt": "s", "records": 1, "accepted": 1, "rejected": 0, "verdicts": []}
    receipt = {"accepted": 1, "counted": 0, "duplicate": 1, "state": "settled", "notes": []}
    return Sent(json_answer(answer, 202), json_answer(receipt | changes))


def _unit(code: str, name: str) -> Item:
    key = f"{code}@2025-07-01"
    return {"key": key, "code": code, "name_vi": name, "valid_from": "2025-07-01"}


def _units(code: str, name: str) -> Answer:
    return json_answer({"items": [_unit(code, name)], "next": None})


def _problem(status: int) -> Answer:
    return json_answer({"status": status, "detail": "allowed: a, b"}, status, PROBLEM)
