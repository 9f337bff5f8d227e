"""Administrative units with dates: what a code means on a day, where it belongs, what became of it.

A unit is known by its key `"C:11953@2025-07-01"`: level, code and the day from which it exists. A
bare code is ambiguous: 2,145 codes kept their number and changed name and area on 1 July 2025. A
new type or name alone makes no new unit: the key stays, `UnitList.at` gives those of the day.

Periods are half-open, `[valid_from, valid_to)`. This module reads no files and knows no clock: the
text of the lists and the day are arguments.
"""

import csv
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import structs

from services.domain.errors import Refused
from services.domain.letters import fold

Level = Literal["N", "P", "D", "C"]
Method = Literal["whole", "equal", "gis", "declared"]
MILLION: Final = 1_000_000
FOUND_MAX: Final = 200

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Unit(msgspec.Struct, frozen=True):
    """One unit: the country (N), a province (P), a former district (D) or a commune (C).

    `code` carries the level, `"C:11953"`; `lat` and `lon` are a centroid in degrees, WGS-84.
    """

    key: str
    level: Level
    code: str
    name_vi: str
    name_short_vi: str
    type: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    lat: float | None
    lon: float | None

    def valid_on(self, on: date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class Successor(msgspec.Struct, frozen=True):
    """The part of one unit that passed to another; both ends are unit keys.

    `weight` is the share of the predecessor. `whole`: it passed over as one piece; `equal`: it was
    split and no figures of the parts are published. `is_default` marks the part that takes what
    cannot be split.
    """

    pred: str
    succ: str
    weight: float
    method: Method
    is_default: bool


class UnitChange(msgspec.Struct, frozen=True):
    """A new name or type of a unit that stays the same unit: same key, same territory."""

    effective_on: date
    decree: str
    kind: str
    unit: str
    name_vi: str
    name_short_vi: str
    type: str


class UnitList:
    """All units and their relations, checked once and never changed afterwards.

    Raises `Refused` when the lists contradict themselves: a key twice, one code for two units on a
    day, a parent that is missing or does not exist as long as its child, shares of a predecessor
    that do not sum to one, a change of a unit that is not there.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        successors: Iterable[Successor] = (),
        changes: Iterable[UnitChange] = (),
    ) -> None:
        self._by_key = _keyed(units)
        all_units = self._by_key.values()
        in_time = sorted(all_units, key=lambda unit: unit.valid_from)
        self._by_code = _grouped((unit.code, unit) for unit in in_time)
        self._children = _grouped((unit.parent, unit.key) for unit in all_units)
        self._changes = _grouped(
            (change.unit, change) for change in sorted(changes, key=lambda each: each.effective_on)
        )
        parts = tuple(successors)
        self._successors = _grouped((part.pred, part) for part in parts)
        self._predecessors = _grouped((part.succ, part) for part in parts)
        _check_periods(self._by_key, self._by_code)
        _check_relations(self._by_key, self._successors, self._changes)
        self._newest = frozenset(unit.code for unit in all_units if unit.valid_to is None)
        days = (day for unit in all_units for day in (unit.valid_from, unit.valid_to) if day)
        self._settled_on = max(days, default=date.min)

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Unit]:
        return (self._as_of(unit, date.max) for unit in self._by_key.values())

    def established(self) -> Iterator[Unit]:
        """Go through the units as they were when they came to be, before any change of name."""
        return iter(self._by_key.values())

    def known(self, code: str, on: date) -> bool:
        """Whether the code names a unit on that day: one set lookup for the current list."""
        if on >= self._settled_on:
            return code in self._newest
        return any(unit.valid_on(on) for unit in self._by_code.get(code, ()))

    def at(self, code: str, on: date) -> Unit | None:
        """Give the unit that the code names on that day, with its name and type of that day."""
        found = (unit for unit in self._by_code.get(code, ()) if unit.valid_on(on))
        return next((self._as_of(unit, on) for unit in found), None)

    def get(self, key: str) -> Unit | None:
        """Give the unit of the key, with its last name and type."""
        unit = self._by_key.get(key)
        return None if unit is None else self._as_of(unit, date.max)

    def of_code(self, code: str) -> tuple[Unit, ...]:
        """All units that ever carried the code, in the order of time."""
        return tuple(self._as_of(unit, date.max) for unit in self._by_code.get(code, ()))

    def namesakes(self, key: str) -> tuple[str, ...]:
        """The keys of all units that ever carried the code of a key, its own included."""
        return tuple(unit.key for unit in self._by_code.get(key.partition("@")[0], ()))

    def children(self, key: str) -> tuple[Unit, ...]:
        """Give the units directly below, in the order of the list."""
        below = (self._by_key[child] for child in self._children.get(key, ()))
        return tuple(self._as_of(unit, date.max) for unit in below)

    def ancestors(self, key: str) -> tuple[Unit, ...]:
        """Give the units above, nearest first, the country last; none for an unknown key."""
        above = []
        unit = self._by_key.get(key)
        while unit is not None and unit.parent is not None:
            unit = self._by_key[unit.parent]
            above.append(self._as_of(unit, date.max))
        return tuple(above)

    def province_of(self, key: str) -> Unit | None:
        """Give the province of its time that the unit is or lies in; none for the country."""
        unit = self.get(key)
        if unit is None or unit.level == "P":
            return unit
        return next((above for above in self.ancestors(key) if above.level == "P"), None)

    def current(self, on: date) -> tuple[Unit, ...]:
        """Give all units of the day, the country included, in the order of the list."""
        return tuple(self._as_of(unit, on) for unit in self._by_key.values() if unit.valid_on(on))

    def successors(self, key: str) -> tuple[Successor, ...]:
        """Give the units that took the unit over; their weights sum to one."""
        return self._successors.get(key, ())

    def succeeding(self, code: str, on: date) -> tuple[str, ...]:
        """The codes of the units in which the last one of this code lies, if that has ended."""
        units = [unit for unit in self._by_code.get(code, ()) if unit.valid_from <= on]
        heirs = () if not units or units[-1].valid_on(on) else self.successors(units[-1].key)
        return tuple(heir.succ.partition("@")[0] for heir in heirs)

    def predecessors(self, key: str) -> tuple[Successor, ...]:
        """Give the former units of which parts went into this one."""
        return self._predecessors.get(key, ())

    def changes(self, key: str) -> tuple[UnitChange, ...]:
        """Give the changes of name and type, oldest first."""
        return self._changes.get(key, ())

    def find(self, text: str, on: date, limit: int = FOUND_MAX) -> tuple[Unit, ...]:
        """Search names and codes of the day, ignoring accents and case; exact ones first."""
        wanted = fold(text)
        if not wanted:
            return ()
        found: list[tuple[bool, int, Unit]] = []
        for unit in self.current(on):
            short, code = fold(unit.name_short_vi), unit.code.lower()
            if wanted in fold(unit.name_vi) or wanted in (code, code[2:]):
                found.append((wanted not in (short, code, code[2:]), len(found), unit))
        return tuple(unit for _, _, unit in sorted(found, key=lambda each: each[:2])[:limit])

    def _as_of(self, unit: Unit, on: date) -> Unit:
        """Apply the changes of name and type up to the day."""
        for change in reversed(self._changes.get(unit.key, ())):
            if change.effective_on <= on:
                name, short, kind = change.name_vi, change.name_short_vi, change.type
                return structs.replace(unit, name_vi=name, name_short_vi=short, type=kind)
        return unit


def unit_key(code: str, valid_from: date) -> str:
    """Write the key of a unit: `"C:11953@2025-07-01"`."""
    return f"{code}@{valid_from.isoformat()}"


def parse_units(units_csv: str, successors_csv: str, changes_csv: str = "") -> UnitList:
    """Build the list from the text of the three files; lines that begin with `#` are notes.

    Raises `Refused` for a missing column or a value that cannot be read, and as `UnitList` does.
    """
    try:
        return UnitList(
            (_unit(row) for row in _rows(units_csv)),
            (_successor(row) for row in _rows(successors_csv)),
            (msgspec.convert(row, UnitChange) for row in _rows(changes_csv)),
        )
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise Refused(f"the lists of units cannot be read: {error!r}") from error


def _rows(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def _unit(row: Mapping[str, str]) -> Unit:
    given: dict[str, str | None] = {name: value or None for name, value in row.items()}
    code = f"{row['level']}:{row['code']}"
    key = unit_key(code, date.fromisoformat(row["valid_from"]))
    return msgspec.convert(given | {"code": code, "key": key}, Unit, strict=False)


def _successor(row: Mapping[str, str]) -> Successor:
    weight = int(row["weight"]) / MILLION
    return msgspec.convert({**row, "weight": weight}, Successor, strict=False)


def _keyed(units: Iterable[Unit]) -> dict[str, Unit]:
    by_key: dict[str, Unit] = {}
    for unit in units:
        if unit.key in by_key:
            raise Refused(f"the unit {unit.key} stands twice in the list")
        by_key[unit.key] = unit
    return by_key


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    groups: defaultdict[_Key, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _check_periods(by_key: Mapping[str, Unit], by_code: Mapping[str, tuple[Unit, ...]]) -> None:
    for unit in by_key.values():
        if unit.valid_to is not None and unit.valid_to <= unit.valid_from:
            raise Refused(f"the unit {unit.key} ends before it begins")
        if unit.parent is None:
            continue
        parent = by_key.get(unit.parent)
        if parent is None:
            raise Refused(f"the unit {unit.key} names an unknown parent {unit.parent}")
        if not (parent.valid_from <= unit.valid_from and _end(unit) <= _end(parent)):
            raise Refused(f"the unit {unit.key} exists while its parent {unit.parent} does not")
    for code, units in by_code.items():
        if any(_end(one) > other.valid_from for one, other in pairwise(units)):
            raise Refused(f"the code {code} names two units on one day")


def _check_relations(
    by_key: Mapping[str, Unit],
    successors: Mapping[str, tuple[Successor, ...]],
    changes: Mapping[str, tuple[UnitChange, ...]],
) -> None:
    for key, parts in successors.items():
        if key not in by_key or any(part.succ not in by_key for part in parts):
            raise Refused(f"a succession of {key} names an unknown unit")
        if round(sum(part.weight for part in parts) * MILLION) != MILLION:
            raise Refused(f"the shares of {key} do not sum to one")
        if sum(part.is_default for part in parts) != 1:
            raise Refused(f"exactly one successor of {key} must be the default")
    for key, versions in changes.items():
        unit = by_key.get(key)
        if unit is None or not all(unit.valid_on(each.effective_on) for each in versions):
            raise Refused(f"a change names {key}, which does not exist on that day")


def _end(unit: Unit) -> date:
    return unit.valid_to or date.max
