"""What is prepared once for each event type so that a record of it is read quickly."""

import msgspec

from services.domain.events.contract import CONTRACT, EventType
from services.domain.events.event import Record
from services.domain.events.fields import matcher
from services.domain.events.rules import ENVELOPE_INSTANTS, CompiledRule
from services.domain.instants import parse_date, parse_instant


class Reader:
    """One event type, ready to read records of it."""

    __slots__ = (
        "_dates",
        "_instants",
        "_matches",
        "decoder",
        "kind",
        "names",
        "refusals",
        "warnings",
    )

    def __init__(self, kind: EventType) -> None:
        self.kind = kind
        self.names = frozenset(field.name for field in kind.fields)
        self.decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(kind.record)
        compiled = [CompiledRule(rule) for rule in kind.rules]
        self.refusals = tuple(rule for rule in compiled if rule.rule.severity == "reject")
        self.warnings = tuple(rule for rule in compiled if rule.rule.severity == "warn")
        self._instants = tuple(field.name for field in kind.fields if field.kind == "timestamp")
        self._dates = tuple(field.name for field in kind.fields if field.kind == "date")
        self._matches = matcher(kind.subject_pattern) if kind.subject_pattern is not None else None

    def comparable(
        self, data: dict[str, object], at: int | None, recorded_at: int | None
    ) -> dict[str, object]:
        """The values that rules compare; ValueError for a timestamp or a date that is none.

        Instants are microseconds. Dates stay text, which orders as they do.
        """
        values = data.copy()
        for name in self._instants:
            text = values.get(name)
            if isinstance(text, str):
                values[name] = parse_instant(text)
        for name in self._dates:
            text = values.get(name)
            if isinstance(text, str):
                parse_date(text)
        values["time"] = at
        values["recordedtime"] = recorded_at
        return values

    def sent(self, document: dict[str, object], data: dict[str, object]) -> dict[str, object]:
        """Every member that a rule may name, as it was sent."""
        return data | {name: document.get(name) for name in ENVELOPE_INSTANTS}

    def subject_fits(self, subject: str, data: dict[str, object]) -> bool:
        """Whether the subject is what the type wants of it."""
        if self._matches is not None:
            return self._matches(subject) is not None
        return subject == self.subject_made_of(data)

    def subject_made_of(self, data: dict[str, object]) -> str:
        """The subject that the fields make."""
        parts = (data.get(name) for name in self.kind.subject_of)
        return "/".join(str(part) for part in parts if part is not None)


READERS = {name: Reader(kind) for name, kind in CONTRACT.types.items()}
"""By event type, in the order of the contract."""

TAKEN = {name: reader for name, reader in READERS.items() if reader.kind.direction == "in"}
"""The types that the intake takes; the others are written by the centre itself."""
