"""A revision on its whole way: counted late, numbered, published, told by WebSocket and REST."""

import json
from collections.abc import Iterator

import httpx
import pytest

from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.domain.instants import HOUR, format_instant
from tests.integration.api_server import make_topic, publisher, ready, running_api, screen
from tests.integration.revising import MONTH, Centre
from tests.integration.test_evaluate_revisions import (
    KEY,
    LATE,
    asked_by_name_max,
    centre,
    closed_and_late,
)

pytestmark = pytest.mark.servers

__all__ = ["asked_by_name_max", "centre"]


@pytest.fixture
def source(database: str) -> Iterator[DatabaseObservations]:
    now = LATE + HOUR
    found = DatabaseObservations(database, load_catalogue(), load_units(), lambda: now)
    yield found
    found.close()


@pytest.mark.clause("7.2.2", "7.2.3")
async def test_a_revision_reaches_walls_and_rest(
    kafka: str, topic_prefix: str, centre: Centre, source: DatabaseObservations
) -> None:
    topic = f"{topic_prefix}indicators"
    await make_topic(kafka, topic)
    evaluating = closed_and_late(centre)
    first, _ = centre.rows()
    async with running_api(kafka, topic, database=centre.database, computed=source) as running:
        await ready(running)
        async with screen(running) as wall, publisher(kafka, topic) as log:
            await wall.subscribe("revisions/33/P:33/PS-01/month")
            for key in (KEY.removesuffix("~revised"), KEY):
                await log.raw(key.encode(), json.dumps(evaluating.log[key]).encode())
            while MONTH not in wall.state:
                await wall.hear()
            told = [item for message in wall.heard for item in message.get("items", [])]
            assert [(item["id"], item["revision"]) for item in told] == [(MONTH, 2)]
        async with httpx.AsyncClient(base_url=running.url, timeout=30) as http:
            asked = {"indicator": "PS-01", "unit": "P:33", "window": "month", "period": "2025-10"}
            (now,) = (await http.get("/v1/observations", params=asked)).json()["items"]
            assert (now["revision"], now["denominator"], now["finality"]) == (2, 2, "final")
            then = asked | {"known_at": format_instant(first.as_of)}
            (known,) = (await http.get("/v1/observations", params=then)).json()["items"]
            assert (known["revision"], known["denominator"]) == (1, 1)
            refused = await http.get("/v1/observations", params=then | {"window": "30d"})
            assert refused.status_code == 400
            explained = (await http.get(f"/v1/observations/{MONTH}/explain")).json()
            assert [row["revision"] for row in explained["revisions"][:2]] == [2, 1]
