"""The whole path under load: intake, counting, evaluation, WebSocket, with ten walls attached."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import psycopg
import websockets

from services.adapters.clock import now
from services.adapters.lag import Accepted
from services.adapters.settings import Settings
from services.cli.benches.limit import rows_per_second
from services.cli.benches.load import PROBE, events, probe
from services.cli.benches.processes import cpu_seconds
from services.cli.centre import Centre
from services.domain.errors import Unavailable

WALLS = 10
WARM_UP = 5_000
BATCH = 500
IN_FLIGHT = 4
LATENCY_BATCH = 25
WALL_TOPICS = ["indicators/33/P:33/**", "indicators/33/*/PS-04/30d", "indicators/VN/N:VN/**"]
PROBE_TOPIC = f"indicators/33/{PROBE}/PS-05.open/instant"
SETTLE_SECONDS_MAX = 300.0


class Result(msgspec.Struct, frozen=True):
    """What one run found; ratios are against the limit of the same run."""

    events: int
    accepted_per_second: float
    counted_per_second: float
    settled_per_second: float
    limit_rows_per_second: float
    counted_to_limit: float
    latency_events_per_second: int
    latency_p50_ms: float
    latency_p99_ms: float
    latency_probes: int
    cpu_seconds_per_million: dict[str, float]


async def run(centre: Centre, communes: list[str], count: int, seconds: float, rate: int) -> Result:
    """Offer `count` events as fast as they are taken, then `rate` a second for `seconds`.

    Before that a few, so that the servers have compiled and opened what they need.
    """
    settings = Settings(database_url=centre.database, kafka_bootstrap=centre.kafka)
    load = list(events(count + WARM_UP, communes, now()))
    pids = {role: [each.pid for each in found] for role, found in centre.processes.items()}
    async with _walls(centre.live):
        await _offer(centre.ingest, load[:WARM_UP])
        await _until_settled(Accepted(), settings, time.perf_counter())
        load = load[WARM_UP:]
        before, started = cpu_seconds(pids), time.perf_counter()
        await _offer(centre.ingest, load)
        accepted = time.perf_counter() - started
        reached = Accepted()
        counted = await _until_counted(reached, settings, started)
        settled = await _until_settled(reached, settings, started)
        used = {role: value - before[role] for role, value in cpu_seconds(pids).items()}
        latencies = await _latencies(centre, communes, seconds, rate)
        await _until_settled(Accepted(), settings, time.perf_counter())
    limit = await asyncio.to_thread(rows_per_second, centre.database, load)
    latencies.sort()
    return Result(
        events=count,
        accepted_per_second=round(count / accepted),
        counted_per_second=round(count / counted),
        settled_per_second=round(count / settled),
        limit_rows_per_second=round(limit),
        counted_to_limit=round(count / counted / limit, 3),
        latency_events_per_second=rate,
        latency_p50_ms=round(_quantile(latencies, 0.5) * 1000, 1),
        latency_p99_ms=round(_quantile(latencies, 0.99) * 1000, 1),
        latency_probes=len(latencies),
        cpu_seconds_per_million={
            role: round(value / count * 1_000_000, 1) for role, value in used.items()
        },
    )


def _quantile(ordered: list[float], q: float) -> float:
    return ordered[int(q * (len(ordered) - 1))] if ordered else float("nan")


async def _offer(ingest: str, load: list[bytes]) -> None:
    """Send batches over several connections; raises `Unavailable` unless all is accepted."""
    waiting = [load[start : start + BATCH] for start in range(0, len(load), BATCH)]
    async with httpx.AsyncClient(base_url=ingest, timeout=60) as client:

        async def sender() -> None:
            while waiting:
                await _post(client, waiting.pop(0))

        await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))


async def _post(client: httpx.AsyncClient, batch: list[bytes]) -> None:
    answer = await client.post(
        "/v1/events", content=b"\n".join(batch), headers={"content-type": "application/x-ndjson"}
    )
    found = answer.json()
    if answer.status_code != 202 or found["accepted"] != len(batch):
        raise Unavailable(f"the intake answered {answer.status_code}: {answer.text[:300]}")


async def _until_counted(reached: Accepted, settings: Settings, started: float) -> float:
    """Seconds until every accepted record is counted."""
    while (await reached.measure(settings)).records:
        _check_patience(started)
        await asyncio.sleep(0.05)
    return time.perf_counter() - started


async def _until_settled(reached: Accepted, settings: Settings, started: float) -> float:
    """Seconds until everything is computed and published as well."""
    while (await reached.measure(settings)).total:
        _check_patience(started)
        await asyncio.sleep(0.05)
    return time.perf_counter() - started


def _check_patience(started: float) -> None:
    if time.perf_counter() - started > SETTLE_SECONDS_MAX:
        raise Unavailable(f"the load was not settled after {SETTLE_SECONDS_MAX:.0f} s")


@asynccontextmanager
async def _walls(live: str) -> AsyncIterator[None]:
    """Ten readers that take everything a wall takes."""

    async def wall() -> None:
        async with websockets.connect(live, subprotocols=["ioc.live.v1"], max_size=None) as socket:  # type: ignore[list-item]  # a NewType of str
            await socket.send(_subscribe(WALL_TOPICS))
            async for _ in socket:
                pass

    tasks = [asyncio.create_task(wall()) for _ in range(WALLS)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _subscribe(topics: list[str]) -> str:
    return msgspec.json.encode({"type": "subscribe", "id": "bench", "topics": topics}).decode()


async def _latencies(centre: Centre, communes: list[str], seconds: float, rate: int) -> list[float]:
    """Seconds from the intake's answer until a wall has the change, a probe in every batch."""
    accepted: list[float] = []
    found: list[float] = []
    done = asyncio.Event()
    batches = int(seconds * rate / LATENCY_BATCH)
    with psycopg.connect(centre.database) as connection:
        opened = connection.execute(
            "select count(*) from event where unit = %s and type = 'vn.ioc.dossier.received.v1'",
            (PROBE,),
        ).fetchone()
    base = int(opened[0]) if opened else 0

    async def listen(socket: Any) -> None:
        async for text in socket:
            for item in msgspec.json.decode(text).get("items", ()):
                seen = int(item["value"]) - base
                at = time.perf_counter()
                while len(found) < min(seen, len(accepted)):
                    found.append(max(0.0, at - accepted[len(found)]))
                if len(found) >= batches:
                    done.set()

    async with (
        websockets.connect(centre.live, subprotocols=["ioc.live.v1"], max_size=None) as socket,  # type: ignore[list-item]  # a NewType of str
        httpx.AsyncClient(base_url=centre.ingest, timeout=60) as client,
    ):
        await socket.send(_subscribe([PROBE_TOPIC]))
        listener = asyncio.create_task(listen(socket))
        filler = events(batches * LATENCY_BATCH, communes, now() - 1)
        fresh = [
            document.replace(b'"b-', b'"l-').replace(b"bench-", b"late-") for document in filler
        ]
        begun = time.perf_counter()
        for number in range(batches):
            pause = begun + number * LATENCY_BATCH / rate - time.perf_counter()
            await asyncio.sleep(max(0.0, pause))
            start = number * LATENCY_BATCH
            batch = [probe(base + number, now()), *fresh[start + 1 : start + LATENCY_BATCH]]
            await _post(client, batch)
            accepted.append(time.perf_counter())
        async with asyncio.timeout(60):
            await done.wait()
        listener.cancel()
    return found
