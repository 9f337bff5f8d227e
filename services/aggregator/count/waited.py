"""Which events of a case may have waited until it was folded now; decided from the row alone."""

from collections.abc import Iterable, Iterator, Sequence

from services.aggregator.count.case_rows import CaseRow
from services.domain.cases.kinds import FOLDS
from services.domain.cases.versions import is_timed
from services.domain.events import Event

CREATE = "create"


def may_have_waited(
    row: CaseRow, earlier: Sequence[Event], fresh: Iterable[Event], now: int
) -> Iterator[Event]:
    """Those of the earlier events that waited for something which may have come by now.

    For the opening of a case that had none, for the first event of a fact, or for their own time:
    what waited for that has a time from which on the row was to be folded again. Nearly always
    there are none, and some of those named may never have waited.
    """
    unopened = row.name.kind in FOLDS and not row.body.contribution.unit
    ripe_at = now + 1 if row.ripe_at is None else row.ripe_at
    ripe = ripe_at <= now
    if not (unopened or ripe or any(event.op != CREATE for event in earlier)):
        return
    timed = is_timed(row.name.kind)
    firsts = {(event.source, event.id) for event in fresh}
    for event in earlier:
        corrects = event.op != CREATE and (timed or (event.source, event.supersedes) in firsts)
        if unopened or corrects or (ripe and event.at + 1 >= ripe_at):
            yield event
