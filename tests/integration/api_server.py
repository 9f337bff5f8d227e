"""A replica of the api on a free port, with a topic of its own, and what a test needs around it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from websockets.asyncio.client import ClientConnection, connect

from services.adapters.settings import Settings
from services.api.__main__ import Server, computed_from, listen, server_config
from services.api.app import Replica
from services.api.live.limits import Limits
from services.domain.query import ObservationSource

WAIT_S = 20.0


class Running:
    """A replica that serves, and its addresses."""

    def __init__(self, replica: Replica, port: int) -> None:
        self.replica = replica
        self.url = f"http://127.0.0.1:{port}"
        self.live = f"ws://127.0.0.1:{port}/v1/live"


@contextlib.asynccontextmanager
async def running_api(
    kafka: str,
    topic: str,
    *,
    database: str = "postgresql://nobody@127.0.0.1:1/none",
    limits: Limits | None = None,
    computed: ObservationSource | None = None,
    standards: Path | None = None,
) -> AsyncIterator[Running]:
    """Run a replica until the end of the block; with `standards` as it runs in a centre."""
    settings = Settings(kafka_bootstrap=kafka, database_url=database)
    limits = limits or Limits()
    source = None if computed is None else (lambda _standard: computed)
    if standards is not None:
        settings = settings.model_copy(update={"standards": standards})
        source = computed_from(settings)
    replica = Replica(settings, limits, topic=topic, computed=source)
    with listen("127.0.0.1", 0) as listener:
        server = Server(server_config(replica, limits), replica)
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]  # signals stay the test's
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Running(replica, listener.getsockname()[1])
        finally:
            server.should_exit = True
            await task


async def ready(running: Running) -> None:
    """Wait until the replica has read what the topic held."""
    async with asyncio.timeout(WAIT_S):
        await running.replica.ready.wait()


async def make_topic(kafka: str, topic: str, partitions: int = 3) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        configs = {"cleanup.policy": "compact"}
        await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
    finally:
        await admin.close()


@contextlib.asynccontextmanager
async def publisher(kafka: str, topic: str) -> AsyncIterator["Publisher"]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield Publisher(producer, topic)
    finally:
        await producer.stop()


class Publisher:
    """Stands for the evaluator: writes observations under (epoch, rev)."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def put(
        self, key: str, epoch: int, rev: int, value: float | None = 1.0, **more: Any
    ) -> None:
        await self.raw(
            key.encode(),
            json.dumps(observation(key, value) | {"epoch": epoch, "rev": rev} | more).encode(),
        )

    async def remove(self, key: str) -> None:
        await self.raw(key.encode(), None)

    async def raw(self, key: bytes | None, value: bytes | None) -> None:
        await self._producer.send_and_wait(self._topic, value, key, partition=0)

    async def flood(self, key: str, epoch: int, revs: range, padding: str = "") -> None:
        sent = []
        for rev in revs:
            item = observation(key, float(rev)) | {"epoch": epoch, "rev": rev, "note": padding}
            sent.append(
                await self._producer.send(
                    self._topic, json.dumps(item).encode(), key.encode(), partition=0
                )
            )
        await asyncio.gather(*sent)


def observation(key: str, value: float | None) -> dict[str, Any]:
    indicator, unit_key, dims, window = key.split("|")
    unit, _, valid_from = unit_key.partition("@")
    return {
        "id": key,
        "indicator": indicator,
        "unit": unit,
        "valid_from": valid_from,
        "dims": dict(pair.split("=") for pair in dims.split(",") if pair),
        "window": window,
        "value": value,
    }


class Screen:
    """A WebSocket client that keeps what it was told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.state: dict[str, Any] = {}
        self.seq = 0
        self.heard: list[dict[str, Any]] = []

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_S):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        self.heard.append(message)
        if message["type"] in ("snapshot", "change"):
            self.seq = message["seq"]
            for item in message["items"]:
                self.state[item["id"]] = item["value"]
        return message

    async def hear_until(self, key: str, value: float | None) -> None:
        while self.state.get(key, ...) != value:
            await self.hear()

    async def hear_type(self, name: str) -> dict[str, Any]:
        while (message := await self.hear())["type"] != name:
            pass
        return message

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def subscribe(self, *topics: str, **more: Any) -> None:
        await self.say(type="subscribe", id="a", topics=topics, **more)


@contextlib.asynccontextmanager
async def screen(running: Running, *, slow: bool = False) -> AsyncIterator[Screen]:
    """Connect and read the hello; a slow screen has hardly any buffers of its own."""
    options: dict[str, Any] = {}
    if slow:
        options = {"max_queue": 1, "sock": _narrow_socket(running)}
    async with connect(running.live, subprotocols=["ioc.live.v1"], **options) as socket:  # type: ignore[list-item]  # a NewType of str
        shown = Screen(socket)
        assert (await shown.hear())["type"] == "hello"
        yield shown


def _narrow_socket(running: Running) -> socket.socket:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    narrow.connect(("127.0.0.1", int(running.url.rpartition(":")[2])))
    narrow.setblocking(False)
    return narrow


def config_is_real(config: uvicorn.Config) -> bool:
    """Whether uvicorn took our connection class, on whose insides `expel` rests."""
    config.load()
    return config.ws_protocol_class is not None and hasattr(config.ws_protocol_class, "expel")
