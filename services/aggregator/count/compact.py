"""Folds old deltas into rows, so that a reader starts from one table and a few deltas.

Step 4 of the protocol. `pane_row` holds the sums of all deltas up to `progress.compacted`; adding
is the only way it is written. Deltas stay for a while after that, for evaluators that have not read
them yet.

Counting is not held up: what is compacted is committed already, whoever owns the partition, and an
advisory lock keeps two compactors of a partition apart. The partition's own row is written last.
"""

import asyncio
from collections.abc import Callable, Collection

import numpy as np
import psycopg

from services.adapters.clock import now
from services.adapters.logs import logger
from services.adapters.timescale import connect, is_defect
from services.aggregator.count.batch import Partition
from services.aggregator.count.case_rows import Cursor, encode_body
from services.aggregator.count.locks import COMPACTION
from services.domain.engine.delta import Delta, FigureChange, decode_delta
from services.domain.engine.ordered import added_up
from services.domain.errors import Unavailable

KEPT_AFTER = "2 minutes"
DELTAS_MAX = 2_000
LOOK_SECONDS = 1.0


class Compactor:
    """Compacts one partition after the other over a connection of its own."""

    def __init__(self, url: str, every_seconds: float) -> None:
        self._url = url
        self._every = round(every_seconds * 1_000_000)
        self._done_at: dict[Partition, int] = {}
        self._connection: psycopg.Connection | None = None

    async def run(self, held: Callable[[], Collection[Partition]]) -> None:
        """Until cancelled, look each second whether a partition that is held now is due."""
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                due = min(held(), key=lambda each: self._done_at.get(each, 0), default=None)
                if due is not None and now() - self._done_at.get(due, 0) >= self._every:
                    self._done_at[due] = now()
                    await asyncio.to_thread(self._compact, due)
        finally:
            self._close()

    def _compact(self, partition: Partition) -> None:
        """A failure leaves the deltas where they are; the next round takes them."""
        try:
            if self._connection is None:
                self._connection = connect(self._url, "ioc-compact")
            compact(self._connection, partition)
        except (psycopg.Error, Unavailable, OSError) as error:
            logger("count").warning(
                "compaction_interrupted", detail=str(error)[:300], defect=is_defect(error)
            )
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def compact(connection: psycopg.Connection, partition: Partition) -> int:
    """Fold the committed deltas of one partition into rows; returns how many."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, hashtext(%s))",
            (COMPACTION, "/".join(map(str, partition))),
        )
        cursor.execute(
            "select d.seq, d.body from pane_delta d join progress p using (topic, part)"
            " where d.topic = %s and d.part = %s and d.seq > p.compacted order by d.seq limit %s",
            (*partition, DELTAS_MAX),
        )
        found = [(int(seq), decode_delta(bytes(body))) for seq, body in cursor]
        if found:
            _add_points(cursor, [delta for _, delta in found])
            _add_extents(cursor, [delta for _, delta in found])
            _put_figures(cursor, [delta for _, delta in found])
        cursor.execute(
            "delete from pane_delta d using progress p where d.topic = %s and d.part = %s"
            " and p.topic = d.topic and p.part = d.part and d.seq <= p.compacted"
            " and d.at < now() - %s::interval",
            (*partition, KEPT_AFTER),
        )
        if found:
            cursor.execute(
                "update progress set compacted = %s where topic = %s and part = %s",
                (found[-1][0], *partition),
            )
    return len(found)


def _add_points(cursor: Cursor, deltas: list[Delta]) -> None:
    keys, seconds, values = (
        np.concatenate(parts) for parts in zip(*(delta.points() for delta in deltas), strict=True)
    )
    added = added_up(keys, seconds, values)
    if not len(added.keys):
        return
    cursor.execute(
        "insert into pane_row (key, second, value)"
        " select * from unnest(%b::int[], %b::bigint[], %b::bigint[])"
        " on conflict (key, second) do update set value = pane_row.value + excluded.value",
        tuple(column.tolist() for column in added),
    )


def _add_extents(cursor: Cursor, deltas: list[Delta]) -> None:
    sums: dict[tuple[int, int, int, int], int] = {}
    for delta in deltas:
        for change in delta.extents:
            name = (change.key, change.begin, change.end, change.value)
            sums[name] = sums.get(name, 0) + change.count
    rows = [(*name, count) for name, count in sorted(sums.items()) if count]
    if not rows:
        return
    cursor.execute(
        "insert into pane_extent (key, begin_at, end_at, value, count)"
        " select * from unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[])"
        " on conflict (key, begin_at, end_at, value)"
        " do update set count = pane_extent.count + excluded.count",
        tuple([row[i] for row in rows] for i in range(5)),
    )


def _put_figures(cursor: Cursor, deltas: list[Delta]) -> None:
    """Keep the newest version of each figure; an overtaken one stays out."""
    newest: dict[tuple[int, str, str], FigureChange] = {}
    for delta in deltas:
        for change in delta.figures:
            name = (change.key, change.calendar, change.period)
            if name not in newest or newest[name].version < change.version:
                newest[name] = change
    if not newest:
        return
    rows = [newest[name] for name in sorted(newest)]
    cursor.execute(
        "insert into figure (key, calendar, period, version, body)"
        " select * from unnest(%b::int[], %b::text[], %b::text[], %b::bigint[], %b::bytea[])"
        " on conflict (key, calendar, period) do update"
        " set version = excluded.version, body = excluded.body"
        " where figure.version < excluded.version",
        (
            [row.key for row in rows],
            [row.calendar for row in rows],
            [row.period for row in rows],
            [row.version for row in rows],
            [encode_body(row.figure) if row.figure is not None else None for row in rows],
        ),
    )
