"""Events of the coverage tests: duties to report, and reports."""

import json
from typing import Any

SUBSCRIPTIONS = "vn.ioc.telecom.subscription.v1"


def _document(kind: str, unit: str, at: str, subject: str, data: dict[str, Any]) -> bytes:
    envelope = {
        "specversion": "1.0",
        "id": f"{unit[2:]}-{subject.replace('/', '-')}",
        "source": "/ioc/33/contracts",
        "type": kind,
        "time": at,
        "subject": subject,
        "recordedtime": at,
        "unit": unit,
    }
    return json.dumps({**envelope, "data": data}).encode()


def expectation(unit: str, active_from: str = "2025-07-01", active_to: str | None = None) -> bytes:
    """The duty of a commune to report its subscriptions every month."""
    data = {
        "what": SUBSCRIPTIONS,
        "domain": "telecom",
        "freq": "M",
        "due_days": 10,
        "active_from": active_from,
        **({"active_to": active_to} if active_to else {}),
    }
    at = "2025-07-01T00:00:00+07:00"
    return _document("vn.ioc.reference.expectation.v1", unit, at, SUBSCRIPTIONS, data)


def subscription(unit: str, period: str) -> bytes:
    """The subscriptions of a commune at the end of a month."""
    at = "2025-11-10T09:00:00+07:00"
    data = {
        "period": period,
        "period_calendar": "statistical",
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": at,
        "subs_mobile_bb": 15230,
        "subs_fixed_bb": 4310,
        "households_fibre": 4102,
    }
    return _document(SUBSCRIPTIONS, unit, at, f"{period}/statistical", data)
