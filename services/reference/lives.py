"""How the facts of cases are grouped into cases and put in order."""

from collections.abc import Iterable
from typing import NamedTuple

from services.domain.events import CONTRACT, Event
from services.reference.places import Places


class Case(NamedTuple):
    """The facts of one case: the opening one, and all others in order of the fold.

    A fact with a time before the opening counts as if at the opening.
    """

    unit: str
    opening: Event
    steps: list[tuple[int, Event]]


def cases_of(
    facts: Iterable[Event], types: set[str], opening_type: str, places: Places
) -> list[Case]:
    """Return the cases with an opening fact, the earliest of several; the others wait."""
    by_name: dict[tuple[str, str], list[Event]] = {}
    for fact in facts:
        if fact.type in types:
            by_name.setdefault((fact.unit, fact.subject), []).append(fact)
    cases: list[Case] = []
    for of_one in by_name.values():
        openings = [fact for fact in of_one if fact.type == opening_type]
        if not openings:
            continue
        opening = min(openings, key=lambda fact: (fact.at, fact.recorded_at, fact.id, fact.source))
        unit = places.of_event(opening)
        if unit is not None:
            steps = [(max(fact.at, opening.at), fact) for fact in of_one]
            others = [step for step in steps if step[1].type != opening_type]
            cases.append(Case(unit, opening, sorted(others, key=_fold_order)))
    return cases


def _fold_order(step: tuple[int, Event]) -> tuple[int, int, int, str, str]:
    at, fact = step
    return (at, CONTRACT.types[fact.type].case_rank or 0, fact.recorded_at, fact.id, fact.source)
