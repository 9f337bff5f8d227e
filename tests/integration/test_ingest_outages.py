"""Kafka or the intake itself dies, hangs and comes back: nothing that was acknowledged is lost."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local import ports
from services.cli.sending import Sender, SendLimits, Summary
from services.cli.sources import SourceRecord
from tests.ingest import (
    NDJSON,
    PUBLIC_SERVICE,
    event,
    limits,
    lines,
    read_topics,
    running_intake,
    until_answers,
)
from tests.integration.own_broker import OwnBroker

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

EVENTS = 6_000
PATIENT = SendLimits(batch_records=100, patience_seconds=120, pause_seconds_max=0.5)


@pytest.fixture(scope="module")
def own_broker() -> Iterator[OwnBroker]:
    directory = Path(tempfile.mkdtemp(prefix="ioc-outage-"))
    running = OwnBroker(directory)
    try:
        running.start()
        running.wait()
        yield running
    finally:
        running.end()
        shutil.rmtree(directory)


def some_records(count: int, source: str) -> tuple[list[SourceRecord], set[str]]:
    """Events of one source as records of a file, and their ids."""
    events = [event(source=source) for _ in range(count)]
    records = [SourceRecord(at, lines([each]).strip()) for at, each in enumerate(events, 1)]
    return records, {each["id"] for each in events}


async def stored_ids(bootstrap: str, source: str) -> list[str]:
    """The ids of that source in Kafka, each as often as it is there."""
    documents = [json.loads(each.value) for each in await read_topics(bootstrap, PUBLIC_SERVICE)]
    return [document["id"] for document in documents if document["source"] == source]


async def when_accepted(summary: Summary, count: int) -> None:
    """Wait until so many records are answered."""
    async with asyncio.timeout(60):
        while summary.accepted < count:  # noqa: ASYNC110 the sender has no event to wait for
            await asyncio.sleep(0.005)


@pytest.mark.clause("11.2.2", "11.2.4", "14.2.1")
async def test_the_broker_is_killed_in_mid_stream(own_broker: OwnBroker) -> None:
    source = "/agency/H33.15/broker-killed"
    records, ids = some_records(EVENTS, source)
    impatient = limits(acknowledge_seconds_max=2.0)
    async with running_intake(own_broker.bootstrap, impatient) as intake:
        sender = Sender(intake.client, PATIENT)
        sending = asyncio.create_task(sender.send(records))
        for share in (4, 2):
            await when_accepted(sender.summary, EVENTS // share)
            own_broker.kill()
            own_broker.start()
            await asyncio.to_thread(own_broker.wait)
        await sending
        await until_answers(intake.client, "/readyz")

    assert (sender.summary.accepted, sender.summary.rejected) == (EVENTS, 0)
    assert set(await stored_ids(own_broker.bootstrap, source)) == ids


async def test_a_broker_that_hangs(own_broker: OwnBroker) -> None:
    impatient = limits(acknowledge_seconds_max=1.0)
    async with running_intake(own_broker.bootstrap, impatient) as intake:
        assert (await intake.post(lines([event()]), NDJSON)).status_code == 202
        own_broker.signal(signal.SIGSTOP)
        try:
            unsure = event()
            response = await intake.post(lines([unsure]), NDJSON)
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
            assert (await intake.client.get("/readyz")).status_code == 503
            assert (await intake.client.get("/healthz")).status_code == 200
        finally:
            own_broker.signal(signal.SIGCONT)
        await until_answers(intake.client, "/readyz")
        assert (await intake.post(lines([unsure]), NDJSON)).status_code == 202
        ids = await stored_ids(own_broker.bootstrap, unsure["source"])
        metrics = (await intake.client.get("/metrics")).text
    assert ids.count(unsure["id"]) in {1, 2}
    assert "ioc_ingest_in_flight_bytes 0.0" in metrics


@pytest.mark.clause("11.2.2")
async def test_the_intake_is_killed_in_mid_stream(own_broker: OwnBroker) -> None:
    source = "/agency/H33.15/intake-killed"
    records, ids = some_records(EVENTS, source)
    async with running_intake(own_broker.bootstrap):
        pass
    port = ports.choose(None, ())
    environment = os.environ | {
        "IOC_KAFKA_BOOTSTRAP": own_broker.bootstrap,
        "IOC_PORT": str(port),
    }

    async def serve() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.ingest", env=environment
        )

    served = await serve()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await until_answers(client, "/readyz")
        sender = Sender(client, PATIENT)
        sending = asyncio.create_task(sender.send(records))
        await when_accepted(sender.summary, EVENTS // 3)
        served.kill()
        await served.wait()
        served = await serve()
        await sending
        served.terminate()
        assert await asyncio.wait_for(served.wait(), 20) in {0, -signal.SIGTERM}

    assert (sender.summary.accepted, sender.summary.rejected) == (EVENTS, 0)
    assert set(await stored_ids(own_broker.bootstrap, source)) == ids
