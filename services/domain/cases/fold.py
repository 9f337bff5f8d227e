"""What every fold gives: the attributes of a case now, and the states that it went through.

Times are microseconds. `NEVER` stands for an instant that does not come (a deadline while the clock
is stopped). An attribute that is absent is missing from the mapping.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from services.domain.events import CONTRACT, Event
from services.domain.instants import SECOND
from services.domain.worktime import WorkingCalendar

NEVER = 1 << 62

Attributes = Mapping[str, object]


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """The state of a case over (after, until]; `until` is NEVER for the last one."""

    after: int
    until: int
    attributes: Attributes


class Fold(msgspec.Struct, frozen=True, gc=False):
    """A case as its counting facts tell it.

    `opening` is the event that opened it and names its unit; `attributes` is the state with all
    facts; `stretches` are the states over time, for stocks; `simulated` says that one of its facts
    was made by a simulator. `episodes` are the parts of a life that are counted each for itself.
    Without an event, attributes change at `turns_at`, the first instant at which the clock has
    passed a bound. Working days up to `life_to` matter to it; None when none does. `too_late` are
    the facts that gave a new due date when the old one had passed: kept, and without effect.
    """

    opening: Event
    attributes: Attributes
    stretches: tuple[Stretch, ...]
    simulated: bool
    episodes: tuple[Attributes, ...] = ()
    turns_at: int | None = None
    life_to: int | None = None
    too_late: tuple[Event, ...] = ()


CalendarOf = Callable[[Event], WorkingCalendar]
"""The working calendar of the place where an event counts."""


def in_order(facts: Iterable[Event], opening_type: str) -> list[Event]:
    """The facts of a case in fold order, the earliest opening first and no other one.

    An event before the opening counts as at the opening (`at_of`). Empty without an opening.
    """
    openings = [fact for fact in facts if fact.type == opening_type]
    if not openings:
        return []
    opening = min(openings, key=lambda fact: (fact.at, fact.recorded_at, fact.id))
    others = sorted(
        (fact for fact in facts if fact.type != opening_type),
        key=lambda fact: (
            max(fact.at, opening.at),
            CONTRACT.types[fact.type].case_rank or 0,
            fact.recorded_at,
            fact.id,
            fact.source,
        ),
    )
    return [opening, *others]


def data_of(fact: Event) -> Any:
    """The record of a fact, whose type the caller knows by the event's."""
    return fact.data


def is_simulated(facts: Iterable[Event]) -> bool:
    """Whether a simulator had a hand in one of the facts."""
    return any("simulated" in fact.quality for fact in facts)


def seconds_of(microseconds: int) -> float:
    """A duration in seconds, a whole number when it is one."""
    whole, rest = divmod(microseconds, SECOND)
    return microseconds / SECOND if rest else whole
