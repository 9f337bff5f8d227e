"""Feeds that are overdue at an instant, by the newest heartbeat of each."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from services.domain.events import CONTRACT, Event
from services.reference.facts import field, version
from services.reference.instants import SECOND, instant
from services.reference.parts import Catalogue
from services.reference.places import Places

HEARTBEAT = "vn.ioc.feed.heartbeat.v1"
STALE_AFTER = {"late": Fraction(1), "stale": Fraction(3, 2)}  # contract intervals


class Overdue(NamedTuple):
    """What overdue feeds make of a value: `late` or `stale`, since when, and their names."""

    state: str
    since: int
    sources: frozenset[str]


class Feeds:
    """The newest heartbeat of each feed among the facts that count."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self._places = places
        newest: dict[tuple[str, str], Event] = {}
        for fact in facts:
            key = (fact.unit, fact.subject)
            if fact.type == HEARTBEAT and (key not in newest or _order(fact) > _order(newest[key])):
                newest[key] = fact
        self._active = [fact for fact in newest.values() if field(fact, "active")]

    def overdue(self, unit: str, domains: set[str], now: int) -> Overdue | None:
        """Return the worst of what the feeds of these domains say of a unit's values."""
        states: dict[str, list[tuple[int, str]]] = {"late": [], "stale": []}
        for fact in self._active:
            if str(field(fact, "domain")) not in domains or not self._feeds(fact, unit):
                continue
            promised = int(str(field(fact, "contract_interval"))) * SECOND
            heard_at = instant(str(field(fact, "last_occurred_at")))
            for state in ("stale", "late"):
                turned_at = heard_at + int(STALE_AFTER[state] * promised)
                if now > turned_at:
                    states[state].append((turned_at, str(field(fact, "feed_id"))))
                    break
        for state in ("stale", "late"):
            if states[state]:
                names = {name for found in states.values() for _, name in found}
                return Overdue(state, min(states[state])[0], frozenset(names))
        return None

    def _feeds(self, fact: Event, unit: str) -> bool:
        own = self._places.of_event(fact)
        if own is None:
            return False
        return own in self._places.with_above(unit) or unit in self._places.with_above(own)


def domains_of(catalogue: Catalogue, name: str) -> set[str]:
    """Return the domains whose feeds a part rests on; none when it needs no feed."""
    under = catalogue.measures_under(name, None)
    types = {kind for measure, _ in under for kind in measure["event_types"]} - {HEARTBEAT}
    if not types:
        return set()
    sent = {CONTRACT.types[kind].topic_domain for kind in types if kind in CONTRACT.types}
    return {*sent, str(catalogue.indicator_of(name)["domain"])} - {"reference"}


def _order(fact: Event) -> tuple[int, int, int, str]:
    return (fact.at, version(fact), fact.recorded_at, fact.id)
