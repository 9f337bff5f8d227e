"""What single facts contribute, each at its instant; and what the intake took with each event."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from services.domain.events import CONTRACT, Event
from services.reference.conditions import Instant
from services.reference.contributions import Measure, Member, contribution, member_of, said_by
from services.reference.places import Places
from services.reference.working import WorkingCalendars

ANY_TYPE = ["*"]

EventName = tuple[str, str]  # source and id


class Occurrence(NamedTuple):
    """A contribution with the fact that it comes from and the values of its dimensions."""

    at: float
    value: float
    fact: Event
    members: dict[str, str]


OccurredBy: TypeAlias = dict[
    tuple[str, Member | None], list[Occurrence]
]  # by unit and breakdown; None: the total


class Occurrences:
    """The counting facts that happened before an instant."""

    def __init__(
        self,
        facts: Sequence[Event],
        accepted: Sequence[tuple[Event, int]],
        places: Places,
        calendars: WorkingCalendars,
    ) -> None:
        self._accepted = accepted
        self._by_type: dict[str, list[Event]] = {}
        for fact in facts:
            self._by_type.setdefault(fact.type, []).append(fact)
        self._places, self._calendars = places, calendars
        self._found: dict[str, OccurredBy] = {}
        self._members: dict[str, dict[tuple[str, str], set[str]]] = {}

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int]
    ) -> list[Occurrence]:
        """Return what has span[0] <= at < span[1], in the unit and all below."""
        found = self._sorted(measure).get((unit, member), [])
        first, last = (bisect_left(found, float(at), key=_at) for at in span)
        return found[first:last]

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the values that a dimension takes among the facts of a unit."""
        if measure["id"] not in self._members:
            seen: dict[tuple[str, str], set[str]] = {}
            for upper, member in self._sorted(measure):
                if member is not None:
                    seen.setdefault((upper, member[0]), set()).add(member[1])
            self._members[measure["id"]] = seen
        return self._members[measure["id"]].get((unit, dimension), set())

    def _sorted(self, measure: Measure) -> OccurredBy:
        """Return all that a measure counts by unit and breakdown, the earliest first."""
        if measure["id"] not in self._found:
            found: OccurredBy = {}
            for unit, each in self._made(measure):
                for upper in self._places.with_above(unit):
                    for member in (None, *each.members.items()):
                        found.setdefault((upper, member), []).append(each)
            for occurred in found.values():
                occurred.sort(key=_at)
            self._found[measure["id"]] = found
        return self._found[measure["id"]]

    def _made(self, measure: Measure) -> Iterator[tuple[str, Occurrence]]:
        for fact, extra in self._of(measure):
            unit = self._places.of_event(fact)
            if unit is None:
                continue
            named = said_by(fact) | extra
            made = contribution(measure, named, self._calendars.of_unit(unit))
            if made is None:
                continue
            members = {d: member_of(named.get(f)) for d, f in measure["dimensions"].items()}
            yield unit, Occurrence(made.start, made.value, fact, members)

    def _of(self, measure: Measure) -> Iterable[tuple[Event, dict[str, Instant]]]:
        if measure["event_types"] == ANY_TYPE:
            for fact, ingested_at in self._accepted:
                yield fact, {"ingestedtime": Instant(ingested_at)}
            return
        for name in measure["event_types"]:
            yield from ((fact, {}) for fact in self._by_type.get(name, []))


def accepted_events(
    events: Iterable[Event], ingested_at: Mapping[EventName, int]
) -> list[tuple[Event, int]]:
    """Return the events that opened a fact, once each, and when the intake took them."""
    first: dict[EventName, Event] = {}
    for event in events:
        first.setdefault((event.source, event.id), event)
    is_input: Callable[[Event], bool] = lambda e: CONTRACT.types[e.type].direction != "out"  # noqa: E731 - a word
    return [
        (event, ingested_at[name])
        for name, event in first.items()
        if name in ingested_at and event.op == "create" and is_input(event)
    ]


def _at(occurrence: Occurrence) -> float:
    return occurrence.at
