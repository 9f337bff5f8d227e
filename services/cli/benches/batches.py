"""A micro-batch from its bytes to its encoded deltas, without the database: CPU time by stage.

Beside it, in the same run: the same bytes decoded bare into a struct of their envelope, and the
same points added to an array with numpy. No transaction of the counter can cost less than both.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import msgspec
import numpy as np

from services.aggregator.count.batch import Record, decode_batch
from services.aggregator.count.case_rows import CaseRow
from services.aggregator.count.folding import Folding
from services.aggregator.count.places import Places
from services.cli.benches.load import dossiers, readings
from services.domain.cases.book import Book, case_of
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.delta import Delta, encode_delta
from services.domain.events import decode
from services.domain.units import UnitList
from services.domain.worktime import WorkingCalendar

TOPIC, PARTITIONS = "ioc.events.bench.v1", 12
STAGES = ("decode", "identity", "outcome", "changes", "delta")
LOADS = {"readings": readings, "cases": dossiers}
PANES = 128
_calendar = WorkingCalendar()


class BatchResult(msgspec.Struct, frozen=True):
    """One kind of events: what a batch costs, by stage, and what the limits of this run cost.

    Microseconds of CPU per event, medians. `decode_ratio` is the bare decoding's share of the
    whole, `floor_ratio` that of bare decoding and bare adding together.
    """

    events: int
    points: int
    delta_bytes: int
    events_per_second: float
    stages_us: dict[str, float]
    bare_decode_us: float
    bare_add_us: float
    decode_ratio: float
    floor_ratio: float


class _Stored(msgspec.Struct, gc=False):
    """What the bare decoding makes of a document."""

    id: str
    source: str
    type: str
    time: str
    recordedtime: str
    subject: str
    unit: str
    data: msgspec.Raw


class _Timer:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.process_time()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - started


def run_batches(
    catalogue: Catalogue, units: UnitList, now: int, events: int, rounds: int
) -> dict[str, BatchResult]:
    """Each kind of events, `rounds` times; a worker that has seen all its keys once."""
    communes = [u.code for u in units if u.level == "C" and u.valid_to is None]
    return {
        name: _run(catalogue, units, now, rounds, list(load(events, communes, now)))
        for name, load in LOADS.items()
    }


def _run(
    catalogue: Catalogue, units: UnitList, now: int, rounds: int, documents: list[bytes]
) -> BatchResult:
    book = Book(catalogue, units, lambda _unit: _calendar)
    places = Places(catalogue.measures)
    records = [
        Record(TOPIC, number % PARTITIONS, number, document, {})
        for number, document in enumerate(documents)
    ]
    _batch(book, places, records, now, _Timer())
    timers = [_Timer() for _ in range(rounds)]
    for timer in timers:
        deltas = _batch(book, places, records, now, timer)
        _limits(documents, deltas, timer)

    def per_event(name: str) -> float:
        return median(timer.spent[name] for timer in timers) / len(documents) * 1e6

    stages = {name: per_event(name) for name in STAGES}
    # Sorting by identity is the batch less its decoding, which is measured alone.
    stages["identity"] = max(0.0, stages["identity"] - stages["decode"])
    whole, bare, added = sum(stages.values()), per_event("bare_decode"), per_event("bare_add")
    return BatchResult(
        events=len(documents),
        points=sum(len(delta.keys) // 4 for delta in deltas),
        delta_bytes=sum(len(encode_delta(delta)) for delta in deltas),
        events_per_second=round(1e6 / whole),
        stages_us={name: round(value, 2) for name, value in stages.items()},
        bare_decode_us=round(bare, 3),
        bare_add_us=round(added, 3),
        decode_ratio=round(bare / whole, 4),
        floor_ratio=round((bare + added) / whole, 4),
    )


def _batch(
    book: Book, places: Places, records: list[Record], now: int, timer: _Timer
) -> list[Delta]:
    """What `count/writer.py` does between its statements."""
    with timer.stage("decode"):
        for record in records:
            decode(record.value)
    with timer.stage("identity"):
        batch = decode_batch(records, "", "")
    grouped: dict[tuple[str, str, str], list[int]] = {}
    names = [case_of(received.event) for received in batch.events]
    for index, name in enumerate(names):
        grouped.setdefault(name, []).append(index)
    with timer.stage("outcome"):
        for indices in grouped.values():
            events = [batch.events[index].event for index in indices]
            book.outcome(names[indices[0]], events, now)
    folding = Folding(book, places, now)
    with timer.stage("changes"):
        for indices in grouped.values():
            fresh = [batch.events[index] for index in indices]
            partition = (fresh[-1].record.topic, fresh[-1].record.part)
            folding.fold(partition, CaseRow(names[indices[0]]), fresh)
    with timer.stage("delta"):
        stored = np.arange(len(places), dtype=np.int64)
        folding.changes.keys()
        deltas = list(folding.changes.deltas(stored).values())
        for delta in deltas:
            encode_delta(delta)
    # A fold asks for the outcome and then adds what it says: the rest is the changes.
    timer.spent["changes"] = max(0.0, timer.spent["changes"] - timer.spent["outcome"])
    return deltas


def _limits(documents: list[bytes], deltas: list[Delta], timer: _Timer) -> None:
    decoder = msgspec.json.Decoder(_Stored)
    with timer.stage("bare_decode"):
        for document in documents:
            decoder.decode(document)
    table = [delta.points() for delta in deltas]
    keys, seconds, values = (np.concatenate([row[i] for row in table]) for i in range(3))
    width = int(keys.max(initial=0)) + 1
    panes = np.zeros(PANES * width, dtype=np.int64)
    with timer.stage("bare_add"):
        np.add.at(panes, seconds // 60 % PANES * width + keys, values)
