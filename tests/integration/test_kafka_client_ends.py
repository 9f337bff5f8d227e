"""A routine of the Kafka client that has ended for good: the worker goes on with another client."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from prometheus_client import CollectorRegistry

from services.adapters.kafka_start import is_broken
from services.adapters.provision import fill_progress, make_topics
from services.adapters.settings import Settings
from services.adapters.standards import load_catalogue
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.adapters.watched_standard import WatchedStandard
from services.aggregator.count.worker import CountWorker
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import CountMetrics, EvaluateMetrics
from tests.centre import until

pytestmark = pytest.mark.servers

READY_SECONDS_MAX = 30


@asynccontextmanager
async def running(worker: CountWorker | EvaluateWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        await holds(lambda: worker.ready)
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def holds(condition: Callable[[], bool]) -> None:
    async def asked() -> bool:
        return condition()

    await until(asked, "the condition holds", READY_SECONDS_MAX)


@pytest.fixture(name="settings")
async def _settings(kafka: str, database: str) -> Settings:
    settings = Settings(kafka_bootstrap=kafka, database_url=database)
    fill_progress(database, await make_topics(settings), [])
    return settings


async def make_topic(settings: Settings, topic: str) -> None:
    """A topic of the test's own, with a position."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()
    fill_progress(settings.database_url, {topic: 1, INDICATORS: 1}, [topic])


@pytest.mark.parametrize("routine", ["_fetcher._fetch_task", "_coordinator._coordination_task"])
async def test_counting_goes_on_with_another_consumer(
    settings: Settings, topic_prefix: str, routine: str
) -> None:
    topic = f"{topic_prefix}events"
    await make_topic(settings, topic)
    metrics = CountMetrics(CollectorRegistry())
    worker = CountWorker(settings, [topic], WatchedStandard(), load_units(), metrics)
    async with running(worker):
        broken, (owner, name) = worker.consumer, routine.split(".")
        getattr(getattr(broken, owner), name).cancel()
        await holds(lambda: worker.consumer is not broken and worker.ready)
        assert not is_broken(worker.consumer)
        async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
            await producer.send_and_wait(topic, b"nothing that can be read")
        await holds(lambda: metrics.dead_letters._value.get() == 1)


async def test_publishing_goes_on_with_another_producer(settings: Settings) -> None:
    worker = EvaluateWorker(
        settings, load_catalogue(), load_units(), EvaluateMetrics(CollectorRegistry())
    )
    async with running(worker):
        broken = worker._publisher._producer
        broken._sender._sender_task.cancel()
        await holds(lambda: worker._publisher._producer is not broken)
        sent = await worker._publisher.send([(0, b"PS-00|P:33@2025-07-01||all", None)])
        assert sent == 1
        assert not is_broken(worker._publisher._producer)
