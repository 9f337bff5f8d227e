"""A micro-batch of Kafka records, decoded: events by identity, receipts, dead letters; pure.

A record that can not be decoded never stops its partition: it becomes a dead letter with a reason.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.domain.errors import Refused
from services.domain.events import Event, decode_stamped
from services.domain.instants import parse_instant

Partition = tuple[str, int]
RECEIPT_BYTES = 20


class Record(NamedTuple):
    """One Kafka record as it was read."""

    topic: str
    part: int
    offset: int
    value: bytes
    headers: Mapping[str, bytes]


class Received(NamedTuple):
    """An event with where it came from; `digest` is the fingerprint of its content.

    `ingested_at` is the instant at which the intake took it. `differs` marks one that came again
    within the batch, with another content.
    """

    event: Event
    record: Record
    receipt: UUID | None
    line: int
    digest: int
    ingested_at: int | None
    differs: bool = False


class RejectedRecord(msgspec.Struct, frozen=True):
    """One fault of one record, as the intake told its sender."""

    line: int
    code: str
    pointer: str
    detail: str


class ReceiptRecord(msgspec.Struct, frozen=True):
    """What the intake says of one request (`ioc.receipts.v1`)."""

    receipt: UUID
    at: str
    source: str | None
    records: int
    accepted: int
    rejected: int
    rejections: list[RejectedRecord] = []


class DeadLetter(NamedTuple):
    """A record that does not count, and why."""

    record: Record
    reason: str
    pointer: str
    detail: str


class Batch(NamedTuple):
    """Decoded records: `events` are distinct by (source, id).

    `repeated` came twice within the batch.
    """

    events: list[Received]
    repeated: list[Received]
    receipts: list[ReceiptRecord]
    dead: list[DeadLetter]


def decode_batch(records: Iterable[Record], receipts_topic: str, dead_topic: str) -> Batch:
    """Sort records into events, receipts and dead letters; the first of one identity stands."""
    first: dict[tuple[str, str], Received] = {}
    batch = Batch([], [], [], [])
    for record in records:
        if record.topic == receipts_topic:
            _take_receipt(record, batch)
        elif record.topic == dead_topic:
            batch.dead.append(_rejected_by_intake(record))
        else:
            _take_event(record, first, batch)
    return batch


def _take_event(record: Record, first: dict[tuple[str, str], Received], batch: Batch) -> None:
    try:
        event, stamp = decode_stamped(record.value)
    except Refused as error:
        batch.dead.append(DeadLetter(record, "malformed_json", "", str(error)))
        return
    receipt, line = _origin(record.headers.get("receipt", b""))
    received = Received(event, record, receipt, line, _digest(event), _instant(stamp))
    known = first.setdefault((event.source, event.id), received)
    if known is received:
        batch.events.append(received)
    else:
        batch.repeated.append(received._replace(differs=received.digest != known.digest))


@lru_cache(maxsize=1_000)
def _instant(stamp: str | None) -> int | None:
    """The hour of the intake, which the records of a request share."""
    try:
        return None if stamp is None else parse_instant(stamp)
    except ValueError:
        return None


def _origin(header: bytes) -> tuple[UUID | None, int]:
    if len(header) != RECEIPT_BYTES:
        return None, 0
    return _receipt(header[:16]), int.from_bytes(header[16:], "big")


@lru_cache(maxsize=1_000)
def _receipt(name: bytes) -> UUID:
    """The receipt of a request, which hundreds of records share."""
    return UUID(bytes=name)


_content = msgspec.json.Encoder()


def _digest(event: Event) -> int:
    """A fingerprint of what the source said, without the hour of the intake; signed 64 bits."""
    found = hashlib.blake2b(_content.encode(event), digest_size=8).digest()
    return int.from_bytes(found, "big", signed=True)


def _take_receipt(record: Record, batch: Batch) -> None:
    try:
        batch.receipts.append(msgspec.json.decode(record.value, type=ReceiptRecord))
    except msgspec.MsgspecError as error:
        batch.dead.append(DeadLetter(record, "malformed_json", "", str(error)))


def _rejected_by_intake(record: Record) -> DeadLetter:
    """The reasons that the intake wrote beside the original bytes."""
    reason, pointer, detail = (
        record.headers.get(name, b"").decode("utf-8", "replace")
        for name in ("reason", "pointer", "detail")
    )
    return DeadLetter(record, reason or "rejected", storable(pointer), storable(detail))


def storable(text: str) -> str:
    """A text as the database takes it: without NUL, which a hostile record may bring."""
    return text.replace("\x00", "\ufffd")
