"""Case rows: read for the cases of a batch, written with the version that was read."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import psycopg

from services.aggregator.count.batch import Partition
from services.domain.cases.names import CaseName
from services.domain.cases.reported import FigureEntry
from services.domain.engine.contributions import NOTHING, Contribution
from services.domain.errors import Fenced


class CaseBody(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a case row holds.

    Its events as they came, and what they have contributed to panes and figures. What happened
    before `since` has been counted and dropped.
    """

    events: tuple[bytes, ...] = ()
    contribution: Contribution = NOTHING
    figures: tuple[FigureEntry, ...] = ()
    since: int | None = None


NO_BODY = CaseBody()


class CaseRow(NamedTuple):
    """A case as it was read; version 0 is a case without a row.

    `measured` is the number of the measures by which its contribution was made, `ripe_at` when it
    was to be folded again at the latest.
    """

    name: CaseName
    version: int = 0
    body: CaseBody = NO_BODY
    measured: int = 0
    ripe_at: int | None = None


class CaseWrite(NamedTuple):
    """A case as it is to be: written only over the version that was read."""

    name: CaseName
    read_version: int
    partition: Partition
    ripe_at: int | None
    life: tuple[int, int] | None
    body: bytes


decode_body = msgspec.msgpack.Decoder(CaseBody).decode
encode_body = msgspec.msgpack.Encoder().encode

Cursor = psycopg.Cursor[tuple[Any, ...]]
BY_KEY = (
    "set local enable_hashjoin = off; set local enable_mergejoin = off;"
    " set local enable_seqscan = off"
)
"""A batch names the rows it wants: reading whole tables is never right, whatever their size."""


def read_cases(cursor: Cursor, names: Sequence[CaseName]) -> dict[CaseName, CaseRow]:
    """The rows of these cases; a case that has none is not in the answer."""
    cursor.execute(
        "select c.kind, c.unit, c.subject, c.version, c.body, c.measured, c.ripe_at"
        " from case_state c"
        " join unnest(%b::text[], %b::text[], %b::text[]) as s (kind, unit, subject)"
        " on c.kind = s.kind and c.unit = s.unit and c.subject = s.subject",
        _names(names),
    )
    return _rows(cursor)


def read_ripe(
    cursor: Cursor, partitions: Sequence[Partition], now: int, limit: int
) -> list[tuple[Partition, CaseRow]]:
    """Cases of these partitions of which a fact begins to count by now."""
    cursor.execute(
        "select c.kind, c.unit, c.subject, c.version, c.body, c.measured, c.ripe_at,"
        " c.topic, c.part from case_state c"
        " join unnest(%s::text[], %s::int[]) as s (topic, part) using (topic, part)"
        " where c.ripe_at <= %s order by c.kind, c.unit, c.subject limit %s",
        ([t for t, _ in partitions], [p for _, p in partitions], now, limit),
    )
    return read_rows(cursor)


def read_rows(cursor: Iterable[tuple[Any, ...]]) -> list[tuple[Partition, CaseRow]]:
    """Rows of all columns of a `CaseRow`, then topic and partition."""
    return [((str(topic), int(part)), _row(*columns)) for *columns, topic, part in cursor]


def _rows(cursor: Iterable[tuple[object, ...]]) -> dict[CaseName, CaseRow]:
    rows = (_row(*columns) for columns in cursor)
    return {row.name: row for row in rows}


def _row(*columns: Any) -> CaseRow:
    kind, unit, subject, version, body, measured, ripe_at = columns
    name = CaseName(str(kind), str(unit), str(subject))
    return CaseRow(name, int(version), decode_body(bytes(body)), int(measured), ripe_at)


def _names(names: Sequence[CaseName]) -> tuple[list[str], list[str], list[str]]:
    return [n.kind for n in names], [n.unit for n in names], [n.subject for n in names]


def write_cases(cursor: Cursor, writes: Sequence[CaseWrite], measured: int) -> None:
    """Insert new cases and update known ones; `measured` is the number of the measures in force.

    Raises `Fenced` when somebody else was quicker with one of them.
    """
    ordered = sorted(writes, key=lambda write: write.name)
    fresh = [write for write in ordered if write.read_version == 0]
    known = [write for write in ordered if write.read_version > 0]
    if fresh:
        _insert(cursor, fresh, measured)
    if known:
        cursor.execute(_UPDATE, (measured, *_columns(known)))
        if cursor.rowcount != len(known):
            raise Fenced("a case was changed by another worker at the same time")


def _insert(cursor: Cursor, fresh: Iterable[CaseWrite], measured: int) -> None:
    """By COPY: a statement that looks for conflicts first takes thrice the time."""
    try:
        with cursor.copy(_COPY) as copy:
            copy.set_types(_COPY_TYPES)
            for write in fresh:
                life_from, life_to = write.life or (None, None)
                times = (write.ripe_at, life_from, life_to)
                copy.write_row((*write.name, 1, *write.partition, *times, write.body, measured))
    except psycopg.errors.UniqueViolation:
        raise Fenced("a case was opened by another worker at the same time") from None


def _columns(writes: Sequence[CaseWrite]) -> tuple[list[object], ...]:
    return (
        [w.name.kind for w in writes],
        [w.name.unit for w in writes],
        [w.name.subject for w in writes],
        [w.read_version for w in writes],
        [w.partition[0] for w in writes],
        [w.partition[1] for w in writes],
        [w.ripe_at for w in writes],
        [w.life[0] if w.life else None for w in writes],
        [w.life[1] if w.life else None for w in writes],
        [w.body for w in writes],
    )


_COPY = (
    "copy case_state (kind, unit, subject, version, topic, part, ripe_at, life_from, life_to, body,"
    " measured) from stdin (format binary)"
)
_COPY_TYPES = (
    *("text", "text", "text", "int4", "text", "int4"),
    *("int8", "int8", "int8", "bytea", "int4"),
)
_UPDATE = (
    "update case_state c"
    " set version = s.version + 1, topic = s.topic, part = s.part, measured = %s,"
    " ripe_at = s.ripe_at, life_from = s.life_from, life_to = s.life_to, body = s.body"
    " from unnest(%b::text[], %b::text[], %b::text[], %b::int[], %b::text[], %b::int[],"
    " %b::bigint[], %b::bigint[], %b::bigint[], %b::bytea[])"
    " as s (kind, unit, subject, version, topic, part, ripe_at, life_from, life_to, body)"
    " where c.kind = s.kind and c.unit = s.unit and c.subject = s.subject"
    " and c.version = s.version"
)
