"""What the page of one commune asks for: breakdowns that are computed on demand, and names."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from services.adapters import clock
from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.domain.instants import MINUTE, format_instant
from tests.integration.api_server import Running, make_topic, ready, running_api, screen
from tests.integration.counted_documents import Counting, dossier

pytestmark = pytest.mark.servers

OPEN = "PS-05.open|C:11953@2025-07-01|procedure=1.001193|instant"
BREAKDOWN = "indicators/33/C:11953/PS-05.open/instant/procedure/*"
CODE = "1.001193"


def catalogue_row(number: int, title: str, time: str, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"p-{number}",
        "source": "/agency/H33.1/danh-muc",
        "type": "vn.ioc.procedure.catalogue.v1",
        "time": time,
        "subject": CODE,
        "recordedtime": time,
        "unit": "P:33",
        "data": {
            "procedure_code": CODE,
            "title": title,
            "sector": "ho-tich",
            "agency_id": "H33.1",
            "execution_level": "commune",
            "active": True,
            "eligible_full": False,
            "provided_full": False,
            "provided_partial": False,
            "npsp_public": False,
            "has_fee": False,
            "online_payment": False,
        },
        **more,
    }


@pytest.fixture
async def api(kafka: str, topic_prefix: str, database: str) -> AsyncIterator[Running]:
    topic = f"{topic_prefix}indicators"
    await make_topic(kafka, topic)
    source = DatabaseObservations(database, load_catalogue(), load_units(), clock.now)
    async with running_api(kafka, topic, database=database, computed=source) as running:
        await ready(running)
        yield running


async def test_a_breakdown_of_a_commune_is_live_while_it_is_followed(
    counting: Counting, api: Running
) -> None:
    now = clock.now()
    counting.count(dossier(1, time=format_instant(now - 3 * MINUTE)), now=now)
    async with screen(api) as wall:
        await wall.subscribe(BREAKDOWN)
        await wall.hear_until(OPEN, 1)
        counting.count(dossier(2, time=format_instant(now - 2 * MINUTE)), now=now)
        await wall.hear_until(OPEN, 2)
        assert len(api.replica.hub.breakdowns) == 1
    await api.replica.hub.wait_empty()
    assert len(api.replica.hub.breakdowns) == 0


@pytest.mark.clause("11.3.1")
async def test_procedures_have_the_newest_of_their_names(counting: Counting, api: Running) -> None:
    now = clock.now()
    early, late = format_instant(now - 20 * MINUTE), format_instant(now - 10 * MINUTE)
    wrong = catalogue_row(2, "Khai sinh (sai)", late)
    right = catalogue_row(3, "Đăng ký khai sinh", late, op="correct", supersedes="p-2")
    right["recordedtime"] = format_instant(now - 9 * MINUTE)
    counting.count(catalogue_row(1, "Khai sinh", early), wrong, right, now=now)
    async with httpx.AsyncClient(base_url=api.url, timeout=30) as http:
        found = (await http.get("/v1/procedures", params={"unit": "P:33"})).json()
        assert [(one["code"], one["title"]) for one in found["items"]] == [
            (CODE, "Đăng ký khai sinh")
        ]
        other = await http.get("/v1/procedures", params={"unit": "P:33", "code": "9.9"})
        assert other.json() == {"items": [], "next": None}
        for query, status in (("unit=C:11953", 404), ("unit=P:33&colour=red", 400), ("", 400)):
            answer = await http.get(f"/v1/procedures?{query}")
            assert answer.status_code == status, answer.text


@pytest.mark.clause("11.3.6")
async def test_a_question_about_all_units_of_the_country_changes_no_other_answer(
    counting: Counting, api: Running
) -> None:
    now = clock.now()
    counting.count(dossier(1, time=format_instant(now - 3 * MINUTE)), now=now)
    asked = "/v1/observations?indicator=PS-01&window=24h"
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as http:

        async def units(more: str) -> set[str]:
            answer = await http.get(f"{asked}{more}&limit=5000")
            assert answer.status_code == 200, answer.text
            return {one["unit"] for one in answer.json()["items"]}

        assert await units("") == {"N:VN", "P:33", "C:11953"}
        below = await units("&within=N:VN")
        assert len(below) == len(load_units().current(date(2026, 1, 1))) - 1
        assert await units("") == {"N:VN", "P:33", "C:11953"}
        counting.count(dossier(2, "C:11977", time=format_instant(now - 2 * MINUTE)), now=now)
        assert await units("") == {"N:VN", "P:33", "C:11953", "C:11977"}
