"""The limit: the same rows, stored and checked for duplicates, and nothing else.

Binary COPY into a temp stage, then ON CONFLICT into a table that is `event` again, with a unique
index beside.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import psycopg

BATCH_ROWS = 5_000
_TYPES = (
    *("timestamptz", "text", "text", "text", "text", "text", "timestamptz"),
    *("uuid", "int4", "text", "int4", "int8", "bytea"),
)


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
        connection.execute("create table bench_limit (like event)")
        try:
            connection.execute(
                "select create_hypertable('bench_limit', 'time', create_default_indexes => false,"
                " chunk_time_interval => interval '30 days')"
            )
            connection.execute("create unique index on bench_limit (time, source, id)")
            connection.execute("create temp table stage (like event)")
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
    decoder, receipt = msgspec.json.Decoder(_Row), uuid4()
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("truncate stage")
        with cursor.copy("copy stage from stdin (format binary)") as copy:
            copy.set_types(_TYPES)
            for number, document in enumerate(batch):
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
                        receipt,
                        number,
                        "ioc.events.bench.v1",
                        number % 12,
                        number,
                        document,
                    )
                )
        cursor.execute("insert into bench_limit select * from stage on conflict do nothing")
