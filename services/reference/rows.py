"""Rows: each holds until the next row of the same key, in the way that its measure says."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from services.domain.events import Event
from services.reference.conditions import Instant
from services.reference.contributions import (
    Contribution,
    Measure,
    Member,
    contribution,
    member_of,
    said_by,
)
from services.reference.facts import field, version
from services.reference.instants import day_named, start_of
from services.reference.places import Places
from services.reference.working import WorkingCalendars

VALUE_TYPE = "vn.ioc.reference.value.v1"
INSTANTS_KEPT_MAX = 1024  # instants of measures for which it is known what holds then


class Row(NamedTuple):
    """What a row contributes, with what it says."""

    held: Contribution
    named: dict[str, Any]


class Rows:
    """The rows that count, of every type."""

    def __init__(self, facts: Iterable[Event], places: Places, calendars: WorkingCalendars) -> None:
        self._places, self._calendars = places, calendars
        self._by_type: dict[str, list[tuple[Event, float]]] = {}
        by_key: dict[tuple[object, ...], list[Event]] = {}
        for fact in facts:
            by_key.setdefault(_key(fact), []).append(fact)
        for rows in by_key.values():
            rows.sort(key=_order)
            starts = [float(_begins(fact)) for fact in rows]
            for fact, next_row in zip(rows, [*starts[1:], math.inf], strict=True):
                self._by_type.setdefault(fact.type, []).append((fact, next_row))
        self._rows: dict[str, dict[str, list[Row]]] = {}
        self._rows_under: dict[str, dict[str, list[Row]]] = {}
        self._holding: dict[tuple[str, int], dict[str, list[Row]]] = {}

    def stock(self, measure: Measure, unit: str, member: Member | None, at: int) -> list[float]:
        """Return the values in quanta of what holds at an instant.

        Of reference values: of the unit itself, else of the parts that have one.
        """
        if VALUE_TYPE in measure["event_types"]:
            return self._own_or_parts(measure, unit, member, at)
        rows = self._that_hold(measure, at).get(unit, [])
        return [row.held.value for row in rows if _is_of(row, measure, member)]

    def has_own(self, measure: Measure, unit: str, at: int) -> bool:
        """Say whether a reference value of the unit itself holds at an instant."""
        rows = self._of(measure).get(unit, [])
        return any(_holds(row, at) and _is_of(row, measure, None) for row in rows)

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the values that a dimension takes in the rows of a unit and of all below."""
        rows = self._under(measure).get(unit, [])
        found = {_member(row, measure, dimension) for row in rows}
        return {member for member in found if member is not None}

    def _own_or_parts(
        self, measure: Measure, unit: str, member: Member | None, at: int
    ) -> list[float]:
        own = [
            row.held.value
            for row in self._of(measure).get(unit, [])
            if _holds(row, at) and _is_of(row, measure, member)
        ]
        if own:
            return own[-1:]
        parts = [self._own_or_parts(measure, p, member, at) for p in self._places.parts(unit)]
        return [value for values in parts for value in values]

    def _that_hold(self, measure: Measure, at: int) -> dict[str, list[Row]]:
        """Return the rows that hold at an instant, of each unit and of all that lie in it."""
        key = (measure["id"], at)
        if key not in self._holding:
            if len(self._holding) >= INSTANTS_KEPT_MAX:
                self._holding.clear()
            self._holding[key] = {
                unit: [row for row in rows if _holds(row, at)]
                for unit, rows in self._under(measure).items()
            }
        return self._holding[key]

    def _under(self, measure: Measure) -> dict[str, list[Row]]:
        """Return the rows of each unit and of all that lie in it."""
        if measure["id"] not in self._rows_under:
            found: dict[str, list[Row]] = {}
            for unit, rows in self._of(measure).items():
                for upper in self._places.with_above(unit):
                    found.setdefault(upper, []).extend(rows)
            self._rows_under[measure["id"]] = found
        return self._rows_under[measure["id"]]

    def _of(self, measure: Measure) -> dict[str, list[Row]]:
        if measure["id"] not in self._rows:
            found: dict[str, list[Row]] = {}
            for kind in measure["event_types"]:
                for fact, next_row in self._by_type.get(kind, []):
                    unit = self._places.of_event(fact)
                    if unit is None:
                        continue
                    named = said_by(fact)
                    end = math.inf if math.isinf(next_row) else Instant(int(next_row))
                    working = self._calendars.of_unit(unit)
                    held = contribution(measure, named | {"next_row": end}, working)
                    if held is not None:
                        found.setdefault(unit, []).append(Row(held, named))
            self._rows[measure["id"]] = found
        return self._rows[measure["id"]]


def _holds(row: Row, at: int) -> bool:
    return row.held.start < at <= row.held.end


def _key(fact: Event) -> tuple[object, ...]:
    if fact.type == VALUE_TYPE:
        said = ("series_id", "dim", "dim_value")
        return (fact.type, fact.unit, *(field(fact, name) for name in said))
    return (fact.type, fact.unit, fact.subject)


def _begins(fact: Event) -> int:
    """Return where the row before ends."""
    if fact.type == VALUE_TYPE:
        return start_of(day_named(str(field(fact, "ref_date"))))
    return fact.at


def _order(fact: Event) -> tuple[int, int, int, str]:
    return (_begins(fact), version(fact), fact.recorded_at, fact.id)


def _is_of(row: Row, measure: Measure, member: Member | None) -> bool:
    if member is None:
        return row.named.get("dim") is None
    return _member(row, measure, member[0]) == member[1]


def _member(row: Row, measure: Measure, dimension: str) -> str | None:
    """Return the row's value of a dimension; None when it is a row of another breakdown."""
    meant = measure["dimensions"][dimension]
    if meant.startswith("dim="):
        return str(row.named["dim_value"]) if row.named.get("dim") == meant[4:] else None
    return member_of(row.named.get(meant))
