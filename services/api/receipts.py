"""What became of the records of one request, as the aggregator has written it down."""

from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from services.domain.errors import Unavailable
from services.domain.instants import SECOND, format_instant

NOTES_MAX = 10_000
OUTCOMES = ("counted", "duplicate", "waiting", "superseded", "late", "quarantined")

_RECEIPT = """
    select id::text as receipt, extract(epoch from at)::float8 as at, source, records, accepted,
           rejected, counted, duplicate, waiting, superseded, late, quarantined
    from receipt where id = %s
"""
_NOTES = """
    select line, state, code, pointer, detail from receipt_note
    where receipt = %s order by line limit %s
"""


class ReceiptSource(Protocol):
    """Finds receipts; called in a worker thread. Raises Unavailable while it cannot."""

    def get(self, receipt: UUID) -> dict[str, Any] | None:
        """Give the receipt as the api answers it, or None when it is unknown."""
        ...


class DatabaseReceipts:
    """Receipts of the tables `receipt` and `receipt_note`."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def get(self, receipt: UUID) -> dict[str, Any] | None:
        """Give counters and the noted records; records without a note were counted."""
        try:
            with (
                self._pool.connection() as connection,
                connection.cursor(row_factory=dict_row) as rows,
            ):
                found = rows.execute(_RECEIPT, [receipt]).fetchone()
                if found is None:
                    return None
                notes = rows.execute(_NOTES, [receipt, NOTES_MAX]).fetchall()
        except psycopg.errors.UndefinedTable as error:
            raise Unavailable("the tables are missing: run `ioc migrate` first") from error
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        return as_document(found, notes)


def as_document(row: dict[str, Any], notes: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the answer of a receipt's row (`at` in seconds since 1970) and its notes."""
    settled = sum(row[outcome] for outcome in OUTCOMES)
    at = None if row["at"] is None else format_instant(round(row["at"] * SECOND))
    said = [{name: value for name, value in note.items() if value is not None} for note in notes]
    known = row["records"] > 0  # else counted before the intake's own word arrived
    state = "settled" if known and settled >= row["accepted"] else "pending"
    return {**row, "at": at, "state": state, "notes": said}
