"""Observations at rest.

Rolling windows once a minute if changed, open periods each hour, closed ones once and on each
revision.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from services.aggregator.evaluate.shards import fence
from services.domain.engine.observation import Observation
from services.domain.instants import HOUR, MINUTE

WAITING_MAX = 200_000
"""Observations that wait for their row.

Beyond this the newest are not kept until the next change.
"""
ROWS_MAX = 250
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rows:
    """Keeps the latest observation of each key until its row is due."""

    def __init__(self) -> None:
        self._waiting: dict[str, Observation] = {}
        self._written_at: dict[str, int] = {}

    def offer(self, observation: Observation) -> None:
        """Remember an observation that was published."""
        if observation.id in self._waiting or len(self._waiting) < WAITING_MAX:
            self._waiting[observation.id] = observation

    def due(self, now: int) -> list[Observation]:
        """Observations whose row is due, and no longer waiting; a bounded number at a time."""
        found = []
        for name, observation in self._waiting.items():
            pause = HOUR if observation.period and observation.finality != "final" else MINUTE
            if now - self._written_at.get(name, 0) >= pause:
                found.append(observation)
                if len(found) >= ROWS_MAX:
                    break
        for observation in found:
            del self._waiting[observation.id]
            self._written_at[observation.id] = now
        if len(self._written_at) > WAITING_MAX:
            self._written_at = {n: at for n, at in self._written_at.items() if now - at < HOUR}
        return found


def write_rows(
    connection: psycopg.Connection,
    owner: UUID,
    shard: int,
    epoch: int,
    observations: Sequence[Observation],
    now: int,
) -> None:
    """Write rows under the shard's epoch; raises `Fenced` when it is no longer ours."""
    with connection.transaction(), connection.cursor() as cursor:
        fence(cursor, owner, shard, epoch)
        write_rows_in(cursor, epoch, observations, now)


def write_rows_in(
    cursor: psycopg.Cursor[Any], epoch: int, observations: Sequence[Observation], now: int
) -> None:
    """The same in a transaction of the caller, who holds the fence."""
    as_of = _EPOCH + timedelta(microseconds=now)
    rows = [_row(found, as_of, epoch) for found in observations]
    if rows:
        cursor.execute(_WRITE, tuple(map(list, zip(*rows, strict=True))))


def _row(found: Observation, as_of: datetime, epoch: int) -> tuple[object, ...]:
    dims = ",".join(f"{dim}={member}" for dim, member in found.dims.items())
    value = found.value if isinstance(found.value, int | float) else None
    numbers = (value, found.numerator, found.denominator)
    level = found.level.value if found.level is not None else None
    return (
        as_of,
        found.id,
        found.indicator,
        f"{found.unit}@{found.valid_from}",
        dims,
        found.window if found.calendar != "administrative" else f"{found.window}~admin",
        found.period,
        *(None if each is None else float(each) for each in numbers),
        found.status,
        level,
        found.finality == "final",
        found.revision,
        epoch,
        found.rev or 0,
    )


_WRITE = (
    'insert into observation (as_of, id, indicator, unit, dims, "window", period, value, numerator,'
    " denominator, status, level, final, revision, epoch, rev)"
    " select * from unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::text[],"
    " %s::smallint[], %s::boolean[], %s::integer[], %s::bigint[], %s::bigint[])"
    " on conflict do nothing"
)
