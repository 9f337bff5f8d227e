"""All that an evaluation reads: points, extents and figures of every cell, as counted so far."""

from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from copy import copy
from datetime import date
from typing import NamedTuple

import numpy as np

from services.domain.cases.fold import NEVER
from services.domain.engine.arrivals import ARRIVED, Arrivals
from services.domain.engine.buckets import measure_of, split_name
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.cells import Cells
from services.domain.engine.contributions import SIMULATED, SIMULATED_FACTS
from services.domain.engine.crosswalk import Crosswalk
from services.domain.engine.feeds import FEEDS, Feeds
from services.domain.engine.figures import SECTOR_END, Figure, Figures
from services.domain.engine.held import held_dimensions
from services.domain.engine.linked import LINKED, LinkedTasks
from services.domain.engine.points import Points
from services.domain.engine.readings import READINGS, Place, Readings, split_period
from services.domain.engine.roster import ROSTER, Roster, terms_of, what_of
from services.domain.engine.schedule import Schedule
from services.domain.engine.seconds import SECOND_MAX, second_of
from services.domain.engine.shelf import Shelf
from services.domain.engine.sketches import Sketches
from services.domain.engine.targets import TARGETS, Targets
from services.domain.engine.windows import ADMINISTRATIVE, SCHOOL, STATISTICAL, names_period
from services.domain.engine.workdays import WORKDAYS, WorkDays
from services.domain.units import UnitList

EPOCH_DAY = date(1970, 1, 1)
ROWS = "rows"
"""The name under which reference values are kept beside the calendars of reports."""


class ExtentRecord(NamedTuple):
    """`more` cases, fewer when negative, with `value` of a `min` or `max` stock in (begin, end]."""

    measure: str
    unit: str
    dim: str
    member: str
    begin: int
    end: int
    value: int
    more: int


class FigureRecord(NamedTuple):
    """A figure set or taken away (None).

    `calendar` is that of the report, or ROWS for a reference value.
    """

    measure: str
    unit: str
    dim: str
    member: str
    calendar: str
    period: str
    figure: Figure | None
    version: int


class State:
    """Counted facts, ready to be asked for any window. Cells grow as units and members appear.

    What adds up lies in `points`, and by bucket and day on the `shelf`, where `sketches` and
    `arrivals` find it. What does not is kept as it is: `extents`, `figures`, `readings`,
    `linked_tasks`, `targets`. `schedule`, `workdays` and `feeds` answer by the clock.
    """

    def __init__(self, catalogue: Catalogue, units: UnitList) -> None:
        self.catalogue = catalogue
        self.units = units
        pointed = [m.id for m in catalogue.measures.values() if m.kind != "report"]
        self.numbers = {name: i for i, name in enumerate([*pointed, SIMULATED, SIMULATED_FACTS])}
        self._schedules = [
            self.numbers[m.id] for m in catalogue.measures.values() if m.kind == "schedule"
        ]
        self.cells = Cells(units, len(self.numbers))
        self.crosswalk = Crosswalk(units, self.cells)
        self.points = Points()
        self.extents: dict[int, dict[tuple[int, int, int], int]] = {}
        calendars, number = (STATISTICAL, ADMINISTRATIVE, SCHOOL), self.cells.unit_number
        self.figures = {name: Figures(self._above, number) for name in calendars}
        self.figures[ROWS] = Figures(self._above, number, units.namesakes)
        self.roster = Roster(self._above)
        self.workdays = WorkDays(self._above)
        self.readings = Readings()
        self.linked_tasks = LinkedTasks(self._above)
        self.targets = Targets()
        self.feeds = Feeds(catalogue, self._all_above)
        self.shelf = Shelf()
        self.sketches = Sketches(self.shelf)
        self.arrivals = Arrivals(self.shelf)
        self.schedule = Schedule(self.roster, self.arrivals)
        self._siblings: dict[str, list[int]] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._reached: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
        self.held = held_dimensions(catalogue)

    def as_known(self, at: int, measures: Container[str]) -> "State":
        """The same state with some measures' reports as known at an instant; all else is shared."""
        found = copy(self)
        reports = {name: each for name, each in self.figures.items() if name != ROWS}
        known = {name: each.as_known(at, measures) for name, each in reports.items()}
        found.figures = self.figures | known
        return found

    def _above(self, unit: str) -> tuple[str, ...]:
        """The units whose figures a unit's own add up to; a former district stands for itself."""
        found = self._chains.get(unit)
        if found is None:
            own = () if unit.startswith("D:") else self.units.ancestors(unit)
            found = tuple(above.key for above in own if above.level != "D")
            self._chains[unit] = found
        return found

    def _all_above(self, unit: str) -> Iterable[str]:
        return (above.key for above in self.units.ancestors(unit))

    def siblings(self, parent: str) -> list[int]:
        """The totals of the units that stand under a unit today, also of the silent ones."""
        found = self._siblings.get(parent)
        if found is None:
            today = [unit for unit in self.units.children(parent) if unit.valid_to is None]
            found = [self.cells.number(unit.key) for unit in today]
            self._siblings[parent] = found
        return found

    def keys_of(self, name: str, unit: str, dim: str, member: str) -> tuple[int, ...]:
        """The keys of `points` that a stored key adds to: its own cell's and those above it.

        None when no formula asks. A bucket of a sketch is counted with its measure.
        """
        measure = measure_of(name)
        number = self.numbers.get(measure)
        if number is None or dim not in self.held.get(measure, ()):
            return ()
        chain = self.cells.chain(self.cells.number(unit, dim, member))
        return tuple(self.cells.key(cell, number) for cell in chain)

    def shelf_keys_of(self, name: str, unit: str, dim: str, member: str) -> tuple[int, ...]:
        """The keys of the shelf that a stored key adds to: buckets of sketches, and arrivals."""
        if name.startswith(f"{ARRIVED}~"):
            return (self.arrivals.number(unit, name),)
        bucket = split_name(name)
        if bucket is None or dim not in self.held.get(bucket[0], ()):
            return ()
        chain = self.cells.chain(self.cells.number(unit, dim, member))
        return tuple(self.sketches.number(cell, *bucket) for cell in chain)

    def scheduled(self, name: str, unit: str) -> tuple[int, ...]:
        """The keys that change when something arrives; none where nobody waits for it."""
        what = name.split("~", 2)[-1]
        if (what, unit) not in self.roster:
            return ()
        chain = self.cells.chain(self.cells.number(unit))
        return tuple(self.cells.key(cell, n) for cell in chain for n in self._schedules)

    def add_extents(self, records: Iterable[ExtentRecord]) -> set[int]:
        """Add or take away values of `min` and `max` stocks; returns the keys that changed.

        Points at their bounds tell the clock when a value begins and ceases to hold.
        """
        changed: set[int] = set()
        bounds: list[tuple[int, int, int]] = []
        for record in records:
            name = (record.begin, record.end, record.value)
            for key in self.keys_of(record.measure, record.unit, record.dim, record.member):
                held = self.extents.setdefault(key, {})
                count = held.pop(name, 0) + record.more
                if count:
                    held[name] = count
                changed.add(key)
                bounds.append((key, second_of(record.begin), record.more))
                if second_of(record.end) < SECOND_MAX:
                    bounds.append((key, second_of(record.end), -record.more))
        self.points.add(*np.array(bounds, dtype=np.int64).reshape(-1, 3).T)
        return changed

    def put_figures(self, records: Iterable[FigureRecord]) -> set[tuple[str, str]]:
        """Set figures; returns the (measure, unit) pairs that changed, those above included."""
        changed: set[tuple[str, str]] = set()
        for record in records:
            if record.calendar == ROSTER:
                changed |= self._put_duty(record)
            elif record.calendar == WORKDAYS:
                changed |= self._put_workday(record)
            elif record.calendar == TARGETS:
                changed |= self._put_target(record)
            elif record.calendar == FEEDS:
                feed = (record.unit, record.dim, record.member)
                self.feeds.put(*feed, record.figure, record.version)
            elif record.measure not in self.catalogue.measures:
                continue
            elif record.calendar == READINGS:
                changed |= self._put_reading(record)
            elif record.calendar == LINKED:
                name = record.period
                if self.linked_tasks.put(record.unit, name, record.figure, record.version):
                    changed |= self._chain_of(record, record.dim)
            else:
                changed |= self._put_figure(record)
        return changed

    def _put_duty(self, record: FigureRecord) -> set[tuple[str, str]]:
        """Set or take away a duty to report; coverage changes for the unit and those above it."""
        end = int(record.figure.value) if record.figure is not None else None
        terms = terms_of(record.dim, record.member)
        day = _day(record.period)
        if not self.roster.put(record.measure, record.unit, terms, day, end, record.version):
            return set()
        self.cells.number(record.unit)
        self.cells.number(record.unit, "domain", terms.domain)
        return self._pairs(
            [
                measure.id
                for measure in self.catalogue.measures.values()
                if measure.kind == "schedule"
                or (measure.kind == "report" and record.measure in what_of(measure))
            ],
            [record.unit, *self._above(record.unit)],
        )

    def _put_workday(self, record: FigureRecord) -> set[tuple[str, str]]:
        """Set or take away an exception of the working calendar; all units below it change."""
        ends = int(record.figure.value) if record.figure is not None else None
        if not self.workdays.put(record.unit, _day(record.period), ends, record.version):
            return set()
        measures = [m.id for m in self.catalogue.measures.values() if m.source == "clock"]
        return self._pairs(measures, set(self.cells.units))

    def _put_target(self, record: FigureRecord) -> set[tuple[str, str]]:
        """Set or take away a target; what its indicator is made of is looked at again."""
        member, first = (record.dim, record.member), _day(record.period)
        if not self.targets.put(
            record.measure, record.unit, member, first, record.figure, record.version
        ):
            return set()
        formula = self.catalogue.formulas.get(record.measure)
        measures = self.catalogue.measures_of(formula) if formula is not None else ()
        return self._pairs([measure.id for measure in measures], [record.unit])

    def _put_reading(self, record: FigureRecord) -> AbstractSet[tuple[str, str]]:
        place = Place(record.measure, record.unit, record.member)
        series, second = split_period(record.period)
        value = record.figure.value if record.figure is not None else None
        if not self.readings.put(place, series, second, value, record.version):
            return set()
        return self._chain_of(record, record.dim)

    def _put_figure(self, record: FigureRecord) -> AbstractSet[tuple[str, str]]:
        figures = self.figures.get(record.calendar)
        if figures is None:
            return set()
        if record.calendar != ROWS and not names_period(record.period, record.calendar):
            return set()
        member = (record.dim, record.member)
        if not figures.put(
            record.measure, record.unit, member, record.period, record.figure, record.version
        ):
            return set()
        found = self._chain_of(record, record.dim.rpartition(SECTOR_END)[2])
        beside = figures.touched_beside(record.measure, record.unit)
        return found | self._pairs([record.measure], beside) if beside else found

    def _chain_of(self, record: FigureRecord, dim: str) -> frozenset[tuple[str, str]]:
        """The measure in the unit of a record and those above it, whose cells now exist."""
        self.cells.number(record.unit, dim, record.member)
        name = (record.measure, record.unit)
        found = self._reached.get(name)
        if found is None:
            chain = self.cells.chain(self.cells.number(record.unit))
            found = frozenset([(record.measure, self.cells.units[cell]) for cell in chain])
            self._reached[name] = found
        return found

    def _pairs(self, measures: Iterable[str], units: Iterable[str]) -> set[tuple[str, str]]:
        places = list(units)
        return {(measure, unit) for measure in measures for unit in places}

    def extreme(self, key: int, at: int, pick: str) -> int | None:
        """The smallest or greatest value of a key that holds at an instant in microseconds."""
        held = [
            value
            for (begin, end, value), count in self.extents.get(key, {}).items()
            if count > 0 and begin < at and (at <= end or end >= NEVER)
        ]
        return (min(held) if pick == "min" else max(held)) if held else None


def _day(date_text: str) -> int:
    return (date.fromisoformat(date_text) - EPOCH_DAY).days
