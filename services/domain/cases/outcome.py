"""What the set of a case's events means: its contribution, and what became of each event."""

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from services.domain.cases.reported import FigureEntry
from services.domain.engine.contributions import Contribution
from services.domain.events import Event

COUNTED, WAITING, SUPERSEDED, QUARANTINED = "counted", "waiting", "superseded", "quarantined"
EXTENSION_AFTER_DUE = "extension_after_due"
NO_WARNINGS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({})


class WorkingDay(msgspec.Struct, frozen=True, array_like=True):
    """An exception of the working calendar.

    The hours of a day (none for a day off), for a unit as sent and by its key.
    """

    unit: str
    unit_key: str
    day: datetime.date
    working: bool
    hours: tuple[str, ...] | None


class Outcome(NamedTuple):
    """What a set of events means at an instant.

    `states` gives the receipt state of each (source, id). `ripe_at` is the next instant at which a
    fact begins to count or the clock passes a bound. `life` is the span of time whose working days
    matter to the contribution; None when none does. `warnings` are the codes of events that are
    kept and do not have the effect that they ask for.
    """

    contribution: Contribution
    figures: tuple[FigureEntry, ...]
    states: dict[tuple[str, str], str]
    ripe_at: int | None
    life: tuple[int, int] | None
    working_day: WorkingDay | None
    warnings: Mapping[tuple[str, str], str] = NO_WARNINGS


class Asked(NamedTuple):
    """The events of a case that is asked for, and what is known of them whatever its kind."""

    given: list[Event]
    facts: list[Event]
    states: dict[tuple[str, str], str]
    ripe_at: int | None

    def outcome(
        self,
        contribution: Contribution,
        *,
        figures: tuple[FigureEntry, ...] = (),
        life: tuple[int, int] | None = None,
        turns_at: int | None = None,
        day: WorkingDay | None = None,
        warnings: Mapping[tuple[str, str], str] = NO_WARNINGS,
    ) -> Outcome:
        """The outcome with this contribution, asked again at the nearer of the two instants."""
        later = [at for at in (self.ripe_at, turns_at) if at is not None]
        ripe_at = min(later, default=None)
        return Outcome(contribution, figures, self.states, ripe_at, life, day, warnings)


def mark(
    states: dict[tuple[str, str], str], given: list[Event], counting: list[Event], *, waiting: bool
) -> None:
    """Say what became of each event.

    Counted, superseded by another version, or waiting for its first event.
    """
    opened = {(e.source, e.id, e.type) for e in given if e.op == "create"}
    for event in given:
        if event.op != "create" and (event.source, event.supersedes, event.type) not in opened:
            states[event.source, event.id] = WAITING
    for fact in counting:
        states[fact.source, fact.id] = WAITING if waiting else COUNTED
