"""Reads what was counted.

The whole of it once, then the deltas that follow, always of one committed state.

`pane_row` plus the deltas after `progress.compacted` is everything (invariant I4). A gap in a
partition's deltas means that they were compacted away meanwhile: everything is read again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
import numpy as np
import psycopg

from services.domain.engine.catalogue import Catalogue
from services.domain.engine.delta import Delta, decode_delta
from services.domain.engine.figures import Figure
from services.domain.engine.keytable import KeyTable
from services.domain.engine.looked_at import adopt
from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.seconds import SECOND_MIN, second_of
from services.domain.engine.state import ExtentRecord, FigureRecord, State
from services.domain.errors import Unavailable
from services.domain.units import UnitList

Cursor = psycopg.Cursor[tuple[Any, ...]]
DELTAS_PER_READ = 500
SNAPSHOT = """
begin isolation level repeatable read read only;
set local idle_in_transaction_session_timeout = '60s';
select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'
"""
"""A reader holds nothing up, and reading a long history takes longer than a writer may."""
_ROW = np.dtype([("key", ">i4"), ("second", ">i8"), ("value", ">i8")])
_ROWS = (
    "select string_agg(int4send(key) || int8send(second) || int8send(value), ''::bytea)"
    " from pane_row group by key / 256"
)
"""Put together by the server: a message for each row would take most of the time of reading."""
_figure = msgspec.msgpack.Decoder(Figure)


@contextmanager
def snapshot(connection: psycopg.Connection) -> Iterator[Cursor]:
    """One committed state to read from."""
    connection.execute(SNAPSHOT)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        if not connection.closed:
            connection.execute("rollback")


class Read(NamedTuple):
    """What a reading brought: keys and figures that changed, or everything (`anew`).

    `late` are (keys, seconds) of the points among them that lie before the bound asked for.
    """

    keys: Ints
    late: tuple[Ints, Ints]
    figures: set[tuple[str, str]]
    anew: bool
    applied: int
    watermark: int
    more: bool


class PaneReader:
    """Keeps a `State` in step with the database. Not for several threads at once."""

    def __init__(self, catalogue: Catalogue, units: UnitList) -> None:
        self._catalogue = catalogue
        self._units = units
        self._applied: dict[tuple[str, int], int] = {}
        self._commits: dict[tuple[str, int], int] = {}
        self.state = State(catalogue, units)
        self._keys = KeyTable(self.state)
        self._loaded = False

    def adopt(self, catalogue: Catalogue) -> None:
        """Go on under a changed catalogue of the same measures.

        Everything is read again only when it asks for breakdowns that were not held until now.
        """
        self._catalogue = catalogue
        if not adopt(self.state, catalogue):
            self._loaded = False

    def read(self, connection: psycopg.Connection, late_before: int = SECOND_MIN) -> Read:
        """Read what was committed since the last reading.

        `more` says that there is more to read at once; points before the second `late_before` are
        told one by one.
        """
        with snapshot(connection) as cursor:
            return self.read_in(cursor, late_before)

    def read_in(self, cursor: Cursor, late_before: int = SECOND_MIN) -> Read:
        """The same inside a snapshot that the caller holds."""
        anew = not self._loaded
        if anew:
            self._load(cursor)
        changed: list[Ints] = []
        figures: set[tuple[str, str]] = set()
        deltas = self._deltas(cursor)
        for (topic, part, seq), _ in deltas:
            if seq != self._applied[topic, part] + 1:
                return self._again(cursor, late_before, anew=anew)
            self._applied[topic, part] = seq
        if len(deltas) < DELTAS_PER_READ and self._applied != self._commits:
            return self._again(cursor, late_before, anew=anew)
        self._learn(cursor, [delta for _, delta in deltas])
        for _, delta in deltas:
            changed.append(self._keys.add(*delta.points()))
            changed.append(self._add_extents(delta))
            figures |= self._put_figures(delta)
        cursor.execute(
            "select coalesce(min(watermark), 0) from progress where topic like 'ioc.events.%'"
        )
        row = cursor.fetchone()
        keys = distinct(np.concatenate(changed)) if changed else np.zeros(0, dtype=np.int64)
        return Read(
            keys,
            self._late([delta for _, delta in deltas], late_before),
            figures,
            anew,
            sum(self._applied.values()),
            row[0] if row else 0,
            len(deltas) >= DELTAS_PER_READ,
        )

    def _late(self, deltas: Iterable[Delta], before: int) -> tuple[Ints, Ints]:
        """The points before a second, and extents that began before it, by key."""
        keys, at = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for delta in deltas:
            numbers, seconds, _ = delta.points()
            if (seconds < before).any():
                late = seconds < before
                found = self._keys.places(numbers[late], seconds[late])
                keys.append(found[0])
                at.append(found[1])
            for change in delta.extents:
                if second_of(change.begin) < before:
                    touched = self.state.keys_of(*self._keys.name(change.key))
                    keys.append(np.array(touched, dtype=np.int64))
                    at.append(np.full(len(touched), second_of(change.begin)))
        return np.concatenate(keys), np.concatenate(at)

    def _again(self, cursor: Cursor, late_before: int, *, anew: bool) -> Read:
        """Read everything, because deltas that were not read yet have been compacted away."""
        self._loaded = False
        if anew:
            raise Unavailable("the deltas in the database have a gap: restore a backup")
        return self.read_in(cursor, late_before)

    def _load(self, cursor: Cursor) -> None:
        """Read everything up to the last compaction."""
        self.state = State(self._catalogue, self._units)
        self._keys = KeyTable(self.state)
        cursor.execute("select topic, part, compacted from progress")
        self._applied = {(topic, part): compacted for topic, part, compacted in cursor}
        cursor.execute("select id, measure, unit, dim, member from measure_key")
        for number, measure, unit, dim, member in cursor:
            self._keys.register(number, measure, unit, dim, member)
        self._keys.add(*_closed_rows(cursor))
        cursor.execute(
            "select key, begin_at, end_at, value, count from pane_extent where count <> 0"
        )
        self.state.add_extents(
            ExtentRecord(*self._keys.name(key), begin, end, value, count)
            for key, begin, end, value, count in cursor.fetchall()
        )
        cursor.execute("select key, calendar, period, version, body from figure")
        self.state.put_figures(
            FigureRecord(
                *self._keys.name(key),
                calendar,
                period,
                _figure.decode(bytes(body)) if body else None,
                version,
            )
            for key, calendar, period, version, body in cursor.fetchall()
        )
        self._loaded = True

    def _deltas(self, cursor: Cursor) -> list[tuple[tuple[str, int, int], Delta]]:
        cursor.execute("select topic, part, commits from progress")
        self._commits = {(topic, part): commits for topic, part, commits in cursor}
        for partition in self._commits:
            self._applied.setdefault(partition, 0)
        cursor.execute(
            "select d.topic, d.part, d.seq, d.body from pane_delta d"
            " join unnest(%s::text[], %s::int[], %s::bigint[]) as a (topic, part, seq)"
            " on d.topic = a.topic and d.part = a.part and d.seq > a.seq"
            " order by d.topic, d.part, d.seq limit %s",
            (
                [topic for topic, _ in self._applied],
                [part for _, part in self._applied],
                list(self._applied.values()),
                DELTAS_PER_READ,
            ),
        )
        return [
            ((topic, part, seq), decode_delta(bytes(body))) for topic, part, seq, body in cursor
        ]

    def _learn(self, cursor: Cursor, deltas: list[Delta]) -> None:
        """Look up the stored keys that these deltas name for the first time."""
        named: set[int] = set()
        for delta in deltas:
            named.update(self._keys.missing(delta.points()[0]))
            named.update(change.key for change in delta.extents if change.key not in self._keys)
            named.update(change.key for change in delta.figures if change.key not in self._keys)
        if named:
            cursor.execute(
                "select id, measure, unit, dim, member from measure_key where id = any(%s)",
                (sorted(named),),
            )
            for number, measure, unit, dim, member in cursor:
                self._keys.register(number, measure, unit, dim, member)

    def _add_extents(self, delta: Delta) -> Ints:
        changed = self.state.add_extents(
            ExtentRecord(*self._keys.name(c.key), c.begin, c.end, c.value, c.count)
            for c in delta.extents
        )
        return np.array(sorted(changed), dtype=np.int64)

    def _put_figures(self, delta: Delta) -> set[tuple[str, str]]:
        return self.state.put_figures(
            FigureRecord(*self._keys.name(c.key), c.calendar, c.period, c.figure, c.version)
            for c in delta.figures
        )


def _closed_rows(cursor: Cursor) -> tuple[Ints, Ints, Ints]:
    """All closed points as arrays of keys, seconds and values."""
    blocks = [block for (block,) in cursor.stream(_ROWS, binary=True)]
    rows = np.frombuffer(b"".join(blocks), dtype=_ROW)
    return (
        rows["key"].astype(np.int64),
        rows["second"].astype(np.int64),
        rows["value"].astype(np.int64),
    )
