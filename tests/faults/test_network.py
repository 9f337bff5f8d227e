"""The network breaks between one service and one server.

The others go on, the service says what is wrong, and nobody has to help it when the line is whole
again: the process is the same, every event counts once, the wall has never shown nonsense.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.acceptance.dossier_log import Log
from tests.acceptance.exactness import assert_exact
from tests.acceptance.screen import watching
from tests.acceptance.senders import send
from tests.faults.conftest import DrawLog
from tests.faults.divided import DividedCentre
from tests.faults.proxy import Line

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

BATCH = 50
STRIKE_SECONDS_MAX = 60
SLOW_SECONDS = 0.02
BYTES_BEFORE_CUT_MAX = 1_000
QUIET = (("ingest", "database"), ("api", "database"))
"""Lines over which nothing goes unless somebody asks."""
INTERRUPTED = {"count": "counting_interrupted", "evaluate": "evaluation_interrupted"}

Lines = dict[tuple[str, str], Line]


@asynccontextmanager
async def recovering(centre: DividedCentre, log: Log) -> AsyncIterator[None]:
    """Whatever happens in the block: afterwards all is exact, and nobody was started again."""
    before = centre.pids()
    async with watching(centre, log.totals, log.province):
        yield
        centre.mend()
        await assert_exact(centre, log)
    for service in before:
        await centre.ready_again(service)
    assert centre.pids() == before, centre.ends()


@pytest.mark.parametrize("service", ["count", "evaluate"])
async def test_no_way_to_the_database(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog, service: str
) -> None:
    log = draw_small_log(101)
    half = len(log.events) // 2
    async with recovering(divided, log):
        await send(divided, log.events[:half], batch=BATCH)
        behind = len(divided.log_of(service))
        lines[service, "database"].refuse()
        await send(divided, log.events[half:], batch=BATCH)
        await divided.not_ready(service)
        await divided.logged(service, INTERRUPTED[service], behind)


async def test_a_database_that_does_not_answer(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(102)
    half = len(log.events) // 2
    async with recovering(divided, log):
        lines["count", "database"].hang_after(b"BEGIN")
        lines["evaluate", "database"].hang()
        await send(divided, log.events[:half], batch=BATCH)
        assert await asyncio.to_thread(lines["count", "database"].struck.wait, STRIKE_SECONDS_MAX)
        await divided.sessions_ended("ioc-count")
        await send(divided, log.events[half:], batch=BATCH)


async def test_no_way_to_kafka(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(103)
    half = len(log.events) // 2
    async with recovering(divided, log):
        await send(divided, log.events[:half], batch=BATCH)
        behind = len(divided.log_of("count"))
        for service in ("count", "evaluate"):
            lines[service, "kafka"].refuse()
        lines["api", "kafka"].hang()
        await send(divided, log.events[half:-BATCH], batch=BATCH)
        lines["ingest", "kafka"].refuse()
        sending = asyncio.create_task(send(divided, log.events[-BATCH:], batch=BATCH))
        await divided.logged("count", "counting_interrupted", behind)
        for service in ("ingest", "count", "api"):
            await divided.not_ready(service)
        for service in ("ingest", "count"):  # so that there is something to publish
            lines[service, "kafka"].mend()
        await sending
        await divided.not_ready("evaluate")


@pytest.mark.parametrize("service", ["count", "evaluate"])
async def test_a_start_while_kafka_is_away(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog, service: str
) -> None:
    log = draw_small_log(109)
    behind = len(divided.log_of(service))
    lines[service, "kafka"].refuse()
    await divided.replaced(service, await divided.kill(service))
    await divided.logged(service, "kafka_not_reachable", behind)
    before = divided.pids()
    await divided.not_ready(service)
    await send(divided, log.events, batch=BATCH)
    divided.mend()
    await divided.ready_again(service)
    await assert_exact(divided, log)
    assert divided.pids() == before, divided.ends()


async def test_a_broker_that_does_not_answer(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(104)
    half = len(log.events) // 2
    async with recovering(divided, log):
        await send(divided, log.events[:half], batch=BATCH)
        for service in ("ingest", "count", "evaluate"):
            lines[service, "kafka"].hang()
        sending = asyncio.create_task(send(divided, log.events[half:], batch=BATCH))
        await divided.not_ready("ingest")
        lines["ingest", "kafka"].mend()
        await sending


async def test_every_line_is_cut_in_mid_stream(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(106)
    draw = random.Random(106)  # noqa: S311  the seed makes a failure repeatable
    cut = [line for place, line in lines.items() if place not in QUIET]
    size = -(-len(log.events) // len(cut))
    async with recovering(divided, log):
        for number, line in enumerate(cut):
            line.cut(draw.randrange(1, BYTES_BEFORE_CUT_MAX))
            await send(divided, log.events[number * size : (number + 1) * size], batch=BATCH)
        for line in cut:
            assert await asyncio.to_thread(line.struck.wait, STRIKE_SECONDS_MAX)


async def test_slow_lines(divided: DividedCentre, lines: Lines, draw_small_log: DrawLog) -> None:
    log = draw_small_log(107)
    async with recovering(divided, log):
        for line in lines.values():
            line.slow(SLOW_SECONDS)
        await send(divided, log.events, batch=BATCH)


async def test_the_api_without_the_database(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(108)
    async with recovering(divided, log):
        sent = await send(divided, log.events, batch=BATCH)
        receipt = f"/v1/receipts/{sent.receipts[0]}"
        history = f"/v1/observations?unit={log.province}&period=2025-07"
        assert (await divided.answer("api", receipt)).status_code == 200
        lines["api", "database"].refuse()
        for path in (receipt, history):
            answer = await divided.answer("api", path)
            assert answer.status_code == 503, answer.text
            assert "database" in answer.json()["detail"]
        await divided.settled()  # the wall is fed from Kafka and goes on
        lines["api", "database"].mend()
        await divided.get(receipt)
