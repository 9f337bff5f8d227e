"""The counting worker.

Reads its partitions, hands batches to the writer, starts over after any doubt.

aiokafka hands out records before `on_partitions_assigned` has finished and swallows what is raised
there; so the listener's first statement pauses, and everything else happens in the loop, where a
failure is seen.
"""

import asyncio
from collections.abc import Collection, Iterable
from uuid import UUID, uuid4

import psycopg
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from services.adapters.clock import now
from services.adapters.kafka_start import group_member, is_broken, replaced, started
from services.adapters.log_positions import cluster_id
from services.adapters.logs import logger
from services.adapters.settings import Settings
from services.adapters.timescale import connect, is_defect
from services.adapters.topics import DEAD_LETTERS, RECEIPTS
from services.adapters.watched_standard import WatchedStandard
from services.aggregator.count.batch import Partition, Record, decode_batch
from services.aggregator.count.compact import Compactor
from services.aggregator.count.isolation import write_isolating
from services.aggregator.count.log_ends import LogEnds, LogEndsAsked, answer
from services.aggregator.count.measuring import WARNING, Remeasuring
from services.aggregator.count.positions import Position, take_over
from services.aggregator.count.writer import Writer, Written
from services.aggregator.metrics import CountMetrics
from services.domain.errors import Fenced, IocError, Refused, Unavailable
from services.domain.units import UnitList

POLL_MS = 100
FETCH_WAIT_MS = 500
METADATA_MS_MAX = 5_000
"""A topic that is new, or made anew, is noticed after this time."""
RETRY_SECONDS = 0.5
RETRY_SECONDS_MAX = 10.0


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the client is untyped
    """Pauses what is assigned and remembers it for the loop."""

    def __init__(self, worker: "CountWorker") -> None:
        self._worker = worker

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Forget them; a transaction in hand is guarded by the database."""
        self._worker.revoked(revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Pause before anything else."""
        self._worker.consumer.pause(*assigned)
        self._worker.assigned(assigned)


class CountWorker:
    """One worker of group `ioc-count`; one database connection, one transaction at a time."""

    def __init__(
        self,
        settings: Settings,
        topics: Iterable[str],
        standard: WatchedStandard,
        units: UnitList,
        metrics: CountMetrics,
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._standard = standard
        self._catalogue = standard.present.catalogue
        self._units = units
        self._metrics = metrics
        self._log = logger("count")
        self._owner: UUID = uuid4()
        self._held: dict[Partition, Position] = {}
        self._assigned: set[Partition] = set()
        self._rebalances = 0
        self._connection: psycopg.Connection | None = None
        self._writer: Writer | None = None
        self._remeasuring: Remeasuring | None = None
        self._ends = LogEndsAsked()
        self.ready = False

    async def run(self) -> None:
        """Count until cancelled; whatever fails, state is dropped and read again."""
        await started(self._new_consumer, self._log)
        pause = RETRY_SECONDS
        compactor = Compactor(self._settings.database_url, self._settings.compact_seconds)
        compacting = asyncio.create_task(compactor.run(self._held.keys))
        try:
            while True:
                try:
                    if is_broken(self.consumer):
                        self._drop(Unavailable("a routine of the Kafka client has ended"))
                        await replaced(self.consumer, self._new_consumer)
                    await self._step()
                    pause = RETRY_SECONDS
                except (psycopg.Error, IocError, KafkaError, OSError) as error:
                    self._drop(error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, RETRY_SECONDS_MAX)
        finally:
            compacting.cancel()
            self._ends.forget()
            await self.consumer.stop()
            if self._connection is not None:
                self._connection.close()

    @property
    def details(self) -> dict[str, object]:
        """What `/readyz` says of the standard that is counted by."""
        anew = [] if self._remeasuring is None else [WARNING]
        return {"catalogue": self._standard.present.version, "warnings": anew}

    def _new_consumer(self) -> AIOKafkaConsumer:
        self._assigned.clear()
        self.consumer = group_member(
            self._settings,
            "ioc-count",
            auto_offset_reset="none",
            metadata_max_age_ms=METADATA_MS_MAX,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        self.consumer.subscribe(self._topics, listener=_Listener(self))
        return self.consumer

    def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """Called by the listener: the loop takes over what it does not hold yet.

        The client's own assignment is no measure: it is the old one until a rebalance has ended.
        """
        self._rebalances += 1
        self._assigned |= {(tp.topic, tp.partition) for tp in partitions}

    def revoked(self, partitions: Collection[TopicPartition]) -> None:
        """Called by the listener: these are no longer ours."""
        self._rebalances += 1
        for tp in partitions:
            self._assigned.discard((tp.topic, tp.partition))
            self._held.pop((tp.topic, tp.partition), None)

    def _drop(self, error: Exception) -> None:
        """Forget everything that was held; the next step takes over anew."""
        if isinstance(error, Fenced):
            self._metrics.fenced.inc()
        self._log.warning(
            "counting_interrupted",
            reason=type(error).__name__,
            detail=str(error)[:300],
            defect=is_defect(error),
        )
        self._metrics.up.set(0)
        self.ready = False
        held = {TopicPartition(*partition) for partition in self._held}
        self.consumer.pause(*(held & self.consumer.assignment()))
        self._held.clear()
        self._ends.forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = self._writer = self._remeasuring = None

    async def _step(self) -> None:
        if wanted := sorted(self._assigned - self._held.keys()):
            await self._take_over(wanted)
        active = [TopicPartition(*partition) for partition in self._held]
        if not active:
            await asyncio.sleep(POLL_MS / 1000)
            return
        found = await self.consumer.getmany(
            *active,
            timeout_ms=POLL_MS if self._remeasuring is None else 0,
            max_records=self._settings.batch_records,
        )
        records = [
            Record(r.topic, r.partition, r.offset, r.value or b"", dict(r.headers))
            for polled in found.values()
            for r in polled
        ]
        if records:
            await self._count(records)
        if ends := self._ends.take(self.consumer, self._held):
            await self._tick(ends)
            await self._adopt()
        if self._remeasuring is not None:
            await self._remeasure(self._remeasuring)

    async def _take_over(self, wanted: list[Partition]) -> None:
        """Fence the partitions, learn their positions, check them with the log, go on there.

        After a rebalance that comes meanwhile the loop starts over.
        """
        rebalances = self._rebalances
        if self._connection is None:
            self._connection = await asyncio.to_thread(
                connect, self._settings.database_url, "ioc-count"
            )
            self._owner = uuid4()
        cluster = await answer(lambda: cluster_id(self._settings.kafka_bootstrap))
        taken = (self._connection, self._owner, wanted, cluster)
        positions = await asyncio.to_thread(take_over, *taken)
        missing = [p for p in wanted if p not in positions]
        if missing:
            raise Unavailable(f"no position for {missing[0]}: run `ioc migrate`")
        tps = [TopicPartition(*partition) for partition in wanted]
        begins = await answer(lambda: self.consumer.beginning_offsets(tps))
        ends = await answer(lambda: self.consumer.end_offsets(tps))
        if rebalances != self._rebalances:
            return
        for tp in tps:
            offset = positions[tp.topic, tp.partition].offset
            if not begins[tp] <= offset <= ends[tp]:
                raise Unavailable(
                    f"{tp.topic}/{tp.partition}: position {offset} is not in the log"
                    f" [{begins[tp]}, {ends[tp]}]; the topic was made anew or lost its tail:"
                    " when its log is the right one, run `ioc migrate --adopt-log`"
                )
            self.consumer.seek(tp, offset)
        self.consumer.resume(*tps)
        self._held.update(positions)
        await self._look_behind()
        self._metrics.partitions.set(len(self._held))
        self._metrics.up.set(1)
        self.ready = True
        self._log.info("partitions_taken", partitions=len(tps))

    async def _count(self, records: list[Record]) -> None:
        ends = {(record.topic, record.part): record.offset + 1 for record in records}
        held = {p: position for p, position in self._held.items() if p in ends}
        if len(held) < len(ends):
            raise Fenced("a partition was revoked while its records were in hand")
        written = await asyncio.to_thread(self._write, records, held, ends)
        self._remember(written)

    def _write(
        self, records: list[Record], held: dict[Partition, Position], ends: dict[Partition, int]
    ) -> Written:
        with self._metrics.commit_seconds.time():
            batch = decode_batch(records, RECEIPTS, DEAD_LETTERS)
            written = write_isolating(self._require_writer(), batch, held, ends, now())
        for state, count in written.states.items():
            self._metrics.events.labels(state).inc(count)
        self._metrics.dead_letters.inc(written.dead)
        self._metrics.cases.inc(written.cases)
        return written

    def _remember(self, written: Written) -> None:
        for partition, position in written.positions.items():
            if partition in self._held:
                self._held[partition] = position

    async def _tick(self, ends: LogEnds) -> None:
        """Clock commits of what has caught up with the log as it was when its ends were asked."""
        held = {p: at for p, at in self._held.items() if p in ends.offsets}
        behind = {p: ends.offsets[p] - held[p].offset for p in held}
        caught_up = [partition for partition, records in behind.items() if records <= 0]
        self._metrics.lag.set(sum(max(0, records) for records in behind.values()))
        tick = self._require_writer().tick
        self._remember(await asyncio.to_thread(tick, held, caught_up, ends.at))

    async def _remeasure(self, remeasuring: Remeasuring) -> None:
        """Count some cases anew that other measures have counted."""
        held = {p: at for p, at in self._held.items() if p in remeasuring.partitions}
        remeasure = self._require_writer().remeasure
        written = await asyncio.to_thread(remeasure, held, remeasuring, now())
        self._remember(written)
        self._metrics.remeasured.inc(written.cases)
        if remeasuring.done and self._remeasuring is remeasuring:
            self._remeasuring = None
            self._log.info("remeasured", partitions=len(held))

    async def _adopt(self) -> None:
        """Look at the files of the standard; count by other measures when there are any."""
        try:
            standard = await asyncio.to_thread(self._standard.next)
        except Refused:
            return  # the evaluator and the api say so
        if standard is None or standard.catalogue.measures == self._catalogue.measures:
            return
        self._catalogue, self._writer = standard.catalogue, None
        self._log.info("measures_adopted", version=standard.version)
        await self._look_behind()

    async def _look_behind(self) -> None:
        """Find out what of the partitions in hand other measures have counted."""
        if self._connection is not None:
            given = (self._connection, self._owner, self._catalogue, self._units)
            self._writer = self._writer or Writer(*given)
            self._remeasuring = await asyncio.to_thread(self._writer.behind, list(self._held))

    def _require_writer(self) -> Writer:
        if self._writer is None:
            raise Unavailable("no connection to the database")
        return self._writer
