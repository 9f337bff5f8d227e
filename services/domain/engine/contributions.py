"""What a folded case or a fact adds to panes.

A **point** (measure, second, quanta) is added to the measure's running sum at that second: a flow
is one point at its instant, a stock one point at its start and its negative at its end, since a
stock holds over (from, to]; a value of a sketch is a point of 1 under the name of its bucket. An
**extent** (measure, from, to, value), instants in microseconds, is a value of a `min` or `max`
stock over (from, to], kept as such, because the smaller of two numbers can not be taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from services.domain.cases.fold import NEVER, Attributes, Fold
from services.domain.engine.buckets import BUCKETS, bucket_of, stored_name
from services.domain.engine.conditions import Condition, Filter, compile_condition
from services.domain.engine.expressions import Expression, compile_expression
from services.domain.engine.measures import Measure, quanta
from services.domain.worktime import WorkingCalendar

SECOND_MIN = -2_208_988_800
"""1900-01-01: anything earlier counts as of this second."""
SECOND_MAX = SECOND_MIN + (1 << 33) - 1
"""In the year 2172: what would happen later does not happen."""
QUANTA_MAX = 1 << 62
"""A number of quanta beyond this is as good as infinite: it is no contribution."""
SIMULATED = "facts_simulated"
"""The centre's own measure: cases in which a simulator had a hand, at their opening."""
SIMULATED_FACTS = "single_facts_simulated"
"""The same for facts that stand for themselves, at their time."""
MARKS: Mapping[str, str] = {"case": SIMULATED, "event": SIMULATED_FACTS, "rows": SIMULATED_FACTS}
"""By source of a measure: what says that a simulator had a hand in it."""

Point = tuple[str, int, int]
Extent = tuple[str, int, int, int]


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


def second_of(at: int) -> int:
    """The pane second that holds an instant in microseconds; clamped to what panes can hold."""
    return max(SECOND_MIN, at // 1_000_000)


class CountedMeasures:
    """The measures of one kind of case or one type of fact, compiled once."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._of_flows, self._of_stocks = _Conditions(), _Conditions()
        self._flows: dict[str, tuple[Expression, list[_Flow]]] = {}
        self._stocks: list[_Stock] = []
        for measure in measures:
            if measure.kind == "flow":
                at = compile_expression(measure.at or "", measure.kinds).of
                _, flows = self._flows.setdefault(measure.at or "", (at, []))
                flows.append(_Flow(measure, self._of_flows.bits(measure.filter)))
            else:
                self._stocks.append(_Stock(measure, self._of_stocks.bits(measure.filter)))
        self.by_calendar = any("working_" in f"{m.value} {m.from_} {m.to}" for m in measures)
        """Whether a changed working day may change what a fact adds."""
        self._dimensions: dict[str, str] = {}
        for measure in measures:
            self._dimensions |= measure.dimensions

    def of_case(self, fold: Fold, unit: str, calendar: WorkingCalendar) -> Contribution:
        """What a folded case adds; `unit` is the unit key of its opening event."""
        points: list[Point] = []
        extents: list[Extent] = []
        self._add_flows(fold.attributes, calendar, points)
        for episode in fold.episodes:
            self._add_flows(episode, calendar, points)
        for stretch in fold.stretches:
            within = (stretch.after, stretch.until)
            self._add_stocks(stretch.attributes, calendar, within, points, extents)
        if fold.simulated:
            points.append((SIMULATED, second_of(fold.opening.at), 1))
        return self._contribution(unit, fold.attributes, points, extents)

    def of_fact(
        self,
        attributes: Attributes,
        unit: str,
        calendar: WorkingCalendar,
        simulated_at: int | None = None,
    ) -> Contribution:
        """What one fact adds: its flows, and its stocks as far as they know their ends.

        `simulated_at` is the time of a fact that was made by a simulator.
        """
        points: list[Point] = []
        extents: list[Extent] = []
        self.add_fact(attributes, calendar, points, extents, simulated_at)
        return self._contribution(unit, attributes, points, extents)

    def add_fact(
        self,
        attributes: Attributes,
        calendar: WorkingCalendar,
        points: list[Point],
        extents: list[Extent],
        simulated_at: int | None = None,
    ) -> None:
        """Add to points and extents what one fact adds, for a caller that gathers many."""
        if simulated_at is not None:
            points.append((SIMULATED_FACTS, second_of(simulated_at), 1))
        self._add_flows(attributes, calendar, points)
        self._add_stocks(attributes, calendar, (-NEVER, NEVER), points, extents)

    def members(self, attributes: Attributes) -> dict[str, str]:
        """The member of each breakdown; an absent one is written `-`."""
        return {
            dim: "-" if (value := attributes.get(origin)) is None else str(value)
            for dim, origin in self._dimensions.items()
        }

    def _add_flows(
        self, attributes: Attributes, calendar: WorkingCalendar, points: list[Point]
    ) -> None:
        held = -1
        for at_of, flows in self._flows.values():
            at = at_of(attributes, calendar)
            if at is None or at == NEVER:
                continue
            if held < 0:
                held = self._of_flows.held(attributes)
            second = second_of(at)
            for flow in flows:
                if held & flow.wanted == flow.wanted:
                    flow.add(attributes, calendar, second, points)

    def _add_stocks(
        self,
        attributes: Attributes,
        calendar: WorkingCalendar,
        within: tuple[int, int],
        points: list[Point],
        extents: list[Extent],
    ) -> None:
        if not self._stocks:
            return
        held = self._of_stocks.held(attributes)
        for stock in self._stocks:
            if held & stock.wanted == stock.wanted:
                stock.add(attributes, calendar, within, points, extents)

    def _contribution(
        self, unit: str, attributes: Attributes, points: list[Point], extents: list[Extent]
    ) -> Contribution:
        return Contribution(
            unit=unit,
            members=self.members(attributes),
            points=merged(points),
            extents=tuple(sorted(extents)),
        )


class _Conditions:
    """Conditions that several measures share, asked once for each state.

    A set of conditions is a number with a bit for each.
    """

    def __init__(self) -> None:
        self._tests: list[tuple[int, Filter]] = []
        self._known: dict[str, int] = {}

    def bits(self, conditions: Iterable[Condition]) -> int:
        """The set of these conditions."""
        found = 0
        for condition in conditions:
            name = repr(condition)
            if name not in self._known:
                self._known[name] = 1 << len(self._tests)
                self._tests.append((self._known[name], compile_condition(condition)))
            found |= self._known[name]
        return found

    def held(self, attributes: Attributes) -> int:
        """The set of all conditions that hold."""
        held = 0
        for bit, test in self._tests:
            if test(attributes):
                held |= bit
        return held


def merged(points: Iterable[Point]) -> tuple[Point, ...]:
    """Points of one measure and second added up, those that cancel left out, in a fixed order."""
    sums: dict[tuple[str, int], int] = {}
    for measure, second, value in points:
        key = (measure, second)
        sums[key] = sums.get(key, 0) + value
    return tuple([(*key, value) for key, value in sorted(sums.items()) if value])


def by_stored_name(measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """The measures by every name under which points of them are stored, buckets included."""
    found = dict(measures)
    for measure in measures.values():
        if measure.agg == "sketch":
            for bucket in BUCKETS:
                found[stored_name(measure.id, bucket)] = measure
    return found


def _finite(value: Any) -> bool:
    """Whether a value can be counted at all."""
    return value is not None and -NEVER < value < NEVER


class _Flow:
    def __init__(self, measure: Measure, wanted: int) -> None:
        self.wanted = wanted
        self._id = measure.id
        self._one = measure.value == "1" and measure.agg == "sum" and measure.quantum == 1
        self._value: Expression = compile_expression(measure.value, measure.kinds).of
        self._quantum = measure.quantum or 1
        self._is_sketch = measure.agg == "sketch"

    def add(
        self, attributes: Attributes, calendar: WorkingCalendar, second: int, points: list[Point]
    ) -> None:
        if self._one:
            points.append((self._id, second, 1))
            return
        value = self._value(attributes, calendar)
        if not _finite(value):
            return
        if self._is_sketch:
            points.append((stored_name(self._id, bucket_of(value)), second, 1))
        elif abs(amount := quanta(value, self._quantum)) < QUANTA_MAX:
            points.append((self._id, second, amount))


class _Stock:
    def __init__(self, measure: Measure, wanted: int) -> None:
        self.wanted = wanted
        self._id = measure.id
        self._from: Expression = compile_expression(measure.from_ or "", measure.kinds).of
        self._to: Expression = compile_expression(measure.to or "", measure.kinds).of
        self._value: Expression = compile_expression(measure.value, measure.kinds).of
        self._quantum = measure.quantum or 1
        self._one = measure.value == "1" and measure.quantum == 1
        self._adds = measure.agg == "sum"

    def add(
        self,
        attributes: Attributes,
        calendar: WorkingCalendar,
        within: tuple[int, int],
        points: list[Point],
        extents: list[Extent],
    ) -> None:
        """What this state holds within (after, until]: two points, or an extent."""
        begin = self._from(attributes, calendar)
        if begin is None or begin == NEVER:
            return
        end = self._to(attributes, calendar)
        begin, end = max(begin, within[0]), min(NEVER if end is None else end, within[1])
        if end <= begin:
            return
        amount = 1 if self._one else self._amount(attributes, calendar)
        if amount is None:
            return
        if self._adds:
            points.append((self._id, second_of(begin), amount))
            if second_of(end) < SECOND_MAX:
                points.append((self._id, second_of(end), -amount))
        else:
            extents.append((self._id, begin, end, amount))

    def _amount(self, attributes: Attributes, calendar: WorkingCalendar) -> int | None:
        value = self._value(attributes, calendar)
        if not _finite(value) or abs(amount := quanta(value, self._quantum)) >= QUANTA_MAX:
            return None
        return amount
