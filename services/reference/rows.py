"""Reference values (population, households): each row holds until the next one of its key."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from services.domain.events import Event
from services.reference.cases import Measure
from services.reference.conditions import passes, quanta
from services.reference.facts import field
from services.reference.instants import day_named, start_of
from services.reference.places import Places

VALUE_TYPE = "vn.ioc.reference.value.v1"


class Row(NamedTuple):
    """A row that holds over (start, end]."""

    unit: str
    start: int
    end: float
    fact: Event


class ReferenceValues:
    """The rows of `reference.value` that count."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self._places = places
        by_key: dict[tuple[object, ...], list[tuple[int, Event]]] = {}
        for fact in facts:
            if fact.type == VALUE_TYPE:
                key = (
                    field(fact, "series_id"),
                    fact.unit,
                    field(fact, "dim"),
                    field(fact, "dim_value"),
                )
                holds_from = start_of(day_named(str(field(fact, "ref_date"))))
                by_key.setdefault(key, []).append((holds_from, fact))
        self._rows: dict[str, list[Row]] = {}
        for rows in by_key.values():
            self._add(sorted(rows, key=lambda row: row[0]))

    def stock(self, measure: Measure, unit: str, at: int) -> int | None:
        """Return the total at an instant: the own row, else the sum of the parts that have one."""
        own = [
            quanta(float(str(field(row.fact, measure["value"]))), measure["quantum"])
            for row in self._rows.get(unit, [])
            if row.start < at <= row.end and self._is_total(measure, row.fact)
        ]
        if own:
            return own[-1]
        parts = [self.stock(measure, part, at) for part in self._places.parts(unit)]
        known = [value for value in parts if value is not None]
        return sum(known) if known else None

    def _add(self, rows: list[tuple[int, Event]]) -> None:
        for index, (start, fact) in enumerate(rows):
            end = rows[index + 1][0] if index + 1 < len(rows) else math.inf
            unit = self._places.of_event(fact)
            if unit is not None:
                self._rows.setdefault(unit, []).append(Row(unit, start, end, fact))

    @staticmethod
    def _is_total(measure: Measure, fact: Event) -> bool:
        named = {"series_id": field(fact, "series_id")}
        return field(fact, "dim") is None and passes(measure["filter"], named)
