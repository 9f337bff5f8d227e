"""From a judged record to the Kafka record that carries it: topics, keys, headers. Pure."""

import struct

import msgspec

from services.adapters.topics import DEAD_LETTERS, RECEIPTS, event_topic
from services.domain.events import CONTRACT, Accepted, Finding

_TOPIC_OF_TYPE = {
    name: event_topic(kind.topic_domain)
    for name, kind in CONTRACT.types.items()
    if kind.direction == "in"
}
TOPICS = (*sorted(set(_TOPIC_OF_TYPE.values())), DEAD_LETTERS, RECEIPTS)
"""Every topic that the intake writes."""

UNKNOWN_SOURCE = b"unknown"
_LABEL_CHARACTERS_MAX = 128
_LINE = struct.Struct(">I")


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A record to append."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]

    def size(self) -> int:
        """Bytes that it takes on its way, headers included, roughly."""
        return len(self.key) + len(self.value) + sum(len(text) for _, text in self.headers) + 64


class _Labels(msgspec.Struct, frozen=True):
    """What can be read of a record that was rejected."""

    id: object = None
    source: object = None


_LABELS = msgspec.json.Decoder(_Labels)


def receipt_header(receipt: bytes, line: int) -> tuple[str, bytes]:
    """Name the place that a record came from: 16 bytes of receipt, 4 bytes big-endian line."""
    return ("receipt", receipt + _LINE.pack(line))


def event_record(accepted: Accepted, now: int, receipt: bytes, line: int) -> Outgoing:
    """Address an accepted event: the topic of its domain, the key by which it is kept together."""
    event = accepted.event
    key = event.subject or f"{event.source}/{event.id}"
    return Outgoing(
        _TOPIC_OF_TYPE[event.type],
        key.encode(),
        accepted.document(now),
        [receipt_header(receipt, line)],
    )


def dead_letter(
    raw: bytes,
    source: str | None,
    faults: tuple[Finding, ...],
    receipt_line: tuple[str, bytes],
    bytes_max: int,
) -> Outgoing:
    """Address a rejected record: its bytes as sent, cut to `bytes_max`, and what is wrong."""
    headers = [
        receipt_line,
        ("reason", faults[0].code.encode()),
        ("pointer", faults[0].pointer.encode(errors="replace")),
        ("detail", msgspec.json.encode(faults)),
        ("content-type", b"application/cloudevents+json"),
    ]
    if len(raw) > bytes_max:
        headers.append(("cut-from-bytes", str(len(raw)).encode()))
    key = source.encode(errors="replace") if source else UNKNOWN_SOURCE
    return Outgoing(DEAD_LETTERS, key, raw[:bytes_max], headers)


def labels(raw: bytes) -> tuple[str | None, str | None]:
    """Read id and source of a record that was rejected, where they are there to be read."""
    try:
        found = _LABELS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    return _label(found.id), _label(found.source)


def _label(value: object) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= _LABEL_CHARACTERS_MAX:
        return value
    return None
