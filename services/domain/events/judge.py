"""Judges a record: quickly when nothing is wrong with it, else by the path that explains.

The quick path only ever says yes, and only where `explain` would say the same; in every doubt it hands over.
"""

import datetime
import re
from typing import Any

import msgspec

from services.domain.events.envelope import Envelope, event_of
from services.domain.events.event import Record, UnitCodes
from services.domain.events.explain import AHEAD_MAX, explain, unknown_fields
from services.domain.events.findings import Finding
from services.domain.events.readers import READERS, Reader
from services.domain.events.rules import findings
from services.domain.events.stamp import ATTRIBUTE
from services.domain.events.strict_json import DEPTH_MAX, RECORD_BYTES_MAX
from services.domain.events.verdict import Accepted, Rejected
from services.domain.instants import local_date, parse_date, parse_instant

UNSURE = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""What reading quickly may raise; each means that the record is left to the path that explains."""

_decode = msgspec.json.Decoder().decode
_spaced_colon = re.compile(rb'"[ \t\r\n]+:').search


def judge(raw: bytes, now: int, units: UnitCodes) -> Accepted | Rejected:
    """The verdict on one record as it was sent; never raises, whatever the bytes.

    `now` is the intake's clock in microseconds. A unit is looked up in the list of `unitasof`, else of the local day of
    `time`. A rejection names all faults in the order envelope, type, data fields, rules.
    """
    accepted = judge_quickly(raw, now, units)
    return explain(raw, now, units) if accepted is None else accepted


def judge_quickly(raw: bytes, now: int, units: UnitCodes) -> Accepted | None:
    """Accepted where that is certain; None for every record that has a fault or that needs a closer look."""
    if len(raw) > RECORD_BYTES_MAX:
        return None
    try:
        document = _decode(raw)
        if type(document) is not dict or not _is_plain(raw, document):
            return None
        envelope = msgspec.convert(document, Envelope)
        reader = READERS.get(envelope.type)
        if reader is None or not _is_consistent(envelope):
            return None
        at = parse_instant(envelope.time)
        if at > now + AHEAD_MAX or not units.known(envelope.unit, _day_of_list(envelope, at)):
            return None
        if envelope.op == "retract":
            event = event_of(envelope, at, parse_instant(envelope.recordedtime), None)
            return Accepted(event, (), raw, ATTRIBUTE in document)
        return _judge_data(raw, document, envelope, reader, at)
    except UNSURE:
        return None


def _is_plain(raw: bytes, document: dict[str, Any]) -> bool:
    """Whether it is certain that no member repeats and nothing is nested too deep.

    Where every colon follows its quotation mark and only the document and its data are objects, the marks `":` are the
    members, each counted as often as it is given.
    """
    data = document.get("data")
    members = len(document)
    objects = 1
    if type(data) is dict:
        members += len(data)
        objects = 2
    if raw.count(b'":') != members or raw.count(b"{") != objects:
        return False
    if raw.count(b"[") > DEPTH_MAX - objects:
        return False
    spaced = b" :" in raw or b"\n:" in raw or b"\t:" in raw or b"\r:" in raw
    return not (spaced and _spaced_colon(raw))


def _is_consistent(envelope: Envelope) -> bool:
    """Whether op and supersedes fit, and nothing in the envelope calls for a warning."""
    if envelope.unit.startswith("D:"):
        return False
    if envelope.ingestedtime is not None:
        parse_instant(envelope.ingestedtime)
    supersedes = envelope.supersedes
    if envelope.op is None or envelope.op == "create":
        return supersedes is None
    return supersedes is not None and supersedes != envelope.id


def _day_of_list(envelope: Envelope, at: int) -> datetime.date:
    return local_date(at) if envelope.unitasof is None else parse_date(envelope.unitasof)


def _judge_data(
    raw: bytes, document: dict[str, Any], envelope: Envelope, reader: Reader, at: int
) -> Accepted | None:
    data = document.get("data")
    if type(data) is not dict or not reader.subject_fits(envelope.subject, data):
        return None
    record: Record = msgspec.convert(data, reader.kind.record)
    recorded_at = parse_instant(envelope.recordedtime)
    comparable = reader.comparable(data, at, recorded_at)
    if any(rule.broken(comparable, data) for rule in reader.refusals):
        return None
    warnings: tuple[Finding, ...] = ()
    if not data.keys() <= reader.names:
        warnings = unknown_fields(reader, data)
    if reader.warnings:
        warnings += tuple(findings(reader.warnings, comparable, reader.sent(document, data)))
    event = event_of(envelope, at, recorded_at, record)
    return Accepted(event, warnings, raw, ATTRIBUTE in document)
