"""Sends observations to their shard's partition and waits until Kafka has them."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from services.adapters.kafka_start import is_broken, replaced, started
from services.adapters.logs import logger
from services.adapters.topics import INDICATORS
from services.domain.errors import Unavailable

BATCH_BYTES = 256 * 1024
SEND_SECONDS_MAX = 20.0


class Publisher:
    """An idempotent producer for one topic; explicit partitions, acknowledged by all."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def start(self) -> None:
        """Connect, however long Kafka is away."""
        self._producer = await started(self._new_producer, logger("evaluate"))

    def _new_producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=10_000,
        )

    async def mend(self) -> None:
        """Have another producer in the place of one that is broken."""
        if is_broken(self._producer):
            self._producer = await replaced(self._producer, self._new_producer)

    async def stop(self) -> None:
        """Send what is left and disconnect."""
        await self._producer.stop()

    async def send(self, records: Iterable[tuple[int, bytes, bytes | None]]) -> int:
        """Send (shard, key, value) records and wait for them; returns how many.

        Raises `Unavailable` when Kafka does not acknowledge in time: what was sent is then in
        doubt.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                return await self._send(records)
        except (KafkaError, TimeoutError) as error:
            raise Unavailable(f"observations were not acknowledged: {error}") from error

    async def _send(self, records: Iterable[tuple[int, bytes, bytes | None]]) -> int:
        sent: list[asyncio.Future[object]] = []
        batches: dict[int, BatchBuilder] = {}
        count = 0
        for shard, key, value in records:
            count += 1
            batch = batches.get(shard) or self._producer.create_batch()
            batches[shard] = batch
            if batch.append(timestamp=None, key=key, value=value) is None:
                sent.append(await self._producer.send_batch(batch, INDICATORS, partition=shard))
                batches[shard] = self._producer.create_batch()
                batches[shard].append(timestamp=None, key=key, value=value)
        for shard, batch in batches.items():
            if batch.record_count():
                sent.append(await self._producer.send_batch(batch, INDICATORS, partition=shard))
        await asyncio.gather(*sent)
        return count
