"""What REST refuses, on a real broker and a real database: the status, and words that help."""

from uuid import uuid4

import httpx
import pytest

from tests.integration.api_server import make_topic, ready, running_api

pytestmark = pytest.mark.servers

PROBLEMS = (
    ("/v1/observations?colour=red", 400, "indicator"),
    ("/v1/observations?indicator=PS-99", 404, "PS-04"),
    ("/v1/observations?unit=P:99", 404, "C:11953"),
    ("/v1/observations?limit=0", 400, "limit"),
    ("/v1/units?colour=red", 400, "level"),
    ("/v1/units?level=X", 404, "P, D"),
    ("/v1/units?parent=P:99", 404, "P:99"),
    ("/v1/units?on=yesterday", 400, "2025-07-01"),
    ("/v1/units/99/boundaries", 404, "99"),
    ("/v1/units/33/boundaries", 404, "ioc units import"),
    ("/v1/indicators/PS-99", 404, "PS-04"),
    ("/v1/indicators?x=1", 400, "x"),
    ("/v1/receipts/x", 400, "UUID"),
    (f"/v1/receipts/{uuid4()}", 404, "no receipt"),
    ("/v1/nothing", 404, "GET /openapi.json"),
    ("/v1/procedures", 400, "P:33"),
    ("/v1/units?level=C&level=P", 400, "level may be given once"),
    ("/v1/observations?indicator=PS-01&window=month&known_at=0001-01-01", 400, "1900"),
    ("/v1/observations?indicator=PS-04&period=2026-T1", 404, "is not computed by term"),
)


@pytest.mark.clause("11.3.3")
async def test_problems(kafka: str, topic_prefix: str, database: str) -> None:
    topic = f"{topic_prefix}indicators"
    await make_topic(kafka, topic)
    async with running_api(kafka, topic, database=database) as api:
        await ready(api)
        async with httpx.AsyncClient(base_url=api.url) as http:
            await are_refused(http)


async def are_refused(http: httpx.AsyncClient) -> None:
    for path, status, words in PROBLEMS:
        answer = await http.get(path)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert words in problem["detail"]
