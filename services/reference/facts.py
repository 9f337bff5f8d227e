"""Which of the received events count: rules 1 to 5 of the event contract."""

from collections.abc import Iterable, Sequence

from services.domain.events import CONTRACT, Event


def counting_versions(events: Iterable[Event]) -> list[Event]:
    """Apply rules 1 to 4: the version that counts of each fact that counts.

    The order of `events` is the order of acceptance, which decides between duplicates only.
    """
    facts: dict[tuple[str, str, str, str, str], list[Event]] = {}
    for event in _without_duplicates(events):
        opened_by = event.id if event.supersedes is None else event.supersedes
        name = (event.source, opened_by, event.type, event.unit, event.subject)
        facts.setdefault(name, []).append(event)
    chosen = [_version_that_counts(versions) for versions in facts.values()]
    return [event for event in chosen if event is not None]


def known_before(facts: Sequence[Event], now: int) -> list[Event]:
    """Leave out the facts that happen at `now` or later."""
    return [fact for fact in facts if fact.at < now]


def known_at(events: Iterable[Event], at: int) -> list[Event]:
    """Apply rule 6: leave out the versions that their source recorded after an instant."""
    return [event for event in events if event.recorded_at <= at]


def one_of_each_key(facts: Iterable[Event]) -> list[Event]:
    """Apply rule 5: of the facts with one natural key only the greatest version stays.

    Facts of cases all stay: each takes part in the life of its case.
    """
    stay: list[Event] = []
    best: dict[tuple[object, ...], Event] = {}
    for fact in facts:
        key_kind = CONTRACT.types[fact.type].key
        if key_kind == "case":
            stay.append(fact)
            continue
        key: tuple[object, ...] = (fact.type, fact.unit, fact.subject)
        if key_kind == "subject+time":
            key = (*key, fact.at)
        if key not in best or _precedence(fact) > _precedence(best[key]):
            best[key] = fact
    return stay + list(best.values())


def field(fact: Event, name: str) -> object:
    """Return a member of what a fact says; None when it is absent."""
    return getattr(fact.data, name, None)


def version(fact: Event) -> int:
    """Return the value of the type's version field; 0 for types without one."""
    order = CONTRACT.types[fact.type].version_order
    if order is None:
        return 0
    number = field(fact, order)
    return number if isinstance(number, int) else 0


def _without_duplicates(events: Iterable[Event]) -> list[Event]:
    first: dict[tuple[str, str], Event] = {}
    for event in events:
        first.setdefault((event.source, event.id), event)
    return list(first.values())


def _version_that_counts(versions: Sequence[Event]) -> Event | None:
    creates = [event for event in versions if event.op == "create"]
    changes = [event for event in versions if event.op != "create"]
    if not creates:
        return None
    latest = (
        max(changes, key=lambda event: (event.recorded_at, event.id)) if changes else creates[0]
    )
    return None if latest.op == "retract" else latest


def _precedence(fact: Event) -> tuple[int, int, str, str]:
    return (version(fact), fact.recorded_at, fact.source, fact.id)
