"""Folds old deltas into rows, so that a reader starts from one table and a few deltas.

Step 4 of the protocol. `pane_row` holds the sums of all deltas up to `progress.compacted`; adding
is the only way it is written. Deltas stay for a while after that, for evaluators that have not read
them yet.
"""

from uuid import UUID

import numpy as np
import psycopg

from services.aggregator.count.batch import Partition
from services.aggregator.count.case_rows import Cursor, encode_body
from services.aggregator.count.positions import Position, guard
from services.domain.engine.delta import Delta, FigureChange, decode_delta

KEPT_AFTER = "2 minutes"
DELTAS_MAX = 2_000


def compact(
    connection: psycopg.Connection, owner: UUID, partition: Partition, position: Position
) -> int:
    """Fold the deltas of one partition into rows; returns how many.

    The partition's lock is held meanwhile.
    """
    with connection.transaction(), connection.cursor() as cursor:
        guard(cursor, owner, [(partition, position)])
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
                "update progress set compacted = %s where topic = %s and part = %s",
                (found[-1][0], *partition),
            )
        cursor.execute(
            "delete from pane_delta d using progress p where d.topic = %s and d.part = %s"
            " and p.topic = d.topic and p.part = d.part and d.seq <= p.compacted"
            " and d.at < now() - %s::interval",
            (*partition, KEPT_AFTER),
        )
    return len(found)


def _add_points(cursor: Cursor, deltas: list[Delta]) -> None:
    keys, seconds, values = (
        np.concatenate(parts) for parts in zip(*(delta.points() for delta in deltas), strict=True)
    )
    order = np.lexsort((seconds, keys))
    keys, seconds, values = keys[order], seconds[order], values[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (keys[1:] != keys[:-1]) | (seconds[1:] != seconds[:-1])
    starts = np.flatnonzero(first)
    if not len(starts):
        return
    sums = np.add.reduceat(values, starts)
    cursor.execute(
        "insert into pane_row (key, second, value)"
        " select * from unnest(%b::int[], %b::bigint[], %b::bigint[])"
        " on conflict (key, second) do update set value = pane_row.value + excluded.value",
        (keys[starts].tolist(), seconds[starts].tolist(), sums.tolist()),
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
