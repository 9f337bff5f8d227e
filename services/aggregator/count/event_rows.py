"""Raw events as rows of their hypertable."""

from collections.abc import Sequence

from services.aggregator.count.batch import Received
from services.aggregator.count.case_rows import Cursor
from services.domain.instants import DAY, SECOND

EPOCH_2000 = 946_684_800 * SECOND
"""The instant from which the database counts microseconds."""
STORED_FROM = -3_652 * DAY
"""Events of before 1990 are stored under this day, in microseconds since 2000.

A chunk for every year since the first would help nobody.
"""


def store_events(cursor: Cursor, fresh: Sequence[Received]) -> None:
    """Write new events; a timestamp travels as a number, in the form that the server stores."""
    with cursor.copy(
        "copy event (time, source, id, type, unit, subject, recorded, receipt, line, topic, part,"
        " record_offset, body) from stdin (format binary)"
    ) as copy:
        copy.set_types(_TYPES)
        for received in fresh:
            event, record = received.event, received.record
            copy.write_row(
                (
                    _stored_time(event.at),
                    event.source,
                    event.id,
                    event.type,
                    event.unit,
                    event.subject,
                    _stored_time(event.recorded_at),
                    received.receipt,
                    received.line,
                    record.topic,
                    record.part,
                    record.offset,
                    record.value,
                )
            )


_TYPES = (
    *("int8", "text", "text", "text", "text", "text", "int8"),
    *("uuid", "int4", "text", "int4", "int8", "bytea"),
)


def _stored_time(at: int) -> int:
    return max(STORED_FROM, at - EPOCH_2000)
