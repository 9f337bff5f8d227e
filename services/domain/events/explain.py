"""Judges a record slowly and names every fault and warning. This path is the authority."""

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec

from services.domain.events.checks import Checked, check_object
from services.domain.events.envelope import ENVELOPE_FIELDS, Envelope, event_of
from services.domain.events.event import Record, Succession, UnitCodes
from services.domain.events.findings import Finding, pointer_to, shown
from services.domain.events.list_day import DISTRICT, LAST_DISTRICT_DAY, list_day
from services.domain.events.readers import READERS, TAKEN, Reader
from services.domain.events.rules import findings
from services.domain.events.stamp import ATTRIBUTE
from services.domain.events.strict_json import RECORD_BYTES_MAX, Malformed, parse_strictly
from services.domain.events.verdict import Accepted, Rejected
from services.domain.instants import MINUTE, local_date, parse_date, parse_instant

AHEAD_MAX = 5 * MINUTE
"""How far `time` may be ahead of the intake's clock."""

UNKNOWN_FIELDS_NAMED_MAX = 100
"""How many are named one by one: a record must not make an answer many times its own size."""


def explain(
    raw: bytes, now: int, units: UnitCodes, readers: Mapping[str, Reader] = TAKEN
) -> Accepted | Rejected:
    """The verdict with all findings; never raises, whatever the bytes.

    `readers` are of the types that may be written: by default those that the intake takes.
    """
    if len(raw) > RECORD_BYTES_MAX:
        detail = f"The record is longer than the {RECORD_BYTES_MAX:,} bytes that are allowed."
        return Rejected((Finding("too_large", "", detail),))
    try:
        document = parse_strictly(raw)
    except Malformed as malformed:
        return Rejected((Finding("malformed_json", "", str(malformed)),))
    if not isinstance(document, dict):
        detail = f"The record is {shown(document)}; it must be a JSON object."
        return Rejected((Finding("wrong_type", "", detail),))
    return _Explanation(document, now, units, readers).verdict(raw)


class _Explanation:
    """Collects the findings of one document in the order of the contract."""

    def __init__(
        self,
        document: dict[str, Any],
        now: int,
        units: UnitCodes,
        readers: Mapping[str, Reader],
    ) -> None:
        self._document = document
        self._now = now
        self._units = units
        self._readers = readers
        self._envelope: Checked = check_object(ENVELOPE_FIELDS, document, "")
        self._faults = list(self._envelope.faults)
        self._warnings: list[Finding] = []
        self._at = self._instant("time")
        self._recorded_at = self._instant("recordedtime")

    def verdict(self, raw: bytes) -> Accepted | Rejected:
        """Every check in turn; the event when none of them found a fault."""
        values = self._envelope.values
        reader = self._readers.get(values["type"]) if "type" in values else None
        if "type" in values and reader is None:
            self._refuse_type(values["type"])
            return Rejected(tuple(self._faults))
        self._check_correction()
        self._check_unit()
        self._check_time()
        record = None
        if reader is not None and self._document.get("op") != "retract":
            record = self._check_data(reader)
        if self._faults or self._at is None or self._recorded_at is None:
            return Rejected(tuple(self._faults))
        envelope = msgspec.convert(values, Envelope)
        event = event_of(envelope, self._at, self._recorded_at, record)
        return Accepted(event, tuple(self._warnings), raw, ATTRIBUTE in self._document)

    def _instant(self, name: str) -> int | None:
        text = self._envelope.values.get(name)
        return None if text is None else parse_instant(text)

    def _fault(self, code: str, pointer: str, detail: str) -> None:
        self._faults.append(Finding(code, pointer, detail))

    def _refuse_type(self, name: str) -> None:
        if name in READERS:
            detail = f"type is {shown(name)}; only the centre itself writes it."
            self._fault("not_authorised", "/type", detail)
        else:
            detail = (
                f"type is {shown(name)}; it is none of the {len(READERS)} types of this release."
            )
            self._fault("unknown_type", "/type", detail)

    def _check_correction(self) -> None:
        values, given = self._envelope.values, self._document
        faulty = {name for name in ("op", "supersedes") if given.get(name) is not None} - set(
            values
        )
        if faulty:
            return
        op, supersedes = values.get("op", "create"), values.get("supersedes")
        if op == "create" and supersedes is not None:
            detail = f"supersedes is {shown(supersedes)}; it goes with op correct or retract only."
        elif op != "create" and supersedes is None:
            detail = f"supersedes is missing; with op {op} it must name the fact's first event."
        elif supersedes is not None and supersedes == given.get("id"):
            detail = "supersedes equals id; it must name the fact's first event, not this one."
        else:
            return
        self._fault("correction_invalid", "/supersedes", detail)

    def _check_unit(self) -> None:
        unit = self._envelope.values.get("unit")
        if unit is None:
            return
        named = self._days_of_list()
        days = tuple(dict.fromkeys(list_day(unit, day) for day in named))
        if not any(self._units.known(unit, day) for day in days):
            when = " or ".join(day.isoformat() for day in days)
            detail = f"unit is {shown(unit)}; the list of units of {when} does not have it"
            heirs = self._heirs(unit, days[0])
            self._fault("unknown_unit", "/unit", f"{detail}{_ended(heirs)}.")
        if not unit.startswith(DISTRICT) or self._at is None:
            return
        if max(local_date(self._at), *named) > LAST_DISTRICT_DAY:
            detail = f"unit is {shown(unit)}; there are no districts after {LAST_DISTRICT_DAY}."
            self._warnings.append(Finding("legacy_district", "/unit", detail))

    def _heirs(self, unit: str, on: datetime.date) -> tuple[str, ...]:
        return self._units.succeeding(unit, on) if isinstance(self._units, Succession) else ()

    def _days_of_list(self) -> tuple[datetime.date, ...]:
        """The day of the list that the unit is looked up in; two days to try when it is faulty."""
        as_of = self._envelope.values.get("unitasof")
        if as_of is not None:
            return (parse_date(as_of),)
        if self._document.get("unitasof") is None and self._at is not None:
            return (local_date(self._at),)
        return (local_date(self._now), LAST_DISTRICT_DAY)

    def _check_time(self) -> None:
        if self._at is not None and self._at > self._now + AHEAD_MAX:
            minutes = AHEAD_MAX // MINUTE
            time = shown(self._document["time"])
            detail = f"time is {time}; it may be at most {minutes} minutes ahead of the intake."
            self._fault("time_in_future", "/time", detail)

    def _check_data(self, reader: Reader) -> Record | None:
        """The typed record when the data has no fault."""
        given = self._document.get("data")
        if given is None:
            detail = f"data is missing; {reader.kind.name} requires an object."
            self._fault("missing_field", "/data", detail)
            return None
        if not isinstance(given, dict):
            self._fault("wrong_type", "/data", f"data is {shown(given)}; it must be an object.")
            return None
        checked = check_object(reader.kind.fields, given, "/data")
        self._faults.extend(checked.faults)
        if not checked.faults:
            self._check_subject(reader, checked)
        self._warnings.extend(unknown_fields(reader, given))
        comparable = reader.comparable(checked.values, self._at, self._recorded_at)
        sent = reader.sent(self._document, given)
        self._faults.extend(findings(reader.refusals, comparable, sent))
        self._warnings.extend(findings(reader.warnings, comparable, sent))
        return None if self._faults else msgspec.convert(checked.values, reader.kind.record)

    def _check_subject(self, reader: Reader, checked: Checked) -> None:
        subject = self._envelope.values.get("subject")
        if subject is None or reader.subject_fits(subject, checked.values):
            return
        if reader.kind.subject_pattern is not None:
            detail = f"subject is {shown(subject)}; it must match {reader.kind.subject_pattern}."
            self._fault("bad_format", "/subject", detail)
        else:
            made = reader.subject_made_of(checked.values)
            detail = f"subject is {shown(subject)}; the data makes it {shown(made)}."
            self._fault("rule_violated", "/subject", detail)


def _ended(heirs: tuple[str, ...]) -> str:
    """What a sender can do about a unit that has ended; nothing when it has no heirs."""
    if not heirs:
        return ""
    now = f"; it has ended and lies in {', '.join(heirs)} now"
    return f"{now}. What was opened under it keeps it: name in unitasof a day on which it existed"


def unknown_fields(reader: Reader, data: dict[str, Any]) -> tuple[Finding, ...]:
    """A warning for each member of the data that the type does not have; many are only counted."""
    unknown = [name for name in data if name not in reader.names]
    named = [
        Finding(
            "unknown_field",
            pointer_to("/data", name),
            f"{shown(name)} is no field of {reader.kind.name}; it is kept and not counted.",
        )
        for name in unknown[:UNKNOWN_FIELDS_NAMED_MAX]
    ]
    more = len(unknown) - len(named)
    if more:
        detail = f"{more} more members are no fields of {reader.kind.name}; they are kept as well."
        named.append(Finding("unknown_field", "/data", detail))
    return tuple(named)
