"""The newest rows of a subject that reports itself without end: older ones are settled and dropped.

A heartbeat holds until the next one, so what rows add is added up row by row, and a change among
the newest ones leaves everything before them as it is. So of a feed the newest `ROWS_KEPT` facts
are kept and may be corrected, taken back or joined by late ones, with exact results; whatever would
change anything before them comes too late and is superseded. What dropped rows have added stays
counted.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.domain.cases.facts import version_of
from services.domain.engine.feeds import HEARTBEAT
from services.domain.events import Event, counting_facts
from services.domain.events.facts import Fact, fact_of

WITHOUT_END = frozenset({HEARTBEAT})
"""Types of rows whose history no measure asks for again."""
ROWS_KEPT = 32
"""So many retractions in a row, less one, still bring back the row before."""
EVENTS_MAX = 2 * ROWS_KEPT
"""Beyond this a case is cut to its newest rows, not at every row."""


class Kept(NamedTuple):
    """Which events of a case are kept, by their places, and from when on a fact may still count."""

    places: list[int]
    since: int | None


def within(events: Sequence[Event], since: int | None) -> Sequence[Event]:
    """The events of facts that do not lie before `since`, and of those that do not count."""
    if since is None:
        return events
    settled = {fact_of(fact) for fact in counting_facts(events) if fact.at < since}
    return [event for event in events if fact_of(event) not in settled]


def newest(kind: str, events: Sequence[Event], now: int, since: int | None) -> Kept | None:
    """Cut a case to its newest rows; None when it need not be.

    Of each fact its first event and the version that counts are kept. Facts of the future are kept
    until their time comes, and of those that do not count, for they were taken back or wait for
    their first event, the newest `ROWS_KEPT`.
    """
    if kind not in WITHOUT_END or len(events) <= EVENTS_MAX:
        return None
    places_of: dict[Fact, list[int]] = {}
    for place, event in enumerate(events):
        places_of.setdefault(fact_of(event), []).append(place)
    facts = sorted(counting_facts(events), key=lambda fact: (fact.at, *version_of(fact)))
    silent = [places_of[name] for name in places_of.keys() - set(map(fact_of, facts))]
    silent.sort(key=lambda places: max(_recorded(events[place]) for place in places))
    happened = [fact for fact in facts if fact.at < now and (since is None or fact.at >= since)]
    rows = happened[-ROWS_KEPT:]
    if len(rows) < len(happened):
        since = rows[0].at
    to_come = [fact for fact in facts if fact.at >= now]
    kept = [places_of[fact_of(fact)] for fact in (*rows, *to_come)] + silent[-ROWS_KEPT:]
    places = sorted(place for of_fact in kept for place in _needed(events, of_fact))
    return Kept(places, since) if len(places) < len(events) else None


def _needed(events: Sequence[Event], places: Sequence[int]) -> Iterator[int]:
    """The first event of a fact and the newest of its changes; no other can count any more."""
    changes = [place for place in places if events[place].op != "create"]
    yield from (place for place in places if events[place].op == "create")
    if changes:
        yield max(changes, key=lambda place: _recorded(events[place]))


def _recorded(event: Event) -> tuple[int, str]:
    return (event.recorded_at, event.id)
