"""One counting worker and one reader over a real database, for tests of what is stored."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import numpy as np
import psycopg

from services.adapters.panes import PaneReader
from services.adapters.provision import fill_progress
from services.adapters.timescale import connect
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.aggregator.count.batch import Partition, Record, decode_batch
from services.aggregator.count.case_rows import decode_body
from services.aggregator.count.compact import compact
from services.aggregator.count.positions import Position, take_over
from services.aggregator.count.writer import Writer, Written
from services.domain.engine.state import State
from tests.unit.asked_measures import asking
from tests.unit.engine_documents import Document

TOPIC = "ioc.events.public-service.v1"
PARTITION: Partition = (TOPIC, 0)
COMMUNE = "C:11953@2025-07-01"


@contextmanager
def centre_over(database: str, *names: str) -> Iterator["Centre"]:
    """A centre over a database of its own, that counts these measures."""
    fill_progress(database, {TOPIC: 1, INDICATORS: 1}, [TOPIC])
    with connect(database, "test") as connection:
        yield Centre(connection, *names)


class Centre:
    """One worker and one reader over a database."""

    def __init__(self, connection: psycopg.Connection, *names: str) -> None:
        self._connection = connection
        self._owner = uuid4()
        self._held: dict[Partition, Position] = take_over(connection, self._owner, [PARTITION])
        self._names = names
        catalogue, units = asking(*names), load_units()
        self._writer = Writer(connection, self._owner, catalogue, units)
        self._reader = PaneReader(catalogue, units)

    def count(self, documents: list[Document], now: int) -> Written:
        offset = self._held[PARTITION].offset
        records = [
            Record(TOPIC, 0, offset + n, json.dumps(each).encode(), {})
            for n, each in enumerate(documents)
        ]
        batch = decode_batch(records, "r", "d")
        ends = {PARTITION: offset + len(records)}
        written = self._writer.write(batch, self._held, ends, now)
        self._held = written.positions
        return written

    def tick(self, now: int) -> None:
        self._held = self._writer.tick(self._held, [PARTITION], now).positions

    def compact(self) -> None:
        compact(self._connection, PARTITION)

    def anew(self) -> State:
        """What a reader that has just started has."""
        self._reader = PaneReader(asking(*self._names), load_units())
        return self.state()

    def events_of(self, subject: str) -> int:
        """How many events the case of a subject holds."""
        found = self._connection.execute(
            "select body from case_state where subject = %s", (subject,)
        ).fetchone()
        assert found is not None
        return len(decode_body(bytes(found[0])).events)

    def state(self) -> State:
        self._reader.read(self._connection)
        return self._reader.state

    def total(self, measure: str, begin: int = -(1 << 32), end: int = 1 << 32) -> int:
        """What a measure of the commune has in [begin, end), in seconds since 1970."""
        state = self.state()
        cells = np.array([state.cells.number(COMMUNE)])
        keys = state.cells.keys(cells, state.numbers[measure])
        return int(state.points.between(keys, begin, end)[0])
