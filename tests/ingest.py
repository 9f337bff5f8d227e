"""The intake on a real broker, for tests: served in the test's own loop, its topics read back."""

import asyncio
import itertools
import json
import socket
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import uvicorn
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from services.adapters.provision import make_topics
from services.adapters.settings import Settings
from services.adapters.topics import DEAD_LETTERS, RECEIPTS
from services.adapters.units import load_units
from services.ingest.app import create_app
from services.ingest.limits import IngestLimits, limits_of

PUBLIC_SERVICE = "ioc.events.public-service.v1"
NDJSON = {"content-type": "application/x-ndjson"}
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
_numbers = itertools.count(1)


def event(**changes: Any) -> dict[str, Any]:
    """A valid dossier of its own; `changes` replace attributes, None removes one."""
    number = next(_numbers)
    made: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{uuid.uuid4().hex[:12]}-{number}",
        "source": "/agency/H33.15/tests",
        "type": "vn.ioc.dossier.received.v1",
        "time": "2025-10-06T09:15:00+07:00",
        "subject": f"H33.15-251006-{number:04d}",
        "recordedtime": "2025-10-06T09:15:30+07:00",
        "unit": "C:11953",
        "data": {
            "procedure_code": "1.001193",
            "svc_level": "full",
            "submitted_at": "2025-10-06T08:50:00+07:00",
            "due_at": "2025-10-13T17:30:00+07:00",
            "requires_paper_result": False,
            "agency_id": "H33.15",
        },
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def lines(events: Iterable[dict[str, Any]]) -> bytes:
    """The events as NDJSON."""
    return b"".join(msgspec.json.encode(each) + b"\n" for each in events)


def reasons(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Line, code and pointer of every fault in an answer."""
    return [
        (verdict["line"], reason["code"], reason["pointer"])
        for verdict in answer["verdicts"]
        for reason in verdict.get("reasons", ())
    ]


@dataclass(frozen=True)
class RunningIntake:
    """A served intake, a client of it, and a look into its topics."""

    client: httpx.AsyncClient
    bootstrap: str

    async def post(self, body: bytes, headers: dict[str, str], query: str = "") -> httpx.Response:
        """Send a body."""
        return await self.client.post(f"/v1/events{query}", content=body, headers=headers)

    async def accepted(self, receipt: str) -> list[ConsumerRecord]:
        """The records of a request that are in the topic of public services, by line."""
        return await self.stored(receipt, PUBLIC_SERVICE)

    async def stored(self, receipt: str, *topics: str) -> list[ConsumerRecord]:
        """The records of a request that are in these topics, by line."""
        return _of_receipt(await read_topics(self.bootstrap, *topics), receipt)

    async def dead_letters(self, receipt: str) -> list[ConsumerRecord]:
        """The dead letters of a request, by line."""
        return _of_receipt(await read_topics(self.bootstrap, DEAD_LETTERS), receipt)

    async def receipts(self, receipt: str) -> list[dict[str, Any]]:
        """The stored receipts with that id."""
        found = await read_topics(self.bootstrap, RECEIPTS)
        return [json.loads(each.value) for each in found if each.key == receipt.encode()]


def limits(**changes: Any) -> IngestLimits:
    """The usual limits with some of them changed."""
    return msgspec.structs.replace(limits_of(Settings()), **changes)


@asynccontextmanager
async def running_intake(
    bootstrap: str, chosen: IngestLimits | None = None, *, ready: bool = True
) -> AsyncIterator[RunningIntake]:
    """Serve the intake on a free port until the end of the block."""
    settings = Settings(kafka_bootstrap=bootstrap)
    if ready:
        await make_topics(settings)
    app = create_app(settings, load_units(), chosen)
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            await until_answers(client, "/readyz" if ready else "/healthz")
            yield RunningIntake(client, bootstrap)
    finally:
        server.should_exit = True
        await serving


async def until_answers(client: httpx.AsyncClient, path: str, seconds_max: float = 60) -> None:
    """Wait until the service answers a path with 200."""
    async with asyncio.timeout(seconds_max):
        while True:
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def read_topics(bootstrap: str, *topics: str) -> list[ConsumerRecord]:
    """Every record that the topics hold now."""
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[ConsumerRecord] = []
        for place, end in ends.items():
            while await consumer.position(place) < end:
                batch = await consumer.getmany(place, timeout_ms=200)
                found += batch.get(place, [])
        return found
    finally:
        await consumer.stop()


def _of_receipt(records: list[ConsumerRecord], receipt: str) -> list[ConsumerRecord]:
    mine = uuid.UUID(receipt).bytes
    found = [
        (int.from_bytes(value[16:], "big"), record)
        for record in records
        for name, value in record.headers
        if name == "receipt" and value[:16] == mine
    ]
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]
