"""The dated list of units: which unit a code means on a day, and what lies below it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from services.domain.events import Event
from services.reference.instants import day_named, day_of, day_of_date

COUNTRY, PROVINCE, COMMUNE = "N", "P", "C"
FORMER_DISTRICT = "D:"
LAST_DAY_OF_DISTRICTS = "2025-06-30"


class UnitFact(NamedTuple):
    """One unit of the list, valid from a date up to (not including) another."""

    key: str
    code: str
    parent: str | None
    valid_from: date
    valid_to: date | None


class Places:
    """Answers about the units of one list; codes are as sent (`C:11953`), keys carry a date."""

    def __init__(self, units: Iterable[UnitFact]) -> None:
        self._units = {unit.key: unit for unit in units}
        self._by_code: dict[str, list[UnitFact]] = {}
        for unit in self._units.values():
            self._by_code.setdefault(unit.code, []).append(unit)
        self._above = {key: self._chain(key) for key in self._units}
        self._beside: dict[tuple[str | None, str], list[str]] = {}
        for key, unit in self._units.items():
            self._beside.setdefault((unit.parent, self.level(key)), []).append(key)
        self._below: dict[tuple[str, str], list[str]] = {}
        for key, above in self._above.items():
            for upper in above:
                self._below.setdefault((upper, self.level(key)), []).append(key)

    def of_event(self, event: Event) -> str | None:
        """Return the key of the unit that an event was sent for; None when the list has none.

        The code of a district is read in the last list that had districts, whenever it is sent.
        """
        asof = day_of(event.at) if event.unitasof is None else day_named(event.unitasof)
        if event.unit.startswith(FORMER_DISTRICT):
            asof = min(asof, day_named(LAST_DAY_OF_DISTRICTS))
        return self.at(event.unit, asof)

    def at(self, code: str, day: int) -> str | None:
        """Return the key of the unit that had this code on a local day."""
        for unit in self._by_code.get(code, []):
            if self.holds(unit.key, day):
                return unit.key
        return None

    def holds(self, key: str, day: int) -> bool:
        """Say whether a unit is valid on a local day."""
        unit = self._units[key]
        begins = day_of_date(unit.valid_from) <= day
        return begins and (unit.valid_to is None or day < day_of_date(unit.valid_to))

    def level(self, key: str) -> str:
        """Return the letter of the unit's level: N, P, C or D."""
        return key[0]

    def with_above(self, key: str) -> tuple[str, ...]:
        """Return the unit itself and all units that it lies in."""
        return (key, *self._above[key])

    def province_of(self, key: str) -> str | None:
        """Return the province that a unit is or lies in; None for the country."""
        for upper in self.with_above(key):
            if self.level(upper) == PROVINCE:
                return upper
        return None

    def parts(self, key: str) -> list[str]:
        """Return the units whose figures add up to this one: provinces or communes below."""
        wanted = {COUNTRY: PROVINCE, PROVINCE: COMMUNE}.get(self.level(key))
        return [] if wanted is None else self._below.get((key, wanted), [])

    def siblings(self, key: str) -> list[str]:
        """Return the units of the same level under the same parent, the unit itself included."""
        return self._beside[self._units[key].parent, self.level(key)]

    def _chain(self, key: str) -> tuple[str, ...]:
        chain: list[str] = []
        parent = self._units[key].parent
        while parent is not None:
            chain.append(parent)
            parent = self._units[parent].parent
        return tuple(chain)
