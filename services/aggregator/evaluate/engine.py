"""The evaluator's synchronous half.

Reads deltas, evaluates what they and the clock touched, finds what to publish.

It runs in a thread of its own, so that the broker's heartbeats never wait for a sum.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np
import psycopg

from services.adapters.clock import now as clock
from services.adapters.panes import PaneReader
from services.adapters.timescale import connect
from services.aggregator.evaluate.homes import Homes, by_shard
from services.aggregator.evaluate.published import Shard, read_mark
from services.aggregator.evaluate.records import Records, records_of
from services.aggregator.evaluate.reviser import ASKED_BY_NAME_MAX, Owned, Record, Reviser
from services.aggregator.evaluate.rows import Rows, write_rows
from services.aggregator.evaluate.shards import check, report, take_over
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.live import Live
from services.domain.engine.observation import Observation, identity
from services.domain.engine.observing import Moment, Silent
from services.domain.engine.said import Said
from services.domain.engine.through_time import TimedObserver
from services.domain.engine.waiting import NOTHING, PATIENCE, Reached, Task
from services.domain.engine.windows import window_name
from services.domain.instants import format_instant
from services.domain.units import UnitList

BREAKDOWNS_PER_TICK = 400
SLICE = 30_000
"""Microseconds after which a tick publishes what it has: what is due first is seen first."""
ROWS_EVERY = 500_000
REVISE_EVERY = 1_000_000
"""How often closed periods are looked at although newer ones wait."""


class Ticked(NamedTuple):
    """Records to publish, and what may be said once Kafka has them."""

    records: list[Record]
    published: Reached
    settled: bool
    urgent: bool
    resting: bool
    more: bool
    evaluated: int


class EvaluationEngine:
    """State, pending work and shards of one process.

    All methods are called from one thread at a time.
    """

    def __init__(
        self,
        url: str,
        catalogue: Catalogue,
        units: UnitList,
        shards: int,
        asked_by_name_max: int = ASKED_BY_NAME_MAX,
    ) -> None:
        self._url = url
        self._catalogue = catalogue
        self._units = units
        self._homes = Homes(units, shards)
        self._asked_by_name_max = asked_by_name_max
        self._connection: psycopg.Connection | None = None
        self._owner: UUID = uuid4()
        self._reader = PaneReader(catalogue, units)
        self._live = Live(self._reader.state, patience=PATIENCE)
        self._said = Said()
        self._observer = TimedObserver(self._reader.state, self._said)
        self._reviser = Reviser(self._reader.state, self._homes.of, self._asked_by_name_max)
        self._revised_at = 0
        self._shards: dict[int, Shard] = {}
        self._rows = Rows()
        self._rows_at = 0
        self._reported = NOTHING

    @property
    def cells(self) -> int:
        """Cells held, for metrics."""
        return len(self._reader.state.cells)

    @property
    def waiting(self) -> int:
        """Cells that wait for evaluation, for metrics."""
        return len(self._live)

    def take_over(self, logs: dict[int, dict[str, bytes | None]]) -> None:
        """Own these shards from now on; `logs` is what each partition holds."""
        connection = self._connected()
        epochs = {
            number: max((read_mark(body).epoch for body in log.values()), default=0)
            for number, log in logs.items()
        }
        for number, epoch in take_over(connection, self._owner, epochs).items():
            shard = Shard(number, epoch)
            for key, body in logs[number].items():
                if body is not None:
                    shard.seen(key, body)
            self._shards[number] = shard
        self._said.forget_all()
        self._live.touch_all()
        self._reviser.touch_all()
        self._reported = NOTHING

    def give_up(self, shards: Iterable[int]) -> None:
        """These shards are no longer ours."""
        for number in shards:
            self._shards.pop(number, None)

    def drop(self) -> None:
        """Forget everything after a failure."""
        self._shards.clear()
        self._reader = PaneReader(self._catalogue, self._units)
        self._start_over()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def adopt(self, catalogue: Catalogue) -> None:
        """Evaluate by another catalogue: everything is read, owned and published anew."""
        self._catalogue = catalogue
        self.drop()

    def seen(self, shard: int, key: str, body: bytes | None) -> None:
        """A record that stands in the log; a stranger's is overwritten at the next tick."""
        if shard in self._shards and self._shards[shard].seen(key, body):
            self._reviser.seen(key)
            touched = self._live.touch_named(key)
            if touched is not None:
                task, cell = touched
                self._said.forget(task, [cell])

    def tick(self, now: int) -> Ticked:
        """Read, evaluate, and find what differs from the log.

        Raises `Fenced` when a shard was lost.
        """
        connection = self._connected()
        check(connection, self._owner, {n: s.epoch for n, s in self._shards.items()})
        read = self._reader.read(connection, self._reviser.closed.before)
        if read.anew:
            self._start_over()
            for shard in self._shards.values():
                shard.cells_renumbered()
            self._live.touch_all()
            self._reviser.touch_all()
        self._live.touch_keys(read.keys)
        self._live.touch_figures(read.figures)
        # What was counted is behind the last tick, what the clock moves behind its watermark only.
        told = self._live.waiting.reached.final_to
        self._live.waiting.reached = Reached(read.applied, told)
        self._live.advance(now, read.watermark)
        self._live.waiting.reached = Reached(read.applied, read.watermark)
        self._reviser.closed.touch(*read.late)
        self._reviser.closed.touch_figures(read.figures)
        self._reviser.closed.advance(now, read.watermark)
        records: list[Record] = []
        evaluated = 0
        if not read.more:
            moment = Moment(now, read.watermark)
            for task, cells in self._work(clock() + SLICE):
                evaluated += len(cells)
                records.extend(self._publish(task, cells, moment))
            records.extend(self._revise(connection, now))
        published = self._live.waiting.published
        settled = not read.more and not self._live.totals_wait and published != NOTHING
        if settled:
            records.extend(self._tombstones())
        return Ticked(
            records=records,
            published=published,
            settled=settled,
            urgent=self._live.totals_wait,
            resting=settled and not self._live.waiting.breakdowns_wait,
            more=read.more,
            evaluated=evaluated,
        )

    def _revise(self, connection: psycopg.Connection, now: int) -> Iterator[Record]:
        """Closed periods, while nothing newer waits for long."""
        owned = Owned(self._owner, self._shards)
        yield from self._reviser.told_again(connection, owned, now)
        if self._live.totals_wait and 0 <= now - self._revised_at < REVISE_EVERY:
            return
        self._revised_at = now
        until = clock() + SLICE
        yield from self._reviser.work(connection, owned, now, lambda: clock() >= until)

    def _work(self, until: int) -> Iterator[tuple[Task, list[int]]]:
        """What waits, as far as a slice of time goes: what it has brought is published then."""
        for work in (self._live.take_totals(), self._live.take_breakdowns(BREAKDOWNS_PER_TICK)):
            for task, cells in work:
                yield task, cells
                if clock() >= until:
                    return

    def acknowledged(self, ticked: Ticked, now: int) -> None:
        """Kafka has the records.

        Say how far everything is published, and write the rows that are due.
        """
        connection = self._connected()
        if ticked.published not in {NOTHING, self._reported}:
            report(connection, self._owner, list(self._shards), *ticked.published)
            self._reported = ticked.published
        if now - self._rows_at < ROWS_EVERY:
            return
        self._rows_at = now
        grouped: dict[int, list[Observation]] = {}
        for observation in self._rows.due(now):
            number = self._homes.of(f"{observation.unit}@{observation.valid_from}")
            grouped.setdefault(number, []).append(observation)
        for number, found in grouped.items():
            shard = self._shards.get(number)
            if shard is not None:
                write_rows(connection, self._owner, number, shard.epoch, found, now)

    def _publish(self, task: Task, cells: list[int], moment: Moment) -> Iterable[Record]:
        """What a task says of the cells that are ours: evaluated together, then told by shard."""
        units, home = self._reader.state.cells.units, self._homes.of
        owned = [cell for cell in cells if home(units[cell]) in self._shards]
        made: dict[int, list[Records]] = {}
        silent: dict[int, list[str]] = {}
        formula = self._catalogue.formulas[task.formula]
        for told in self._observer.told(formula, task.window, task.calendar, owned, moment):
            if isinstance(told, Silent):
                for cell in told.cells:
                    silent.setdefault(home(units[cell]), []).append(self._key(task, cell))
                continue
            records = records_of(told)
            self._rows.offer(records, told.span.period, final=told.final)
            shards = by_shard([home(units[cell]) for cell in told.cells.tolist()])
            for number, places in shards.items():
                made.setdefault(number, []).append(records.at(np.array(places)))
        at = format_instant(moment.now)
        for number, columns in made.items():
            for records in columns:
                for key, body in self._shards[number].changed(records, at):
                    yield number, key, body
        for number, names in silent.items():
            for name in self._shards[number].withdrawn(names):
                yield number, name.encode(), None

    def _key(self, task: Task, cell: int) -> str:
        """The key of a cell's observation, whether it has one or not."""
        dim, member = self._reader.state.cells.members[cell]
        window = window_name(task.window, task.calendar)
        unit = self._reader.state.cells.units[cell]
        return identity(task.formula, unit, {dim: member} if dim else {}, window, None)

    def _tombstones(self) -> Iterable[Record]:
        """Keys that somebody left in the log and that have no value any more."""
        for number, shard in self._shards.items():
            for key in shard.orphans(self._live.waits_for):
                yield number, key.encode(), None

    def _start_over(self) -> None:
        self._reported = NOTHING
        self._live = Live(self._reader.state, patience=PATIENCE)
        self._said = Said()
        self._observer = TimedObserver(self._reader.state, self._said)
        self._reviser = Reviser(self._reader.state, self._homes.of, self._asked_by_name_max)

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = connect(self._url, "ioc-evaluate")
            self._owner = uuid4()
        return self._connection
