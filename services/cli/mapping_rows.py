"""Applying a mapping to rows: from the cells of a row to the bytes of its events. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

import msgspec

from services.cli.mapping import (
    Cell,
    Condition,
    EventRule,
    Scalar,
    TableMapping,
    Value,
    fill,
    time_zone,
)
from services.domain.errors import Refused

GROUPS_MAX = 5_000_000
"""More groups than this are refused: their keys are held in memory."""
HELD_ROWS_MAX = 1_000_000
"""With `take = "last"` one row of each group is held until the end of the file."""
DIGITS_MAX = 30
"""A number with more digits is sent as text: no field of the contract takes it."""

RawCell = str | int | float | bool | datetime | date | time | None
"""A cell of a CSV file is text; one of a spreadsheet may be any of these."""
Row = tuple[int, Sequence[RawCell]]
"""The number of the row's first line in the file, from 1, and its cells."""
JsonValue = Scalar | None

_TRUE = frozenset({"true", "1", "yes", "y", "có"})
_FALSE = frozenset({"false", "0", "no", "n", "không"})


class RowEvents:
    """Turns rows with a given header into events."""

    def __init__(self, mapping: TableMapping, header: Sequence[str]) -> None:
        """Find the columns; raises Refused naming the one that is missing or there twice."""
        self._mapping = mapping
        self._zone = time_zone(mapping.file.timezone)
        self._absent = frozenset(mapping.file.absent)
        self._places = _find_columns(mapping, header)
        self._width = len(header)
        self._rules = [_Rule(rule, mapping.attributes(rule)) for rule in mapping.event]

    def chosen(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Give the rows that make events: all, or the first or last of each group."""
        column = self._mapping.file.group_by
        if column is None:
            yield from rows
        elif self._mapping.file.take == "first":
            yield from _first_of_groups(self._keyed(rows, self._places[column]))
        else:
            yield from _last_of_groups(self._keyed(rows, self._places[column]))

    def events(self, row: Row) -> list[bytes]:
        """Make the events of one row; raises Refused when it does not fit the header."""
        _, cells = row
        if len(cells) != self._width:
            raise Refused(f"The row has {len(cells)} cells; the header has {self._width}.")
        raw = {name: cells[place] for name, place in self._places.items()}
        texts = {name: self._text(cell) for name, cell in raw.items()}
        present = {name: text for name, text in texts.items() if text is not None}
        return [
            self._event(rule, raw, present)
            for rule in self._rules
            if all(_holds(condition, present) for condition in rule.when)
        ]

    def _keyed(self, rows: Iterable[Row], place: int) -> Iterator[tuple[str, Row]]:
        """Give each row its group; one that has none, or does not fit, is a group of its own."""
        for row in rows:
            line, cells = row
            key = self._text(cells[place]) if len(cells) == self._width else None
            yield (f"line\0{line}" if key is None else f"group\0{key}"), row

    def _event(self, rule: "_Rule", raw: dict[str, RawCell], texts: dict[str, str]) -> bytes:
        event: dict[str, object] = {"specversion": "1.0", "type": rule.type}
        for name, value in rule.attributes.items():
            made = self._make(value, raw, texts)
            if made is not None:
                event[name] = made
        event["datacontenttype"] = "application/json"
        made_data = {name: self._make(value, raw, texts) for name, value in rule.data.items()}
        event["data"] = {name: made for name, made in made_data.items() if made is not None}
        return msgspec.json.encode(event)

    def _make(self, value: Value, raw: dict[str, RawCell], texts: dict[str, str]) -> JsonValue:
        if isinstance(value, str):
            return fill(value, texts)
        if not isinstance(value, Cell):
            return value
        text = texts.get(value.column)
        if text is None:
            return None
        if value.map:
            return value.map.get(text, text if value.unmapped == "keep" else None)
        return _CONVERSIONS[value.as_](value, raw[value.column], text, self._zone)

    def _text(self, cell: RawCell) -> str | None:
        text = _plain(cell)
        return None if text is None or text in self._absent else text


class _Rule:
    """An event rule with the common attributes put in."""

    def __init__(self, rule: EventRule, attributes: dict[str, Value]) -> None:
        self.type = rule.type
        self.when = rule.when
        self.attributes = attributes
        self.data = rule.data


def _find_columns(mapping: TableMapping, header: Sequence[str]) -> dict[str, int]:
    found = ", ".join(header)
    places: dict[str, int] = {}
    for column, required in mapping.columns().items():
        count = header.count(column)
        if count > 1:
            raise Refused(f"Column {column!r} is there {count} times; found: {found}.")
        if count == 1:
            places[column] = header.index(column)
        elif required:
            raise Refused(f"Column {column!r} of the mapping is not in the file; found: {found}.")
    return places


def _first_of_groups(rows: Iterable[tuple[str, Row]]) -> Iterator[Row]:
    seen: set[bytes] = set()
    for key, row in rows:
        digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
        if digest not in seen:
            if len(seen) >= GROUPS_MAX:
                raise Refused(f"The file has more than {GROUPS_MAX} groups; split it.")
            seen.add(digest)
            yield row


def _last_of_groups(rows: Iterable[tuple[str, Row]]) -> Iterator[Row]:
    held: dict[str, Row] = {}
    for key, row in rows:
        held[key] = row
        if len(held) > HELD_ROWS_MAX:
            raise Refused(f"The file has more than {HELD_ROWS_MAX} groups; split it.")
    yield from held.values()


def _holds(condition: Condition, texts: dict[str, str]) -> bool:
    text = texts.get(condition.column)
    if text is None:
        return not condition.present
    return condition.present and (not condition.one_of or text in condition.one_of)


def _plain(cell: RawCell) -> str | None:
    """Write a cell as text: whole numbers without a point, instants in ISO form."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def _as_string(_rule: Cell, _cell: RawCell, text: str, _zone: tzinfo) -> JsonValue:
    return text


def _as_number(rule: Cell, _cell: RawCell, text: str, _zone: tzinfo) -> JsonValue:
    bare = text.replace(rule.thousands, "") if rule.thousands else text
    try:
        number = Decimal(bare.replace(rule.decimal, ".")) * Decimal(str(rule.scale))
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > DIGITS_MAX:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _as_boolean(_rule: Cell, _cell: RawCell, text: str, _zone: tzinfo) -> JsonValue:
    small = text.lower()
    if small in _TRUE:
        return True
    return False if small in _FALSE else text


def _as_timestamp(rule: Cell, cell: RawCell, text: str, zone: tzinfo) -> JsonValue:
    moment = _moment(rule, cell, text)
    if moment is None:
        return text
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.isoformat()


def _as_date(rule: Cell, cell: RawCell, text: str, zone: tzinfo) -> JsonValue:
    moment = _moment(rule, cell, text)
    if moment is None:
        return text
    local = moment.astimezone(zone) if moment.tzinfo else moment
    return local.date().isoformat()


def _moment(rule: Cell, cell: RawCell, text: str) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 the caller adds the zone
    try:
        if rule.format == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(text, rule.format)  # noqa: DTZ007 the caller adds the zone
    except ValueError:
        return None


_CONVERSIONS: dict[str, Callable[[Cell, RawCell, str, tzinfo], JsonValue]] = {
    "string": _as_string,
    "integer": _as_number,
    "number": _as_number,
    "boolean": _as_boolean,
    "timestamp": _as_timestamp,
    "date": _as_date,
}
