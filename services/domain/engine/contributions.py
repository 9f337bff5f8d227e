"""What a folded case adds to panes.

A **point** (measure, second, quanta) is added to the measure's running sum at that second: a flow
is one point at its instant, a stock one point at its start and its negative at its end, since a
stock holds over (from, to]. An **extent** (measure, from, to, value), instants in microseconds, is
a value of a `min` or `max` stock over (from, to], kept as such.
"""

import msgspec

from services.domain.cases.fold import NEVER, Attributes, Fold
from services.domain.engine.measures import (
    Expression,
    Filter,
    Measure,
    compile_expression,
    compile_filter,
    quanta,
)
from services.domain.worktime import WorkingCalendar

SECOND_MIN = -2_208_988_800
"""1900-01-01: anything earlier counts as of this second."""
SECOND_MAX = SECOND_MIN + (1 << 33) - 1
"""In the year 2172: what would happen later does not happen."""
SIMULATED = "facts_simulated"
"""The centre's own measure: cases in which a simulator had a hand, at their opening."""

Point = tuple[str, int, int]
Extent = tuple[str, int, int, int]


class Contribution(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that one case adds: its dimension members, its points and its extents."""

    unit: str
    members: dict[str, str] = {}
    points: tuple[Point, ...] = ()
    extents: tuple[Extent, ...] = ()


NOTHING = Contribution(unit="")


def second_of(at: int) -> int:
    """The pane second that holds an instant in microseconds; clamped to what panes can hold."""
    return max(SECOND_MIN, at // 1_000_000)


class CaseMeasures:
    """The measures of one kind of case, compiled once."""

    def __init__(self, measures: list[Measure]) -> None:
        self._flows = [_Flow(m) for m in measures if m.kind == "flow"]
        self._stocks = [_Stock(m) for m in measures if m.kind == "stock"]
        self._dimensions = {
            dim: origin for measure in measures for dim, origin in measure.dimensions.items()
        }

    def contribute(self, fold: Fold, unit: str, calendar: WorkingCalendar) -> Contribution:
        """What a folded case adds; `unit` is the unit key of its opening event."""
        points: list[Point] = []
        extents: list[Extent] = []
        for flow in self._flows:
            flow.add(fold.attributes, calendar, points)
        for stretch in fold.stretches:
            for stock in self._stocks:
                interval = stock.interval(
                    stretch.attributes, calendar, stretch.after, stretch.until
                )
                if interval is not None:
                    stock.add(interval, points, extents)
        if fold.simulated:
            points.append((SIMULATED, second_of(fold.opening.at), 1))
        return Contribution(
            unit=unit,
            members={
                dim: str(fold.attributes.get(origin, "-"))
                for dim, origin in self._dimensions.items()
            },
            points=_merged(points),
            extents=tuple(sorted(extents)),
        )


def _merged(points: list[Point]) -> tuple[Point, ...]:
    """Points of one measure and second added up, those that cancel left out, in a fixed order."""
    sums: dict[tuple[str, int], int] = {}
    for measure, second, value in points:
        key = (measure, second)
        sums[key] = sums.get(key, 0) + value
    return tuple(
        (measure, second, value) for (measure, second), value in sorted(sums.items()) if value
    )


class _Flow:
    def __init__(self, measure: Measure) -> None:
        self._id = measure.id
        self._passes: Filter = compile_filter(measure.filter)
        self._at: Expression = compile_expression(measure.at or "")
        self._value: Expression = compile_expression(measure.value)
        self._quantum = measure.quantum or 1

    def add(self, attributes: Attributes, calendar: WorkingCalendar, points: list[Point]) -> None:
        at = self._at(attributes, calendar)
        if at is None or at == NEVER or not self._passes(attributes):
            return
        value = self._value(attributes, calendar)
        if value is not None and value != NEVER:
            points.append((self._id, second_of(at), quanta(value, self._quantum)))


class _Stock:
    def __init__(self, measure: Measure) -> None:
        self._id = measure.id
        self._passes: Filter = compile_filter(measure.filter)
        self._from: Expression = compile_expression(measure.from_ or "")
        self._to: Expression = compile_expression(measure.to or "")
        self._value: Expression = compile_expression(measure.value)
        self._quantum = measure.quantum or 1
        self._adds = measure.agg == "sum"

    def interval(
        self, attributes: Attributes, calendar: WorkingCalendar, after: int, until: int
    ) -> tuple[int, int, int] | None:
        """(from, to, value) in microseconds of what this state holds within (after, until]."""
        if not self._passes(attributes):
            return None
        begin = self._from(attributes, calendar)
        if begin is None or begin == NEVER:
            return None
        end = self._to(attributes, calendar)
        begin, end = max(begin, after), min(NEVER if end is None else end, until)
        value = self._value(attributes, calendar)
        if end <= begin or value is None or value == NEVER:
            return None
        return begin, end, value

    def add(
        self, interval: tuple[int, int, int], points: list[Point], extents: list[Extent]
    ) -> None:
        begin, end, value = interval
        if self._adds:
            amount = quanta(value, self._quantum)
            points.append((self._id, second_of(begin), amount))
            if second_of(end) < SECOND_MAX:
                points.append((self._id, second_of(end), -amount))
        else:
            extents.append((self._id, begin, end, value))
