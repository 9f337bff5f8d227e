"""Taking the records of one request: judge, append, wait, tell.

Good records go to the topic of their domain, bad ones to the dead letters, and the receipt to its
own topic. Nothing is told before Kafka has acknowledged all of them. A failure half way is told as
a failure of the whole: the sender sends again, and what was stored already is a duplicate then.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from services.adapters.kafka_producer import Publisher, acknowledged
from services.adapters.topics import RECEIPTS
from services.domain.events import Rejected, UnitCodes, judge
from services.ingest.bodies import Record
from services.ingest.budget import Hold
from services.ingest.limits import IngestLimits
from services.ingest.metrics import IngestMetrics
from services.ingest.receipts import Answer, Tally
from services.ingest.records import (
    Outgoing,
    dead_letter,
    event_record,
    labels,
    receipt_header,
)


class Intake:
    """Judges records and appends them; one instance for all requests of a process."""

    def __init__(
        self,
        publisher: Publisher,
        units: UnitCodes,
        limits: IngestLimits,
        metrics: IngestMetrics,
        *,
        now: Callable[[], int],
        new_receipt: Callable[[], uuid.UUID],
    ) -> None:
        self._publisher = publisher
        self._units = units
        self._limits = limits
        self._metrics = metrics
        self._now = now
        self._new_receipt = new_receipt

    async def take(self, records: Sequence[Record], hold: Hold, *, list_all: bool) -> Answer:
        """Take all records; raises Unavailable when Kafka has not acknowledged them in time."""
        deadline = asyncio.get_running_loop().time() + self._limits.acknowledge_seconds_max
        taking = _Taking(self._new_receipt(), self._now(), self._limits, list_all=list_all)
        waited_for_bytes = 0
        for piece in slices(records, self._limits.slice_records, self._limits.slice_bytes):
            for line, raw in piece:
                self._append(taking.judge(line, raw, self._units), taking.at, hold)
            if hold.produced_bytes - waited_for_bytes > self._limits.unacknowledged_bytes_max:
                await acknowledged(hold.groups, deadline)
                waited_for_bytes = hold.produced_bytes
            else:
                await asyncio.sleep(0)
        self._append(taking.receipt_record(), taking.at, hold)
        await acknowledged(hold.groups, deadline)
        self._count(taking)
        return taking.tally.answer()

    def _append(self, record: Outgoing, at: int, hold: Hold) -> None:
        group = self._publisher.append(record.topic, record.key, record.value, at, record.headers)
        hold.carry(group, record.size())

    def _count(self, taking: "_Taking") -> None:
        self._metrics.accepted.inc(taking.tally.accepted)
        for reason, count in taking.reasons.items():
            self._metrics.rejected.labels(reason).inc(count)


class _Taking:
    """One request being taken: its receipt, its moment of arrival and its tally."""

    def __init__(
        self, receipt: uuid.UUID, at: int, limits: IngestLimits, *, list_all: bool
    ) -> None:
        self.at = at
        self.tally = Tally(str(receipt), limits, list_all=list_all)
        self.reasons: Counter[str] = Counter()
        self._receipt = receipt
        self._limits = limits

    def judge(self, line: int, raw: bytes, units: UnitCodes) -> Outgoing:
        verdict = judge(raw, self.at, units)
        if not isinstance(verdict, Rejected):
            event = verdict.event
            self.tally.accept(line, event.id, event.source, verdict.warnings)
            return event_record(verdict, self.at, self._receipt.bytes, line)
        faults = self.tally.shorten(verdict.faults)
        event_id, source = labels(raw)
        self.reasons[faults[0].code] += 1
        self.tally.reject(line, event_id, source, faults)
        header = receipt_header(self._receipt.bytes, line)
        return dead_letter(raw, source, faults, header, self._limits.record_bytes_max)

    def receipt_record(self) -> Outgoing:
        key = self.tally.receipt.encode()
        return Outgoing(RECEIPTS, key, self.tally.receipt_document(self.at), [])


def slices(
    records: Sequence[Record], records_max: int, bytes_max: int
) -> Iterator[Sequence[Record]]:
    """Cut records into runs that are short enough to be judged without a pause."""
    begin = 0
    length = 0
    for end, (_, raw) in enumerate(records):
        if end > begin and (end - begin >= records_max or length + len(raw) > bytes_max):
            yield records[begin:end]
            begin, length = end, 0
        length += len(raw)
    if begin < len(records):
        yield records[begin:]
