"""Observations at rest.

Rolling windows once a minute if changed, open periods each hour, closed ones once and on each
revision.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from services.aggregator.evaluate.records import Records
from services.aggregator.evaluate.shards import fence
from services.domain.engine.observation import Observation
from services.domain.instants import HOUR, MINUTE

WAITING_MAX = 200_000
"""Observations that wait for their row.

What is more is written at the next look, due or not: evaluation stands still meanwhile, so there is
never more than this and what is evaluated between two looks, and nothing is left out.
"""
ROWS_MAX = 250
_decode = msgspec.json.Decoder(Observation).decode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Due(NamedTuple):
    """An observation that waits: how long after the row before, and what is published of it."""

    pause: int
    content: bytes
    clock: bytes


class Rows:
    """Keeps the latest observation of each key until its row is due."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max
        self._waiting: dict[str, _Due] = {}
        self._written_at: dict[str, int] = {}

    def __len__(self) -> int:
        """Observations that wait."""
        return len(self._waiting)

    def offer(self, records: Records, period: str | None, *, final: bool) -> None:
        """Remember what is published of a period, or of a rolling window.

        Each takes the place of the one before.
        """
        pause = HOUR if period and not final else MINUTE
        ids = records.keys if period is None else [f"{key}:{period}" for key in records.keys]
        contents, clock = records.told
        for name, content in zip(ids, contents, strict=True):
            self._waiting[name] = _Due(pause, content, clock)

    def due(self, now: int) -> list[Observation]:
        """Observations to be written at an instant in microseconds, no longer waiting.

        A bounded number of those whose pause is over; those that have waited longest as well, where
        more wait than may.
        """
        over = len(self._waiting) - self._waiting_max
        written_at = self._written_at
        rested = (n for n, e in self._waiting.items() if now - written_at.get(n, 0) >= e.pause)
        names = dict.fromkeys(islice(rested, max(ROWS_MAX, over)))
        if len(names) < over:
            others = (name for name in self._waiting if name not in names)
            names |= dict.fromkeys(list(islice(others, over - len(names))))
        found = [self._waiting.pop(name) for name in names]
        for name in names:
            written_at.pop(name, None)
            written_at[name] = now
        for name in list(islice(written_at, max(0, len(written_at) - WAITING_MAX))):
            del written_at[name]  # the one written longest ago: at most a row too early
        return [_decode(each.content + each.clock + b"}") for each in found]


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
