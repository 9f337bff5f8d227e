"""REST on a real broker and a real database, over real HTTP."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest

from services.adapters.units import load_units, store_boundaries
from services.api.wall import build_id
from services.domain.boundaries import Boundary, Polygon
from services.domain.errors import Unavailable
from services.domain.instants import MINUTE, format_instant
from services.domain.query import ObservationQuery, Page
from tests.integration.api_server import (
    Running,
    make_topic,
    observation,
    publisher,
    ready,
    running_api,
    screen,
)

pytestmark = pytest.mark.servers

TOTAL = "PS-04|P:33@2025-07-01||30d"
AGENCY = "PS-04|P:33@2025-07-01|agency=H33.15|30d"
OTHER_AGENCY = "PS-04|P:33@2025-07-01|agency=H33.16|30d"
COMMUNE = "PS-04|C:11953@2025-07-01||30d"
MONTH = "PS-01|P:33@2025-07-01||month"
ADMINISTRATIVE = "PS-01|P:33@2025-07-01||month~admin"
COUNTRY = "DE-01|N:VN@1900-01-01||month"
KEYS = (TOTAL, AGENCY, OTHER_AGENCY, COMMUNE, MONTH, ADMINISTRATIVE, COUNTRY)


FILTERS: tuple[tuple[str, set[str]], ...] = (
    ("", {TOTAL, COMMUNE, MONTH, COUNTRY}),
    ("indicator=PS-04", {TOTAL, COMMUNE}),
    ("indicator=PS-04&indicator=DE-01", {TOTAL, COMMUNE, COUNTRY}),
    ("unit=P:33", {TOTAL, MONTH}),
    ("unit=P:33@2025-07-01&window=month", {MONTH}),
    ("within=P:33", {COMMUNE}),
    ("within=N:VN", {TOTAL, COMMUNE, MONTH}),
    ("within=C:11953", set()),
    ("calendar=administrative", {ADMINISTRATIVE}),
    (
        "calendar=administrative&calendar=statistical&window=month",
        {MONTH, ADMINISTRATIVE, COUNTRY},
    ),
    ("indicator=DE-02", set()),
)


class RememberedHistory:
    """An `ObservationSource` that answers one point and remembers the question.

    It is away for what the board can answer as well, so those answers are the board's.
    """

    def __init__(self) -> None:
        self.asked: list[ObservationQuery] = []

    def find(self, query: ObservationQuery) -> Page:
        if query.newest and not (query.breakdowns or query.members):
            raise Unavailable("the database does not answer")
        self.asked.append(query)
        instant = format_instant((query.from_at or 0) + MINUTE)
        return Page(({**observation(TOTAL, 5.0), "as_of": instant},))


@pytest.fixture
def history() -> RememberedHistory:
    return RememberedHistory()


@pytest.fixture
async def api(
    kafka: str, topic_prefix: str, database: str, history: RememberedHistory
) -> AsyncIterator[Running]:
    topic = f"{topic_prefix}indicators"
    await make_topic(kafka, topic)
    async with publisher(kafka, topic) as evaluator:
        for number, key in enumerate(KEYS):
            await evaluator.put(key, 1, 1, float(number))
    async with running_api(kafka, topic, database=database, computed=history) as running:
        await ready(running)
        yield running


@pytest.fixture
async def http(api: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=api.url) as client:
        yield client


async def ids(http: httpx.AsyncClient, query: str) -> list[str]:
    answer = await http.get(f"/v1/observations?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.clause("11.3.6")
async def test_the_newest_by_filters(http: httpx.AsyncClient) -> None:
    for query, expected in FILTERS:
        assert set(await ids(http, query)) == expected, query


@pytest.mark.clause("11.3.1")
async def test_pages_make_up_the_list(http: httpx.AsyncClient) -> None:
    whole = await ids(http, "")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters: dict[str, Any] = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await http.get("/v1/observations", params=parameters)).json()
        found.extend(item["id"] for item in page["items"])
        cursor = page["next"]
    assert found == whole == sorted(whole)


@pytest.mark.clause("11.3.2", "11.3.5")
async def test_etag_and_csv(http: httpx.AsyncClient) -> None:
    first = await http.get("/v1/observations")
    headers = {"If-None-Match": first.headers["etag"]}
    assert (await http.get("/v1/observations", headers=headers)).status_code == 304
    table = await http.get("/v1/observations?limit=2", headers={"Accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'rel="next"' in table.headers["link"]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["unit"] for row in rows] == ["N:VN", "P:33"]
    for accept in ("application/json, text/csv", "text/csv;q=0"):
        answer = await http.get("/v1/observations", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json"
    weighed = {"Accept": "application/json;q=0.1, text/csv"}
    answer = await http.get("/v1/observations", headers=weighed)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    headed = await http.head("/v1/observations", headers={"Accept": "application/json"})
    assert (headed.status_code, headed.headers["etag"]) == (200, first.headers["etag"])
    assert headed.content == b""


@pytest.mark.clause("11.3.6")
async def test_periods_history_and_breakdowns_ask_the_source(
    api: Running, http: httpx.AsyncClient, history: RememberedHistory
) -> None:
    answer = await http.get("/v1/observations?indicator=PS-04&window=month&period=2020-02")
    assert [item["id"] for item in answer.json()["items"]] == [TOTAL]
    answer = await http.get("/v1/observations?history=true&from=2026-01-01&step=1d")
    assert answer.status_code == 200
    await http.get("/v1/observations?dims=agency&unit=P:33")
    await http.get("/v1/observations?dims.agency=H33.15&unit=P:33")
    assert [query.breakdowns for query in history.asked[2:]] == [("agency",), ()]
    assert history.asked[3].members == (("agency", "H33.15"),)
    async with screen(api) as wall:
        await wall.subscribe(f"trend/{TOTAL}")
        trend = await wall.hear_type("trend")
        assert trend["values"][-1] == 5.0


async def test_units(http: httpx.AsyncClient) -> None:
    provinces = (await http.get("/v1/units?level=P&on=2025-07-01")).json()
    assert len(provinces["items"]) == 34
    found = (await http.get("/v1/units", params={"q": "hưng yên", "level": "P"})).json()["items"]
    assert [unit["code"] for unit in found] == ["P:33"]
    folded = (await http.get("/v1/units", params={"q": "HUNG YEN", "level": "P"})).json()["items"]
    assert folded == found
    communes: list[dict[str, Any]] = []
    cursor = None
    while cursor is not None or not communes:
        query: dict[str, Any] = {"parent": "P:33", "limit": 50}
        if cursor:
            query["cursor"] = cursor
        page = (await http.get("/v1/units", params=query)).json()
        communes += page["items"]
        cursor = page["next"]
    assert len({unit["key"] for unit in communes}) == len(communes) == 104
    former = (await http.get("/v1/units?level=P&on=2025-06-30")).json()["items"]
    assert len(former) == 63


@pytest.mark.clause("11.6.1")
async def test_boundaries(http: httpx.AsyncClient, database: str) -> None:
    unit = load_units().get("C:11953@2025-07-01")
    assert unit is not None
    ring = [[106.0, 20.6], [106.1, 20.6], [106.1, 20.7], [106.0, 20.6]]
    shape = msgspec.convert({"type": "Polygon", "coordinates": [ring]}, Polygon)
    with psycopg.connect(database) as connection:
        store_boundaries(connection, [Boundary(unit, shape)])
    for name in ("33", "P:33"):
        answer = (await http.get(f"/v1/units/{name}/boundaries")).json()
        assert answer["type"] == "FeatureCollection"
        assert answer["features"][0]["properties"]["code"] == "11953"


@pytest.mark.clause("11.2.3")
async def test_receipts(http: httpx.AsyncClient, database: str) -> None:
    number = uuid4()
    with psycopg.connect(database) as connection:
        connection.execute(
            "insert into receipt (id, at, source, records, accepted, rejected, counted, duplicate)"
            " values (%s, '2026-01-01T00:00:00Z', '/agency/a', 5, 4, 1, 2, 1)",
            [number],
        )
        connection.execute(
            "insert into receipt_note (receipt, line, state, code, pointer, detail)"
            " values (%s, 3, 'duplicate', null, null, 'known since'),"
            " (%s, 5, 'rejected', 'type', '/data', 'x')",
            [number, number],
        )
    receipt = (await http.get(f"/v1/receipts/{number}")).json()
    assert receipt["state"] == "pending"
    assert receipt["at"] == "2026-01-01T07:00:00+07:00"
    assert receipt["counted"] == 2
    assert receipt["notes"][1] == {
        "line": 5,
        "state": "rejected",
        "code": "type",
        "pointer": "/data",
        "detail": "x",
    }
    with psycopg.connect(database) as connection:
        connection.execute("update receipt set counted = 3 where id = %s", [number])
    assert (await http.get(f"/v1/receipts/{number}")).json()["state"] == "settled"


@pytest.mark.clause("4.2.6", "11.3.4", "12.5.2")
async def test_the_rest_of_the_house(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "alive"}
    assert (await http.get("/readyz")).json().keys() == {"status", "catalogue"}
    assert 'ioc_api_records_total{verdict="applied"} 7.0' in (await http.get("/metrics")).text
    indicators = (await http.get("/v1/indicators")).json()["items"]
    assert "PS-04" in {indicator["id"] for indicator in indicators}
    assert (await http.get("/v1/indicators/PS-04")).json()["decimals"] == 2
    schema = (await http.get("/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert "/v1/observations" in schema["paths"]
    for operation in (way["get"] for way in schema["paths"].values()):
        assert {"200", "304", "400", "default"} <= set(operation["responses"])
        assert "422" not in operation["responses"]
    home = await http.get("/?province=33")
    assert home.status_code == 307
    assert home.headers["location"].endswith("/wall/?province=33")


async def test_the_wall_says_when_it_is_not_built(http: httpx.AsyncClient) -> None:
    built = build_id() != "none"
    answer = await http.get("/wall/")
    assert answer.status_code == (200 if built else 503)
    assert ("html" if built else "npm run build") in answer.text


@pytest.mark.clause("14.2.2")
async def test_without_a_database_the_newest_are_served(kafka: str, topic_prefix: str) -> None:
    topic = f"{topic_prefix}alone"
    await make_topic(kafka, topic)
    async with (
        running_api(kafka, topic) as api,
        httpx.AsyncClient(base_url=api.url, timeout=30) as http,
    ):
        await ready(api)
        assert (await http.get("/v1/observations")).json() == {"items": [], "next": None}
        for path in (f"/v1/receipts/{uuid4()}", "/v1/observations?period=2026"):
            answer = await http.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
