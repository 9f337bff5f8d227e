"""The names of procedures (thủ tục hành chính), as the catalogues of provinces tell them.

A row of `vn.ioc.procedure.catalogue.v1` holds from its time until the next one of the same
procedure and province. Rows are few (some thousands) and change seldom; they are read from `event`
when they are asked for.
"""

from typing import Any, Protocol

import msgspec
import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from services.domain.errors import Unavailable
from services.domain.instants import format_instant

ROWS_MAX = 20_000
"""Rows of a catalogue that are looked at; further codes are not told."""
TYPE = "vn.ioc.procedure.catalogue.v1"


class Procedure(msgspec.Struct, frozen=True):
    """One procedure as it stands. `since` is the time of its row, RFC 3339."""

    code: str
    title: str
    unit: str
    sector: str
    agency: str
    execution_level: str
    active: bool
    since: str


class ProcedureSource(Protocol):
    """Knows catalogues; called in a worker thread. Raises Unavailable while it cannot."""

    def of(self, unit: str, now: int) -> list[Procedure]:
        """Give the procedures of a province or the country in the order of their codes."""
        ...


class DatabaseProcedures:
    """Catalogues from the events that were counted."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def of(self, unit: str, now: int) -> list[Procedure]:
        """Give the newest row of each code with a time up to `now`, corrections applied."""
        arguments = {"type": TYPE, "unit": unit, "now": now / 1e6, "limit": ROWS_MAX}
        try:
            with self._pool.connection() as connection:
                rows = connection.execute(_NEWEST, arguments).fetchall()
        except psycopg.errors.UndefinedTable as error:
            raise Unavailable("the tables are missing: run `ioc migrate` first") from error
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        return [_procedure(unit, *row) for row in rows]


def _procedure(unit: str, code: str, at: int, data: dict[str, Any]) -> Procedure:
    return Procedure(
        code=code,
        title=data["title"],
        unit=unit,
        sector=data["sector"],
        agency=data["agency_id"],
        execution_level=data["execution_level"],
        active=data["active"],
        since=format_instant(at),
    )


_NEWEST = """
    with told as (
        select subject, time, source, recorded, id, convert_from(body, 'UTF8')::json as document
        from event where type = %(type)s and unit = %(unit)s and time <= to_timestamp(%(now)s)
    ),
    fact as (
        select distinct on (subject, source, coalesce(document ->> 'supersedes', id))
            subject, time, recorded, id, document
        from told
        order by subject, source, coalesce(document ->> 'supersedes', id), recorded desc, id desc
    ),
    row_in_force as (
        select distinct on (subject) subject, time, document -> 'data' as data
        from fact where coalesce(document ->> 'op', '') <> 'retract'
        order by subject, time desc, recorded desc, id desc
    )
    select subject, (extract(epoch from time) * 1000000)::bigint, data
    from row_in_force where data ->> 'title' is not null order by subject limit %(limit)s
"""
