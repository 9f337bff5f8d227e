"""Lists that a measure asks membership of, such as the procedures that most people use.

A list is in force from its first to its last day. A case is judged by the list of its province,
else by that of the country, on the day it was opened.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from services.domain.cases.reported import FigureEntry
from services.domain.engine.figures import Figure
from services.domain.engine.state import EPOCH_DAY
from services.domain.events import Event
from services.domain.instants import parse_date

REFERENCE_LIST = "vn.ioc.reference.list.v1"
LISTS = "lists"
"""The calendar under which a list is kept among the figures of its case."""
MembersOf = Callable[[str, str, int], frozenset[str] | None]
"""The members of a list in force for a unit key at an instant; None without a list."""
WITH_LISTS = ("P:", "N:")


class ListInForce(NamedTuple):
    """One list of a unit over the local days [first, last], days since 1970."""

    list_id: str
    unit: str
    first: int
    last: int
    members: frozenset[str]


def list_entry(best: Event) -> FigureEntry:
    """The list that a fact sets: its last day as the value, its members as marks."""
    data: Any = best.data
    last = (parse_date(data.valid_to) - EPOCH_DAY).days
    figure = Figure(value=last, version=0, quality=tuple(sorted(set(data.members))))
    return FigureEntry(data.list_id, "", "", LISTS, data.valid_from, figure)


def lists_of(unit: str, entries: Iterable[FigureEntry]) -> Iterator[ListInForce]:
    """The lists among the figures that a case of this unit key sets."""
    for entry in entries:
        if entry.calendar == LISTS:
            first = (parse_date(entry.period) - EPOCH_DAY).days
            members = frozenset(entry.figure.quality)
            yield ListInForce(entry.measure, unit, first, int(entry.figure.value), members)


class Lists:
    """All lists; `chain` is a unit key and those above it, nearest first."""

    def __init__(self, lists: Iterable[ListInForce] = ()) -> None:
        self.known = frozenset(lists)
        self._of_unit: dict[tuple[str, str], list[ListInForce]] = {}
        for each in self.known:
            self._of_unit.setdefault((each.list_id, each.unit), []).append(each)

    def members(self, list_id: str, chain: Iterable[str], day: int) -> frozenset[str] | None:
        """The members in force on a local day; of several lists of a unit the latest first day."""
        for unit in chain:
            if unit.startswith(WITH_LISTS):
                found = [
                    each
                    for each in self._of_unit.get((list_id, unit), ())
                    if each.first <= day <= each.last
                ]
                if found:
                    return max(found, key=lambda each: each.first).members
        return None


def no_list(_list_id: str, _unit: str, _at: int) -> frozenset[str] | None:
    """Where no lists are kept."""
    return None
