"""Which facts count: duplicates dropped, corrections and retractions applied.

These are rules 1 to 4 of the event contract. Natural keys and vintages (rule 5) and the life of
cases are no matter of this module.
"""

from collections.abc import Iterable

from services.domain.events.event import Event

Fact = tuple[str, str, str, str, str]
"""What names a fact: source, id of its first event, type, unit, subject."""


def counting_facts(events: Iterable[Event], now: int | None = None) -> list[Event]:
    """The version of each fact that counts, ordered by unit, subject, time and id.

    Of events with one (source, id) the first given stands. Of a fact's corrections and retractions
    the one with the greatest (recordedtime, id) counts, whatever the order of arrival; a fact whose
    first event is missing does not count. With `now`, a fact whose counting version happens at
    `now` or later does not count yet.
    """
    first: dict[tuple[str, str], Event] = {}
    for event in events:
        first.setdefault((event.source, event.id), event)
    counting = list(first.values())
    if any(event.op != "create" for event in counting):
        counting = _newest_versions(counting)
    return sorted(
        [event for event in counting if now is None or event.at < now],
        key=lambda event: (event.unit, event.subject, event.at, event.id),
    )


def _newest_versions(events: list[Event]) -> list[Event]:
    facts: dict[Fact, list[Event]] = {}
    for event in events:
        facts.setdefault(fact_of(event), []).append(event)
    counting = [_counting(versions) for versions in facts.values()]
    return [event for event in counting if event is not None]


def fact_of(event: Event) -> Fact:
    """The fact that an event opens, corrects or takes back."""
    return (
        event.source,
        event.supersedes or event.id,
        event.type,
        event.unit,
        event.subject,
    )


def _counting(versions: list[Event]) -> Event | None:
    if all(version.op != "create" for version in versions):
        return None
    best = max(versions, key=_precedence)
    return None if best.op == "retract" else best


def _precedence(version: Event) -> tuple[bool, int, str]:
    return (version.op != "create", version.recorded_at, version.id)
