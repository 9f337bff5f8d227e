"""Random reports in vintages, rows of reference values and exceptions of the working calendar."""

from hypothesis import strategies as st

from services.domain.engine.windows import (
    kind_of_period,
    period_at,
    previous_period,
    same_period_year_before,
)
from services.domain.instants import DAY, format_instant, local_date
from tests.unit.engine_documents import Document, moments

LEVELS = ("uoc_tinh", "so_bo", "chinh_thuc")
SERIES = (
    *("digital_economy_share", "digital_va_current", "grdp_current"),
    *("portal_dossiers", "reporting_system_dossiers", "synced_dossiers"),
)
DIMS = {
    "stat.report": ("component", "agency"),
    "sector.revenue": ("organisation", "operator", "subsector", "market"),
    "telecom.subscription": ("operator",),
}


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
    places = [*("N:VN", "P:33", "P:33", "P:34", "C:11953", "C:11977"), "D:323 of the old list"]
    unit, _, old = draw(st.sampled_from(places)).partition(" of ")
    if draw(st.integers(0, 5)) == 0 and unit != "P:34":
        old = "of the old list"
    documents: list[Document] = []
    for vintage in draw(st.lists(st.integers(1, 3), min_size=1, max_size=2, unique=True)):
        time = draw(moments(now))
        data = said | draw(amounts(kind, said))
        data |= {"vintage_no": vintage, "vn_level": draw(st.sampled_from(LEVELS))}
        data["released_at"] = format_instant(time)
        for document in draw(_one(kind, f"r{number}-{vintage}", unit, _subject(said), data)):
            documents.append(document | {"unitasof": "2025-06-30" if old else "2025-07-01"})
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
    """Rows of population or households of a unit, of which a reform may lie between two."""
    days = [now, now - 20 * DAY, now - 40 * DAY, now - 300 * DAY, now + DAY]
    series = draw(st.sampled_from(["population", "households"]))
    unit = draw(st.sampled_from(["N:VN", "P:33", "P:33", "C:11953", "C:11977", "C:13000"]))
    lists = ["2025-07-01"] if unit == "C:13000" else ["2025-06-30", "2025-07-01"]
    documents: list[Document] = []
    for each, day in enumerate(draw(st.lists(st.sampled_from(days), min_size=1, max_size=2))):
        said: Document = {
            "series_id": series,
            "ref_date": local_date(day).isoformat(),
            "value": draw(st.integers(0, 40)),
            "released_at": format_instant(draw(moments(now))),
        }
        subject, asof = f"{series}/{said['ref_date']}", draw(st.sampled_from(lists))
        for document in draw(_one("reference.value", f"v{number}-{each}", unit, subject, said)):
            documents.append(document | {"unitasof": asof})
    return documents


@st.composite
def changed_days(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """A day off, a day worked, or other hours; what a commune says of it does not count."""
    day = local_date(now - draw(st.integers(-10, 40)) * DAY).isoformat()
    said: Document = {"date": day, "working": draw(st.booleans())}
    hours = draw(st.sampled_from([None, ["08:00-10:00"], ["13:00-24:00", "06:00-13:00"]]))
    if hours is not None:
        said["hours"] = hours
    said["released_at"] = format_instant(draw(moments(now)))
    unit = draw(st.sampled_from(["N:VN", "N:VN", "P:33", "P:33", "C:11953"]))
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


def _subject(said: Document) -> str:
    names = ("series_id", "sector", "flow", "origin", "period", "period_calendar")
    parts = [said[name] for name in (*names, "dim", "dim_value") if name in said]
    return "/".join(parts)


def named_periods(window: str, now: int) -> list[str]:
    """The periods that may be asked for by name, also one to come."""
    wanted = "year" if window == "ytd" else window
    found = [name for name in periods(now) if kind_of_period(name) == wanted]
    ahead = period_at(wanted, "statistical", now + 40 * DAY)
    return sorted({*found, ahead})
