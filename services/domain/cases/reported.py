"""The figures that a fact sets: what a report says, a reference value, a reading, a duty, a day.

None of them is ever added to another; each stands under its measure, breakdown and period.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from services.domain.cases.attributes import attributes_of
from services.domain.cases.fold import Fold
from services.domain.engine.compiled import compile_passes
from services.domain.engine.conditions import compile_filter, named
from services.domain.engine.expressions import compile_expression
from services.domain.engine.feeds import FEED, FEEDS, figure_of_feed
from services.domain.engine.figure import VINTAGES_MAX, Figure, Vintage
from services.domain.engine.figures import SECTOR_END
from services.domain.engine.linked import LINKED, LinkedTask, figure_of
from services.domain.engine.linked import MEASURE as LINKED_MEASURE
from services.domain.engine.measures import Measure, quanta
from services.domain.engine.readings import READINGS, period_of
from services.domain.engine.roster import OPEN_DAY, ROSTER, Terms
from services.domain.engine.state import EPOCH_DAY, ROWS
from services.domain.engine.targets import TARGETS, Target, figure_of_target
from services.domain.engine.windows import STATISTICAL
from services.domain.engine.workdays import WORKDAYS
from services.domain.events import CONTRACT, Event
from services.domain.instants import SECOND, parse_date, parse_instant
from services.domain.worktime import DEFAULT_HOURS, WorkingCalendar, parse_hours

INTEGER_MAX = 1 << 63
"""Figures beyond 64 bits are kept as floats; no sum of them is exact in any case."""
_NO_CALENDAR = WorkingCalendar()


class FigureEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One figure that a case sets: where it stands, and what it is."""

    measure: str
    dim: str
    member: str
    calendar: str
    period: str
    figure: Figure


class Report(NamedTuple):
    """A fact that reports figures, taken apart once for all measures that look at it.

    `earlier` are the records of the newest fact of each earlier vintage, with their releases.
    """

    fact: Event
    data: Any
    released_at: int | None
    earlier: tuple[tuple[Any, int | None], ...]


def take_apart(best: Event, earlier: Sequence[Event]) -> Report:
    """A fact, and the newest one of each earlier vintage, with their times of release."""
    before = [each.data for each in earlier if each.data is not None]
    return Report(
        best,
        best.data,
        _released(best.data),
        tuple([(each, _released(each)) for each in before[:VINTAGES_MAX]]),
    )


def _released(data: Any) -> int | None:
    text = getattr(data, "released_at", None)
    return parse_instant(text) if text is not None else None


def duty(best: Event) -> FigureEntry:
    """The duty to report that an expectation sets: from a day, up to the first day without it."""
    data: Any = best.data
    end = (parse_date(data.active_to) - EPOCH_DAY).days if data.active_to else OPEN_DAY
    terms = Terms(data.domain, data.freq, data.due_days)
    figure = Figure(value=end, version=0)
    return FigureEntry(data.what, terms.domain, terms.name, ROSTER, data.active_from, figure)


def feed(row: Event) -> tuple[FigureEntry, ...]:
    """The feed that a heartbeat speaks for; none when it says that the feed is not in use."""
    data: Any = row.data
    if not data.active:
        return ()
    figure = figure_of_feed(row.at, parse_instant(data.last_occurred_at), data.contract_interval)
    return (FigureEntry(FEED, data.domain, data.feed_id, FEEDS, "", figure),)


def target(best: Event) -> FigureEntry:
    """The target that a fact sets for an indicator or a component of it."""
    data: Any = best.data
    first, last = ((parse_date(each) - EPOCH_DAY).days for each in (data.valid_from, data.valid_to))
    figure = figure_of_target(Target(first, last, data.value, data.start_value))
    dim, member = data.dim or "", data.dim_value or ""
    return FigureEntry(data.indicator_id, dim, member, TARGETS, data.valid_from, figure)


def workday(best: Event) -> FigureEntry:
    """The exception of the working calendar that a day of it sets: the end of its hours, or 0."""
    data: Any = best.data
    hours = (parse_hours(tuple(data.hours)) if data.hours else ()) or DEFAULT_HOURS
    figure = Figure(value=hours[-1][1] if data.working else 0, version=0)
    return FigureEntry(WORKDAYS, "", "", WORKDAYS, data.date, figure)


def linked(fold: Fold, unit: str, members: Mapping[str, str]) -> tuple[FigureEntry, ...]:
    """The entry of a completed task that declared how it would move an indicator, if it did."""
    said: Mapping[str, Any] = fold.attributes
    names = ("completed_at", "outcome_indicator_id", "declared_change")
    if said["void"] or any(name not in said for name in names):
        return ()
    task = LinkedTask(
        unit=unit,
        indicator=said["outcome_indicator_id"],
        window=said.get("outcome_window", ""),
        declared_change=said["declared_change"],
        assigned_at=said["assigned_at"],
        completed_at=said["completed_at"],
        members=members,
    )
    name = fold.opening.subject
    return (FigureEntry(LINKED_MEASURE, "", "", LINKED, name, figure_of(task)),)


class FigureMeasure:
    """A measure of reported figures or reference values, as one type of fact gives it."""

    def __init__(self, measure: Measure, event_type: str) -> None:
        self._measure = measure
        self._passes = compile_passes(measure.filter, event_type) if measure.filter else None
        self._rows = measure.source == "rows"
        fields = {plain["field"] for given in measure.filter for plain in named(given)}
        self._is_total = "dim" in fields
        self._by_sector = "sectors" in measure.parts
        self._until = compile_expression(measure.to, measure.kinds).of if measure.to else None

    def entries(self, report: Report) -> tuple[FigureEntry, ...]:
        """The figure that a fact gives this measure.

        None when its filter or a missing field leaves it out.
        """
        fact, data, measure = report.fact, report.data, self._measure
        value = getattr(data, measure.value, None)
        if value is None or (self._passes is not None and not self._passes(fact)):
            return ()
        dim, member = data.dim or "", data.dim_value or ""
        if self._rows:
            row = Figure(
                value=self._quanta(value),
                version=0,
                quality=fact.quality,
                until=self._holds_until(fact),
            )
            return (FigureEntry(measure.id, dim, member, ROWS, str(data.ref_date), row),)
        if self._is_total:
            dim, member = "", ""
        if self._by_sector:
            dim = f"{data.sector}{SECTOR_END}{dim}"
        level, vintage = data.vn_level, data.vintage_no
        said = (self._quanta(value), 0, level, vintage, report.released_at, fact.quality)
        figure = Figure(*said, *self._before(report)) if report.earlier else Figure(*said)
        return (FigureEntry(measure.id, dim, member, data.period_calendar, data.period, figure),)

    def _before(self, report: Report) -> tuple[Any, ...]:
        """The vintage before, and all of them; nothing when the one before lacks the value."""
        reported = [
            (value, data, released_at)
            for data, released_at in report.earlier
            if (value := getattr(data, self._measure.value)) is not None
        ]
        if not reported:
            return ()
        found = [
            Vintage(self._quanta(value), value, data.vintage_no, released_at, data.vn_level)
            for value, data, released_at in reported
        ]
        first = found[0] if reported[0][1] is report.earlier[0][0] else None
        said = (first.reported, first.number, first.released_at) if first else (None, None, None)
        return (*said, STATISTICAL, None, tuple(found))

    def _holds_until(self, fact: Event) -> int | None:
        """The end of a row as far as it does not depend on the next one."""
        until = self._until(attributes_of(fact), _NO_CALENDAR) if self._until else None
        return until if isinstance(until, int) else None

    def _quanta(self, value: float) -> float:
        quantum = self._measure.quantum
        found = value if quantum is None else quanta(value, quantum)
        return found if abs(found) < INTEGER_MAX else float(found)


class ReadingMeasure:
    """A measure whose last value counts: a reading of a station, kept by its hour."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._passes = compile_filter(measure.filter)
        ((self._dim, self._station),) = measure.dimensions.items()
        self._at = compile_expression(measure.at or "", measure.kinds).of
        self._value = compile_expression(measure.value, measure.kinds).of

    def entries(self, fact: Event, attributes: Mapping[str, Any]) -> tuple[FigureEntry, ...]:
        """The reading of a fact; none when its filter leaves it out.

        The fields of the subject beside the station say what was measured.
        """
        at = self._at(attributes, _NO_CALENDAR)
        value = self._value(attributes, _NO_CALENDAR)
        if at is None or value is None or not self._passes(attributes):
            return ()
        parts = [
            str(attributes[name])
            for name in CONTRACT.types[fact.type].subject_of
            if name != self._station
        ]
        figure = Figure(value=value, version=0, quality=fact.quality)
        period = period_of("/".join(parts), at // SECOND)
        station = str(attributes[self._station])
        return (FigureEntry(self._measure.id, self._dim, station, READINGS, period, figure),)
