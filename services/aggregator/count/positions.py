"""Who owns a partition, and how far it has been counted.

Every write of stage 1 is guarded by it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from services.aggregator.count.batch import Partition
from services.domain.errors import Fenced, Unavailable

FENCE_WAIT_MS = 2_000


class Position(NamedTuple):
    """The next offset to read and the number of the last commit."""

    offset: int
    commits: int


def take_over(
    connection: psycopg.Connection,
    owner: UUID,
    partitions: Sequence[Partition],
    cluster: str | None = None,
) -> dict[Partition, Position]:
    """Become the owner of partitions and learn where they stand.

    Waits for the predecessor's open transaction.

    A predecessor that holds its rows for more than two seconds is ended. Raises `Unavailable` when
    the positions are of another Kafka cluster than this one: its offsets say nothing here.
    """
    topics, parts = [t for t, _ in partitions], [p for _, p in partitions]
    try:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = {FENCE_WAIT_MS}")
            cursor.execute(_TAKE, (owner, cluster, topics, parts))
            found = cursor.fetchall()
            for topic, part, _, _, known in found:
                if cluster is not None and known != cluster:
                    raise Unavailable(
                        f"{topic}/{part} was counted from the Kafka cluster {known}, and this is"
                        f" {cluster}: correct the address, or run `ioc migrate --adopt-log`"
                    )
            return {(t, p): Position(offset, commits) for t, p, offset, commits, _ in found}
    except psycopg.errors.LockNotAvailable:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_END_PREDECESSORS, (topics, parts))
        raise Fenced("a predecessor held the partitions; it has been ended") from None


_TAKE = """
update progress p set owner = %s, epoch = epoch + 1, backend_pid = pg_backend_pid(),
  cluster_id = coalesce(p.cluster_id, %s)
from (select topic, part from progress
      join unnest(%s::text[], %s::int[]) as wanted (topic, part) using (topic, part)
      order by topic, part for update) held
where p.topic = held.topic and p.part = held.part
returning p.topic, p.part, p.position, p.commits, p.cluster_id
"""

_END_PREDECESSORS = """
select pg_terminate_backend(backend_pid) from progress
join unnest(%s::text[], %s::int[]) as wanted (topic, part) using (topic, part)
where backend_pid is not null and backend_pid <> pg_backend_pid()
  and backend_pid in (select pid from pg_stat_activity where usename = current_user)
"""


def guard(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    owner: UUID,
    held: Iterable[tuple[Partition, Position]],
) -> None:
    """Lock the partitions' rows and compare them with what is remembered.

    Raises `Fenced` when another owner or another commit is found: memory is then worth nothing.
    """
    expected = {partition: position.commits for partition, position in held}
    topics, parts = [t for t, _ in expected], [p for _, p in expected]
    cursor.execute(
        "select topic, part, owner, commits from progress"
        " join unnest(%s::text[], %s::int[]) as wanted (topic, part) using (topic, part)"
        " order by topic, part for update of progress",
        (topics, parts),
    )
    found = {(topic, part): (by, commits) for topic, part, by, commits in cursor}
    for partition, commits in expected.items():
        if found.get(partition) != (owner, commits):
            raise Fenced(f"{partition[0]}/{partition[1]} has another owner or another commit")


def advance(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    moves: Sequence[tuple[Partition, Position, int]],
) -> None:
    """Write the new positions, commit numbers and watermarks; a watermark never goes back."""
    cursor.execute(
        "update progress p set position = v.position, commits = v.commits,"
        " watermark = greatest(p.watermark, v.watermark)"
        " from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])"
        " as v (topic, part, position, commits, watermark)"
        " where p.topic = v.topic and p.part = v.part",
        (
            [t for (t, _), _, _ in moves],
            [p for (_, p), _, _ in moves],
            [position.offset for _, position, _ in moves],
            [position.commits for _, position, _ in moves],
            [watermark for _, _, watermark in moves],
        ),
    )
