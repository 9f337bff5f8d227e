"""The evaluator.

Owns shards through its group, ticks, publishes, and reads back what everybody sees.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import psycopg
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from services.adapters.clock import now
from services.adapters.kafka_start import group_member, is_broken, replaced, started
from services.adapters.kept_standard import KeptStandard
from services.adapters.logs import logger
from services.adapters.settings import Settings
from services.adapters.timescale import is_defect
from services.adapters.topics import INDICATORS
from services.adapters.watched_standard import DETAIL_MAX, WatchedStandard
from services.aggregator.evaluate.engine import EvaluationEngine, Ticked
from services.aggregator.evaluate.publisher import Publisher
from services.aggregator.metrics import EvaluateMetrics
from services.domain.engine.catalogue import Catalogue
from services.domain.errors import Fenced, IocError, Refused, Unavailable
from services.domain.units import UnitList

TICK_SECONDS = 0.25
TICK_SECONDS_MIN = 0.05
RETRY_SECONDS = 0.5
RETRY_SECONDS_MAX = 10.0
READ_BACK_MAX = 20_000
STANDARD_EVERY = 1_000_000


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the client is untyped
    """Pauses what is assigned and remembers it for the loop."""

    def __init__(self, worker: "EvaluateWorker") -> None:
        self._worker = worker

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Give the shards up at the next step."""
        self._worker.revoked({tp.partition for tp in revoked})

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Pause before anything else."""
        self._worker.consumer.pause(*assigned)
        self._worker.assigned({tp.partition for tp in assigned})


class EvaluateWorker:
    """One member of group `ioc-evaluate`."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        units: UnitList,
        metrics: EvaluateMetrics,
        standards: Path | None = None,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._log = logger("evaluate")
        self._engine = EvaluationEngine(
            settings.database_url, catalogue, units, settings.indicator_partitions
        )
        self._publisher = Publisher(settings.kafka_bootstrap)
        self._catalogue = catalogue
        self._standard = WatchedStandard(
            standards or settings.standards, kept=KeptStandard(settings.database_url)
        )
        self._standard_at = 0
        metrics.catalogue.in_force(self._standard.present.version)
        metrics.catalogue.refused.set(self._standard.refused is not None)
        self._assigned: set[int] = set()
        self._owned: set[int] = set()
        self._lost: set[int] = set()
        self._rebalances = 0
        self._notified = asyncio.Event()
        self.ready = False

    def assigned(self, shards: set[int]) -> None:
        """Called by the listener: the loop takes over what it does not own yet.

        The client's own assignment is no measure: it is the old one until a rebalance has ended.
        """
        self._rebalances += 1
        self._assigned |= shards

    def revoked(self, shards: set[int]) -> None:
        """Called by the listener: given up by the loop, also when they are assigned again."""
        self._rebalances += 1
        self._assigned -= shards
        self._lost |= shards

    async def run(self) -> None:
        """Evaluate until cancelled; whatever fails, state is dropped and read again."""
        await self._publisher.start()
        pause = RETRY_SECONDS
        try:
            await started(self._new_consumer, self._log)
            async with _listening(self._settings.database_url, self._notified):
                while True:
                    try:
                        await self._mend()
                        await self._step()
                        pause = RETRY_SECONDS
                    except (psycopg.Error, IocError, KafkaError, OSError) as error:
                        await self._drop(error)
                        await asyncio.sleep(pause)
                        pause = min(pause * 2, RETRY_SECONDS_MAX)
        finally:
            await self._publisher.stop()
            await self.consumer.stop()
            self._engine.drop()

    async def _mend(self) -> None:
        """Have other clients in the place of those that are broken."""
        if is_broken(self.consumer):
            await self._drop(Unavailable("a routine of the Kafka client has ended"))
            await replaced(self.consumer, self._new_consumer)
        await self._publisher.mend()

    def _new_consumer(self) -> AIOKafkaConsumer:
        self._assigned.clear()
        self.consumer = group_member(self._settings, "ioc-evaluate", auto_offset_reset="earliest")
        self.consumer.subscribe([INDICATORS], listener=_Listener(self))
        return self.consumer

    async def _drop(self, error: Exception) -> None:
        self._log.warning(
            "evaluation_interrupted",
            reason=type(error).__name__,
            detail=str(error)[:300],
            defect=is_defect(error),
        )
        self.ready = False
        if not isinstance(error, Fenced):
            self._metrics.reloads.inc()
        await asyncio.to_thread(self._engine.drop)
        self._owned.clear()

    async def _step(self) -> None:
        if self._lost:
            lost, self._lost = self._lost, set()
            self._owned -= lost
            await asyncio.to_thread(self._engine.give_up, lost)
        if wanted := self._assigned - self._owned:
            await self._take_over(wanted)
        if not self._owned:
            await asyncio.sleep(TICK_SECONDS_MIN)
            return
        if await self._adopted():
            return
        await self._read_back()
        started = now()
        ticked = await asyncio.to_thread(self._engine.tick, started)
        if ticked.records:
            self._metrics.published.inc(await self._publisher.send(ticked.records))
        await asyncio.to_thread(self._engine.acknowledged, ticked, now())
        spent = (now() - started) / 1_000_000
        if ticked.evaluated:
            self._metrics.tick_seconds.observe(spent)
        self._metrics.backlog.set(self._engine.waiting)
        self._metrics.keys.set(self._engine.cells)
        self.ready = self.ready or ticked.settled
        if not ticked.more:
            await self._rest(ticked, spent)

    async def _adopted(self) -> bool:
        """Look at the files of the standard once a second; a refused version changes nothing.

        Under a new version the shards are taken over anew, so that what it leaves out is withdrawn.
        A version in shadow changes nothing here: the api computes it when it is asked for.
        """
        if now() - self._standard_at < STANDARD_EVERY:
            return False
        self._standard_at = now()
        await asyncio.to_thread(self._standard.keep)
        try:
            standard = await asyncio.to_thread(self._standard.next)
        except Refused as error:
            self._metrics.catalogue.was_refused()
            self._log.error("catalogue_refused", detail=str(error)[:DETAIL_MAX])
            return False
        if standard is None:
            return False
        refused = self._standard.refused is not None
        self._metrics.catalogue.adopted(standard.version, refused=refused)
        self._log.info("catalogue_adopted", version=standard.version)
        before, self._catalogue = self._catalogue, standard.catalogue
        if self._catalogue.same_as(before):
            return False
        await asyncio.to_thread(self._engine.adopt, self._catalogue)
        self._owned.clear()
        return True

    @property
    def details(self) -> dict[str, object]:
        """What `/readyz` says of the standard that is in force here."""
        return self._standard.details

    async def _rest(self, ticked: Ticked, spent: float) -> None:
        """Wait for the next tick: a quarter of a second, or until something was committed.

        Totals that wait go on at once. After a long tick they rest for one: more comes than can be
        counted, and what is evaluated then is old already. Breakdowns get half of the time, so that
        counting has a core to itself, and give way to what is committed.
        """
        if ticked.urgent:
            await asyncio.sleep(TICK_SECONDS if spent > TICK_SECONDS else 0)
            return
        pause = TICK_SECONDS - TICK_SECONDS_MIN if ticked.resting else min(spent, TICK_SECONDS)
        await asyncio.sleep(max(0.0, TICK_SECONDS_MIN - spent))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._notified.wait(), max(0.01, pause))
        self._notified.clear()

    async def _take_over(self, wanted: set[int]) -> None:
        """Read the shards' log to its end, then become their owner under a new epoch.

        A rebalance that comes meanwhile has paused the shards again, also those that it gives
        back: reading would wait for ever, so the loop starts over.
        """
        rebalances = self._rebalances
        tps = [TopicPartition(INDICATORS, shard) for shard in sorted(wanted)]
        await self.consumer.seek_to_beginning(*tps)
        ends = await self.consumer.end_offsets(tps)
        self.consumer.resume(*tps)
        logs: dict[int, dict[str, bytes | None]] = {shard: {} for shard in wanted}
        reading = {tp for tp in tps if ends[tp] > 0}
        while reading:
            found = await self.consumer.getmany(*reading, timeout_ms=200, max_records=READ_BACK_MAX)
            for tp, records in found.items():
                logs[tp.partition].update(
                    {
                        record.key.decode("utf-8", "replace"): record.value
                        for record in records
                        if record.key
                    }
                )
            if rebalances != self._rebalances:
                return
            reading = {tp for tp in reading if await self.consumer.position(tp) < ends[tp]}
        await asyncio.to_thread(self._engine.take_over, logs)
        if rebalances != self._rebalances:
            self._lost |= wanted
            return
        self._owned |= wanted
        self._log.info("shards_taken", shards=sorted(wanted))

    async def _read_back(self) -> None:
        """Take note of records that stand in the log, our own and strangers'."""
        tps = [TopicPartition(INDICATORS, shard) for shard in self._owned]
        found = await self.consumer.getmany(*tps, timeout_ms=0, max_records=READ_BACK_MAX)
        for tp, records in found.items():
            for record in records:
                if record.key:
                    self._engine.seen(
                        tp.partition, record.key.decode("utf-8", "replace"), record.value
                    )


@contextlib.asynccontextmanager
async def _listening(url: str, notified: asyncio.Event) -> AsyncIterator[None]:
    """Set the event at each commit of stage 1; without the connection ticks go on by the clock."""

    async def listen() -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    url, autocommit=True
                ) as connection:
                    await connection.execute("listen ioc_delta")
                    async for _ in connection.notifies():
                        notified.set()
            except psycopg.Error:
                await asyncio.sleep(1.0)

    task = asyncio.create_task(listen())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
