"""Folds the cases of one transaction and collects what has to be written.

Pure but for the bytes it decodes.
"""

from collections.abc import Sequence

from services.aggregator.count.batch import Partition, Received
from services.aggregator.count.case_rows import CaseBody, CaseRow, CaseWrite, encode_body
from services.aggregator.count.changes import Changes
from services.aggregator.count.places import Places
from services.aggregator.count.waited import may_have_waited
from services.domain.cases.book import Book
from services.domain.cases.names import CaseName
from services.domain.cases.newest_rows import WITHOUT_END, newest, within
from services.domain.cases.outcome import SUPERSEDED, WAITING, Outcome, WorkingDay
from services.domain.events import Event, decode


class Folding:
    """The work of one transaction.

    `changes` for panes, `writes` for case rows, `states` and `warnings` for receipts,
    `awaited` the earlier events, by (source, id), that may have waited and do not wait now.
    """

    def __init__(self, book: Book, places: Places, now: int) -> None:
        self.changes = Changes(places)
        self.writes: list[CaseWrite] = []
        self.states: dict[tuple[str, str], str] = {}
        self.warnings: dict[tuple[str, str], str] = {}
        self.awaited: dict[tuple[str, str], Event] = {}
        self._book = book
        self._now = now

    def fold(
        self, partition: Partition, row: CaseRow, fresh: Sequence[Received] = ()
    ) -> WorkingDay | None:
        """Fold a case with its new events; returns the working day that it sets, if it does."""
        name, version, before, measured, _ = row
        earlier: list[Event] = [decode(body) for body in before.events]
        events = earlier + [received.event for received in fresh]
        outcome = self._outcome(name, events, before.since)
        contribution, figures = outcome.contribution, outcome.figures
        self.changes.replace(partition, before.contribution, contribution, measured)
        for received in fresh:
            unit, points = self._book.admitted(received.event, received.ingested_at)
            if points:
                self.changes.add(partition, unit, points)
        if figures or before.figures:
            units = (before.contribution.unit, contribution.unit)
            self.changes.figures(partition, units, before.figures, figures, version + 1)
        bodies = (*before.events, *[received.record.value for received in fresh])
        body = CaseBody(bodies, contribution, figures, before.since)
        if name.kind in WITHOUT_END:
            body = self._newest(name, body, events)
        self.writes.append(
            CaseWrite(name, version, partition, outcome.ripe_at, outcome.life, encode_body(body))
        )
        if before.since is not None:
            self.states.update({(each.source, each.id): SUPERSEDED for each in events})
        self.states.update(outcome.states)
        self.warnings.update(outcome.warnings)
        if earlier:
            self._settle(row, earlier, fresh)
        return outcome.working_day

    def _settle(self, row: CaseRow, earlier: Sequence[Event], fresh: Sequence[Received]) -> None:
        """Name the earlier events that may have waited until now."""
        new = (received.event for received in fresh)
        for event in may_have_waited(row, earlier, new, self._now):
            name = event.source, event.id
            if self.states.get(name, WAITING) != WAITING:
                self.awaited[name] = event

    def _outcome(self, name: CaseName, events: Sequence[Event], since: int | None) -> Outcome:
        return self._book.outcome(name, within(events, since), self._now)

    def _newest(self, name: CaseName, body: CaseBody, events: Sequence[Event]) -> CaseBody:
        """The case without the rows that are settled; what these have added stays counted."""
        kept = newest(name.kind, events, self._now, body.since)
        if kept is None:
            return body
        outcome = self._outcome(name, [events[place] for place in kept.places], kept.since)
        bodies = tuple(body.events[place] for place in kept.places)
        return CaseBody(bodies, outcome.contribution, body.figures, kept.since)
