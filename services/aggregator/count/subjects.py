"""A case that is opened under two units: both are counted, and the receipt says so.

The contract's code is `subject_in_two_units`. Which of the two is meant, only their agencies know.
"""

from collections.abc import Sequence
from typing import Final

from services.aggregator.count.batch import Received
from services.aggregator.count.case_rows import Cursor
from services.domain.cases.dossier import RECEIVED
from services.domain.cases.feedback import SUBMITTED
from services.domain.cases.task import ASSIGNED

SUBJECT_IN_TWO_UNITS: Final = "subject_in_two_units"
OPENINGS: Final = {RECEIVED: "dossier", SUBMITTED: "feedback", ASSIGNED: "task"}


def opened_elsewhere(cursor: Cursor, fresh: Sequence[Received]) -> dict[tuple[str, str], str]:
    """By (source, id) the code of each opening whose subject has a case under another unit."""
    events = [received.event for received in fresh]
    openings = [event for event in events if event.op == "create" and event.type in OPENINGS]
    if not openings:
        return {}
    cursor.execute(
        _ELSEWHERE,
        (
            [OPENINGS[event.type] for event in openings],
            [event.unit for event in openings],
            [event.subject for event in openings],
        ),
    )
    found = {tuple(row) for row in cursor}
    return {
        (event.source, event.id): SUBJECT_IN_TWO_UNITS
        for event in openings
        if (OPENINGS[event.type], event.unit, event.subject) in found
    }


_ELSEWHERE = (
    "select s.kind, s.unit, s.subject from"
    " unnest(%b::text[], %b::text[], %b::text[]) as s (kind, unit, subject)"
    " where exists (select from case_state c where c.subject = s.subject and c.kind = s.kind"
    " and c.unit <> s.unit and c.kind in ('dossier', 'feedback', 'task'))"
)
"""The list of kinds is that of the index `case_state_subject`."""
