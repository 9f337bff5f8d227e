"""Small catalogues for the tests of the second opinion, written as the standard writes its own."""

from typing import Any

from services.domain.events import Event
from services.reference.reference import Reference
from tests.unit.reference_log import UNITS

Document = dict[str, Any]

FEEDBACK = {
    "kind": "flow",
    "source": "case",
    "case": "feedback",
    "value": "1",
    "agg": "sum",
    "quantum": 1,
    "dimensions": {"agency": "agency_id", "category": "category", "urgency": "urgency"},
}
TASK = FEEDBACK | {
    "case": "task",
    "dimensions": {"resolution": "resolution_id", "agency": "lead_agency"},
}
NOT_VOID = {"field": "void", "op": "=", "value": False}


def measure(name: str, base: Document, **said: Any) -> Document:
    """Return a measure like `base`; `begin` and `end` are the members `from` and `to`."""
    made = {"id": name, "event_types": [], **base}
    if "begin" in said:
        made |= {"from": said.pop("begin"), "to": said.pop("end"), "kind": "stock"}
    return made | said


def fact_measure(name: str, kind: str, value: str = "1", /, **said: Any) -> Document:
    """Return a flow of single facts of vn.ioc.<kind>.v1, at their time."""
    usual = {
        "kind": "flow",
        "source": "event",
        "event_types": [f"vn.ioc.{kind}.v1"],
        "value": value,
        "agg": "sum",
        "at": "time",
        "quantum": 1,
        "dimensions": {},
    }
    return {"id": name} | usual | said


def row_measure(name: str, kind: str, value: str, begin: str, end: str, **said: Any) -> Document:
    """Return a stock of rows of vn.ioc.<kind>.v1."""
    made = fact_measure(name, kind, value, kind="stock", source="rows", **said)
    del made["at"]
    return made | {"from": begin, "to": end}


def indicator(name: str, form: str, **said: Any) -> Document:
    """Return an indicator of outcome for every level."""
    usual = {
        "kind": "outcome",
        "unit": "%",
        "direction": "↑",
        "unit_levels": ["country", "province", "commune"],
    }
    return {"id": name, "form": form} | usual | said


def opinion(
    events: list[Event], measures: list[Document], indicators: list[Document] | None = None
) -> Reference:
    """Return the second opinion on a log under a catalogue of a test."""
    return Reference(events, UNITS, measures, indicators or [])
