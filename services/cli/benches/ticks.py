"""Ticks of the evaluator in this process: what it does between the database and the broker."""

import time
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from services.aggregator.evaluate.published import Shard
from services.aggregator.evaluate.records import records_of
from services.cli.benches.filling import Filling, fresh_points
from services.domain.engine.live import Live
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment, Silent
from services.domain.engine.ordered import Ints
from services.domain.engine.said import Said
from services.domain.instants import SECOND, format_instant


class Tick(NamedTuple):
    """What a tick took: CPU seconds of this process, and how much it did.

    `record_seconds` are those of them that went into records: their bytes, and whether they are
    news. The others are evaluation.
    """

    cpu_seconds: float
    record_seconds: float
    evaluated: int
    records: int
    record_bytes: int


class Ticker:
    """The evaluator over a filled state, owner of one shard that holds everything."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self._state = filling.state
        self._live = Live(self._state)
        self._observer = Observer(self._state, Said())
        self._shard = Shard(0, 1)
        self._chance = np.random.default_rng(1)

    def first(self, now: int) -> Tick:
        """Everything, as after reading the state."""
        self._live.touch_all()
        return self._tick(now, np.zeros(0, dtype=np.int64), ())

    def again(self, now: int) -> Tick:
        """Everything is looked at, and nothing has changed: evaluation without publishing."""
        return self.first(now)

    def settle(self, now: int) -> None:
        """Evaluate what the first tick made: cells of units that only a rank looks at."""
        while self.idle(now).evaluated:
            pass

    def changed(self, now: int, share: float) -> Tick:
        """A tick with a new point in a share of the keys of communes; all of them take figures."""
        keys = self.filling.table.add(*fresh_points(self.filling, share, now, self._chance))
        return self._tick(now, keys, self.filling.figures if share >= 1 else ())

    def idle(self, now: int) -> Tick:
        """A tick in which nothing was counted."""
        return self._tick(now, np.zeros(0, dtype=np.int64), ())

    def _tick(self, now: int, keys: Ints, figures: Iterable[tuple[str, str]]) -> Tick:
        started, recording, weighing = time.process_time(), 0.0, 0.0
        self._live.touch_keys(keys)
        self._live.touch_figures(figures)
        self._live.advance(now, now - 5 * SECOND)
        evaluated = records = size = 0
        moment, published_at = Moment(now, now - 5 * SECOND), format_instant(now)
        formulas = self._state.catalogue.formulas
        for task, cells in self._live.take_totals():
            evaluated += len(cells)
            task_of = (formulas[task.formula], task.window, task.calendar)
            for told in self._observer.told(*task_of, cells, moment):
                if isinstance(told, Silent):
                    continue
                evaluated_at = time.process_time()
                sent = list(self._shard.changed(records_of(told), published_at))
                recorded_at = time.process_time()
                recording += recorded_at - evaluated_at
                records += len(sent)
                size += sum(len(key) + len(body) for key, body in sent)
                weighing += time.process_time() - recorded_at
        spent = time.process_time() - started - weighing
        return Tick(spent, recording, evaluated, records, size)
