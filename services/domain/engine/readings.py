"""Readings that are never added: one value for each hour of a station and what it measures.

They are kept as they were sent; a formula looks at the hours it needs.
"""

from typing import NamedTuple

READINGS = "readings"
"""The calendar under which readings travel beside figures; the period is `<series>@<second>`."""


class Place(NamedTuple):
    """Where readings are taken: a measure, a unit and the member (a station) of it."""

    measure: str
    unit: str
    member: str


class Readings:
    """All readings by place, series (a pollutant) and the second at which the hour begins."""

    def __init__(self) -> None:
        self._values: dict[Place, dict[str, dict[int, float]]] = {}
        self._versions: dict[tuple[Place, str, int], int] = {}
        self._changes: dict[Place, int] = {}
        self._members: dict[tuple[str, str], set[str]] = {}

    def put(
        self, place: Place, series: str, second: int, value: float | None, version: int
    ) -> bool:
        """Set a reading, or (None) take it away; an older version changes nothing."""
        if self._versions.get((place, series, second), -1) >= version:
            return False
        self._versions[place, series, second] = version
        self._changes[place] = self.changes(place) + 1
        self._members.setdefault((place.measure, place.unit), set()).add(place.member)
        held = self._values.setdefault(place, {}).setdefault(series, {})
        if value is None:
            held.pop(second, None)
        else:
            held[second] = value
        return True

    def members(self, measure: str, unit: str) -> list[str]:
        """The stations of a unit that have ever sent a reading."""
        return sorted(self._members.get((measure, unit), ()))

    def changes(self, place: Place) -> int:
        """How often anything has changed in a place: what follows from it holds until it grows."""
        return self._changes.get(place, 0)

    def at(self, place: Place, series: str, second: int) -> float | None:
        """The reading of just this hour; None when there is none that counts."""
        return self._values.get(place, {}).get(series, {}).get(second)

    def last(self, place: Place, series: str, begin: int, end: int) -> float | None:
        """The latest reading with begin <= second < end."""
        held = self._values.get(place, {}).get(series, {})
        seconds = [second for second in held if begin <= second < end]
        return held[max(seconds)] if seconds else None


def period_of(series: str, second: int) -> str:
    """The period under which a reading is stored."""
    return f"{series}@{second}"


def split_period(period: str) -> tuple[str, int]:
    """The series and the second of a stored period."""
    series, _, second = period.rpartition("@")
    return series, int(second)
