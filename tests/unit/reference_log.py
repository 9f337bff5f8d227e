"""A small log of events and a small list of units for the tests of the second opinion."""

import functools
import itertools
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from services.domain.events import Event, decode
from services.domain.instants import format_instant
from services.reference.instants import instant
from services.reference.moved import SuccessorFact
from services.reference.places import UnitFact
from services.reference.reference import Reference

STANDARDS = Path(__file__).parents[2] / "standards"
SOURCE = "/agency/H33.15/mot-cua"
LONG_AGO, REFORM = date(1900, 1, 1), date(2025, 7, 1)

COUNTRY = "N:VN@1900-01-01"
OLD_PROVINCE = "P:33@1900-01-01"
PROVINCE, OTHER_PROVINCE = "P:33@2025-07-01", "P:34@2025-07-01"
COMMUNE, SECOND_COMMUNE, FAR_COMMUNE = (
    "C:11953@2025-07-01",
    "C:11977@2025-07-01",
    "C:13000@2025-07-01",
)
UNITS = [
    UnitFact(COUNTRY, "N:VN", None, LONG_AGO, None),
    UnitFact(OLD_PROVINCE, "P:33", COUNTRY, LONG_AGO, REFORM),
    UnitFact("D:323@1900-01-01", "D:323", OLD_PROVINCE, LONG_AGO, REFORM),
    UnitFact("C:11953@1900-01-01", "C:11953", "D:323@1900-01-01", LONG_AGO, REFORM),
    UnitFact(PROVINCE, "P:33", COUNTRY, REFORM, None),
    UnitFact(OTHER_PROVINCE, "P:34", COUNTRY, REFORM, None),
    UnitFact(COMMUNE, "C:11953", PROVINCE, REFORM, None),
    UnitFact(SECOND_COMMUNE, "C:11977", PROVINCE, REFORM, None),
    UnitFact(FAR_COMMUNE, "C:13000", OTHER_PROVINCE, REFORM, None),
]
SUCCESSORS = [
    SuccessorFact(OLD_PROVINCE, PROVINCE, 1_000_000, "whole"),
    SuccessorFact("C:11953@1900-01-01", COMMUNE, 400_000, "equal"),
    SuccessorFact("C:11953@1900-01-01", SECOND_COMMUNE, 600_000, "equal"),
]

_numbers = itertools.count(1)


def stamp(text: str) -> str:
    """Return the timestamp of a local date or time such as 2025-10-06T09:00; a full one stays."""
    if "+" in text:
        return text
    full = text if "T" in text else f"{text}T00:00"
    return f"{full}:00+07:00" if full.count(":") == 1 else f"{full}+07:00"


def at(text: str) -> int:
    """Return the instant of a local date or time."""
    return instant(stamp(text))


def event(
    kind: str, time: str, subject: str, data: dict[str, Any] | None = None, **envelope: Any
) -> Event:
    """Return an event of vn.ioc.<kind>.v1 at a local time; other attributes have usual values."""
    document = {
        "specversion": "1.0",
        "id": f"e-{next(_numbers)}",
        "source": SOURCE,
        "type": f"vn.ioc.{kind}.v1",
        "time": time,
        "recordedtime": time,
        "subject": subject,
        "unit": "C:11953",
    } | envelope
    document |= {name: stamp(document[name]) for name in ("time", "recordedtime")}
    if document.get("op") != "retract":
        document["data"] = data or {}
    return decode(json.dumps(document).encode())


def written(fact: Event) -> dict[str, Any]:
    """Return the document of an event."""
    said = msgspec.to_builtins(fact)
    names = ("id", "source", "type", "subject", "unit", "unitasof", "supersedes", "data")
    kept = {name: said[name] for name in names if said[name] is not None}
    if "data" in kept:
        kept["data"] = {name: each for name, each in kept["data"].items() if each is not None}
    times = {"time": fact.at, "recordedtime": fact.recorded_at}
    written_times = {name: format_instant(instant) for name, instant in times.items()}
    return {"specversion": "1.0", "op": fact.op} | kept | written_times


def received(time: str, subject: str = "H33-1", **said: Any) -> Event:
    """Return the receipt of a dossier; `due` is a local time, other words are members."""
    envelope = {
        name: said.pop(name)
        for name in ("id", "unit", "unitasof", "op", "supersedes", "recordedtime", "source")
        if name in said
    }
    data = {
        "procedure_code": "1.001193",
        "svc_level": "full",
        "channel": 1,
        "submitted_at": stamp(time),
        "requires_paper_result": False,
        "agency_id": "H33.15",
    }
    if "due" in said:
        data["due_at"] = stamp(said.pop("due"))
    return event("dossier.received", time, subject, data | said, **envelope)


def step(name: str, time: str, subject: str = "H33-1", **said: Any) -> Event:
    """Return a later event of a dossier."""
    data = said.pop("data", {})
    return event(f"dossier.{name}", time, subject, data, **said)


def report(kind: str, unit: str, period: str, data: dict[str, Any], **said: Any) -> Event:
    """Return a report for a period, total or of `dim`; other words are attributes."""
    released = said.pop("released", "2026-05-20T08:00")
    calendar = said.pop("calendar", "statistical")
    dim = said.pop("dim", None)
    full = {
        "period": period,
        "period_calendar": calendar,
        "vn_level": "so_bo",
        "vintage_no": said.pop("vintage", 1),
        "released_at": stamp(released),
    } | data
    parts = [str(data[name]) for name in ("series_id", "sector", "flow", "origin") if name in data]
    parts += [period, calendar]
    if dim is not None:
        full |= {"dim": dim[0], "dim_value": dim[1]}
        parts += list(dim)
    return event(kind, released, "/".join(parts), full, unit=unit, **said)


def revenue(unit: str, period: str, billions: float, **said: Any) -> Event:
    """Return a revenue or export of the IT industry, or of the sector said, in billions of VND."""
    data = {
        "sector": said.pop("sector", "IT_INDUSTRY"),
        "flow": said.pop("flow", "revenue"),
        "origin": said.pop("origin", "all"),
        "amount_vnd": round(billions * 1_000_000_000),
    }
    if data["flow"] == "export":
        data |= {"amount_usd": said.pop("usd"), "fx_rate": 26000}
    return report("sector.revenue", unit, period, data, **said)


def series(name: str, unit: str, period: str, value: float, **said: Any) -> Event:
    """Return an official statistic."""
    return report("stat.report", unit, period, {"series_id": name, "value": value}, **said)


def subscriptions(unit: str, period: str, mobile: int, **said: Any) -> Event:
    """Return the subscriptions at the end of a month."""
    data = {
        "subs_mobile_bb": mobile,
        "subs_fixed_bb": said.pop("fixed", mobile // 4),
        "households_fibre": said.pop("fibre", mobile // 5),
    }
    return report("telecom.subscription", unit, period, data, **said)


def reference_value(series: str, unit: str, ref_date: str, value: int) -> Event:
    """Return a row of reference data known since 1 July 2025."""
    data = {"series_id": series, "ref_date": ref_date, "value": value}
    return event("reference.value", "2025-07-01T00:00", f"{series}/{ref_date}", data, unit=unit)


def changed_day(day: str, *, working: bool, unit: str = "N:VN", hours: Sequence[str] = ()) -> Event:
    """Return an exception of the working calendar."""
    data: dict[str, Any] = {"date": day, "working": working}
    if hours:
        data["hours"] = list(hours)
    return event("reference.calendar_day", "2025-07-02T00:00", day, data, unit=unit)


@functools.cache
def measures() -> list[dict[str, Any]]:
    """Return the measures of our own standard."""
    loaded = yaml.safe_load((STANDARDS / "measures.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = loaded["measures"]
    return found


@functools.cache
def indicators() -> list[dict[str, Any]]:
    """Return the indicators of our own standard."""
    files = sorted((STANDARDS / "indicators").glob("*.yaml"))
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


def reference(*events: Event, units: Sequence[UnitFact] = UNITS) -> Reference:
    """Return the second opinion on a log."""
    return Reference(events, units, measures(), indicators(), successors=SUCCESSORS)
