"""The contract: which event types exist and what each promises.

To add a type, write its record (fields, rules and `declared` in one class) and name it in
`records.RECORDS`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Field, fields_of
from services.domain.events.records import RECORDS
from services.domain.events.rules import ENVELOPE_INSTANTS

TOPIC_DOMAINS: Final = (
    "public-service",
    "citizen-feedback",
    "resolution-tasks",
    "economy",
    "digital-economy",
    "telecom",
    "science-innovation",
    "environment",
    "traffic-safety",
    "health",
    "education",
    "cyber",
    "tourism",
    "ioc-quality",
    "reference",
    "alerts",
)


class EventType(Declaration, frozen=True, kw_only=True):
    """An event type: its declaration, its record, and the fields that the record declares."""

    record: type[Record]
    fields: tuple[Field, ...]


class Contract(msgspec.Struct, frozen=True):
    """The event types of this release by name, and all topic domains, with types or without."""

    types: Mapping[str, EventType]
    topic_domains: tuple[str, ...]


def make_contract(records: Iterable[type[Record]]) -> Contract:
    """The contract of these records; ValueError when a declaration contradicts itself."""
    types: dict[str, EventType] = {}
    for record in records:
        kind = _event_type(record)
        if kind.name in types:
            raise ValueError(f"{kind.name} is declared twice")
        types[kind.name] = kind
    return Contract(MappingProxyType(types), TOPIC_DOMAINS)


def _event_type(record: type[Record]) -> EventType:
    declared: Declaration = record.declared
    kind = EventType(**msgspec.structs.asdict(declared), record=record, fields=fields_of(record))
    if kind.topic_domain not in TOPIC_DOMAINS:
        raise ValueError(f"{kind.name}: there is no topic domain {kind.topic_domain}")
    if (kind.key == "case") != (kind.case_kind is not None):
        raise ValueError(f"{kind.name}: a case kind goes with the key `case`, and only with it")
    if bool(kind.subject_of) == (kind.subject_pattern is not None):
        raise ValueError(f"{kind.name}: either subject_of or subject_pattern")
    named = {*kind.subject_of, *(name for rule in kind.rules for name in rule.fields())}
    named |= {kind.version_order} if kind.version_order is not None else set()
    unknown = named - {field.name for field in kind.fields} - {*ENVELOPE_INSTANTS}
    if unknown:
        raise ValueError(f"{kind.name} names fields that it does not have: {sorted(unknown)}")
    return kind


CONTRACT: Final = make_contract(RECORDS)
