"""Events that waited and wait no longer: their receipts say what became of them.

An event waits for the first event of its case or of its fact, or for its own time. The note of a
waiting event names it; what a later fold says of it takes the note's place, and the counters of its
receipt move along. A transaction pays for this only when a case in it may have had such an event.
"""

from services.aggregator.count.case_rows import Cursor
from services.aggregator.count.folding import Folding
from services.aggregator.count.receipts import ReceiptNote, read_final_before, state_of


def settled(cursor: Cursor, folding: Folding, now: int) -> list[ReceiptNote]:
    """Take the notes of events that wait no longer; gives what is to be told in their place."""
    if not folding.awaited:
        return []
    names = list(folding.awaited)
    cursor.execute(_TAKE, ([source for source, _ in names], [name for _, name in names]))
    taken = cursor.fetchall()
    if not taken:
        return []
    found = [folding.awaited[source, name] for *_, source, name in taken]
    final_before = read_final_before(cursor, found, now)
    return [
        ReceiptNote(
            receipt,
            line,
            state_of(event, folding, final_before),
            folding.warnings.get((event.source, event.id), code),
        )
        for (receipt, line, code, *_), event in zip(taken, found, strict=True)
    ]


_TAKE = (
    "delete from receipt_note n using unnest(%b::text[], %b::text[]) as s (source, id)"
    " where n.source = s.source and n.id = s.id and n.state = 'waiting'"
    " returning n.receipt, n.line, n.code, n.source, n.id"
)
"""The condition is that of the index `receipt_note_waiting`."""
