"""What an observation was made of, as the tables tell: its events, their receipts, its revisions.

Everything is read in one snapshot with a short limit: who looks behind a figure never holds up who
counts. There is no index for it, an insert must not pay for a question that is asked now and then;
the time chunks of `event` bound what is read. Each measure chooses its own events behind a figure
(`domain/choices.py`).
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, LiteralString

import msgspec
import psycopg
from msgspec import Meta
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from services.api.explain_choices import database_time, field, wanted
from services.domain.behind import Behind
from services.domain.errors import Unavailable
from services.domain.instants import DAY, format_instant, parse_instant
from services.domain.query import QueryRefused
from services.domain.times_asked import END_AT

ANSWER_MS_MAX = 3_000
AT_ONCE_MAX = 2
"""Of the replica's connections, so that receipts are answered meanwhile."""
TURN_SECONDS = 2.0
REVISIONS_MAX = 50
LOOK_BACK = 30 * DAY
"""How far the newest events are looked for first: a chunk of `event`."""
FIRST_AT = parse_instant("0001-01-01T00:00:00Z")
"""Where the days of a `datetime` begin."""
MEMORY = "64MB"
"""For the names of cases and reports that are looked up by hash."""
_OUTCOMES = ("waiting", "superseded", "late", "quarantined")

Cursor = psycopg.Cursor[tuple[Any, ...]]


class TooMuch(Unavailable):
    """There is more to read than a short question may."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of events ended: the order of events is newest first, by this key.

    Read from a cursor, each member is one that the tables may hold.
    """

    at: Annotated[int, Meta(ge=FIRST_AT, lt=END_AT)]
    topic: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{0,249}\Z")]
    part: Annotated[int, Meta(ge=0, lt=2**31)]
    offset: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class SourceEvent(msgspec.Struct, frozen=True):
    """One event behind an observation. Instants as RFC 3339."""

    id: str
    source: str
    type: str
    time: str
    unit: str
    subject: str
    recordedtime: str


class Summary(msgspec.Struct, frozen=True):
    """All events behind an observation.

    `inputs` are the outcomes as their receipts say, from when each was counted, and how often one
    of them came again; None when some have no receipt. `offsets` are the first and the last of each
    partition, both included.
    """

    inputs: dict[str, int] | None
    offsets: list[dict[str, Any]]


def read_place(text: str | None) -> Place | None:
    """Read the key in a cursor; raises QueryRefused for what no page gave."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Place)
    except msgspec.DecodeError as error:
        raise QueryRefused("cursor", "the cursor is not one of this list") from error


def write_place(place: Place | None) -> str | None:
    """Write the key as `read_place` reads it."""
    return None if place is None else msgspec.json.encode(place).decode()


class DatabaseExplanations:
    """Reads what is behind observations; called in a worker thread.

    Raises `Unavailable` without a database, and when there is too much to read in time.
    """

    def __init__(self, pool: ConnectionPool, answer_ms_max: int = ANSWER_MS_MAX) -> None:
        self._pool = pool
        self._answer_ms_max = answer_ms_max
        self._turns = threading.BoundedSemaphore(AT_ONCE_MAX)

    def revisions(self, observation: str) -> list[dict[str, Any]]:
        """Give the newest rows at rest, newest first."""
        with self._snapshot() as cursor:
            cursor.execute(_REVISIONS, (observation, REVISIONS_MAX))
            names = ("as_of", "value", "numerator", "denominator", "revision")
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
        return [
            {name: value for name, value in row.items() if value is not None or name == "value"}
            | {"as_of": format_instant(row["as_of"])}
            for row in rows
        ]

    def releases(self, behind: Behind, limit: int) -> list[int]:
        """Give the newest instants at which the reports were released, the latest first."""
        with self._snapshot() as cursor:
            of = {"reports": list(behind.reports), "limit": limit}
            return [at for (at,) in _ask(cursor, _RELEASES, behind, behind.bounds, of)]

    def events(
        self, behind: Behind, limit: int, after: Place | None
    ) -> tuple[list[SourceEvent], Place | None]:
        """Give a page of the events, newest first, and where the next one begins.

        Looks back four times as far as long as the page is not full: all the looks together take
        little longer than the last, which has its limit.
        """
        first, end = behind.bounds
        after = after or Place(end, "", 0, 0)
        end = min(end, after.at + 1)
        length = LOOK_BACK
        begin = max(first, end - length)
        with self._snapshot() as cursor:
            rows = _page(cursor, behind, (begin, end), limit + 1, after)
            while len(rows) <= limit and begin > first:
                length *= 4
                begin = max(first, end - length)
                rows = _page(cursor, behind, (begin, end), limit + 1, after)
        last = Place(*rows[limit - 1][6:]) if len(rows) > limit else None
        return [_event(row) for row in rows[:limit]], last

    def summary(self, behind: Behind) -> Summary:
        """Count all the events; raises TooMuch where a page of them may still be had."""
        with self._snapshot() as cursor:
            rows = _ask(cursor, _SUMMARY, behind, behind.bounds).fetchall()
            counted = _ask(cursor, _REPEATS, behind, behind.bounds).fetchone()
        repeats = 0 if counted is None else counted[0]
        offsets = [
            {"topic": topic, "partition": part, "from": first, "to": last}
            for topic, part, first, last, *_ in rows
        ]
        total, unknown, *noted = [sum(row[column] for row in rows) for column in range(4, 10)]
        if unknown:
            return Summary(None, offsets)
        inputs = {"counted": total - sum(noted)} | dict(zip(_OUTCOMES, noted, strict=True))
        return Summary(inputs | {"duplicate": repeats}, offsets)

    @contextmanager
    def _snapshot(self) -> Iterator[Cursor]:
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise Unavailable("too many figures are being explained at once; ask again")
        try:
            with (
                self._pool.connection() as connection,
                connection.transaction(),
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    "select set_config('statement_timeout', %s, true),"
                    " set_config('work_mem', %s, true)",
                    [str(self._answer_ms_max), MEMORY],
                )
                yield cursor
        except psycopg.errors.QueryCanceled as error:
            raise TooMuch(
                "there are more events behind this observation than can be read in time; ask for"
                " a shorter window or a smaller unit"
            ) from error
        except psycopg.errors.UndefinedTable as error:
            raise Unavailable("the tables are missing: run `ioc migrate` first") from error
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        finally:
            self._turns.release()


def _page(
    cursor: Cursor, behind: Behind, between: tuple[int, int], limit: int, after: Place
) -> list[tuple[Any, ...]]:
    place = {
        "limit": limit,
        "at": database_time(after.at),
        "topic": after.topic,
        "part": after.part,
        "offset": after.offset,
    }
    return _ask(cursor, _PAGE, behind, between, place).fetchall()


def _ask(
    cursor: Cursor,
    question: sql.SQL,
    behind: Behind,
    between: tuple[int, int],
    more: Mapping[str, Any] | None = None,
) -> Cursor:
    condition, arguments = wanted(behind)
    arguments |= {"from": database_time(between[0]), "to": database_time(between[1])}
    return cursor.execute(
        question.format(wanted=condition, released_at=field("released_at")),
        arguments | dict(more or {}),
    )


def _event(row: tuple[Any, ...]) -> SourceEvent:
    name, source, kind, unit, subject, recorded, at, *_ = row
    return SourceEvent(
        name, source, kind, format_instant(at), unit, subject, format_instant(recorded)
    )


_PAGE = sql.SQL(
    "select id, source, type, unit, subject, (extract(epoch from recorded) * 1000000)::bigint,"
    " (extract(epoch from time) * 1000000)::bigint, topic, part, record_offset"
    " from event where time >= %(from)s and time < %(to)s and {wanted}"
    " and (time, topic, part, record_offset) < (%(at)s, %(topic)s, %(part)s, %(offset)s)"
    " order by time desc, topic desc, part desc, record_offset desc limit %(limit)s"
)
_SUMMARY = sql.SQL(
    "select topic, part, min(record_offset), max(record_offset), count(*),"
    " count(*) filter (where e.receipt is null), count(*) filter (where n.state = 'waiting'),"
    " count(*) filter (where n.state = 'superseded'), count(*) filter (where n.state = 'late'),"
    " count(*) filter (where n.state = 'quarantined')"
    " from event e left join receipt_note n on n.receipt = e.receipt and n.line = e.line"
    " and n.state in ('waiting', 'superseded', 'late', 'quarantined')"
    " where time >= %(from)s and time < %(to)s and {wanted} group by topic, part"
    " order by topic, part"
)
_REPEATS = sql.SQL(
    "with e as (select source, id from event"
    " where time >= %(from)s and time < %(to)s and {wanted})"
    " select count(*) from receipt_note n join e on n.source = e.source and n.id = e.id"
    " where n.state = 'duplicate'"
)
_RELEASES = sql.SQL(
    "select distinct (extract(epoch from ({released_at})::timestamptz) * 1000000)::bigint"
    " from event where time >= %(from)s and time < %(to)s and type = any(%(reports)s::text[])"
    " and {released_at} is not null and {wanted} order by 1 desc limit %(limit)s"
)
_REVISIONS: LiteralString = (
    "select (extract(epoch from as_of) * 1000000)::bigint, value, numerator, denominator, revision"
    " from observation where id = %s order by as_of desc limit %s"
)
