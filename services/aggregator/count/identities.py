"""Which events are new.

Unique keys on (source, id), one generation of them for each month of processing.

Events of the last 90 days are looked up in the newest three generations, older ones in all that are
kept; so a resend of old history is found as well, and the lookup stays small for the stream of
today.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from services.aggregator.count.batch import Received
from services.aggregator.count.locks import GENERATIONS
from services.domain.instants import DAY, local_date

RECENT_GENERATIONS = 3
OLD_AFTER = 90 * DAY
_NAME = re.compile(r"event_key_\d{6}")


class Known(NamedTuple):
    """What a lookup found.

    Indices of new events, and for the others whether the content was the same.
    """

    new: list[int]
    same: dict[int, bool]


class Identities:
    """The generations of one database; remembers which exist."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def forget(self) -> None:
        """Drop what is remembered, after a failure."""
        self._names = []

    def admit(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], events: Sequence[Received], now: int
    ) -> Known:
        """Insert the keys of events that were never seen.

        Ordered, so that two workers do not deadlock.
        """
        if not events:
            return Known([], {})
        names = self._generations(cursor, now)
        old = any(received.event.at < now - OLD_AFTER for received in events)
        older = names[1:] if old else names[1:RECENT_GENERATIONS]
        seen = sql.SQL(" ").join(
            sql.SQL(
                "and not exists (select 1 from {} k where k.source = s.source and k.id = s.id)"
            ).format(sql.Identifier(name))
            for name in older
        )
        columns = (
            [received.event.source for received in events],
            [received.event.id for received in events],
            [received.digest for received in events],
        )
        cursor.execute(
            sql.SQL(
                "insert into {} (source, id, digest) select s.source, s.id, s.digest"
                " from unnest(%b::text[], %b::text[], %b::bigint[]) as s (source, id, digest)"
                " where true {} order by s.source, s.id on conflict do nothing returning source, id"
            ).format(sql.Identifier(names[0]), seen),
            columns,
        )
        fresh = {(source, identity) for source, identity in cursor}
        new: list[int] = []
        known: list[int] = []
        for index, received in enumerate(events):
            found = (received.event.source, received.event.id) in fresh
            (new if found else known).append(index)
        return Known(new, self._same(cursor, names, events, known))

    def _same(
        self,
        cursor: psycopg.Cursor[tuple[Any, ...]],
        names: list[str],
        events: Sequence[Received],
        known: list[int],
    ) -> dict[int, bool]:
        """Whether each repeated event says what the first one said."""
        if not known:
            return {}
        parts = sql.SQL(" union all ").join(
            sql.SQL(
                "select s.n, k.digest from {} k join s on k.source = s.source and k.id = s.id"
            ).format(sql.Identifier(name))
            for name in names
        )
        cursor.execute(
            sql.SQL(
                "with s as (select * from"
                " unnest(%b::int[], %b::text[], %b::text[]) as s (n, source, id)) {}"
            ).format(parts),
            (
                known,
                [events[index].event.source for index in known],
                [events[index].event.id for index in known],
            ),
        )
        return {index: digest == events[index].digest for index, digest in cursor}

    def _generations(self, cursor: psycopg.Cursor[tuple[Any, ...]], now: int) -> list[str]:
        """Names of all generations, newest first; this month's is made when it is missing."""
        current = f"event_key_{local_date(now):%Y%m}"
        if not self._names or self._names[0] != current:
            if _NAME.fullmatch(current) is None:
                raise ValueError(f"no generation can be named {current}")
            cursor.execute("select pg_advisory_xact_lock(%s)", (GENERATIONS,))
            cursor.execute(
                sql.SQL(
                    "create table if not exists {} (source text not null, id text not null,"
                    " digest bigint not null, primary key (source, id))"
                ).format(sql.Identifier(current))
            )
            cursor.execute(
                "insert into event_generation (name) values (%s) on conflict do nothing", (current,)
            )
            cursor.execute("select name from event_generation order by name desc")
            self._names = [str(name) for (name,) in cursor]
        return self._names
