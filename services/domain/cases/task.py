"""The life of a task that a resolution assigns, folded from its counting facts.

An extension moves the due date only while the old one has not passed; a task that is cancelled in
time is void and counts nowhere.
"""

from collections.abc import Sequence
from typing import Any

from services.domain.cases.fold import (
    NEVER,
    CalendarOf,
    Fold,
    Stretch,
    data_of,
    in_order,
    is_simulated,
)
from services.domain.events import Event
from services.domain.instants import parse_instant

TASK = "task"
PREFIX = "vn.ioc.task."
ASSIGNED = f"{PREFIX}assigned.v1"
EXTENDED = f"{PREFIX}extended.v1"
COMPLETED = f"{PREFIX}completed.v1"
CANCELLED = f"{PREFIX}cancelled.v1"
OF_ASSIGNMENT = (
    "resolution_id",
    "lead_agency",
    "outcome_indicator_id",
    "outcome_window",
    "declared_change",
)


def fold_task(facts: Sequence[Event], _calendar_of: CalendarOf, now: int) -> Fold | None:
    """The task that these counting facts make at `now`, or None while it is not assigned."""
    ordered = in_order(facts, ASSIGNED)
    if not ordered:
        return None
    opening, data = ordered[0], data_of(ordered[0])
    timing: dict[str, object] = {
        "assigned_at": opening.at,
        "due_at": parse_instant(data.due_at),
        "void": False,
    }
    states = [(opening.at, timing)]
    too_late = []
    for fact in ordered[1:]:
        before, timing = timing, _step(timing, fact, max(fact.at, opening.at))
        if fact.type == EXTENDED and timing is before and "closed_at" not in timing:
            too_late.append(fact)
        states.append((max(fact.at, opening.at), timing))
    due_at: Any = timing["due_at"]
    found = {name: value for name in OF_ASSIGNMENT if (value := getattr(data, name)) is not None}
    not_done = "completed_at" not in timing
    return Fold(
        opening=opening,
        attributes={**found, **timing, "not_done_now": not_done and due_at < now},
        stretches=tuple(_stretches(states)),
        simulated=is_simulated(facts),
        turns_at=due_at + 1 if not_done and due_at >= now and not timing["void"] else None,
        too_late=tuple(too_late),
    )


def _step(timing: dict[str, object], fact: Event, at: int) -> dict[str, object]:
    """The state after one event; nothing counts after the close."""
    due_at: Any = timing["due_at"]
    if "closed_at" in timing:
        return timing
    if fact.type == COMPLETED:
        return timing | {"completed_at": at, "closed_at": at}
    if fact.type == CANCELLED:
        return timing | {"closed_at": at, "void": at <= due_at}
    if fact.type == EXTENDED and at <= due_at:
        return timing | {"due_at": parse_instant(data_of(fact).due_at)}
    return timing


def _stretches(states: list[tuple[int, dict[str, object]]]) -> list[Stretch]:
    """The states of the open life, one for each distinct instant."""
    ends = [*(at for at, _ in states[1:]), NEVER]
    return [
        Stretch(after=after, until=until, attributes=timing)
        for (after, timing), until in zip(states, ends, strict=True)
        if until > after and "closed_at" not in timing
    ]
