"""Random logs for the engine's tests: dossiers, reports, reference values and changed days.

Everything happens around one instant, so that windows, periods and their bases have something in
them; the instants are those at which calendars are hard: ends of months, the 15th, 29 February.
"""

import itertools
from typing import Any, TypeAlias

from hypothesis import strategies as st

from services.domain.engine.windows import (
    kind_of_period,
    period_at,
    place,
    previous_period,
    same_period_year_before,
    year_before,
)
from services.domain.instants import DAY, HOUR, MINUTE, SECOND, format_instant, local_date
from tests.unit.reference_log import at

Document: TypeAlias = dict[str, Any]

NOWS = tuple(
    at(text)
    for text in (
        "2025-07-20T10:00",
        "2025-10-15T00:00",
        "2025-12-15T08:00",
        "2026-01-03T16:00",
        "2026-03-31T17:29",
        "2028-02-29T09:30",
    )
)
UNITS = ("C:11953", "C:11953", "C:11977", "C:13000", "P:33", "P:34", "N:VN")
AGENCIES = ("H33.15", "H33.16", "H33.17")
PROCEDURES = ("1.001193", "2.000635")
LEVELS = ("uoc_tinh", "so_bo", "chinh_thuc")
STEPS = (
    *("supplement_requested", "supplement_requested", "supplement_completed"),
    *("finished", "finished", "returned", "refused", "suspended", "withdrawn", "rated"),
)
SERIES = (
    *("digital_economy_share", "digital_va_current", "grdp_current"),
    *("portal_dossiers", "reporting_system_dossiers", "synced_dossiers"),
)
DIMS = {
    "stat.report": ("component", "agency"),
    "sector.revenue": ("organisation", "operator", "subsector", "market"),
    "telecom.subscription": ("operator",),
}


def moments(now: int) -> st.SearchStrategy[int]:
    """Instants at and around the bounds of windows, and in between."""
    bounds = [0, DAY, 30 * DAY, 30 * DAY + DAY, now - year_before(now)]
    ago = [bound + shift for bound in bounds for shift in (-1, 0, 1, SECOND)]
    for window in ("month", "quarter", "year"):
        for calendar in ("statistical", "administrative"):
            begin = place(window, calendar, now).begin
            ago += [now - begin, now - begin + SECOND, now - year_before(begin)]
    near = st.integers(-2 * 24 * 60, 75 * 24 * 60).map(lambda minutes: minutes * MINUTE)
    far = st.integers(0, 800).map(lambda days: days * DAY + HOUR)
    return st.one_of(st.sampled_from(ago), near, near, far).map(lambda back: now - back)


@st.composite
def dossiers(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """The documents of one dossier, some of them corrected, retracted or under another name."""
    when = moments(now)
    unit = draw(st.sampled_from(UNITS))
    usual: Document = {"subject": f"A-{number}00", "unit": unit, "source": "/agency/A"}
    if draw(st.integers(0, 3)) == 0:
        usual["unitasof"] = draw(st.sampled_from(["2025-06-30", "2025-07-01"]))
    if draw(st.integers(0, 5)) == 0:
        usual["quality"] = "simulated"
    opened = draw(when)
    steps = [("received", opened, draw(receipts(opened)))]
    if draw(st.integers(0, 7)) == 0:
        again = draw(when)
        steps.append(("received", again, draw(receipts(again))))
    for name in draw(st.lists(st.sampled_from(STEPS), max_size=5)):
        steps.append((name, draw(st.one_of(when, st.just(opened))), draw(later_data(name))))
    documents: list[Document] = []
    for order, (name, time, data) in enumerate(steps):
        document = usual | {
            "specversion": "1.0",
            "id": f"{number}-{order}",
            "type": f"vn.ioc.dossier.{name}.v1",
            "time": format_instant(time),
            "recordedtime": format_instant(time + draw(st.sampled_from([0, 5])) * SECOND),
            "data": data,
        }
        documents += draw(versions(document, name, when))
    return documents


@st.composite
def receipts(draw: st.DrawFn, opened: int) -> Document:
    """What a receipt says."""
    said: Document = {
        "procedure_code": draw(st.sampled_from(PROCEDURES)),
        "svc_level": draw(st.sampled_from(["full", "full", "partial"])),
        "submitted_at": "2020-01-01T00:00:00+07:00",
        "requires_paper_result": draw(st.booleans()),
        "agency_id": draw(st.sampled_from(AGENCIES)),
    }
    for name, values in (
        ("channel", [None, 1, 2, 2, 3]),
        ("block", [None, "ministry"]),
        ("e_result_ref", [None, "E-1"]),
        ("limit_working_hours", [None, 0.5, 8, 40, 3.7]),
    ):
        value = draw(st.sampled_from(values))
        if value is not None:
            said[name] = value
    days = draw(st.sampled_from([None, None, 0, 1, 5, 30, 400]))
    if days is not None:
        shift = draw(st.sampled_from([0, 1, SECOND, 9 * HOUR]))
        said["due_at"] = format_instant(opened + days * DAY + shift)
    return said


@st.composite
def later_data(draw: st.DrawFn, name: str) -> Document:
    """What a later event of a dossier says."""
    if name == "rated":
        return {"rating": draw(st.integers(-1, 1))}
    said: Document = {"reason": "-"}
    if draw(st.integers(0, 2)) == 0:
        said["agency_id"] = draw(st.sampled_from(AGENCIES))
    if draw(st.integers(0, 2)) == 0:
        said["e_result_ref"] = "E-2"
    return said


@st.composite
def versions(
    draw: st.DrawFn, document: Document, name: str, when: st.SearchStrategy[int]
) -> list[Document]:
    """An event with its corrections and retractions; sometimes these alone."""
    found = [document]
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        time = draw(when)
        changed = document | {
            "id": f"{document['id']}-c{number}",
            "supersedes": document["id"],
            "op": draw(st.sampled_from(["correct", "correct", "retract"])),
            "recordedtime": format_instant(time),
        }
        if changed["op"] == "retract":
            del changed["data"]
        elif name == "received":
            changed |= {"time": format_instant(time), "data": draw(receipts(time))}
        elif name != "rated":
            changed |= {"time": format_instant(time), "data": draw(later_data(name))}
        found.append(changed)
    return found[1:] if draw(st.integers(0, 15)) == 0 else found


def periods(now: int) -> list[str]:
    """The periods around an instant: its own, those before, those of the year before."""
    found: list[str] = []
    for window in ("month", "quarter", "year"):
        own = period_at(window, "statistical", now)
        months = [own, previous_period(own), previous_period(previous_period(own))]
        found += [name for each in months for name in (each, same_period_year_before(each))]
    year = period_at("year", "statistical", now)
    found += [f"{year}-{month:02d}" for month in (1, 2, 3)] + [f"{year}-Q1"]
    return sorted(set(found))


@st.composite
def reports(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """One figure of a report in one to three vintages."""
    kind = draw(st.sampled_from(["stat.report", "sector.revenue", "telecom.subscription"]))
    period = draw(st.sampled_from(periods(now)))
    said: Document = {"period": period, "period_calendar": "statistical"}
    if kind == "stat.report":
        said["series_id"] = draw(st.sampled_from(SERIES))
        if "dossiers" in said["series_id"]:
            said["period_calendar"] = draw(st.sampled_from(["statistical", "administrative"]))
    if kind == "sector.revenue":
        said["sector"] = draw(st.sampled_from(["IT_INDUSTRY", "IT_INDUSTRY", "POSTAL"]))
        said["flow"] = draw(st.sampled_from(["revenue", "export"]))
        said["origin"] = "all"
    if draw(st.integers(0, 40)) == 0:
        said["period"] = period[:4] + "-T1"
    dim = draw(st.sampled_from([None, None, *DIMS[kind]]))
    if dim is not None:
        said |= {"dim": dim, "dim_value": draw(st.sampled_from(["X", "H33.15"]))}
    unit = draw(st.sampled_from(["N:VN", "P:33", "P:34", "C:11953", "C:11977"]))
    documents = []
    for vintage in draw(st.lists(st.integers(1, 3), min_size=1, max_size=2, unique=True)):
        time = draw(moments(now))
        data = said | draw(amounts(kind, said))
        data |= {"vintage_no": vintage, "vn_level": draw(st.sampled_from(LEVELS))}
        data["released_at"] = format_instant(time)
        documents += draw(_one(kind, f"r{number}-{vintage}", unit, _subject(kind, said), data))
    return documents


@st.composite
def amounts(draw: st.DrawFn, kind: str, said: Document) -> Document:
    """The figures of a report; shares have decimals, dong and subscriptions are whole."""
    count = draw(st.integers(0, 9))
    if kind == "stat.report":
        series = said["series_id"]
        if series == "digital_economy_share":
            return {"value": count + 0.25}
        return {"value": count if "dossiers" in series else (count + 1) * 1_500_000.5}
    if kind == "sector.revenue":
        dong = count * 1_234_567_891
        return {"amount_vnd": dong, "amount_usd": round(dong / 26000, 3), "fx_rate": 26000}
    return {
        "subs_mobile_bb": count,
        "subs_fixed_bb": draw(st.integers(0, 3)),
        "households_fibre": draw(st.integers(0, 3)),
    }


@st.composite
def values(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """A row of reference data: population or households from a day on."""
    days = [now, now - 20 * DAY, now - 40 * DAY, now - 300 * DAY, now + DAY]
    said: Document = {
        "series_id": draw(st.sampled_from(["population", "households"])),
        "ref_date": local_date(draw(st.sampled_from(days))).isoformat(),
        "value": draw(st.integers(0, 40)),
    }
    unit = draw(st.sampled_from(["N:VN", "P:33", "C:11953", "C:11977", "C:13000"]))
    subject = f"{said['series_id']}/{said['ref_date']}"
    said["released_at"] = format_instant(draw(moments(now)))
    return draw(_one("reference.value", f"v{number}", unit, subject, said))


@st.composite
def changed_days(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """A day off, a day worked, or other hours, for the country or a province."""
    day = local_date(now - draw(st.integers(-10, 40)) * DAY).isoformat()
    said: Document = {"date": day, "working": draw(st.booleans())}
    hours = draw(st.sampled_from([None, ["08:00-10:00"], ["13:00-24:00", "06:00-13:00"]]))
    if hours is not None:
        said["hours"] = hours
    said["released_at"] = format_instant(draw(moments(now)))
    unit = draw(st.sampled_from(["N:VN", "P:33"]))
    return draw(_one("reference.calendar_day", f"d{number}", unit, day, said))


@st.composite
def _one(
    draw: st.DrawFn, kind: str, name: str, unit: str, subject: str, data: Document
) -> list[Document]:
    """A fact of a subject at its release, sometimes taken back."""
    time = data["released_at"] if "period" in data else data.pop("released_at")
    document: Document = {
        "specversion": "1.0",
        "id": name,
        "source": draw(st.sampled_from(["/agency/A", "/agency/B"])),
        "type": f"vn.ioc.{kind}.v1",
        "time": time,
        "recordedtime": time,
        "subject": subject,
        "unit": unit,
        "unitasof": "2025-07-01",
        "data": data,
    }
    if draw(st.integers(0, 9)) > 0:
        return [document]
    gone = {key: value for key, value in document.items() if key != "data"}
    return [document, gone | {"id": f"{name}-x", "op": "retract", "supersedes": name}]


def _subject(kind: str, said: Document) -> str:
    names = ("series_id", "sector", "flow", "origin", "period", "period_calendar")
    parts = [said[name] for name in (*names, "dim", "dim_value") if name in said]
    del kind
    return "/".join(parts)


@st.composite
def logs(draw: st.DrawFn, now: int, size: int = 4) -> list[Document]:
    """Documents of several dossiers, reports, values and days, as they were made."""
    numbers = itertools.count()
    found: list[Document] = []
    for make, most in (
        (dossiers, size),
        (reports, 2 * size),
        (values, size),
        (changed_days, 2),
    ):
        for _ in range(draw(st.integers(0, most))):
            found += draw(make(now, next(numbers)))
    return found


def named_periods(window: str, now: int) -> list[str]:
    """The periods that may be asked for by name, also one to come."""
    wanted = "year" if window == "ytd" else window
    found = [name for name in periods(now) if kind_of_period(name) == wanted]
    ahead = period_at(wanted, "statistical", now + 40 * DAY)
    return sorted({*found, ahead})
