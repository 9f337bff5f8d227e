"""An assignment that comes while the evaluator reads its shards' log starts the reading over."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from prometheus_client import CollectorRegistry

from services.adapters.provision import fill_progress, make_topics
from services.adapters.settings import Settings
from services.adapters.standards import load_catalogue
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import EvaluateMetrics

pytestmark = pytest.mark.servers

READY_SECONDS_MAX = 30


async def turns(condition: Callable[[], bool]) -> None:
    """Give the loop turn after turn until the condition holds: nothing can happen in between."""
    while not condition():  # noqa: ASYNC110 - there is nobody who could set an event
        await asyncio.sleep(0)


async def leave_a_record(settings: Settings) -> None:
    """A log that is empty need not be read."""
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        await producer.send_and_wait(INDICATORS, b"{}", b"PS-00|P:33@2025-07-01||all", partition=0)


async def test_it_does_not_wait_for_partitions_that_were_paused_again(
    kafka: str, database: str
) -> None:
    settings = Settings(kafka_bootstrap=kafka, database_url=database)
    fill_progress(database, await make_topics(settings), [])
    await leave_a_record(settings)
    metrics = EvaluateMetrics(CollectorRegistry())
    worker = EvaluateWorker(settings, load_catalogue(), load_units(), metrics)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(READY_SECONDS_MAX):
            await turns(lambda: hasattr(worker, "consumer") and bool(worker.consumer.paused()))
            await turns(lambda: not worker.consumer.paused())  # it reads now
            shards = {tp.partition for tp in worker.consumer.assignment()}
            worker.revoked(shards)
            worker.consumer.pause(*(TopicPartition(INDICATORS, shard) for shard in shards))
            worker.assigned(shards)
            await turns(lambda: worker.ready)
            assert not worker.consumer.paused()
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
