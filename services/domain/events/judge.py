"""Judges a record: quickly when nothing is wrong with it, else by the path that explains.

The quick path only ever says yes, and only where `explain` would say the same; in every doubt it
hands over.
"""

import datetime
import re
from typing import Any

import msgspec

from services.domain.events.envelope import Envelope, event_of
from services.domain.events.event import Event, UnitCodes
from services.domain.events.explain import AHEAD_MAX, explain, unknown_fields
from services.domain.events.findings import Finding
from services.domain.events.readers import TAKEN, Reader
from services.domain.events.stamp import ATTRIBUTE
from services.domain.events.strict_json import DEPTH_MAX, RECORD_BYTES_MAX
from services.domain.events.verdict import Accepted, Rejected
from services.domain.instants import local_date, parse_date, parse_instant


class Unsure(Exception):
    """The quick path cannot vouch for the record."""


_UNSURE = (Unsure, msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""What reading quickly may raise; each means that the record is left to the path that explains."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_spaced_colon = re.compile(rb'"[ \t\r\n]+:').search


def judge(raw: bytes, now: int, units: UnitCodes) -> Accepted | Rejected:
    """The verdict on one record as it was sent; never raises, whatever the bytes.

    `now` is the intake's clock in microseconds. A unit is looked up in the list of `unitasof`, else
    of the local day of `time`; a former district in the last list that had it. A rejection names
    all faults in the order envelope, type, data fields, rules.
    """
    try:
        return judge_quickly(raw, now, units)
    except _UNSURE:
        return explain(raw, now, units)


def judge_quickly(raw: bytes, now: int, units: UnitCodes) -> Accepted:
    """Accepted, where that is certain; raises for every record that needs a closer look."""
    if len(raw) > RECORD_BYTES_MAX:
        raise Unsure
    document = _decode(raw)
    _require_plain(raw, document)
    envelope = msgspec.convert(document, Envelope)
    reader = TAKEN.get(envelope.type)
    at, recorded_at = parse_instant(envelope.time), parse_instant(envelope.recordedtime)
    if reader is None or at > now + AHEAD_MAX:
        raise Unsure
    _require_consistent(envelope)
    if not units.known(envelope.unit, _day_of_list(envelope, at)):
        raise Unsure
    event, warnings = _event(document, envelope, reader, at, recorded_at)
    return Accepted(event, warnings, raw, ATTRIBUTE in document)


def _require_plain(raw: bytes, document: Any) -> None:
    """Be certain that the record is an object, no member repeats and nothing is nested too deep.

    Written the short way, a record equals what writing it again gives. Otherwise, where every colon
    follows its quotation mark and only the document and its data are objects, the marks `":` are
    the members, each counted as often as it is given.
    """
    if type(document) is not dict:
        raise Unsure
    arrays, objects = raw.count(b"["), raw.count(b"{")
    if arrays + objects > DEPTH_MAX:
        raise Unsure
    if _encode(document) == raw:
        return
    data = document.get("data")
    inner = len(data) if type(data) is dict else None
    if objects != (1 if inner is None else 2):
        raise Unsure
    if raw.count(b'":') != len(document) + (inner or 0) or _spaced_colon(raw):
        raise Unsure


def _require_consistent(envelope: Envelope) -> None:
    """Be certain that op and supersedes fit and that nothing in the envelope needs a warning."""
    if envelope.ingestedtime is not None:
        parse_instant(envelope.ingestedtime)
    supersedes = envelope.supersedes
    if envelope.op is None or envelope.op == "create":
        fits = supersedes is None
    else:
        fits = supersedes is not None and supersedes != envelope.id
    if not fits or envelope.unit.startswith("D:"):
        raise Unsure


def _day_of_list(envelope: Envelope, at: int) -> datetime.date:
    return local_date(at) if envelope.unitasof is None else parse_date(envelope.unitasof)


def _event(
    document: dict[str, Any], envelope: Envelope, reader: Reader, at: int, recorded_at: int
) -> tuple[Event, tuple[Finding, ...]]:
    if envelope.op == "retract":
        return event_of(envelope, at, recorded_at, None), ()
    data = document.get("data")
    if type(data) is not dict or not reader.subject_fits(envelope.subject, data):
        raise Unsure
    record = msgspec.convert(data, reader.kind.record)
    comparable = reader.comparable(data, at, recorded_at)
    for rule in reader.refusals:
        if rule.broken(comparable, data):
            raise Unsure
    warnings: tuple[Finding, ...] = ()
    if not data.keys() <= reader.names:
        warnings = unknown_fields(reader, data)
    for warning in reader.warnings:
        if warning.broken(comparable, data):
            warnings += (warning.finding(reader.sent(document, data)),)
    return event_of(envelope, at, recorded_at, record), warnings
