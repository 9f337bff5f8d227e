"""Rows of `period_revision` and `period_close`: read by all, written under a shard's fence."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from services.domain.engine.observation import key_of_id
from services.domain.engine.revisions import Revision, Said
from services.domain.instants import DAY

Cursor = psycopg.Cursor[tuple[Any, ...]]
TOLD_AGAIN = 400 * DAY
"""How old the last revision of a key may be to be published again after a takeover."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Close(NamedTuple):
    """A period of a formula that was closed in all cells of a province, or of the country.

    `window` as ids write it, `province` its code, VN of the country.
    """

    formula: str
    window: str
    period: str
    province: str


def close_of(name: str, province: str) -> Close:
    """The close of the period that an observation's id names."""
    window, _, period = name.rpartition("|")[2].partition(":")
    return Close(name.split("|", 1)[0], window, period, province)


class Written(NamedTuple):
    """A revision and the one before, where that has a row."""

    last: Revision
    before: Revision | None


def time_of(at: int) -> datetime:
    """An instant as the database takes it."""
    return _EPOCH + timedelta(microseconds=at)


def last_rows(cursor: Cursor, ids: Sequence[str], at: int | None = None) -> dict[str, Written]:
    """By id the last revision (at an instant: the last by then) and the one before."""
    if not ids:
        return {}
    cursor.execute(_LAST, {"ids": list(ids), "at": None if at is None else time_of(at)})
    return {row[0]: _written(row) for row in cursor}


def rows_of(cursor: Cursor, formula: str, period: str) -> dict[str, Written]:
    """The same of all cells of a period that have a row; `period` with its window, as ids end."""
    cursor.execute(_OF_PERIOD, (formula, period))
    return {row[0]: _written(row) for row in cursor}


def with_rows(cursor: Cursor, formulas: Iterable[str]) -> set[str]:
    """Those of the formulas that have a row in any period."""
    cursor.execute(_WITH_ROWS, (list(formulas),))
    return {str(name) for (name,) in cursor}


def revised_rows(cursor: Cursor, now: int, keys: Sequence[str] | None = None) -> list[Written]:
    """Of each key (None: of all) the period that was revised last."""
    given = None if keys is None else list(keys)
    cursor.execute(_REVISED, {"since": time_of(now - TOLD_AGAIN), "keys": given})
    return [_written(row) for row in cursor]


def read_closes(cursor: Cursor, formulas: Sequence[str] | None = None) -> dict[Close, int]:
    """When each period was closed, in microseconds; of some formulas, or of all."""
    cursor.execute(_CLOSES, {"formulas": None if formulas is None else list(formulas)})
    return {Close(*row[:4]): row[4] for row in cursor}


def write_revisions(cursor: Cursor, revisions: Iterable[Revision], epoch: int) -> None:
    """Add rows; the caller holds the fence of the shard."""
    cursor.executemany(
        "insert into period_revision (id, revision, as_of, key, value, numerator, denominator,"
        " null_reason, formula_version, epoch) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                each.id,
                each.revision,
                time_of(each.as_of),
                key_of_id(each.id),
                each.said.value,
                each.said.numerator,
                each.said.denominator,
                each.said.null_reason,
                each.formula_version,
                epoch,
            )
            for each in revisions
        ],
    )


def write_closes(cursor: Cursor, closes: Iterable[Close], at: int) -> None:
    """Say that periods were looked at in all cells; the first to say it counts."""
    cursor.executemany(
        'insert into period_close (formula, "window", period, province, as_of)'
        " values (%s, %s, %s, %s, %s) on conflict do nothing",
        [(*close, time_of(at)) for close in closes],
    )


def _written(row: tuple[Any, ...]) -> Written:
    return Written(_revision(row[:8]), _revision(row[8:]) if row[8] is not None else None)


def _revision(row: tuple[Any, ...]) -> Revision:
    return Revision(row[0], row[1], row[2], Said(*row[3:7]), row[7])


def _columns(table: str) -> sql.Composed:
    names = ("value", "numerator", "denominator", "null_reason", "formula_version")
    return sql.SQL(", ").join(
        [
            sql.Identifier(table, "id"),
            sql.Identifier(table, "revision"),
            sql.SQL("(extract(epoch from {}) * 1000000)::bigint").format(
                sql.Identifier(table, "as_of")
            ),
            *(sql.Identifier(table, name) for name in names),
        ]
    )


_BOTH = sql.SQL(", ").join([_columns("r"), _columns("b")])
_WITH_BEFORE = sql.SQL("left join period_revision b on b.id = r.id and b.revision = r.revision - 1")
_LAST = sql.SQL(
    "select {} from unnest(%(ids)s::text[]) as asked (id)"
    " cross join lateral (select * from period_revision p where p.id = asked.id"
    " and (%(at)s::timestamptz is null or p.as_of <= %(at)s) order by p.revision desc limit 1) r"
    " {}"
).format(_BOTH, _WITH_BEFORE)
_OF_PERIOD = sql.SQL(
    "select {} from (select distinct on (id) * from period_revision"
    " where split_part(id, '|', 1) = %s and split_part(id, '|', -1) = %s"
    " order by id, revision desc) r"
    " {}"
).format(_BOTH, _WITH_BEFORE)
_WITH_ROWS = sql.SQL(
    "select name from unnest(%s::text[]) as asked (name) where exists"
    " (select from period_revision where split_part(id, '|', 1) = asked.name)"
)
_REVISED = sql.SQL(
    "select {} from (select distinct on (key) * from period_revision"
    " where revision > 1 and as_of > %(since)s"
    " and (%(keys)s::text[] is null or key = any(%(keys)s)) order by key, as_of desc) r"
    " {}"
).format(_BOTH, _WITH_BEFORE)
_CLOSES = sql.SQL(
    'select formula, "window", period, province, (extract(epoch from as_of) * 1000000)::bigint'
    " from period_close where %(formulas)s::text[] is null or formula = any(%(formulas)s)"
)
