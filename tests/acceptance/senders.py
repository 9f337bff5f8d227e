"""Sends events to a centre in small requests, again and again until each request is answered.

A `strike` falls upon the centre while a request is on its way: that is how tests break things in
mid-stream at chosen points instead of chosen times.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.centre import POLL_SECONDS, SECONDS_MAX, Centre

NDJSON = {"content-type": "application/x-ndjson"}
BATCH = 200
_AGAIN = frozenset({408, 429, 502, 503, 504})

Strike = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Sent:
    """The answers to what was sent."""

    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many records were taken, duplicates among them."""
        return sum(answer["accepted"] for answer in self.answers)

    @property
    def rejected(self) -> int:
        """How many records were not taken."""
        return sum(answer["rejected"] for answer in self.answers)

    @property
    def receipts(self) -> list[str]:
        """One of each request."""
        return [answer["receipt"] for answer in self.answers]


def seeded_points(seed: int, records: int, count: int, batch: int = BATCH) -> list[int]:
    """Numbers of requests in the inner part of a stream, ascending."""
    requests = -(-records // batch)
    inner = range(max(1, requests // 10), requests - 1)
    return sorted(random.Random(seed).sample(inner, count))  # noqa: S311  repeatable on purpose


async def send(
    centre: Centre,
    events: Sequence[dict[str, Any]],
    strikes: Mapping[int, Strike] | None = None,
    batch: int = BATCH,
) -> Sent:
    """Send all events in order; a strike falls during the request with its number."""
    sent = Sent()
    for number, begin in enumerate(range(0, len(events), batch)):
        lines = [json.dumps(event).encode() for event in events[begin : begin + batch]]
        posting = asyncio.create_task(post(centre, b"\n".join(lines)))
        strike = (strikes or {}).get(number)
        if strike is not None:
            await strike()
        sent.answers.append(await posting)
    return sent


async def post(centre: Centre, body: bytes, seconds_max: float = SECONDS_MAX) -> dict[str, Any]:
    """Send one body of lines until it is answered; the intake may be away meanwhile."""
    deadline = time.monotonic() + seconds_max
    trouble = ""
    while time.monotonic() < deadline:
        try:
            async with httpx.AsyncClient(base_url=centre.running.ingest, timeout=30) as client:
                response = await client.post("/v1/events", content=body, headers=NDJSON)
            if response.status_code not in _AGAIN:
                assert response.status_code in {202, 422}, response.text
                answer: dict[str, Any] = response.json()
                return answer
            trouble = response.text
        except httpx.TransportError as error:
            trouble = repr(error)
        await asyncio.sleep(POLL_SECONDS)
    raise AssertionError(f"the intake took nothing for {seconds_max:.0f} s: {trouble}")
