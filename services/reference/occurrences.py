"""What single facts contribute, each at its instant; and what the intake took with each event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

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


class Occurrences:
    """The counting facts that happened before an instant."""

    def __init__(
        self,
        facts: Sequence[Event],
        accepted: Sequence[tuple[Event, int]],
        places: Places,
        calendars: WorkingCalendars,
    ) -> None:
        self._facts, self._accepted = facts, accepted
        self._places, self._calendars = places, calendars
        self._found: dict[str, dict[str, list[Occurrence]]] = {}

    def flow(
        self, measure: Measure, unit: str, member: Member | None, span: tuple[int, int]
    ) -> list[Occurrence]:
        """Return what has span[0] <= at < span[1], in the unit and all below."""
        return [
            each
            for each in self._by_unit(measure).get(unit, [])
            if span[0] <= each.at < span[1]
            and (member is None or each.members[member[0]] == member[1])
        ]

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the values that a dimension takes among the facts of a unit."""
        return {each.members[dimension] for each in self._by_unit(measure).get(unit, [])}

    def _by_unit(self, measure: Measure) -> dict[str, list[Occurrence]]:
        if measure["id"] not in self._found:
            found: dict[str, list[Occurrence]] = {}
            for fact, extra in self._of(measure):
                unit = self._places.of_event(fact)
                if unit is None:
                    continue
                named = said_by(fact) | extra
                made = contribution(measure, named, self._calendars.of_unit(unit))
                if made is None:
                    continue
                members = {d: member_of(named.get(f)) for d, f in measure["dimensions"].items()}
                for upper in self._places.with_above(unit):
                    each = Occurrence(made.start, made.value, fact, members)
                    found.setdefault(upper, []).append(each)
            self._found[measure["id"]] = found
        return self._found[measure["id"]]

    def _of(self, measure: Measure) -> Iterable[tuple[Event, dict[str, Instant]]]:
        if measure["event_types"] == ANY_TYPE:
            for fact, ingested_at in self._accepted:
                yield fact, {"ingestedtime": Instant(ingested_at)}
            return
        for fact in self._facts:
            if fact.type in measure["event_types"]:
                yield fact, {}


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
