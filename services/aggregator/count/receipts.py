"""Receipts: what became of the records of each request, added up as they are counted."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from services.aggregator.count.batch import Batch, Received, storable
from services.aggregator.count.case_rows import Cursor
from services.aggregator.count.folding import Folding
from services.domain.cases.outcome import COUNTED, WAITING
from services.domain.engine.windows import BEGINNING, STATISTICAL, place
from services.domain.events import Event

STATES = ("counted", "duplicate", "waiting", "superseded", "late", "quarantined")
DUPLICATE, LATE = "duplicate", "late"
DUPLICATE_DIFFERS = "duplicate_differs"
NOTHING_FINAL = -(1 << 62)
"""An instant before every event."""
NO_NAME: Final = (None, None)


class ReceiptNote(NamedTuple):
    """The state of one record of a receipt, and the warning that it carries.

    Of a duplicate `first` is the (source, id) of the event that it repeats, of one that waits its
    own: it is told anew when the event waits no longer.
    """

    receipt: UUID | None
    line: int
    state: str
    code: str | None = None
    first: tuple[str | None, str | None] = NO_NAME


def note(received: Received, folding: Folding, final_before: int) -> ReceiptNote:
    """Say what became of a new event."""
    name = received.event.source, received.event.id
    state = state_of(received.event, folding, final_before)
    code, own = folding.warnings.get(name), name if state == WAITING else NO_NAME
    return ReceiptNote(received.receipt, received.line, state, code, own)


def state_of(event: Event, folding: Folding, final_before: int) -> str:
    """The state of an event that was folded.

    One that counts is late when its month was final before: figures are revised by it.
    """
    state = folding.states.get((event.source, event.id), COUNTED)
    return LATE if state == COUNTED and event.at < final_before else state


def duplicate(received: Received, *, differs: bool) -> ReceiptNote:
    """Say that an event was there already."""
    first = (received.event.source, received.event.id)
    code = DUPLICATE_DIFFERS if differs else None
    return ReceiptNote(received.receipt, received.line, DUPLICATE, code, first)


def read_final_before(cursor: Cursor, events: Iterable[Event], now: int) -> int:
    """Read up to which instant statistical months were final when this batch began.

    A month is final when every partition of events has been counted past its end. Nothing is read
    for a batch without events of a former month.
    """
    oldest = min((event.at for event in events), default=now)
    if oldest >= _month_begin(now):
        return NOTHING_FINAL
    cursor.execute("select min(watermark) from progress where topic like 'ioc.events.%'")
    row = cursor.fetchone()
    watermark = None if row is None else row[0]
    if watermark is None or watermark < BEGINNING:
        return NOTHING_FINAL
    return _month_begin(watermark)


def _month_begin(at: int) -> int:
    return place("month", STATISTICAL, at).begin


def write_receipts(
    cursor: Cursor, batch: Batch, notes: Sequence[ReceiptNote], settled: Sequence[ReceiptNote]
) -> None:
    """Add the counters of this batch, and a note for every record that was not simply counted.

    `settled` says what became of records that waited until now.
    """
    _write_announced(cursor, batch)
    write_notes(cursor, notes, settled)
    _write_dead_letters(cursor, batch)


def write_notes(
    cursor: Cursor, fresh: Sequence[ReceiptNote], settled: Sequence[ReceiptNote]
) -> None:
    """Add up what became of records; `settled` are no longer among those that wait."""
    notes = [*fresh, *settled]
    sums: dict[UUID, dict[str, int]] = {}
    for note in notes:
        if note.receipt is not None:
            counters = sums.setdefault(note.receipt, dict.fromkeys(STATES, 0))
            counters[note.state] += 1
    for note in settled:
        if note.receipt is not None:
            sums[note.receipt][WAITING] -= 1
    if sums:
        ordered = sorted(sums.items())
        cursor.execute(
            _ADD,
            (
                [r for r, _ in ordered],
                *([counters[state] for _, counters in ordered] for state in STATES),
            ),
        )
    noted = [n for n in notes if n.receipt is not None and (n.state != COUNTED or n.code)]
    if noted:
        cursor.execute(
            "insert into receipt_note (receipt, line, state, code, source, id) select * from"
            " unnest(%b::uuid[], %b::int[], %b::text[], %b::text[], %b::text[], %b::text[])"
            " on conflict do nothing",
            (
                [n.receipt for n in noted],
                [n.line for n in noted],
                [n.state for n in noted],
                [n.code for n in noted],
                [n.first[0] for n in noted],
                [n.first[1] for n in noted],
            ),
        )


def _write_announced(cursor: Cursor, batch: Batch) -> None:
    """What the intake said of its requests."""
    if not batch.receipts:
        return
    cursor.executemany(
        "insert into receipt (id, at, source, records, accepted, rejected)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (id) do update set at = excluded.at,"
        " source = excluded.source, records = excluded.records, accepted = excluded.accepted,"
        " rejected = excluded.rejected",
        [
            (r.receipt, r.at, r.source and storable(r.source), r.records, r.accepted, r.rejected)
            for r in sorted(batch.receipts, key=lambda each: each.receipt)
        ],
    )
    rejections = [
        (r.receipt, n.line, n.code, storable(n.pointer), storable(n.detail))
        for r in batch.receipts
        for n in r.rejections
    ]
    if rejections:
        cursor.executemany(
            "insert into receipt_note (receipt, line, state, code, pointer, detail)"
            " values (%s, %s, 'rejected', %s, %s, %s) on conflict do nothing",
            rejections,
        )


def _write_dead_letters(cursor: Cursor, batch: Batch) -> None:
    if batch.dead:
        cursor.executemany(
            "insert into dead_letter (topic, part, record_offset, reason, pointer, detail, body)"
            " values (%s, %s, %s, %s, %s, %s, %b) on conflict do nothing",
            [
                (
                    d.record.topic,
                    d.record.part,
                    d.record.offset,
                    d.reason,
                    d.pointer,
                    d.detail,
                    d.record.value,
                )
                for d in batch.dead
            ],
        )


_ADD = (
    "insert into receipt (id, at, counted, duplicate, waiting, superseded, late, quarantined)"
    " select id, now(), counted, duplicate, waiting, superseded, late, quarantined"
    " from unnest(%s::uuid[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])"
    " as s (id, counted, duplicate, waiting, superseded, late, quarantined) order by id"
    " on conflict (id) do update set counted = receipt.counted + excluded.counted,"
    " duplicate = receipt.duplicate + excluded.duplicate,"
    " waiting = receipt.waiting + excluded.waiting,"
    " superseded = receipt.superseded + excluded.superseded, late = receipt.late + excluded.late,"
    " quarantined = receipt.quarantined + excluded.quarantined"
)
