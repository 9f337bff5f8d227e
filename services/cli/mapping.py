"""A declared mapping from the columns of a table to events, read from TOML.

A mapping says how, never what is right: a cell that cannot be converted is sent as it stands, and
the intake's verdict names the field. So there is one place that judges, and nothing is lost here.
`examples/README.md` describes the language.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from services.domain.errors import Refused
from services.domain.events import CONTRACT

MAPPING_BYTES_MAX = 1024 * 1024
Kind = Literal["string", "integer", "number", "boolean", "timestamp", "date"]
KINDS: tuple[str, ...] = get_args(Kind)
Scalar = str | int | float | bool
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
_COLUMN_IN_TEMPLATE = re.compile(r"\{([^{}]+)\}")


class FileRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the table is read: `[file]`."""

    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None
    header_row: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    timezone: str = "+07:00"
    absent: tuple[str, ...] = ("",)
    group_by: str | None = None
    take: Literal["first", "last"] = "first"


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value made from one cell."""

    column: str
    as_: Kind = msgspec.field(name="as", default="string")
    map: dict[str, Scalar] = {}
    unmapped: Literal["keep", "absent"] = "keep"
    format: str = "iso"
    decimal: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = "."
    thousands: Annotated[str, msgspec.Meta(max_length=1)] = ""
    scale: int | float = 1
    optional: bool = False


Value = Cell | str | int | float | bool
"""A cell, a constant, or a text with `{column}` in it."""


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row makes an event only when the cell is present (or absent), and one of some texts."""

    column: str
    present: bool = True
    one_of: tuple[str, ...] = ()


class Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes of the envelope; `[common]` holds those that all events share."""

    id: Value | None = None
    source: Value | None = None
    subject: Value | None = None
    time: Value | None = None
    recordedtime: Value | None = None
    unit: Value | None = None
    unitasof: Value | None = None
    op: Value | None = None
    supersedes: Value | None = None
    obsstatus: Value | None = None
    confstatus: Value | None = None
    quality: Value | None = None
    traceparent: Value | None = None
    dataschema: Value | None = None


class EventRule(Attributes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event of a row (or of a group's chosen row): `[[event]]`."""

    type: str
    when: tuple[Condition, ...] = ()
    data: dict[str, Value] = {}


class TableMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping file."""

    event: Annotated[tuple[EventRule, ...], msgspec.Meta(min_length=1, max_length=64)]
    common: Attributes = Attributes()
    file: FileRule = FileRule()

    def attributes(self, rule: EventRule) -> dict[str, Value]:
        """Give the envelope of an event: its own attributes before the common ones."""
        chosen = {}
        for name in Attributes.__struct_fields__:
            value = getattr(rule, name)
            value = getattr(self.common, name) if value is None else value
            if value is not None:
                chosen[name] = value
        return chosen

    def columns(self) -> dict[str, bool]:
        """Give the columns that the mapping reads, and whether each must be in the file."""
        needed: dict[str, bool] = {}
        if self.file.group_by is not None:
            needed[self.file.group_by] = True
        for rule in self.event:
            for condition in rule.when:
                needed[condition.column] = True
            for value in (*self.attributes(rule).values(), *rule.data.values()):
                for column, required in _columns_of(value):
                    needed[column] = needed.get(column, False) or required
        return needed


def load_mapping(path: Path) -> TableMapping:
    """Read and check a mapping file; raises Refused with the place of the mistake."""
    try:
        if path.stat().st_size > MAPPING_BYTES_MAX:
            raise Refused(f"{path}: a mapping has at most {MAPPING_BYTES_MAX} bytes.")
        text = path.read_text(encoding="utf-8")
    except OSError as failure:
        raise Refused(f"{path}: the mapping cannot be read: {failure.strerror}.") from failure
    except UnicodeDecodeError as failure:
        raise Refused(f"{path}: the mapping is not UTF-8 text.") from failure
    try:
        return parse_mapping(text)
    except Refused as failure:
        raise Refused(f"{path}: {failure}") from failure


def parse_mapping(text: str) -> TableMapping:
    """Read a mapping from TOML; raises Refused."""
    try:
        document = tomllib.loads(text)
        _check_values(document)
        mapping = msgspec.convert(document, TableMapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as failure:
        raise Refused(f"{failure}.") from failure
    time_zone(mapping.file.timezone)
    for number, rule in enumerate(mapping.event, 1):
        _check_event(mapping, rule, f"event {number}")
    return mapping


def time_zone(text: str) -> tzinfo:
    """Give the zone of an offset such as `+07:00`, or of a name that the system knows."""
    try:
        if offset := _OFFSET.fullmatch(text):
            size = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(-size if offset[1] == "-" else size)
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as failure:
        raise Refused(
            f"file.timezone {text!r} is no time zone; write an offset such as +07:00."
        ) from failure


def fill(template: str, cells: Mapping[str, str]) -> str | None:
    """Put the cells into a text; None when one of them is absent. `{{` and `}}` are braces."""
    absent = False

    def put(found: re.Match[str]) -> str:
        nonlocal absent
        if found[1] is None:
            return found[0][0]
        text = cells.get(found[1])
        absent = absent or text is None
        return text or ""

    filled = _PLACE.sub(put, template)
    return None if absent else filled


def _columns_of(value: Value) -> Iterator[tuple[str, bool]]:
    if isinstance(value, Cell):
        yield value.column, not value.optional
    elif isinstance(value, str):
        bare = value.replace("{{", "").replace("}}", "")
        yield from ((name, True) for name in _COLUMN_IN_TEMPLATE.findall(bare))


def _check_values(document: dict[str, object]) -> None:
    """Convert the fields of data one by one: an error of the whole does not name the field."""
    events = document.get("event")
    for number, rule in enumerate(events if isinstance(events, list) else (), 1):
        fields = rule.get("data") if isinstance(rule, dict) else None
        for name, value in fields.items() if isinstance(fields, dict) else ():
            try:
                msgspec.convert(value, Value)
            except msgspec.ValidationError as failure:
                kinds = f"; `as` is one of {', '.join(KINDS)}" if ".as" in str(failure) else ""
                raise Refused(f"event {number}: data.{name}: {failure}{kinds}.") from failure


def _check_event(mapping: TableMapping, rule: EventRule, place: str) -> None:
    kind = CONTRACT.types.get(rule.type)
    if kind is None:
        raise Refused(f"{place}: type {rule.type} is unknown.{_meant(rule.type, CONTRACT.types)}")
    if kind.direction == "out":
        raise Refused(f"{place}: {rule.type} is written by the centre only; nobody sends it.")
    attributes = mapping.attributes(rule)
    for name in ("id", "source", "subject", "time", "recordedtime", "unit"):
        if name not in attributes:
            raise Refused(f"{place}: {name} is missing, here and in [common].")
    if not list(_columns_of(attributes["id"])):
        raise Refused(f"{place}: id must hold a column, or all events would be one.")
    known = [field.encode_name for field in msgspec.structs.fields(kind.record)]
    for name in rule.data:
        if name not in known:
            raise Refused(f"{place}: {rule.type} has no field {name}.{_meant(name, known)}")


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f" Is {close[0]} meant?" if close else ""
