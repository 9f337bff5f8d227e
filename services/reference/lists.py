"""Closed lists: of its province, else of the country, for the days on which they hold."""

from collections.abc import Iterable, Sequence

from services.domain.events import Event
from services.reference.facts import field
from services.reference.instants import day_named, day_of
from services.reference.places import COUNTRY, Places

LIST_TYPE = "vn.ioc.reference.list.v1"


class Lists:
    """The lists that count."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self._places = places
        self.said = [
            (unit, str(field(fact, "list_id")), _days(fact), _members(fact))
            for fact in facts
            if fact.type == LIST_TYPE and (unit := places.of_event(fact)) is not None
        ]

    def in_force(self, unit: str, at: int) -> dict[str, tuple[str, ...]]:
        """Return the members of each list that judges a case of this unit at an instant."""
        day, province = day_of(at), self._places.province_of(unit)
        found: dict[str, tuple[str, ...]] = {}
        for of_province in (False, True):
            for of_unit, name, (first, last), members in sorted(self.said, key=lambda row: row[2]):
                level = self._places.level(of_unit)
                ours = of_unit == province if of_province else level == COUNTRY
                if ours and first <= day < last:
                    found[name] = members
        return found


def _days(fact: Event) -> tuple[int, int]:
    return (day_named(str(field(fact, "valid_from"))), day_named(str(field(fact, "valid_to"))))


def _members(fact: Event) -> tuple[str, ...]:
    members = field(fact, "members")
    return tuple(map(str, members)) if isinstance(members, Sequence) else ()
