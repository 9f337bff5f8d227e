"""Folds the cases of one transaction and collects what has to be written.

Pure but for the bytes it decodes.
"""

from collections.abc import Sequence

from services.aggregator.count.batch import Partition, Received
from services.aggregator.count.case_rows import CaseBody, CaseRow, CaseWrite, encode_body
from services.aggregator.count.changes import Changes
from services.aggregator.count.places import Places
from services.domain.cases.book import Book
from services.domain.cases.outcome import WorkingDay
from services.domain.events import Event, decode


class Folding:
    """The work of one transaction.

    `changes` for panes, `writes` for case rows, `states` for receipts.
    """

    def __init__(self, book: Book, places: Places, now: int) -> None:
        self.changes = Changes(places)
        self.writes: list[CaseWrite] = []
        self.states: dict[tuple[str, str], str] = {}
        self._book = book
        self._now = now

    def fold(
        self, partition: Partition, row: CaseRow, fresh: Sequence[Received] = ()
    ) -> WorkingDay | None:
        """Fold a case with its new events; returns the working day that it sets, if it does."""
        events: list[Event] = [decode(body) for body in row.body.events]
        events += [received.event for received in fresh]
        outcome = self._book.outcome(row.name, events, self._now)
        self.changes.replace(partition, row.body.contribution, outcome.contribution)
        for received in fresh:
            unit, points = self._book.admitted(received.event, received.ingested_at)
            self.changes.add(partition, unit, points)
        self.changes.figures(
            partition,
            (row.body.contribution.unit, outcome.contribution.unit),
            row.body.figures,
            outcome.figures,
            row.version + 1,
        )
        body = CaseBody(
            (*row.body.events, *(received.record.value for received in fresh)),
            outcome.contribution,
            outcome.figures,
        )
        self.writes.append(
            CaseWrite(
                row.name, row.version, partition, outcome.ripe_at, outcome.life, encode_body(body)
            )
        )
        self.states.update(outcome.states)
        return outcome.working_day
