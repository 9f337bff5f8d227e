"""What the set of a case's events means for the numbers: the one way in for every kind of event.

Three kinds of natural key are one mechanism here. A **case** folds the life of its events. A
**subject** is a case in which the greatest version wins: a reported figure, a reference value, a
day of the working calendar. The outcome says what the case contributes now, what became of each
event, and when it has to be asked again although no event comes.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from services.domain.cases.dossier import fold_dossier
from services.domain.cases.fold import NEVER, Fold
from services.domain.cases.reported import FigureEntry, FigureMeasure, duty, take_apart
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.contributions import NOTHING, CaseMeasures, Contribution
from services.domain.events import CONTRACT, Event, counting_facts
from services.domain.instants import DAY, local_date, parse_date
from services.domain.units import UnitList
from services.domain.worktime import WorkingCalendar, local_day

FoldOf = Callable[[Sequence[Event], Callable[[Event], WorkingCalendar]], Fold | None]

FOLDS: dict[str, FoldOf] = {"dossier": fold_dossier}
EXPECTATION = "vn.ioc.reference.expectation.v1"
CALENDAR_DAY = "vn.ioc.reference.calendar_day.v1"
KEYS_MAX = 200_000
"""Days of units that are remembered; then the memory starts anew."""
COUNTED, WAITING, SUPERSEDED, QUARANTINED = "counted", "waiting", "superseded", "quarantined"


class CaseName(NamedTuple):
    """Names a case.

    Its kind (`dossier`, or the event type of a subject), the unit as sent, the subject.
    """

    kind: str
    unit: str
    subject: str


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
    fact begins to count. `life` is the span of time whose working days matter to the contribution;
    None when none does.
    """

    contribution: Contribution
    figures: tuple[FigureEntry, ...]
    states: dict[tuple[str, str], str]
    ripe_at: int | None
    life: tuple[int, int] | None
    working_day: WorkingDay | None


def case_of(event: Event) -> CaseName:
    """The case that an event belongs to."""
    declared = CONTRACT.types[event.type]
    return CaseName(declared.case_kind or event.type, event.unit, event.subject)


class Book:
    """Folds cases by the catalogue's measures.

    `calendar_of` gives the working calendar of a unit key's province.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        units: UnitList,
        calendar_of: Callable[[str], WorkingCalendar],
    ) -> None:
        self._units = units
        self._calendar_of = calendar_of
        measures = list(catalogue.measures.values())
        self._measures = {
            kind: CaseMeasures([m for m in measures if m.source == "case" and m.case == kind])
            for kind in FOLDS
        }
        self._figures: dict[str, list[FigureMeasure]] = {}
        for measure in measures:
            if measure.kind == "report" or measure.source == "rows":
                compiled = FigureMeasure(measure)
                for name in measure.event_types:
                    self._figures.setdefault(name, []).append(compiled)
        self._keys: dict[tuple[str, str | int], str | None] = {}

    def unit_key(self, event: Event) -> str | None:
        """The unit that an event counts in.

        Its code on the day it names, else on the local day it happened.
        """
        on = event.unitasof or local_day(event.at)
        name = (event.unit, on)
        if name not in self._keys:
            if len(self._keys) >= KEYS_MAX:
                self._keys.clear()
            found = self._units.at(event.unit, self._day(event))
            self._keys[name] = found.key if found is not None else None
        return self._keys[name]

    def _day(self, event: Event) -> datetime.date:
        return parse_date(event.unitasof) if event.unitasof else local_date(event.at)

    def _entries(self, best: Event, before: Event | None) -> tuple[FigureEntry, ...]:
        """The figures that a fact gives all measures that look at its type, or the duty it sets."""
        if best.type == EXPECTATION:
            return (duty(best),)
        measures = self._figures.get(best.type)
        if not measures:
            return ()
        report = take_apart(best, before)
        return tuple(entry for measure in measures for entry in measure.entries(report))

    def _calendar_where(self, opening: Event) -> WorkingCalendar:
        return self._calendar_of(self.unit_key(opening) or "")

    def outcome(self, name: CaseName, events: Iterable[Event], now: int) -> Outcome:
        """What these events of one case mean at `now`; facts of the future wait until it comes."""
        given = list(events)
        alone = len(given) == 1 and given[0].op == "create" and given[0].at < now
        facts = given if alone else counting_facts(given, now)
        later = [event.at + 1 for event in given if event.at >= now]
        ripe_at = min(later, default=None)
        states = {(event.source, event.id): SUPERSEDED for event in given}
        fold_of = FOLDS.get(name.kind)
        if fold_of is not None:
            return self._of_life(name.kind, fold_of, given, facts, states, ripe_at)
        return self._of_subject(facts, given, states, ripe_at)

    def _of_life(
        self,
        kind: str,
        fold_of: FoldOf,
        given: list[Event],
        facts: list[Event],
        states: dict[tuple[str, str], str],
        ripe_at: int | None,
    ) -> Outcome:
        fold = fold_of(facts, self._calendar_where)
        _mark(states, given, facts, waiting=fold is None)
        unit = self.unit_key(fold.opening) if fold is not None else None
        if fold is None or unit is None:
            if fold is not None:
                states.update(dict.fromkeys(states, QUARANTINED))
            return Outcome(NOTHING, (), states, ripe_at, None, None)
        contribution = self._measures[kind].contribute(fold, unit, self._calendar_of(unit))
        return Outcome(contribution, (), states, ripe_at, _life(fold), None)

    def _of_subject(
        self,
        facts: list[Event],
        given: list[Event],
        states: dict[tuple[str, str], str],
        ripe_at: int | None,
    ) -> Outcome:
        ordered = sorted(facts, key=_version, reverse=True)
        _mark(states, given, ordered[:1], waiting=False)
        if not ordered:
            return Outcome(NOTHING, (), states, ripe_at, None, None)
        best = ordered[0]
        unit = self.unit_key(best)
        if unit is None:
            states[best.source, best.id] = QUARANTINED
            return Outcome(NOTHING, (), states, ripe_at, None, None)
        entries = self._entries(best, _vintage_before(ordered))
        day = _working_day(best, unit) if best.type == CALENDAR_DAY else None
        return Outcome(Contribution(unit=unit), entries, states, ripe_at, None, day)


def _mark(
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


def _version(fact: Event) -> tuple[Any, ...]:
    """The order in which the facts of one key replace each other (rule 5 of the contract)."""
    field = CONTRACT.types[fact.type].version_order
    number = getattr(fact.data, field) if field and fact.data is not None else 0
    return number, fact.recorded_at, fact.source, fact.id


def _vintage_before(ordered: list[Event]) -> Event | None:
    """The newest fact of an earlier vintage than the first."""
    first = _version(ordered[0])[0]
    return next((fact for fact in ordered if _version(fact)[0] < first), None)


def _life(fold: Fold) -> tuple[int, int]:
    """From receipt to close or deadline, whichever is later; an open case lives on."""
    closed, deadline = fold.attributes.get("closed_at"), fold.attributes.get("deadline_at")
    begin = fold.opening.at - DAY
    ends = [int(end) for end in (closed, deadline) if isinstance(end, int) and end < NEVER]
    return begin, max(ends) + DAY if closed is not None and ends else NEVER


def _working_day(fact: Event, unit_key: str) -> WorkingDay:
    data: Any = fact.data
    hours = tuple(data.hours) if data.hours is not None else None
    return WorkingDay(fact.unit, unit_key, parse_date(data.date), data.working, hours)
