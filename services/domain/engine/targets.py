"""Targets that somebody set for an indicator of a unit, by the days on which they are in force.

A target may be a straight line from a start value to a value at its last day. Of several that hold
on a day the one that began latest counts.
"""

import msgspec

from services.domain.engine.figures import Figure, Member

TARGETS = "targets"
"""The calendar under which targets travel beside figures; the period is the first day."""


class Target(msgspec.Struct, frozen=True):
    """A target over the local days [first, last], days since 1970.

    `start_value` is where its line begins; without one there is no line.
    """

    first: int
    last: int
    value: float
    start_value: float | None


def figure_of_target(target: Target) -> Figure:
    """A target as it travels."""
    return Figure(
        value=target.value, version=0, until=target.last, previous_value=target.start_value
    )


class Targets:
    """All targets. `indicator` is the id of an indicator or of one of its components."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, str, Member], dict[int, tuple[int, Target | None]]] = {}
        self._indicators: set[str] = set()

    def __contains__(self, indicator: str) -> bool:
        """Whether anybody has ever set a target for it."""
        return indicator in self._indicators

    def put(
        self,
        indicator: str,
        unit: str,
        member: Member,
        first: int,
        figure: Figure | None,
        version: int,
    ) -> bool:
        """Set a target, or (None) take it away; an older version changes nothing."""
        self._indicators.add(indicator)
        held = self._set.setdefault((indicator, unit, member), {})
        if held.get(first, (-1, None))[0] >= version:
            return False
        target = None
        if figure is not None:
            last = first if figure.until is None else figure.until
            target = Target(first, last, figure.value, figure.previous_value)
        held[first] = (version, target)
        return True

    def in_force(self, indicator: str, unit: str, member: Member, day: int) -> Target | None:
        """The target of a local day (days since 1970); None when nobody set one."""
        held = self._set.get((indicator, unit, member), {}).values()
        found = [t for _, t in held if t is not None and t.first <= day <= t.last]
        return max(found, key=lambda target: target.first) if found else None


def on_line(target: Target, day: int) -> float | None:
    """Where the straight line of a target stands on a day; None when it has no start.

    From the start value on its first day to the value on its last, by calendar days.
    """
    if target.start_value is None:
        return None
    length = target.last - target.first
    gone = 1.0 if length == 0 else (day - target.first) / length
    return target.start_value + (target.value - target.start_value) * gone
