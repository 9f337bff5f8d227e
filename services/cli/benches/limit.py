"""The limit: the same rows, stored and checked for duplicates, and nothing else.

Binary COPY into a temp stage, then ON CONFLICT into a table like `event` with a unique index.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import psycopg

BATCH_ROWS = 5_000
_TYPES = ("timestamptz", "text", "text", "text", "text", "text", "timestamptz", "bytea")
_COLUMNS = "time, source, id, type, unit, subject, recorded, body"


class _Row(msgspec.Struct):
    id: str
    source: str
    type: str
    time: datetime
    recordedtime: datetime
    subject: str
    unit: str


def rows_per_second(url: str, documents: list[bytes]) -> float:
    """Store the documents once; the tables are dropped afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table bench_limit (time timestamptz not null, source text not null,"
            " id text not null, type text not null, unit text not null, subject text not null,"
            " recorded timestamptz not null, body bytea not null)"
        )
        try:
            connection.execute(
                "select create_hypertable('bench_limit', 'time', create_default_indexes => false)"
            )
            connection.execute("create unique index on bench_limit (time, source, id)")
            connection.execute("create temp table stage as select * from bench_limit")
            started = time.perf_counter()
            for batch in _batches(documents):
                _store(connection, batch)
            return len(documents) / (time.perf_counter() - started)
        finally:
            connection.execute("drop table bench_limit")


def _batches(documents: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(documents), BATCH_ROWS):
        yield documents[start : start + BATCH_ROWS]


def _store(connection: psycopg.Connection, batch: list[bytes]) -> None:
    decoder = msgspec.json.Decoder(_Row)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("truncate stage")
        with cursor.copy(f"copy stage ({_COLUMNS}) from stdin (format binary)") as copy:
            copy.set_types(_TYPES)
            for document in batch:
                row = decoder.decode(document)
                copy.write_row(
                    (
                        row.time.astimezone(UTC),
                        row.source,
                        row.id,
                        row.type,
                        row.unit,
                        row.subject,
                        row.recordedtime.astimezone(UTC),
                        document,
                    )
                )
        cursor.execute("insert into bench_limit select * from stage on conflict do nothing")
