"""What the api asks of the list of units: where a unit lies, whether a name means one."""

from functools import lru_cache

from services.domain.units import UnitList

KEYS_MAX = 50_000
COUNTRY = "VN"
NOWHERE = "unknown"


class Places:
    """The list of units as the live topics and the queries use it."""

    def __init__(self, units: UnitList) -> None:
        self._units = units
        self.above = lru_cache(KEYS_MAX)(self._above)

    def province_code(self, key: str) -> str:
        """Give the province's segment in topics: `33`, `VN`, or `unknown` for a foreign key."""
        if key.startswith("N:"):
            return COUNTRY
        province = self._units.province_of(key)
        return NOWHERE if province is None else province.code.removeprefix("P:")

    def knows(self, unit: str) -> bool:
        """Say whether `P:33` or `P:33@2025-07-01` is in the list."""
        if "@" in unit:
            return self._units.get(unit) is not None
        return bool(self._units.of_code(unit))

    def _above(self, key: str) -> frozenset[str]:
        ancestors = self._units.ancestors(key)
        return frozenset(name for unit in ancestors for name in (unit.key, unit.code))
