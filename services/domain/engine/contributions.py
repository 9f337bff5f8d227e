"""What a folded case or a fact adds to panes.

A **point** (measure, second, quanta) is added to the measure's running sum at that second: a flow
is one point at its instant, a stock one point at its start and its negative at its end, since a
stock holds over (from, to]; a value of a sketch is a point of 1 under the name of its bucket. An
**extent** (measure, from, to, value), instants in microseconds, is a value of a `min` or `max`
stock over (from, to], kept as such, because the smaller of two numbers can not be taken back.
"""

from collections.abc import Mapping, Sequence

import msgspec

from services.domain.cases.fold import NEVER, Attributes, Fold
from services.domain.engine.compiled import (
    Extent,
    Point,
    compile_fact,
    compile_flows,
    compile_stocks,
)
from services.domain.engine.measures import Measure
from services.domain.engine.seconds import second_of
from services.domain.events import Event
from services.domain.worktime import WorkingCalendar

SIMULATED = "facts_simulated"
"""The centre's own measure: cases in which a simulator had a hand, at their opening."""
SIMULATED_FACTS = "single_facts_simulated"
"""The same for facts that stand for themselves, at their time."""
MARKS: Mapping[str, str] = {"case": SIMULATED, "event": SIMULATED_FACTS, "rows": SIMULATED_FACTS}
"""By source of a measure: what says that a simulator had a hand in it."""


class Contribution(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that one case adds: its dimension members, its points and its extents.

    `more` is what it adds under other units or members.
    """

    unit: str
    members: dict[str, str] = {}
    points: tuple[Point, ...] = ()
    extents: tuple[Extent, ...] = ()
    more: "tuple[Contribution, ...]" = ()


NOTHING = Contribution(unit="")


class CountedMeasures:
    """The measures of one kind of case, or of one type of rows, compiled once."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._add_flows = compile_flows([m for m in measures if m.kind == "flow"])
        stocks = [m for m in measures if m.kind != "flow"]
        self._add_stocks = compile_stocks(stocks) if stocks else None
        self.by_calendar = any("working_" in f"{m.value} {m.from_} {m.to}" for m in measures)
        """Whether a changed working day may change what a fact adds."""
        self._dimensions: dict[str, str] = {}
        for measure in measures:
            self._dimensions |= measure.dimensions

    def of_case(
        self,
        fold: Fold,
        unit: str,
        calendar: WorkingCalendar,
        more: tuple[Contribution, ...] = (),
    ) -> Contribution:
        """What a folded case adds; `unit` is the unit key of its opening event."""
        points: list[Point] = []
        extents: list[Extent] = []
        self._add_flows(fold.attributes, calendar, points)
        for episode in fold.episodes:
            self._add_flows(episode, calendar, points)
        if self._add_stocks is not None:
            for each in fold.stretches:
                self._add_stocks(each.attributes, calendar, each.after, each.until, points, extents)
        if fold.simulated:
            points.append((SIMULATED, second_of(fold.opening.at), 1))
        return self._contribution(unit, fold.attributes, points, extents, more)

    def of_state(
        self,
        attributes: Attributes,
        unit: str,
        calendar: WorkingCalendar,
        more: tuple[Contribution, ...] = (),
    ) -> Contribution:
        """What one state adds: its flows, and its stocks as far as they know their ends."""
        points: list[Point] = []
        extents: list[Extent] = []
        self.add_row(attributes, calendar, points, extents)
        return self._contribution(unit, attributes, points, extents, more)

    def flows(self, attributes: Attributes, calendar: WorkingCalendar) -> list[Point]:
        """The points of a fact's flows alone, for facts that are never taken back."""
        points: list[Point] = []
        self._add_flows(attributes, calendar, points)
        return points

    def add_row(
        self,
        attributes: Attributes,
        calendar: WorkingCalendar,
        points: list[Point],
        extents: list[Extent],
        simulated_at: int | None = None,
    ) -> None:
        """Add to points and extents what one row adds, for a caller that gathers many.

        `simulated_at` is the time of a fact that was made by a simulator.
        """
        if simulated_at is not None:
            points.append((SIMULATED_FACTS, second_of(simulated_at), 1))
        self._add_flows(attributes, calendar, points)
        if self._add_stocks is not None:
            self._add_stocks(attributes, calendar, -NEVER, NEVER, points, extents)

    def members(self, attributes: Attributes) -> dict[str, str]:
        """The member of each breakdown; an absent one is written `-`."""
        return {
            dim: "-" if (value := attributes.get(origin)) is None else str(value)
            for dim, origin in self._dimensions.items()
        }

    def _contribution(
        self,
        unit: str,
        attributes: Attributes,
        points: list[Point],
        extents: list[Extent],
        more: tuple[Contribution, ...] = (),
    ) -> Contribution:
        members = self.members(attributes)
        return Contribution(unit, members, merged(points), tuple(sorted(extents)), more)


class CountedFacts:
    """The measures of one type of fact that stands for itself, compiled once: flows alone."""

    def __init__(self, measures: Sequence[Measure], event_type: str) -> None:
        dimensions: dict[str, str] = {}
        for measure in measures:
            dimensions |= measure.dimensions
        self._add = compile_fact(measures, event_type, dimensions)

    def of_fact(
        self, fact: Event, unit: str, calendar: WorkingCalendar, more: tuple[Contribution, ...]
    ) -> Contribution:
        """What a fact adds; `unit` is its unit key, `more` what it adds beside this."""
        points: list[Point] = []
        if "simulated" in fact.quality:
            points.append((SIMULATED_FACTS, second_of(fact.at), 1))
        members = self._add(fact, calendar, points)
        return Contribution(unit, members, merged(points), (), more)


def merged(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points of one measure and second added up, those that cancel left out, in a fixed order."""
    if len(points) == 1 and points[0][2]:
        return (points[0],)
    found: list[Point] = []
    before, then = "", 0
    for point in sorted(points):
        measure, second, value = point
        if measure == before and second == then:
            found[-1] = (measure, second, found[-1][2] + value)
        else:
            found.append(point)
            before, then = measure, second
    return tuple([point for point in found if point[2]])
