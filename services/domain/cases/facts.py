"""What one fact means that stands for itself: a payment, a reading, a reported figure, a duty."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from services.domain.cases.attributes import attributes_of
from services.domain.cases.lists import REFERENCE_LIST, list_entry
from services.domain.cases.reported import (
    FigureEntry,
    FigureMeasure,
    ReadingMeasure,
    duty,
    feed,
    take_apart,
    target,
    workday,
)
from services.domain.cases.series import REPORT, SERIES, fold_series
from services.domain.engine.arrivals import arrived
from services.domain.engine.compiled import Point
from services.domain.engine.contributions import (
    Contribution,
    CountedFacts,
    CountedMeasures,
    merged,
)
from services.domain.engine.feeds import HEARTBEAT
from services.domain.engine.measures import EVERY_TYPE, REFERENCE_VALUE, Measure
from services.domain.events import CONTRACT, Event
from services.domain.worktime import WorkingCalendar

EXPECTATION = "vn.ioc.reference.expectation.v1"
TARGET = "vn.ioc.target.set.v1"
CALENDAR_DAY = "vn.ioc.reference.calendar_day.v1"


_SETTINGS: Mapping[str, Callable[[Event], FigureEntry]] = {
    EXPECTATION: duty,
    CALENDAR_DAY: workday,
    REFERENCE_LIST: list_entry,
    TARGET: target,
}
"""Types of which no measure is made, and what they set."""
_OF_ROWS: Mapping[str, Callable[[Event], tuple[FigureEntry, ...]]] = {HEARTBEAT: feed}
"""What the newest row of a subject sets beside what its measures count."""


class FactMeasures:
    """All measures that look at single facts, by the type of the fact."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        rows: dict[str, list[Measure]] = {name: [] for name in _OF_ROWS}
        facts: dict[str, list[Measure]] = {}
        for measure in measures:
            for name in measure.event_types if _counts_facts(measure) else ():
                grouped = rows if measure.source == "rows" else facts
                grouped.setdefault(name, []).append(measure)
        self._rows = {name: CountedMeasures(found) for name, found in rows.items()}
        self._counted = {name: CountedFacts(found, name) for name, found in facts.items()}
        self._series = CountedMeasures([m for m in measures if m.case == SERIES])
        self._readings = {
            name: ReadingMeasure(measure)
            for measure in measures
            if measure.kind == "flow" and measure.agg == "last"
            for name in measure.event_types
        }
        self._figures: dict[str, dict[object, list[FigureMeasure]]] = {}
        for measure in measures:
            if measure.kind == "report" or REFERENCE_VALUE in measure.event_types:
                for name in measure.event_types:
                    by_first = self._figures.setdefault(name, {})
                    given = by_first.setdefault(_first_wanted(measure, name), [])
                    given.append(FigureMeasure(measure, name))

    def of_rows(self, event_type: str) -> CountedMeasures | None:
        """The measures of facts that hold until the next one; None when nothing looks at them."""
        return self._rows.get(event_type)

    def of_newest(
        self, rows: Sequence[Event], unit_of: Callable[[Event], str | None]
    ) -> tuple[FigureEntry, ...]:
        """The figures that the newest of rows in order of time sets, if it names a unit."""
        setting = _OF_ROWS.get(rows[-1].type) if rows else None
        return () if setting is None or unit_of(rows[-1]) is None else setting(rows[-1])

    def contribution(
        self, best: Event, counting: Sequence[Event], unit: str, calendar: WorkingCalendar
    ) -> Contribution:
        """What the fact that counts adds, in `more` that it has arrived.

        Of a statistic also how its vintages were revised.
        """
        arrival = _arrived(unit, arrived(best))
        if best.type == REPORT:
            series = fold_series(counting)
            if "final_at" not in series:
                return arrival
            return self._series.of_state(series, unit, calendar, arrival.more)
        measures = self._counted.get(best.type)
        return arrival if measures is None else measures.of_fact(best, unit, calendar, arrival.more)

    def entries(self, best: Event, earlier: Sequence[Event] = ()) -> tuple[FigureEntry, ...]:
        """The figures that a fact gives all measures that look at its type, or what else it sets.

        `earlier` are the newest facts of each earlier vintage, newest first.
        """
        setting = _SETTINGS.get(best.type)
        if setting is not None:
            return (setting(best),)
        reading = self._readings.get(best.type)
        if reading is not None:
            return reading.entries(best, attributes_of(best))
        by_first = self._figures.get(best.type)
        if by_first is None:
            return ()
        report = take_apart(best, earlier)
        first = getattr(best.data, CONTRACT.types[best.type].subject_of[0], None)
        measures = (*by_first.get(first, ()), *by_first.get(None, ()))
        return tuple([entry for measure in measures for entry in measure.entries(report)])


def version_of(fact: Event) -> tuple[Any, ...]:
    """The order in which the facts of one key replace each other (rule 5 of the contract)."""
    field = CONTRACT.types[fact.type].version_order
    number = getattr(fact.data, field) if field and fact.data is not None else 0
    return number, fact.recorded_at, fact.source, fact.id


def vintages_before(ordered: list[Event]) -> list[Event]:
    """The newest fact of each vintage before that of the first; `ordered` newest first."""
    found: list[Event] = []
    known = version_of(ordered[0])[0]
    for fact in ordered:
        number = version_of(fact)[0]
        if number < known:
            found.append(fact)
            known = number
    return found


@lru_cache(maxsize=100_000)
def _arrived(unit: str, points: tuple[Point, ...]) -> Contribution:
    """What all facts of one type, unit and day add that count nothing else."""
    return Contribution(unit, more=(Contribution(unit, points=merged(points)),) if points else ())


def _first_wanted(measure: Measure, event_type: str) -> object:
    """The value that a measure wants of the first field of the subject; None when of any.

    A statistic has dozens of series, so a report is shown only to the measures of its own.
    """
    first = CONTRACT.types[event_type].subject_of[0]
    for condition in measure.filter:
        if condition.get("field") == first and condition.get("op") == "=":
            return condition.get("value")
    return None


def _counts_facts(measure: Measure) -> bool:
    """Whether a measure adds up single facts, each for itself or until the next."""
    if REFERENCE_VALUE in measure.event_types or EVERY_TYPE in measure.event_types:
        return False
    return measure.source in {"event", "rows"} and measure.agg != "last"
