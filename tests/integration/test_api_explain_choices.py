"""The events behind a figure are those that it was made of: by case, date, period and series."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from services.adapters import clock
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.api.explain import DatabaseExplanations
from services.api.places import Places
from services.api.standard import vocabulary_of
from services.domain.behind import behind, parse_id
from services.domain.engine.windows import PERIODS
from services.domain.instants import DAY, HOUR, format_instant, local_date
from tests.integration.counted_documents import Counting, dossier
from tests.integration.explaining import explained, explaining

pytestmark = pytest.mark.servers

Document = dict[str, Any]
PERIOD_FIELDS = {"period_calendar": "statistical", "vn_level": "chinh_thuc", "vintage_no": 1}


@pytest.fixture
async def http(kafka: str, topic_prefix: str, database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with explaining(kafka, topic_prefix, database) as client:
        yield client


def fact(name: str, kind: str, time: str, subject: str, data: Document, **more: Any) -> Document:
    return {
        "specversion": "1.0",
        "id": name,
        "source": "/agency/H33/test",
        "type": f"vn.ioc.{kind}.v1",
        "time": time,
        "subject": subject,
        "recordedtime": time,
        "unit": "P:33",
        "data": data,
        **more,
    }


def value(name: str, series: str, day: str, time: str | None = None) -> Document:
    """A reference value; it is dated at its day unless it came at another time."""
    data = {"series_id": series, "ref_date": day, "value": 40_000}
    at = time or f"{day}T00:00:00+07:00"
    return fact(name, "reference.value", at, f"{series}/{day}", data)


def series(
    name: str, period: str, time: str, number: float, vintage: int = 1, **more: Any
) -> Document:
    data = {"series_id": "digital_va_constant", "period": period, "value": number}
    subject = f"digital_va_constant/{period}/statistical"
    data |= PERIOD_FIELDS | {"released_at": time, "price_base_year": 2010}
    data["vintage_no"] = vintage
    return fact(name, "stat.report", time, subject, data, **more)


def revenue(name: str, sector: str, flow: str, period: str = "2025-09") -> Document:
    data: Document = {"sector": sector, "flow": flow, "origin": "all", "period": period}
    time = "2025-11-06T09:00:00+07:00"
    data |= PERIOD_FIELDS | {"released_at": time, "amount_vnd": 26_000_000}
    data |= {"amount_usd": 1000, "fx_rate": 26_000} if flow == "export" else {}
    subject = f"{sector}/{flow}/all/{period}/statistical"
    return fact(name, "sector.revenue", time, subject, data)


async def names(http: httpx.AsyncClient, observation: str) -> set[str]:
    """The events of a figure that has a value; the sums over all of them say the same."""
    found = await explained(http, observation)
    assert found["observation"]["value"] is not None, found
    items = {item["id"] for item in found["events"]["items"]}
    assert sum(found["inputs"].values()) - found["inputs"]["duplicate"] == len(items)
    return items


@pytest.mark.clause("4.3.2")
async def test_a_month_rests_on_all_events_of_the_cases_that_it_counts(
    counting: Counting, http: httpx.AsyncClient, database: str
) -> None:
    """The result of November makes the dossier of October one that is online from end to end."""
    received = dossier(1)
    received["data"] |= {"channel": 2, "requires_paper_result": True}
    finished = dossier(2, time="2025-11-06T10:00:00+07:00") | {
        "subject": "case-1",
        "type": "vn.ioc.dossier.finished.v1",
        "data": {"e_result_ref": "kq-1"},
    }
    another = dossier(3, time="2025-11-06T10:00:00+07:00")
    counting.count(received, finished, another, now=clock.now())
    october = "PS-01|P:33@2025-07-01||month:2025-10"
    assert await names(http, october) == {"e-1", "e-2"}
    found = await explained(http, october, limit=1)
    assert found["observation"]["value"] == 100
    assert [item["id"] for item in found["events"]["items"]] == ["e-2"]
    found = await explained(http, october, limit=1, cursor=found["events"]["next"])
    assert [item["id"] for item in found["events"]["items"]] == ["e-1"]
    with psycopg.connect(database) as connection:
        connection.execute("update event set unit = 'C:00004' where id = 'e-2'")
    assert await names(http, october) == {"e-1"}


@pytest.mark.clause("4.3.2")
async def test_a_share_rests_on_the_reference_value_in_force(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    """Whenever it was sent: that of the month came when the month was over."""
    time = "2025-11-10T09:00:00+07:00"
    data = {"period": "2025-10", "released_at": time, "subs_mobile_bb": 15230}
    data |= PERIOD_FIELDS | {"subs_fixed_bb": 4310, "households_fibre": 4102}
    counting.count(
        fact("report", "telecom.subscription", time, "2025-10/statistical", data),
        value("before", "population", "2025-07-01"),
        value("holds", "population", "2025-10-01", "2025-11-01T00:00:00+07:00"),
        value("next", "population", "2025-11-01"),
        value("other", "households", "2025-10-01"),
        now=clock.now(),
    )
    found = await names(http, "TI-01|P:33@2025-07-01||month:2025-10")
    assert found == {"report", "holds"}


@pytest.mark.clause("4.3.2")
async def test_cases_of_a_disease_are_those_with_an_onset_in_the_window(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    now = clock.now()

    def case(name: str, hash_: str, days: int, *, confirmed: bool = True) -> Document:
        onset = local_date(now - days * DAY).isoformat()
        data = {"disease": "A97", "confirmed": confirmed, "onset": onset}
        return fact(name, "health.case", format_instant(now - HOUR), hash_ * 16, data)

    begun = local_date(now - 100 * DAY).isoformat()
    counting.count(
        case("suspected", "a", 3, confirmed=False),
        case("zconfirmed", "a", 3),
        case("never-confirmed", "b", 3, confirmed=False),
        case("long-ago", "c", 30),
        value("population", "population", begun),
        value("households", "households", begun),
        now=now,
    )
    found = await names(http, "HE-01|P:33@2025-07-01||7d")
    assert found == {"suspected", "zconfirmed", "population"}


@pytest.mark.clause("4.3.2")
async def test_an_index_of_the_air_rests_on_the_hours_that_it_looks_back_over(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    now = clock.now()
    hour = now // HOUR * HOUR
    readings = [
        fact(
            f"h{back}",
            "env.reading",
            format_instant(hour - back * HOUR),
            "HY01/PM2.5",
            {"station_id": "HY01", "pollutant": "PM2.5", "value": 38.4, "averaging": "1h"}
            | {"valid": back != 5},
            unit="C:11953",
        )
        for back in range(1, 20)
    ]
    counting.count(*readings, now=now)
    begun = ended = -1
    while begun < 0 or begun != ended:  # asked anew when an hour ends meanwhile
        begun = (clock.now() - hour) // HOUR
        found = await names(http, "EN-01|C:11953@2025-07-01||1h")
        ended = (clock.now() - hour) // HOUR
    assert found == {f"h{back}" for back in range(1, 13 - begun)} - {"h5"}


@pytest.mark.clause("4.3.2")
async def test_a_growth_rests_on_the_reports_of_its_base(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    july = "2025-07-06T09:00:00+07:00"
    counting.count(
        series("now", "2026-Q1", "2026-04-06T09:00:00+07:00", 150e9),
        series("base", "2025-Q1", july, 100e9),
        series("next", "2025-Q2", july, 40e9),
        series("away", "2025-Q1", july, 40e9, unit="P:01"),
        now=clock.now(),
    )
    assert await names(http, "DE-04|P:33@2025-07-01||quarter:2026-Q1") == {"now", "base"}


@pytest.mark.clause("4.3.2")
async def test_reports_of_another_sector_or_flow_are_not_behind_a_figure(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    mine = revenue("mine", "IT_INDUSTRY", "revenue")
    corrected = mine | {"id": "fixed", "op": "correct", "supersedes": "mine"}
    corrected["recordedtime"] = "2025-11-07T09:00:00+07:00"
    counting.count(
        mine,
        corrected,
        revenue("export", "IT_INDUSTRY", "export"),
        revenue("post", "POSTAL", "revenue"),
        now=clock.now(),
    )
    found = await names(http, "DE-01|P:33@2025-07-01||month:2025-09")
    assert found == {"mine", "fixed"}


@pytest.mark.clause("7.2.2", "4.3.2")
async def test_the_revisions_of_a_report_are_its_vintages(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    """Also of a growth, and when all of them came together long after they were released."""
    june, july = "2026-06-06T09:00:00+07:00", "2026-07-06T09:00:00+07:00"
    counting.count(
        series("base", "2025-Q1", "2026-04-01T09:00:00+07:00", 100e9),
        series("first", "2026-Q1", june, 110e9),
        series("second", "2026-Q1", july, 115e9, vintage=2),
        now=clock.now(),
    )
    found = await explained(http, "DE-04|P:33@2025-07-01||quarter:2026-Q1")
    assert found["observation"]["revision"] == 2
    before = found["observation"]["previous"]
    assert (round(before["value"], 6), before["vintage"]) == (10, 1)
    assert before["released_at"] == june
    assert [{**row, "value": round(row["value"], 6)} for row in found["revisions"]] == [
        {"as_of": july, "value": 15.0, "revision": 2},
        {"as_of": june, "value": 10.0, "revision": 1},
    ]
    assert [item["id"] for item in found["events"]["items"]] == ["second", "first", "base"]


def test_every_figure_of_the_standard_can_be_looked_behind(database: str) -> None:
    """The database understands what every measure asks of events."""
    catalogue, units, now = load_catalogue(), load_units(), clock.now()
    periods = {"month": "2026-10", "quarter": "2026-Q3", "year": "2025", "ytd": "2026"}
    vocabulary = vocabulary_of(catalogue, Places(units, local_date(now)).knows)
    with ConnectionPool(database) as pool:
        tables = DatabaseExplanations(pool)
        for formula in catalogue.formulas.values():
            window = formula.windows[0]
            if window not in periods and window in PERIODS:
                continue
            placed = f"{window}:{periods[window]}" if window in periods else window
            text = f"{formula.id}|P:33@2025-07-01||{placed}"
            named = parse_id(text, catalogue, vocabulary)
            found = behind(named, catalogue, units, now)
            if found is not None:
                assert tables.events(found, 5, None) == ([], None)
                assert tables.releases(found, 5) == []
