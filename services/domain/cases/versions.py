"""Readings that a correction moves to another time: which cases must know which versions.

A reading's natural key has its time, so the versions of one fact may name several cases. Each of
them is given all the versions: the case of the time at which the fact counts now counts it, the
others see that it counts elsewhere and take it back. Where the versions of a fact are remembered is
a name of its own, beside the cases.
"""

from collections.abc import Iterable
from typing import TypeVar

from services.domain.cases.kinds import ROW_TYPES
from services.domain.cases.names import CaseName
from services.domain.events import CONTRACT, Event

VERSIONS = "versions of "
"""Begins the kind under which the versions of a fact of this type are kept."""
TIMED = frozenset(
    name
    for name, declared in CONTRACT.types.items()
    if declared.key == "subject+time" and name not in ROW_TYPES
)
"""The types whose facts are cases of one time each."""

Kept = TypeVar("Kept")


def is_timed(event_type: str) -> bool:
    """Whether a fact of this type is the case of its time."""
    return event_type in TIMED


def fact_of(event: Event) -> CaseName:
    """The fact that an event is a version of."""
    named = (event.subject, event.source, event.supersedes or event.id)
    return CaseName(f"{VERSIONS}{event.type}", event.unit, "|".join(named))


def case_at(event_type: str, unit: str, subject: str, at: int) -> CaseName:
    """The case of a reading at a time."""
    return CaseName(event_type, unit, f"{subject}@{at}")


def time_of_case(subject: str) -> int:
    """The time that stands in the subject of a reading's case."""
    return int(subject.rpartition("@")[2])


def needed(versions: Iterable[tuple[Event, Kept]]) -> dict[CaseName, list[Kept]]:
    """Each case that versions of one fact name, with all that it must know."""
    given = list(versions)
    everything = [kept for _, kept in given]
    return {
        case_at(event.type, event.unit, event.subject, event.at): everything for event, _ in given
    }
