"""Facts that hold from their time until the next fact of the same subject."""

from collections.abc import Callable, Sequence

from services.domain.cases.attributes import attributes_of
from services.domain.cases.fold import is_simulated
from services.domain.engine.compiled import Extent, Point
from services.domain.engine.contributions import (
    Contribution,
    CountedMeasures,
    merged,
)
from services.domain.events import Event
from services.domain.worktime import WorkingCalendar

_Place = tuple[str, tuple[tuple[str, str], ...]]


def in_force(facts: Sequence[Event], version: Callable[[Event], tuple[object, ...]]) -> list[Event]:
    """The rows in order of time, of several at one time only the greatest version."""
    newest: dict[int, Event] = {}
    for fact in sorted(facts, key=version):
        newest[fact.at] = fact
    return [newest[at] for at in sorted(newest)]


def contribute_rows(
    rows: Sequence[Event],
    measures: CountedMeasures,
    unit_of: Callable[[Event], str | None],
    calendar_of: Callable[[Event], WorkingCalendar],
) -> Contribution | None:
    """What rows in order of time add together; None when none of them names a unit.

    The unit and members of the newest row are named first, the others in `more`.
    What one row gives up and the next takes over under the same unit and members cancels, so a
    source that reports itself every minute for years leaves no more than what changed.
    """
    gathered: dict[_Place, tuple[list[Point], list[Extent]]] = {}
    for place, row in enumerate(rows):
        unit = unit_of(row)
        if unit is None:
            continue
        attributes = attributes_of(row)
        if place + 1 < len(rows):
            attributes["next_row"] = rows[place + 1].at
        simulated_at = row.at if is_simulated([row]) else None
        name = (unit, tuple(measures.members(attributes).items()))
        points, extents = gathered[name] = gathered.pop(name, ([], []))
        measures.add_row(attributes, calendar_of(row), points, extents, simulated_at)
    parts = [
        Contribution(unit, dict(members), merged(points), tuple(sorted(extents)))
        for (unit, members), (points, extents) in reversed(gathered.items())
    ]
    if not parts:
        return None
    first, *more = parts
    return Contribution(first.unit, first.members, first.points, first.extents, tuple(more))
