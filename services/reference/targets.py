"""Targets that were set for units and days, and the line to them."""

from collections.abc import Iterable
from fractions import Fraction

from services.domain.events import Event
from services.reference.conditions import exact
from services.reference.contributions import Member
from services.reference.facts import field
from services.reference.instants import day_named
from services.reference.places import Places

TARGET_TYPE = "vn.ioc.target.set.v1"


class Targets:
    """The targets that count."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self._set: dict[tuple[str, str, Member | None], list[Event]] = {}
        for fact in facts:
            unit = places.of_event(fact)
            if fact.type == TARGET_TYPE and unit is not None:
                dim = field(fact, "dim")
                member = None if dim is None else (str(dim), str(field(fact, "dim_value")))
                key = (str(field(fact, "indicator_id")), unit, member)
                self._set.setdefault(key, []).append(fact)

    def on(self, name: str, unit: str, member: Member | None, day: int) -> Event | None:
        """Return the target in force on a local day, the one that began last of several."""
        in_force = [
            fact
            for fact in self._set.get((name, unit, member), [])
            if _day(fact, "valid_from") <= day <= _day(fact, "valid_to")
        ]
        return max(in_force, key=lambda fact: _day(fact, "valid_from"), default=None)


def target_of(fact: Event) -> Fraction:
    """Return the value that is to be reached."""
    return exact(str(field(fact, "value")))


def line_at(fact: Event, day: int) -> Fraction | None:
    """Return the straight line by calendar days on a day; none without a start value."""
    start_value = field(fact, "start_value")
    if start_value is None:
        return None
    first, last = _day(fact, "valid_from"), _day(fact, "valid_to")
    if first == last:
        return target_of(fact)
    start = exact(str(start_value))
    return start + (target_of(fact) - start) * Fraction(day - first, last - first)


def _day(fact: Event, name: str) -> int:
    return day_named(str(field(fact, name)))
