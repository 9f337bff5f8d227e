"""What the api asks of the list of units: where a unit lies, whether a name means one.

A code names one unit after the other, and figures of two must never stand in one place: without its
date it means the unit of today, and a unit that has ended is called by its key.
"""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from services.domain.instants import local_date
from services.domain.units import UnitList

KEYS_MAX = 50_000
COUNTRY = "VN"
NOWHERE = "unknown"
LOOK_SECONDS = 60.0


class Places:
    """The list of units as it is on one day, for the live topics and the queries."""

    def __init__(self, units: UnitList, today: date) -> None:
        self._units = units
        self._today = today
        days = {day for unit in units for day in (unit.valid_from, unit.valid_to) if day}
        self._other_on = min((day for day in days if day > today), default=date.max)
        self.above = lru_cache(KEYS_MAX)(self._above)

    def segments(self, key: str) -> tuple[str, str]:
        """Give a unit's segments in topics, its province and itself: `33`, `C:11953`.

        The country's province is `VN`, a foreign key's `unknown`. A unit that is none of today has
        its date in both, `33@1900-01-01` and `C:11953@1900-01-01`, so that no topic of bare codes
        means it, whatever became of its province.
        """
        unit, province = self._units.get(key), self._units.province_of(key)
        code = key.partition("@")[0]
        if province is None:
            return (COUNTRY if key.startswith("N:") else NOWHERE), code
        if unit is None or unit.valid_on(self._today):
            return province.code.removeprefix("P:"), code
        return province.key.removeprefix("P:"), key

    def knows(self, unit: str) -> bool:
        """Say whether `P:33` or `P:33@2025-07-01` is in the list."""
        if "@" in unit:
            return self._units.get(unit) is not None
        return bool(self._units.of_code(unit))

    def keys(self, name: str) -> tuple[str, ...]:
        """Give the keys that a name may mean: itself, or of a code today's unit, then former ones.

        Of these the first means it of which anything is known.
        """
        if "@" in name:
            return (name,)
        today = self._units.at(name, self._today)
        first = () if today is None else (today.key,)
        former = (unit.key for unit in reversed(self._units.of_code(name)))
        return tuple(dict.fromkeys((*first, *former)))

    async def outlive(self, now: Callable[[], int], look_seconds: float = LOOK_SECONDS) -> None:
        """Return on the next day on which a unit of the list begins or ends."""
        while True:
            if local_date(now()) >= self._other_on:
                return
            await asyncio.sleep(look_seconds)

    def _above(self, key: str) -> frozenset[str]:
        return frozenset(unit.key for unit in self._units.ancestors(key))
