"""A centre in memory: stage 1 and the reading of its deltas, without the database around them.

The folding, the changes, the deltas and the key table are the real ones; only rows and numbers
that the database would keep are kept in dictionaries.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
import numpy as np

from services.adapters.standards import load_catalogue
from services.aggregator.count.batch import Partition, Received, Record, decode_batch
from services.aggregator.count.calendar import Calendars
from services.aggregator.count.case_rows import CaseBody, CaseRow, CaseWrite
from services.aggregator.count.changes import Changes
from services.aggregator.count.folding import Folding
from services.aggregator.count.places import KeyName, Places
from services.domain.cases.book import Book, case_of
from services.domain.cases.facts import CALENDAR_DAY
from services.domain.cases.lists import REFERENCE_LIST, Lists, lists_of
from services.domain.cases.names import CaseName
from services.domain.cases.outcome import WorkingDay
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.delta import Delta, decode_delta, encode_delta
from services.domain.engine.keytable import KeyTable
from services.domain.engine.ordered import Ints
from services.domain.engine.state import ExtentRecord, FigureRecord, State
from services.domain.instants import DAY
from services.domain.units import Method, Successor, Unit, UnitList
from services.domain.worktime import DEFAULT_HOURS, day_start, local_day, parse_hours
from services.reference.moved import MILLION, SuccessorFact
from services.reference.places import UnitFact
from tests.unit.reference_log import LONG_AGO, REFORM, SECOND_COMMUNE, SUCCESSORS, UNITS

UNIT_FACTS = [
    *UNITS,
    UnitFact("C:11977@1900-01-01", "C:11977", "D:323@1900-01-01", LONG_AGO, REFORM),
]
"""The small list of the reference's tests, with a second commune in the former district."""
SUCCESSOR_FACTS = [
    *SUCCESSORS,
    SuccessorFact("C:11977@1900-01-01", SECOND_COMMUNE, 1_000_000, "whole"),
]
_EPOCH_DAY = date(1970, 1, 1)
_body = msgspec.msgpack.Decoder(CaseBody)


@functools.cache
def catalogue() -> Catalogue:
    """The catalogue of our own standard."""
    return load_catalogue()


@functools.cache
def units() -> UnitList:
    """The same list as the engine has it."""
    return UnitList(
        (
            msgspec.convert(
                {
                    "key": fact.key,
                    "level": fact.code[0],
                    "code": fact.code,
                    "name_vi": fact.code,
                    "name_short_vi": fact.code,
                    "type": "",
                    "parent": fact.parent,
                    "valid_from": fact.valid_from,
                    "valid_to": fact.valid_to,
                    "lat": None,
                    "lon": None,
                },
                Unit,
            )
            for fact in UNIT_FACTS
        ),
        (
            Successor(
                part.before,
                part.after,
                part.millionths / MILLION,
                msgspec.convert(part.method, Method),
                part.millionths > MILLION // 2,
            )
            for part in SUCCESSOR_FACTS
        ),
    )


class Counting:
    """Stage 1: counts batches of documents, whatever their order, and writes deltas."""

    def __init__(self) -> None:
        self.deltas: dict[Partition, list[bytes]] = defaultdict(list)
        self.keys: dict[KeyName, int] = {}
        self._places = Places(catalogue().measures)
        self._calendars = Calendars(units())
        self._lists = Lists()
        self._list_bodies: dict[CaseName, CaseBody] = {}
        self._book = Book(catalogue(), units(), self._calendars.of, self._members)
        self._seen: set[tuple[str, str]] = set()
        self._rows: dict[CaseName, tuple[CaseRow, CaseWrite]] = {}
        self._days: dict[tuple[str, date], WorkingDay] = {}
        self._marked: set[CaseName] = set()

    def count(self, documents: Iterable[Mapping[str, Any]], part: int, now: int) -> None:
        """One micro-batch of one partition."""
        topic = "ioc.events.test.v1"
        records = [
            Record(topic, part, offset, msgspec.json.encode(document), {})
            for offset, document in enumerate(documents)
        ]
        batch = decode_batch(records, "receipts", "dead")
        assert not batch.dead
        grouped: dict[CaseName, list[Received]] = defaultdict(list)
        for received in batch.events:
            identity = (received.event.source, received.event.id)
            if identity not in self._seen:
                self._seen.add(identity)
                grouped[case_of(received.event)].append(received)
        folding = Folding(self._book, self._places, now)
        first = (CALENDAR_DAY, REFERENCE_LIST)
        for name in sorted(grouped, key=lambda name: name.kind not in first):
            row = self._rows[name][0] if name in self._rows else CaseRow(name)
            day = folding.fold((topic, part), row, grouped[name])
            self._marked.discard(name)
            if name.kind == CALENDAR_DAY:
                self._set_day(name, day)
            if name.kind == REFERENCE_LIST:
                self._set_lists(folding.writes[-1])
        self._write(folding)

    def tick(self, now: int) -> None:
        """What the clock brings: facts that begin to count, and cases of changed days."""
        while self._ripen(now):
            pass

    def _ripen(self, now: int) -> bool:
        """One tick of the writer, days of the calendar and lists first; whether it had any work."""
        ripe = [
            name
            for name, (_, write) in self._rows.items()
            if name in self._marked or (write.ripe_at is not None and write.ripe_at <= now)
        ]
        folding = Folding(self._book, self._places, now)
        for name in sorted(ripe, key=lambda each: each.kind not in (CALENDAR_DAY, REFERENCE_LIST)):
            row, write = self._rows[name]
            day = folding.fold(write.partition, row)
            self._marked.discard(name)
            if name.kind == CALENDAR_DAY:
                self._set_day(name, day)
            if name.kind == REFERENCE_LIST:
                self._set_lists(folding.writes[-1])
        self._write(folding)
        return bool(ripe)

    def decoded(self) -> Iterator[Delta]:
        """Every delta that was written, partition by partition."""
        for partition in sorted(self.deltas):
            yield from map(decode_delta, self.deltas[partition])

    def _write(self, folding: Folding) -> None:
        for write in folding.writes:
            row = CaseRow(write.name, write.read_version + 1, _body.decode(write.body))
            self._rows[write.name] = (row, write)
        self._write_deltas(folding.changes)

    def _write_deltas(self, changes: Changes) -> None:
        numbers = np.zeros(len(self._places), dtype=np.int64)
        for key in changes.keys().tolist():
            numbers[key] = self.keys.setdefault(self._places.name(key), len(self.keys) + 1)
        for partition, delta in changes.deltas(numbers).items():
            self.deltas[partition].append(encode_delta(delta))

    def _members(self, list_id: str, unit: str, at: int) -> frozenset[str] | None:
        chain = (unit, *(above.key for above in units().ancestors(unit)))
        return self._lists.members(list_id, chain, local_day(at))

    def _set_lists(self, written: CaseWrite) -> None:
        """As the writer does: the dossiers of the days that any list changed are folded again."""
        self._list_bodies[written.name] = _body.decode(written.body)
        before, self._lists = (
            self._lists,
            Lists(
                each
                for body in self._list_bodies.values()
                for each in lists_of(body.contribution.unit, body.figures)
            ),
        )
        for each in before.known ^ self._lists.known:
            for other, (_, write) in self._rows.items():
                life = write.life if other.kind == "dossier" else None
                if life and life[0] < day_start(each.last + 1) and life[1] > day_start(each.first):
                    self._marked.add(other)

    def _set_day(self, name: CaseName, found: WorkingDay | None) -> None:
        """As the writer does: only the cases whose life touches the day are folded again."""
        day = date.fromisoformat(name.subject)
        self._days.pop((name.unit, day), None)
        if found is not None:
            self._days[name.unit, day] = found
        self._calendars._days, self._calendars._built = {}, {}
        for each in self._days.values():
            spans = parse_hours(each.hours) if each.hours else DEFAULT_HOURS
            days = self._calendars._days.setdefault(each.unit_key, {})
            days[(each.day - _EPOCH_DAY).days] = spans if each.working else ()
        begin = day_start((day - _EPOCH_DAY).days)
        for other, (_, write) in self._rows.items():
            if write.life is not None and write.life[0] < begin + DAY and write.life[1] > begin:
                self._marked.add(other)


class Reading:
    """Stage 2's reading: a state that follows the deltas, as the pane reader keeps it."""

    def __init__(self, asked: Catalogue | None = None) -> None:
        self.state = State(asked or catalogue(), units())
        self._keys = KeyTable(self.state)
        self._applied: dict[Partition, int] = {}

    def read(self, counting: Counting) -> tuple[Ints, set[tuple[str, str]]]:
        """Apply what was written since; gives the keys and the figures that changed."""
        changed: list[Ints] = [np.zeros(0, dtype=np.int64)]
        figures: set[tuple[str, str]] = set()
        names = {number: name for name, number in counting.keys.items()}
        for partition in sorted(counting.deltas):
            bodies = counting.deltas[partition]
            for body in bodies[self._applied.get(partition, 0) :]:
                delta = decode_delta(body)
                asked = {c.key for c in delta.extents} | {c.key for c in delta.figures}
                for number in {*self._keys.missing(delta.points()[0]), *asked}:
                    if number not in self._keys:
                        self._keys.register(number, *names[number])
                changed.append(self._keys.add(*delta.points()))
                extents = self.state.add_extents(
                    ExtentRecord(*self._keys.name(c.key), c.begin, c.end, c.value, c.count)
                    for c in delta.extents
                )
                changed.append(np.array(sorted(extents), dtype=np.int64))
                figures |= self.state.put_figures(
                    FigureRecord(*self._keys.name(c.key), c.calendar, c.period, c.figure, c.version)
                    for c in delta.figures
                )
            self._applied[partition] = len(bodies)
        return np.unique(np.concatenate(changed)), figures
