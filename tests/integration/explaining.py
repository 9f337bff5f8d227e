"""Asks a real replica over a real database what is behind a figure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx

from services.adapters import clock
from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from tests.integration.api_server import make_topic, running_api


@asynccontextmanager
async def explaining(
    kafka: str, topic_prefix: str, database: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a replica that computes from what is counted in a database."""
    topic = f"{topic_prefix}indicators"
    await make_topic(kafka, topic)
    source = DatabaseObservations(database, load_catalogue(), load_units(), clock.now)
    async with (
        running_api(kafka, topic, database=database, computed=source) as running,
        httpx.AsyncClient(base_url=running.url, timeout=30) as client,
    ):
        yield client


def address(observation: str) -> str:
    return f"/v1/observations/{quote(observation, safe='')}/explain"


async def explained(http: httpx.AsyncClient, observation: str, **query: Any) -> dict[str, Any]:
    answer = await http.get(address(observation), params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
