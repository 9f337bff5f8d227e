"""Reads events that were accepted before, such as those in Kafka."""

import datetime
from functools import lru_cache

import msgspec

from services.domain.errors import Refused
from services.domain.events.envelope import ENVELOPE_FIELDS, Envelope, event_of
from services.domain.events.event import Event
from services.domain.events.explain import explain
from services.domain.events.fields import matcher
from services.domain.events.readers import READERS
from services.domain.events.stamp import written_stamp
from services.domain.events.verdict import Rejected
from services.domain.instants import parse_instant

END_OF_TIME = 1 << 62


class _Stored(Envelope, frozen=True, kw_only=True, gc=False):
    """An envelope whose data is read only when the type is known.

    The patterns of three members are matched beside: sources and units come again and again.
    """

    id: str
    source: str
    unit: str
    data: msgspec.Raw = msgspec.Raw(b"null")


class _AnyUnit:
    """Knows every unit: whether a unit exists was judged when the event was accepted."""

    def known(self, code: str, on: datetime.date) -> bool:
        return True


_decoder = msgspec.json.Decoder(_Stored)
_id_fits, _source_fits, _unit_fits = (
    matcher(next(f.pattern for f in ENVELOPE_FIELDS if f.name == name) or "")
    for name in ("id", "source", "unit")
)


@lru_cache(maxsize=50_000)
def _check_sender(source: str, unit: str) -> None:
    """ValueError for what does not match; only what does is remembered."""
    if _source_fits(source) is None or _unit_fits(unit) is None:
        raise ValueError("source or unit")


def decode(raw: bytes) -> Event:
    """The event of a document that `judge` accepted; Refused, with the first fault, otherwise."""
    return decode_stamped(raw)[0]


def decode_stamped(raw: bytes) -> tuple[Event, str | None]:
    """The same, and the hour at which the intake took it, as it wrote it."""
    try:
        envelope = _decoder.decode(raw)
        if _id_fits(envelope.id) is None:
            return _decode_slowly(raw), envelope.ingestedtime
        _check_sender(envelope.source, envelope.unit)
        record = None
        if envelope.op != "retract":
            record = READERS[envelope.type].decoder.decode(envelope.data)
        at = recorded_at = parse_instant(envelope.time)
        if envelope.recordedtime != envelope.time:
            recorded_at = parse_instant(envelope.recordedtime)
        return event_of(envelope, at, recorded_at, record), envelope.ingestedtime
    except (msgspec.DecodeError, ValueError, KeyError, RecursionError):
        return _decode_slowly(raw), written_stamp(raw)


def _decode_slowly(raw: bytes) -> Event:
    verdict = explain(raw, END_OF_TIME, _AnyUnit(), READERS)
    if isinstance(verdict, Rejected):
        fault = verdict.faults[0]
        raise Refused(f"{fault.code} at {fault.pointer or 'the whole record'}: {fault.detail}")
    return verdict.event
