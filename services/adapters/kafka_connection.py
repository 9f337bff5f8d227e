"""A producer's connection to Kafka that repairs itself.

The client retries a batch for ever while a broker is away, which is what we want. What it cannot
do is go on after a batch failed for good: the broker then expects a sequence number that never
comes. So after any failed batch the whole producer is replaced, and with it its identity.
"""

import asyncio
import contextlib

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from services.adapters.logs import logger
from services.domain.errors import Unavailable

CHECK_SECONDS_MAX = 2.0
CLOSE_SECONDS_MAX = 2.0


class ConnectionLimits(msgspec.Struct, frozen=True):
    """The bounds of one connection and of what is sent over it."""

    group_bytes_max: int = 256 * 1024
    request_seconds_max: float = 10.0
    connect_seconds_max: float = 20.0
    pause_seconds_min: float = 0.2
    pause_seconds_max: float = 5.0
    metadata_refresh_seconds: float = 5.0
    stalled_after_seconds: float = 5.0


class _Session:
    """One producer and the future that ends when it is closed."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Connection:
    """Keeps one idempotent producer connected; `partitions` is the width of each known topic."""

    def __init__(self, bootstrap: str, topics: tuple[str, ...], limits: ConnectionLimits) -> None:
        self.partitions: dict[str, int] = {}
        self._bootstrap = bootstrap
        self._topics = topics
        self._limits = limits
        self._session: _Session | None = None
        self._usable = asyncio.Event()
        self._broken = asyncio.Event()
        self._log = logger("kafka_connection")

    async def keep(self) -> None:
        """Connect, watch, replace; ends only by cancellation."""
        pause = self._limits.pause_seconds_min
        while True:
            session = _Session(self._new_producer())
            try:
                async with asyncio.timeout(self._limits.connect_seconds_max):
                    await session.producer.start()
                    await session.producer.client.set_topics(self._topics)
                pause = self._limits.pause_seconds_min
                await self._use(session)
            except (KafkaError, OSError, TimeoutError) as failure:
                self._log.warning("kafka_not_reachable", reason=repr(failure), pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._limits.pause_seconds_max)
            finally:
                await self._close(session)

    def builder(self) -> BatchBuilder:
        """Make an empty batch; raises Unavailable when there is no connection."""
        if self._session is None:
            raise Unavailable(self.trouble())
        return self._session.producer.create_batch()

    async def deliver(self, builder: BatchBuilder, topic: str, partition: int) -> None:
        """Send a closed batch and wait for its acknowledgement, however long Kafka is away.

        Raises Unavailable when the batch failed for good, or may have been stored by a producer
        that was replaced meanwhile.
        """
        session = await self._next_session()
        delivery = asyncio.ensure_future(_send(session.producer, builder, topic, partition))
        try:
            await asyncio.wait({delivery, session.closed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered = delivery.done()
            delivery.cancel()
        if not answered:
            raise Unavailable("The connection to Kafka was replaced; send the records again.")
        failure = delivery.exception()
        if failure is not None:
            self._broken.set()
            raise Unavailable(f"Kafka refused a batch for {topic}: {failure!r}.") from failure

    async def check(self) -> str | None:
        """Ask a broker for its metadata: None when it answers and has all topics, or why not."""
        missing = [topic for topic in self._topics if not self.partitions.get(topic)]
        if self._session is None or missing:
            return self.trouble(missing[0] if missing else "")
        try:
            async with asyncio.timeout(CHECK_SECONDS_MAX):
                answers = await self._session.producer.client.force_metadata_update()
        except (KafkaError, OSError, TimeoutError):
            answers = False
        return None if answers else f"Kafka at {self._bootstrap} does not answer."

    def trouble(self, missing_topic: str = "") -> str:
        """Name what is wrong, and what to do, in one sentence."""
        if self._session is not None and missing_topic:
            return f"Kafka has no topic {missing_topic}; run `ioc migrate`."
        return f"Kafka at {self._bootstrap} is not reachable."

    async def _next_session(self) -> _Session:
        while self._session is None:
            await self._usable.wait()
        return self._session

    async def _use(self, session: _Session) -> None:
        self._session = session
        self._broken.clear()
        self._usable.set()
        self._log.info("kafka_connected", bootstrap=self._bootstrap)
        while not self._broken.is_set():
            cluster = session.producer.client.cluster
            for topic in self._topics:
                self.partitions[topic] = len(cluster.partitions_for_topic(topic) or ())
            if not all(self.partitions.values()):
                session.producer.client.force_metadata_update()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._broken.wait(), self._limits.metadata_refresh_seconds)
        self._log.warning("kafka_producer_replaced", bootstrap=self._bootstrap)

    def _new_producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=self._limits.group_bytes_max,
            request_timeout_ms=int(self._limits.request_seconds_max * 1000),
        )

    async def _close(self, session: _Session) -> None:
        self._session = None
        self._usable.clear()
        self.partitions.clear()
        try:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS_MAX):
                    await session.producer.stop()
        finally:
            session.closed.set_result(None)


async def _send(
    producer: AIOKafkaProducer, builder: BatchBuilder, topic: str, partition: int
) -> None:
    await (await producer.send_batch(builder, topic, partition=partition))
