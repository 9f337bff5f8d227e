"""What is behind a figure, on a real database that a real writer has filled."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from services.adapters import clock
from services.domain.instants import DAY, MINUTE, format_instant
from tests.integration.counted_documents import AT, RECEIPT, REPORTS, TOPIC, Counting, dossier
from tests.integration.explaining import address, explained, explaining
from tests.unit.coverage_events import expectation, subscription

pytestmark = pytest.mark.servers

FINISHED = "vn.ioc.dossier.finished.v1"
RECEIVED = "PS-01|P:33@2025-07-01||month:2025-10"
COUNT = 7


@pytest.fixture
async def http(kafka: str, topic_prefix: str, database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with explaining(kafka, topic_prefix, database) as client:
        yield client


@pytest.mark.clause("4.3.2")
async def test_a_figure_is_explained(
    counting: Counting, http: httpx.AsyncClient, database: str
) -> None:
    documents = [dossier(n) for n in range(COUNT)]
    elsewhere = dossier(90, unit="C:00004")  # of another province
    before = dossier(91, time="2025-09-30T23:59:59+07:00")
    counting.count(*documents, before, elsewhere, now=clock.now())
    with psycopg.connect(database) as connection:
        connection.execute(
            'insert into observation (as_of, id, indicator, unit, dims, "window", value, status,'
            " final, revision, epoch, rev) values ('2025-11-01T00:00:10+07', %s, 'PS-01', '', '',"
            " 'month', 6, 'A', true, 0, 1, 1), ('2025-11-02T00:00:10+07', %s, 'PS-01', '', '',"
            " 'month', 7, 'A', true, 1, 1, 2)",
            (RECEIVED, RECEIVED),
        )
    found = await explained(http, RECEIVED)
    assert found["observation"]["id"] == RECEIVED
    assert found["observation"]["denominator"] == COUNT
    assert found["formula"]["id"] == "PS-01"
    assert found["formula"]["version"] == 1
    assert found["formula"]["text"]
    assert found["inputs"]["counted"] == COUNT
    assert found["offsets"] == [{"topic": TOPIC, "partition": 0, "from": 0, "to": COUNT - 1}]
    assert found["revisions"] == [
        {"as_of": "2025-11-02T00:00:10+07:00", "value": 7.0, "revision": 1},
        {"as_of": "2025-11-01T00:00:10+07:00", "value": 6.0, "revision": 0},
    ]
    assert found["events"]["next"] is None
    assert found["events"]["items"][0] == {
        "id": f"e-{COUNT - 1}",
        "source": "/agency/H33.15/mot-cua",
        "type": "vn.ioc.dossier.received.v1",
        "time": AT,
        "unit": "C:11953",
        "subject": f"case-{COUNT - 1}",
        "recordedtime": AT,
    }


@pytest.mark.clause("11.3.1")
async def test_pages_make_up_the_events(counting: Counting, http: httpx.AsyncClient) -> None:
    counting.count(*(dossier(n) for n in range(COUNT)), now=clock.now())
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await explained(http, RECEIVED, **query))["events"]
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"e-{n}" for n in reversed(range(COUNT))]


async def test_a_stock_rests_on_everything_before(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    now = clock.now()
    recent = dossier(1, time=format_instant(now - 3 * MINUTE))
    old = dossier(2, time=format_instant(now - 300 * DAY))
    counting.count(recent, old, now=now)
    found = await explained(http, "PS-04|P:33@2025-07-01||30d")
    assert [item["id"] for item in found["events"]["items"]] == ["e-1", "e-2"]


@pytest.mark.clause("4.3.2", "11.2.3")
async def test_who_comes_after_the_month_was_final_is_late(
    counting: Counting, http: httpx.AsyncClient, database: str
) -> None:
    now = clock.now()
    assert counting.count(dossier(1), now=now) == {"counted": 1}
    counting.tick(now)
    recent = dossier(2, time=format_instant(now - MINUTE))
    assert counting.count(dossier(3), recent, dossier(1), now=now) == {
        "late": 1,
        "counted": 1,
        "duplicate": 1,
    }
    found = await explained(http, RECEIVED)
    assert found["inputs"] == {
        "counted": 1,
        "waiting": 0,
        "superseded": 0,
        "late": 1,
        "quarantined": 0,
        "duplicate": 1,
    }
    receipt = (await http.get(f"/v1/receipts/{RECEIPT}")).json()
    assert (receipt["counted"], receipt["late"], receipt["duplicate"]) == (2, 1, 1)


@pytest.mark.clause("4.3.2")
async def test_a_member_rests_on_the_cases_that_name_it(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    """The end of a dossier names no procedure: it belongs to that of its receipt."""
    now = clock.now()
    begun, ended = format_instant(now - 3 * MINUTE), format_instant(now - MINUTE)
    other = dossier(3, time=begun)
    other["data"]["procedure_code"] = "2.000815"
    ends = [
        {**dossier(n + 10, time=ended), "subject": f"case-{n}", "type": FINISHED, "data": {}}
        for n in (1, 3)
    ]
    counting.count(dossier(1, time=begun), other, *ends, dossier(1, time=begun), now=now)
    own = await explained(http, "PS-01|C:11953@2025-07-01|procedure=1.001193|30d")
    assert [item["id"] for item in own["events"]["items"]] == ["e-11", "e-1"]
    assert (own["inputs"]["counted"], own["inputs"]["duplicate"]) == (2, 1)
    agency = await explained(http, "PS-01|P:33@2025-07-01|agency=H33.15|30d")
    assert len(agency["events"]["items"]) == 4


@pytest.mark.clause("4.3.2")
async def test_a_member_of_reports_is_told_by_its_dimension(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    report = json.loads(subscription("C:11953", "2025-09"))
    part = json.loads(subscription("C:11953", "2025-09"))
    part |= {"id": "vnpt", "subject": f"{part['subject']}/operator/vnpt"}
    part["data"] |= {"dim": "operator", "dim_value": "vnpt"}
    counting.count(report, part, topic=REPORTS, now=clock.now())
    found = await explained(http, "TI-01.total|C:11953@2025-07-01|operator=vnpt|month:2025-09")
    assert [item["id"] for item in found["events"]["items"]] == ["vnpt"]


async def test_what_has_no_receipt_has_no_outcome(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    counting.count(dossier(1), now=clock.now(), receipt=None)
    found = await explained(http, RECEIVED)
    assert "inputs" not in found
    assert len(found["events"]["items"]) == 1


@pytest.mark.clause("4.3.2")
async def test_reports_are_found_by_the_period_that_they_name(
    counting: Counting, http: httpx.AsyncClient
) -> None:
    communes = ("C:11953", "C:11977", "C:11980")
    documents = [expectation(code) for code in communes]
    documents += [subscription(code, "2025-09") for code in communes[:2]]
    documents += [subscription("C:11980", "2025-10")]
    decoded = [json.loads(document) for document in documents]
    counting.count(*decoded, topic=REPORTS, now=clock.now())
    found = await explained(http, "TI-01.total|P:33@2025-07-01||month:2025-09")
    assert found["reporters"] == {"reported": 2, "expected": 3, "missing": ["C:11980"]}
    assert [item["unit"] for item in found["events"]["items"]] == ["C:11977", "C:11953"]
    assert found["offsets"] == [{"topic": REPORTS, "partition": 0, "from": 3, "to": 4}]


async def test_a_database_that_takes_too_long(
    counting: Counting, http: httpx.AsyncClient, database: str
) -> None:
    counting.count(dossier(1), now=clock.now())
    with psycopg.connect(database) as connection:
        connection.execute("lock table event in access exclusive mode")
        answer = await http.get(address(RECEIVED))
    assert answer.status_code == 503
    assert "more events" in answer.json()["detail"]
    with psycopg.connect(database) as connection:
        connection.execute("lock table receipt_note in access exclusive mode")
        found = await explained(http, RECEIVED)
    assert len(found["events"]["items"]) == 1
    assert not {"inputs", "offsets"} & set(found)


PROBLEMS = (
    ("PS-01", 400, "like PS-04|"),
    ("PS-01|P:33||all", 400, "like PS-04|"),
    ("PS-01|P:33@2025-07-01||month", 400, "a period"),
    ("PS-01|P:33@2025-07-01||month:2025-13", 400, "not a period"),
    ("PS-99|P:33@2025-07-01||all", 404, "PS-04"),
    ("PS-01|P:99@2025-07-01||month:2025-10", 404, "unknown unit"),
    ("PS-01|P:33@2025-07-01||eon", 404, "month"),
    ("PS-01|P:33@2025-07-01|colour=red|month:2025-10", 404, "agency"),
)


async def test_problems(counting: Counting, http: httpx.AsyncClient) -> None:
    for observation, status, words in PROBLEMS:
        answer = await http.get(address(observation))
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert words in answer.json()["detail"], answer.text
    for query in ("cursor=x", "cursor=e30", "limit=0", "limit=501", "colour=red"):
        answer = await http.get(f"{address(RECEIVED)}?{query}")
        assert answer.status_code == 400, answer.text
