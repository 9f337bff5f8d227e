"""Reads `ioc.indicators.v1` onto the board: all partitions, from the beginning, without a group.

Ready means: everything was read that the topic held when the reading began. The consumer is
watched by its progress, not by its being alive (a broker that restarts can leave it stuck), and
is replaced when it stands still; positions are kept, so nothing is read twice or left out. A
bad record is counted and skipped. When the log no longer holds our positions it is another log:
the process ends with `HistoryLost` and begins again with a new epoch.
"""

import asyncio
from collections.abc import Callable

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from services.adapters.logs import logger
from services.adapters.topics import INDICATORS
from services.api.live.board import Board, Verdict
from services.api.metrics import ApiMetrics
from services.domain.errors import IocError, Unavailable

RECOVERABLE = (KafkaError, OSError, TimeoutError, Unavailable)


class HistoryLost(IocError):
    """The topic was made anew or cut behind our positions: all state is of another log."""


class FeedLimits(msgspec.Struct, frozen=True):
    """Bounds of the reading."""

    records_max: int = 2_000
    poll_ms: int = 200
    look_s: float = 2.0
    recount_s: float = 30.0
    stalled_s: float = 10.0
    silent_s: float = 30.0
    answer_s: float = 10.0
    pause_s_min: float = 0.5
    pause_s_max: float = 5.0
    partitions_max: int = 4_096


class Feed:
    """One replica's reader. `on_ready` is called when the board is complete."""

    def __init__(
        self,
        bootstrap: str,
        board: Board,
        metrics: ApiMetrics,
        on_ready: Callable[[], None],
        limits: FeedLimits | None = None,
        topic: str = INDICATORS,
    ) -> None:
        self.trouble: str | None = "has not read the topic yet"
        self._bootstrap = bootstrap
        self._board = board
        self._metrics = metrics
        self._on_ready = on_ready
        self._limits = limits or FeedLimits()
        self._topic = topic
        self._positions: dict[TopicPartition, int] = {}
        self._goal: dict[TopicPartition, int] | None = None
        self._ready = False
        self._alive_at = 0.0
        self._reader: asyncio.Task[object] | None = None
        self._log = logger("feed")

    async def run(self) -> None:
        """Read until cancelled; raises HistoryLost when the log is another one."""
        pause = self._limits.pause_s_min
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                enable_auto_commit=False,
                auto_offset_reset="none",
                metadata_max_age_ms=10_000,
            )
            # A task of its own: when a broker dies the client lets cancellations of its inner
            # tasks escape, which would end the whole feed without a word.
            reading = asyncio.create_task(self._read(consumer))
            try:
                await self._watch(reading)
            finally:
                reading.cancel()
                await self._stop(consumer)
            progress = self._judge(reading)
            pause = (
                self._limits.pause_s_min if progress else min(2 * pause, self._limits.pause_s_max)
            )
            await asyncio.sleep(pause)

    async def _watch(self, reading: asyncio.Task[bool]) -> None:
        """Wait until the reading ends, or gives no sign of life: the client can hang for ever."""
        loop = asyncio.get_running_loop()
        self._alive_at = loop.time()
        while not reading.done() and loop.time() - self._alive_at < self._limits.silent_s:
            await asyncio.wait({reading}, timeout=self._limits.look_s)

    async def _read(self, consumer: AIOKafkaConsumer) -> bool:
        async with asyncio.timeout(self._limits.answer_s):
            await consumer.start()
        return await self._follow(consumer)

    async def _stop(self, consumer: AIOKafkaConsumer) -> None:
        """Close a consumer within a bound; one that does not end is left behind."""
        stopping = asyncio.create_task(consumer.stop())
        await asyncio.wait({stopping}, timeout=self._limits.answer_s)
        if not stopping.done():
            stopping.cancel()
        elif stopping.cancelled():
            # A fetch was under way: the client's own stop breaks off before its connections.
            closing = asyncio.create_task(consumer._client.close())  # noqa: SLF001  # see above
            await asyncio.wait({closing}, timeout=self._limits.answer_s)
        elif stopping.exception() is not None:
            self._log.info("consumer_ended_badly", error=repr(stopping.exception()))

    def _judge(self, reading: asyncio.Task[bool]) -> bool:
        """Say whether to go on at once; raises what waiting does not heal."""
        ended = reading.done() and not reading.cancelled()
        error = reading.exception() if ended else None
        if isinstance(error, OffsetOutOfRangeError):
            raise HistoryLost(f"{self._topic} does not hold our positions: {error}") from error
        if ended and error is None:
            return reading.result()
        if error is not None and not isinstance(error, RECOVERABLE):
            raise error
        reason = "stalled" if isinstance(error, Unavailable) else "kafka"
        self.trouble = f"cannot read {self._topic}: {error or 'the client gave up'}"
        self._metrics.feed_restarts.labels(reason).inc()
        self._log.warning("feed_interrupted", reason=reason, error=repr(error))
        return False

    async def _follow(self, consumer: AIOKafkaConsumer) -> bool:
        """Read with one consumer until it must be replaced; True: only for new partitions."""
        current = asyncio.current_task()
        self._reader = current
        partitions = await self._assign(consumer)
        ends = await self._ends(consumer, partitions)
        if self._goal is None:
            self._goal = ends
        loop = asyncio.get_running_loop()
        counted_at = looked_at = moved_at = loop.time()
        while True:
            batches = await consumer.getmany(
                timeout_ms=self._limits.poll_ms, max_records=self._limits.records_max
            )
            if self._reader is not current:
                raise Unavailable("another consumer has taken over")
            self._alive_at = loop.time()
            for partition, records in batches.items():
                self._apply(partition, records)
                moved_at = loop.time()
            self._check_ready()
            await asyncio.sleep(0)
            if loop.time() - looked_at < self._limits.look_s:
                continue
            looked_at = loop.time()
            ends = await self._ends(consumer, partitions)
            await self._skip_compacted(consumer, partitions)
            lag = sum(max(0, ends[one] - self._positions[one]) for one in partitions)
            self._metrics.feed_lag_records.set(lag)
            self.trouble = None if self._ready else self.trouble
            if not lag:
                moved_at = looked_at
            elif looked_at - moved_at > self._limits.stalled_s:
                raise Unavailable(f"{lag} records wait and none comes")
            if loop.time() - counted_at > self._limits.recount_s:
                counted_at = loop.time()
                if await self._partitions() != partitions:
                    return True

    async def _assign(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        partitions = await self._partitions()
        if not partitions:
            raise Unavailable(f"the topic {self._topic} does not exist yet")
        consumer.assign(partitions)
        begins = await asyncio.wait_for(
            consumer.beginning_offsets(partitions), self._limits.answer_s
        )
        ends = await self._ends(consumer, partitions)
        for partition in partitions:
            position = self._positions.setdefault(partition, begins[partition])
            if not begins[partition] <= position <= ends[partition]:
                raise HistoryLost(
                    f"{partition} holds {begins[partition]} to {ends[partition]}, not {position}"
                )
            consumer.seek(partition, position)
        return partitions

    async def _partitions(self) -> list[TopicPartition]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        async with asyncio.timeout(self._limits.answer_s):
            await admin.start()
            try:
                described = await admin.describe_topics([self._topic])
            finally:
                await admin.close()
        numbers = sorted(part["partition"] for part in described[0]["partitions"])
        return [TopicPartition(self._topic, one) for one in numbers[: self._limits.partitions_max]]

    async def _ends(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, int]:
        async with asyncio.timeout(self._limits.answer_s):
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        return ends

    async def _skip_compacted(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
    ) -> None:
        """Compaction can leave offsets without records; the consumer's own position knows."""
        for partition in partitions:
            position = await consumer.position(partition)
            self._positions[partition] = max(self._positions[partition], position)
        self._check_ready()

    def _apply(self, partition: TopicPartition, records: list[object]) -> None:
        counts = dict.fromkeys(Verdict, 0)
        for record in records:
            verdict = self._board.apply(record.key, record.value)  # type: ignore[attr-defined]  # untyped client
            counts[verdict] += 1
        self._positions[partition] = records[-1].offset + 1  # type: ignore[attr-defined]  # untyped client
        for verdict, count in counts.items():
            if count:
                self._metrics.records.labels(verdict.value).inc(count)
        if counts[Verdict.MALFORMED] or counts[Verdict.REFUSED]:
            self._log.warning(
                "records_skipped",
                partition=partition.partition,
                malformed=counts[Verdict.MALFORMED],
                refused=counts[Verdict.REFUSED],
                before_offset=self._positions[partition],
            )
        self._metrics.board_keys.set(self._board.keys)
        self._metrics.board_seq.set(self._board.head)

    def _check_ready(self) -> None:
        if self._ready or self._goal is None:
            return
        if all(self._positions.get(one, 0) >= end for one, end in self._goal.items()):
            self._ready = True
            self.trouble = None
            self._log.info("feed_ready", keys=self._board.keys, seq=self._board.head)
            self._on_ready()
