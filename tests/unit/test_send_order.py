"""Several requests are under way at once, yet of one name the first in the file arrives first."""

import asyncio

import httpx
import msgspec

from services.cli.sending import Sender, SendLimits
from services.cli.sources import SourceRecord


def record(line: int, name: str) -> SourceRecord:
    return SourceRecord(line, msgspec.json.encode({"source": "/a", "id": name, "line": line}))


async def arrivals(records: list[SourceRecord]) -> list[str]:
    """What an intake heard, one record in a request, when its first answer takes longest."""
    heard: list[str] = []
    first = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        line = int(request.content.partition(b'"line":')[2][:1])
        heard.append(f"asked {line}")
        if line == 1:
            await asyncio.wait_for(first.wait(), 10)
        elif line == 3:
            first.set()
        heard.append(f"told {line}")
        told = {"receipt": "r", "records": 1, "accepted": 1, "rejected": 0, "verdicts": []}
        return httpx.Response(202, json=told)

    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        sender = Sender(client, SendLimits(batch_records=1))
        await sender.send(records)
    assert sender.summary.accepted == len(records)
    return heard


def test_the_second_of_a_name_waits_for_the_first_and_nothing_else_does() -> None:
    heard = asyncio.run(arrivals([record(1, "x"), record(2, "x"), record(3, "y"), record(4, "x")]))
    assert heard.index("told 3") < heard.index("told 1")
    assert heard.index("told 1") < heard.index("asked 2") < heard.index("told 2")
    assert heard.index("told 2") < heard.index("asked 4")


def test_what_is_no_event_waits_for_nothing() -> None:
    deep = b'{"id":"x","source":"/a","line":2,"data":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    bad = [SourceRecord(2, deep), SourceRecord(4, b'{"line":4,"id":7}')]
    heard = asyncio.run(arrivals([record(1, "x"), bad[0], record(3, "y"), bad[1]]))
    assert heard.index("told 2") < heard.index("told 1")
