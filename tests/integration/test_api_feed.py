"""The reading of the topic when the broker is killed, comes back, or comes back as another one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.api.feed import Feed, FeedLimits, HistoryLost
from services.api.live.board import Board
from services.api.live.limits import Limits
from services.api.metrics import ApiMetrics
from tests.integration.api_server import make_topic, publisher
from tests.integration.own_broker import OwnBroker

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

KEY = "PS-04|P:33@2025-07-01||30d"
TOPIC = "ioc.indicators.v1"
WAIT_S = 90.0
PATIENT = FeedLimits(look_s=0.5, stalled_s=4.0, silent_s=12.0, answer_s=5.0, recount_s=1.0)


class Reading:
    """A feed onto a board, and a way to wait for what the board shows."""

    def __init__(self, bootstrap: str) -> None:
        metrics = ApiMetrics(CollectorRegistry())
        self.ready = asyncio.Event()
        self.board = Board("e", lambda _key: ("33", "P:33"), Limits())
        self.feed = Feed(bootstrap, self.board, metrics, self.ready.set, PATIENT, TOPIC)
        self.task = asyncio.create_task(self.feed.run())

    async def shows(self, rev: int) -> None:
        """Wait until the key has this version; the feed's end is a failure."""
        async with asyncio.timeout(WAIT_S):
            while (entry := self.board.get(KEY)) is None or entry.rev != rev:
                done, _ = await asyncio.wait([self.task], timeout=0.05)
                assert not done

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    own = OwnBroker(tmp_path)
    own.start()
    own.wait()
    yield own
    own.end()


@pytest.fixture
async def reading(broker: OwnBroker) -> AsyncIterator[Reading]:
    follower = Reading(broker.bootstrap)
    yield follower
    await follower.close()


async def put(broker: OwnBroker, rev: int) -> None:
    async with publisher(broker.bootstrap, TOPIC) as evaluator:
        await evaluator.put(KEY, 1, rev, float(rev))


async def test_a_killed_broker_is_waited_for_and_nothing_is_lost(
    broker: OwnBroker, reading: Reading
) -> None:
    assert not reading.ready.is_set()
    await make_topic(broker.bootstrap, TOPIC, partitions=1)
    await put(broker, 1)
    await reading.shows(1)
    async with asyncio.timeout(WAIT_S):
        await reading.ready.wait()
    await asyncio.to_thread(broker.kill)
    async with asyncio.timeout(WAIT_S):
        while reading.feed.trouble is None:
            await asyncio.wait([reading.task], timeout=0.05)
    broker.start()
    await asyncio.to_thread(broker.wait)
    await put(broker, 2)
    await reading.shows(2)
    assert reading.board.head == 2
    async with asyncio.timeout(WAIT_S):
        while reading.feed.trouble is not None:
            await asyncio.wait([reading.task], timeout=0.05)


async def test_a_topic_made_anew_ends_the_process(broker: OwnBroker, reading: Reading) -> None:
    await make_topic(broker.bootstrap, TOPIC, partitions=1)
    for rev in range(1, 4):
        await put(broker, rev)
    await reading.shows(3)
    await asyncio.to_thread(broker.kill)
    broker.forget()
    broker.start()
    await asyncio.to_thread(broker.wait)
    await make_topic(broker.bootstrap, TOPIC, partitions=1)
    with pytest.raises(HistoryLost):
        await asyncio.wait_for(asyncio.shield(reading.task), WAIT_S)
