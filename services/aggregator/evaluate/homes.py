"""Which partition of `ioc.indicators.v1` is home to a unit: that of its province."""

from collections.abc import Sequence

from services.adapters.topics import shard_of
from services.domain.units import UnitList


class Homes:
    """Remembers the shard of each unit, of `width` shards."""

    def __init__(self, units: UnitList, width: int) -> None:
        self._units = units
        self._width = width
        self._known: dict[str, int] = {}

    def of(self, unit: str) -> int:
        """The shard of a unit, by its key."""
        found = self._known.get(unit)
        if found is None:
            province = self._units.province_of(unit)
            found = shard_of(province.code[2:] if province else "VN", self._width)
            self._known[unit] = found
        return found


def by_shard(shards: Sequence[int]) -> dict[int, list[int]]:
    """The places of each shard in a list, the shard that comes first before the others."""
    found: dict[int, list[int]] = {}
    for place, shard in enumerate(shards):
        found.setdefault(shard, []).append(place)
    return found
