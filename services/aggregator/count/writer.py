"""One micro-batch as one transaction (protocol step 2).

Guard, identities, events, cases, deltas, receipts, position.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import psycopg

from services.aggregator.count.batch import Batch, Partition, Received
from services.aggregator.count.calendar import Calendars
from services.aggregator.count.case_rows import (
    BY_KEY,
    CaseRow,
    CaseWrite,
    Cursor,
    read_ripe,
    write_cases,
)
from services.aggregator.count.changes import Changes
from services.aggregator.count.dictionary import Dictionary
from services.aggregator.count.event_rows import store_events
from services.aggregator.count.folding import Folding
from services.aggregator.count.identities import Identities
from services.aggregator.count.lists import ReferenceLists
from services.aggregator.count.measuring import (
    Measuring,
    Remeasuring,
    take_behind,
    write_measured,
)
from services.aggregator.count.places import REMEMBERED_MAX, Places
from services.aggregator.count.positions import Position, advance, guard
from services.aggregator.count.receipts import (
    duplicate,
    note,
    read_final_before,
    write_notes,
    write_receipts,
)
from services.aggregator.count.settling import settled
from services.aggregator.count.subjects import opened_elsewhere
from services.aggregator.count.versions import bring, read_with_versions
from services.domain.cases.book import Book, case_of
from services.domain.cases.facts import CALENDAR_DAY
from services.domain.cases.lists import REFERENCE_LIST
from services.domain.cases.names import CaseName
from services.domain.cases.outcome import WorkingDay
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.delta import encode_delta
from services.domain.instants import SECOND
from services.domain.units import UnitList

WATERMARK_BOUND = 5 * SECOND
"""Events may come this late without a window being called final too early."""
RIPE_CASES_MAX = 1_000
LONG_AGO = -(1 << 62)
"""A watermark that moves nothing."""
NOTIFY = "notify ioc_delta"


class Written(NamedTuple):
    """What a transaction did, for metrics and for the worker's memory."""

    positions: dict[Partition, Position]
    states: Mapping[str, int]
    cases: int
    dead: int


class Writer:
    """Counts batches over one connection.

    `forget` after any failure, the database knows the outcome.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        owner: UUID,
        catalogue: Catalogue,
        units: UnitList,
    ) -> None:
        self._connection = connection
        self._owner = owner
        self._places = Places(catalogue.measures)
        self._calendars = Calendars(units)
        self._lists = ReferenceLists(units)
        self._book = Book(catalogue, units, self._calendars.of, self._lists.members)
        self._measuring = Measuring(catalogue.measures, self._places)
        self._identities = Identities()
        self._dictionary = Dictionary(self._places)

    def forget(self) -> None:
        """Drop everything remembered from uncommitted or doubtful transactions."""
        self._identities.forget()
        self._dictionary.forget()
        self._measuring.forget()
        self._calendars.forget()
        self._lists.forget()

    def write(
        self,
        batch: Batch,
        held: Mapping[Partition, Position],
        ends: Mapping[Partition, int],
        now: int,
    ) -> Written:
        """Count a batch of the partitions in `held`; `ends` is the next offset of each."""
        return self._transaction(held, lambda cursor: self._count(cursor, batch, held, ends, now))

    def tick(
        self, held: Mapping[Partition, Position], caught_up: Sequence[Partition], now: int
    ) -> Written:
        """Count what the clock brings.

        Facts that begin to count, and the watermark of partitions without backlog.
        """
        marks = dict.fromkeys(caught_up, now - WATERMARK_BOUND)

        def ripen(cursor: Cursor) -> Written:
            ripe = read_ripe(cursor, list(held), now, RIPE_CASES_MAX)
            return self._fold_again(cursor, held, ripe, marks, now)

        return self._transaction(held, ripen)

    def behind(self, held: Iterable[Partition]) -> Remeasuring | None:
        """The cases of these partitions that other measures have counted; None without any."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            return take_behind(cursor, self._owner, held, self._measuring.number(cursor))

    def remeasure(
        self, held: Mapping[Partition, Position], remeasuring: Remeasuring, now: int
    ) -> Written:
        """Count the next cases anew, of the partitions in `held` and by the measures in force."""

        def measure(cursor: Cursor) -> Written:
            number = self._measuring.number(cursor)
            rows = remeasuring.read(cursor, list(held), number)
            written = self._fold_again(cursor, held, rows, {}, now)
            if remeasuring.done:
                write_measured(cursor, list(held), number)
            return written

        return self._transaction(held, measure)

    def _transaction(
        self, held: Mapping[Partition, Position], work: Callable[[Cursor], Written]
    ) -> Written:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(BY_KEY)
            guard(cursor, self._owner, held.items())
            written = work(cursor)
        if len(self._places) > REMEMBERED_MAX:
            self._places.forget()
            self._dictionary.forget()
        return written

    def _count(
        self,
        cursor: Cursor,
        batch: Batch,
        held: Mapping[Partition, Position],
        ends: Mapping[Partition, int],
        now: int,
    ) -> Written:
        known = self._identities.admit(cursor, batch.events, now)
        fresh = [batch.events[index] for index in known.new]
        store_events(cursor, fresh)
        folding = self._fold(cursor, fresh, now)
        final_before = read_final_before(cursor, (received.event for received in fresh), now)
        notes = [note(received, folding, final_before) for received in fresh]
        notes += [
            duplicate(batch.events[index], differs=not same) for index, same in known.same.items()
        ]
        notes += [duplicate(received, differs=received.differs) for received in batch.repeated]
        write_receipts(cursor, batch, notes, settled(cursor, folding, now))
        commits = self._write_deltas(cursor, folding.changes, held)
        watermarks = _watermarks(batch, now)
        positions = {
            partition: Position(ends.get(partition, position.offset), commits[partition])
            for partition, position in held.items()
        }
        advance(
            cursor,
            [(p, position, watermarks.get(p, LONG_AGO)) for p, position in positions.items()],
        )
        states = Tally(note.state for note in notes)
        return Written(positions, states, len(folding.writes), len(batch.dead))

    def _fold_again(
        self,
        cursor: Cursor,
        held: Mapping[Partition, Position],
        rows: Sequence[tuple[Partition, CaseRow]],
        marks: Mapping[Partition, int],
        now: int,
    ) -> Written:
        """Fold cases of which no event is new; `marks` are watermarks that move."""
        self._calendars.refresh(cursor)
        self._lists.refresh(cursor)
        self._measuring.learn(cursor, [row for _, row in rows])
        folding = Folding(self._book, self._places, now)
        for partition, row in sorted(rows, key=lambda each: each[1].name.kind != CALENDAR_DAY):
            day = folding.fold(partition, row)
            if row.name.kind == CALENDAR_DAY:
                self._set_day(cursor, row.name, day)
        self._write_cases(cursor, folding.writes)
        if any(write.name.kind == REFERENCE_LIST for write in folding.writes):
            self._lists.changed(cursor)
        write_notes(cursor, (), settled(cursor, folding, now))
        commits = self._write_deltas(cursor, folding.changes, held)
        positions = {p: Position(position.offset, commits[p]) for p, position in held.items()}
        moves = [(p, each, marks.get(p, LONG_AGO)) for p, each in positions.items()]
        advance(cursor, moves)
        return Written(positions, {}, len(folding.writes), 0)

    def _fold(self, cursor: Cursor, fresh: Sequence[Received], now: int) -> Folding:
        """Fold the cases of new events, days of the calendar and lists first.

        The other cases are measured by them.
        """
        grouped: dict[CaseName, list[Received]] = {}
        for received in fresh:
            grouped.setdefault(case_of(received.event), []).append(received)
        brought = bring(cursor, fresh)
        rows = read_with_versions(cursor, grouped, brought)
        self._measuring.learn(cursor, rows.values())
        folding = Folding(self._book, self._places, now)
        self._calendars.refresh(cursor)
        self._lists.refresh(cursor)
        days = [name for name in grouped if name.kind == CALENDAR_DAY]
        lists = [name for name in grouped if name.kind == REFERENCE_LIST]
        for name in days:
            self._set_day(cursor, name, folding.fold(*_work(name, rows, grouped)))
        for name in lists:
            folding.fold(*_work(name, rows, grouped))
        written = len(folding.writes)
        self._write_cases(cursor, folding.writes)
        if lists:
            self._lists.changed(cursor)
        for name in grouped.keys() - {*days, *lists}:
            folding.fold(*_work(name, rows, grouped, brought.partitions.get(name)))
        self._write_cases(cursor, [*folding.writes[written:], *brought.writes])
        folding.warnings.update(opened_elsewhere(cursor, fresh))
        return folding

    def _write_cases(self, cursor: Cursor, writes: Sequence[CaseWrite]) -> None:
        write_cases(cursor, writes, self._measuring.number(cursor))

    def _set_day(self, cursor: Cursor, name: CaseName, day: WorkingDay | None) -> None:
        """Write a day of the working calendar, by which everything after it is folded."""
        self._calendars.set_day(cursor, name.unit, date.fromisoformat(name.subject), day)
        self._calendars.refresh(cursor)

    def _write_deltas(
        self, cursor: Cursor, changes: Changes, held: Mapping[Partition, Position]
    ) -> dict[Partition, int]:
        """One delta for each partition with changes; returns the commit numbers."""
        commits = {partition: position.commits for partition, position in held.items()}
        stored = self._dictionary.stored(cursor, changes.keys())
        rows = []
        for partition, delta in changes.deltas(stored).items():
            commits[partition] += 1
            rows.append((*partition, commits[partition], encode_delta(delta)))
        if rows:
            cursor.executemany(
                "insert into pane_delta (topic, part, seq, body) values (%s, %s, %s, %b)", rows
            )
            cursor.execute(NOTIFY)
        return commits


def _work(
    name: CaseName,
    rows: Mapping[CaseName, CaseRow],
    grouped: Mapping[CaseName, list[Received]],
    brought_by: Partition | None = None,
) -> tuple[Partition, CaseRow, list[Received]]:
    """What a fold needs: the partition of the newest event, the row as read, the new events."""
    group = grouped[name]
    partition = brought_by or (group[-1].record.topic, group[-1].record.part)
    return partition, rows.get(name) or CaseRow(name), group


def _watermarks(batch: Batch, now: int) -> dict[Partition, int]:
    """The newest event time of each partition, not beyond now, less the bound."""
    found: dict[Partition, int] = {}
    for received in batch.events:
        partition = (received.record.topic, received.record.part)
        mark = min(received.event.at, now) - WATERMARK_BOUND
        found[partition] = max(found.get(partition, mark), mark)
    return found
