"""Ownership of the shards of `ioc.indicators.v1`, fenced by epochs in the database (step 6.1)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from services.domain.errors import Fenced


def take_over(
    connection: psycopg.Connection, owner: UUID, epochs_in_log: Mapping[int, int]
) -> dict[int, int]:
    """Become the owner of shards.

    Each gets an epoch above every one that the database or the log has seen.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "insert into evaluator (shard) select * from unnest(%s::int[]) on conflict do nothing",
            (sorted(epochs_in_log),),
        )
        cursor.execute(
            "update evaluator e set epoch = greatest(e.epoch, s.epoch) + 1, owner = %s"
            " from unnest(%s::int[], %s::bigint[]) as s (shard, epoch)"
            " where e.shard = s.shard returning e.shard, e.epoch",
            (owner, list(epochs_in_log), list(epochs_in_log.values())),
        )
        return dict(cursor.fetchall())


def check(connection: psycopg.Connection, owner: UUID, epochs: Mapping[int, int]) -> None:
    """Raise `Fenced` when a shard has another owner or epoch by now."""
    found = connection.execute(
        "select shard, epoch, owner from evaluator where shard = any(%s)", (sorted(epochs),)
    ).fetchall()
    held = {shard: epoch for shard, epoch, by in found if by == owner}
    if held != dict(epochs):
        raise Fenced("a shard has another evaluator")


def fence(cursor: psycopg.Cursor[Any], owner: UUID, shard: int, epoch: int) -> None:
    """Lock a shard in a transaction; raises `Fenced` when it is no longer ours."""
    cursor.execute("select epoch, owner from evaluator where shard = %s for update", (shard,))
    if cursor.fetchone() != (epoch, owner):
        raise Fenced(f"shard {shard} has another evaluator")


def report(
    connection: psycopg.Connection, owner: UUID, shards: Sequence[int], applied: int, final_to: int
) -> None:
    """Say that everything up to these commits has been computed and published."""
    connection.execute(
        "update evaluator set applied = %s, final_to = %s where shard = any(%s) and owner = %s",
        (applied, final_to, list(shards), owner),
    )
