"""What the set of a case's events means for the numbers: the one way in for every kind of event.

The natural keys are one mechanism here. A **case** folds the life of its events. A **subject** is a
case in which the greatest version wins: a reported figure, a reference value, a reading of an hour,
a payment. **Rows** hold from their time until the next one of their subject. The outcome says what
the case contributes now, what became of each event, and when it has to be asked again although no
event comes.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from services.domain.cases.facts import CALENDAR_DAY, FactMeasures, version_of, vintages_before
from services.domain.cases.fold import NEVER, Fold
from services.domain.cases.intake import IntakeMeasures
from services.domain.cases.kinds import FOLDS, ROW_TYPES, FoldOf
from services.domain.cases.lists import MembersOf, no_list
from services.domain.cases.names import CaseName
from services.domain.cases.outcome import (
    COUNTED,
    EXTENSION_AFTER_DUE,
    QUARANTINED,
    SUPERSEDED,
    WAITING,
    Asked,
    Outcome,
    WorkingDay,
    mark,
)
from services.domain.cases.reported import linked
from services.domain.cases.rows import contribute_rows, in_force
from services.domain.cases.task import TASK
from services.domain.cases.versions import case_at, is_timed, time_of_case
from services.domain.engine.arrivals import arrived
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.compiled import Point
from services.domain.engine.conditions import lists_asked
from services.domain.engine.contributions import (
    NOTHING,
    Contribution,
    CountedMeasures,
    merged,
)
from services.domain.events import CONTRACT, Event, counting_facts, list_day
from services.domain.instants import DAY, local_date, parse_date
from services.domain.units import UnitList
from services.domain.worktime import WorkingCalendar, local_day

KEYS_MAX = 200_000
"""Days of units that are remembered; then the memory starts anew."""
ANY_DAY = (-NEVER, NEVER)


def case_of(event: Event) -> CaseName:
    """The case that an event belongs to; a reading stands for itself at its time."""
    if is_timed(event.type):
        return case_at(event.type, event.unit, event.subject, event.at)
    kind = CONTRACT.types[event.type].case_kind or event.type
    return CaseName(kind, event.unit, event.subject)


class Book:
    """Folds cases by the catalogue's measures.

    `calendar_of` gives the working calendar of a unit key's province, `members_of` the members of a
    reference list in force there at an instant.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        units: UnitList,
        calendar_of: Callable[[str], WorkingCalendar],
        members_of: MembersOf = no_list,
    ) -> None:
        self._units = units
        self._calendar_of = calendar_of
        self._members_of = members_of
        measures = list(catalogue.measures.values())
        self._cases = {
            kind: CountedMeasures([m for m in measures if m.source == "case" and m.case == kind])
            for kind in FOLDS
        }
        self._lists = {
            kind: lists_asked(m.filter for m in measures if m.case == kind) for kind in FOLDS
        }
        self._facts = FactMeasures(measures)
        self._intake = IntakeMeasures(measures)
        self._keys: dict[tuple[str, str | int], str | None] = {}

    def unit_key(self, event: Event) -> str | None:
        """The unit that an event counts in.

        Its code on the day it names, else on the local day it happened; of a former district the
        one that ended.
        """
        name = (event.unit, event.unitasof or local_day(event.at))
        known = self._keys.get(name, "")
        if known == "":
            if len(self._keys) >= KEYS_MAX:
                self._keys.clear()
            found = self._units.at(event.unit, self._day(event))
            known = self._keys[name] = found.key if found is not None else None
        return known

    def _day(self, event: Event) -> datetime.date:
        named = parse_date(event.unitasof) if event.unitasof else local_date(event.at)
        return list_day(event.unit, named)

    def _calendar_where(self, opening: Event) -> WorkingCalendar:
        return self._calendar_of(self.unit_key(opening) or "")

    def admitted(self, event: Event, ingested_at: int | None) -> tuple[str, Sequence[Point]]:
        """What the arrival of an event adds once and for all, whatever becomes of it later.

        The unit key and points; `ingested_at` is the instant at which the intake took the event, if
        it is known.
        """
        return self._intake.contribution(event, ingested_at, self.unit_key)

    def outcome(self, name: CaseName, events: Iterable[Event], now: int) -> Outcome:
        """What these events of one case mean at `now`; facts of the future wait until it comes."""
        given = list(events)
        fold_of = FOLDS.get(name.kind)
        alone = len(given) == 1 and given[0].op == "create" and given[0].at < now
        if alone and fold_of is None and name.kind not in ROW_TYPES:
            return self._of_one(given[0])
        facts = given if alone else counting_facts(given, now)
        later = [event.at + 1 for event in given if event.at >= now]
        ripe_at = min(later, default=None)
        states = {
            (event.source, event.id): WAITING if event.at >= now else SUPERSEDED for event in given
        }
        asked = Asked(given, facts, states, ripe_at)
        if fold_of is not None:
            return self._of_life(name.kind, fold_of, asked, now)
        if name.kind in ROW_TYPES:
            return self._of_rows(name.kind, asked)
        if is_timed(name.kind):
            return self._of_reading(asked, time_of_case(name.subject))
        return self._of_subject(asked)

    def _of_reading(self, asked: Asked, at: int) -> Outcome:
        """A reading at a time: what other times say of its fact only tells whether it counts."""
        here = [fact for fact in asked.facts if fact.at == at]
        found = self._of_subject(asked._replace(facts=here))
        own = {(each.source, each.id) for each in asked.given if each.at == at}
        states = {name: state for name, state in found.states.items() if name in own}
        return found._replace(states=states)

    def _of_one(self, event: Event) -> Outcome:
        """The outcome of a subject of which there is one event, as of nearly all; exactly as below.

        The event counts already and neither corrects nor retracts.
        """
        identity = (event.source, event.id)
        unit = self.unit_key(event)
        if unit is None:
            return Outcome(NOTHING, (), {identity: QUARANTINED}, None, None, None)
        counted = self._facts.contribution(event, (event,), unit, self._calendar_of(unit))
        figures = self._facts.entries(event)
        day = _working_day(event, unit) if event.type == CALENDAR_DAY else None
        return Outcome(counted, figures, {identity: COUNTED}, None, None, day)

    def _of_life(self, kind: str, fold_of: FoldOf, asked: "Asked", now: int) -> Outcome:
        fold = fold_of(asked.facts, self._calendar_where, now)
        mark(asked.states, asked.given, asked.facts, waiting=fold is None)
        arrivals = self._arrivals(asked.facts)
        unit = self.unit_key(fold.opening) if fold is not None else None
        if fold is None or unit is None:
            if fold is not None:
                asked.states.update(dict.fromkeys(asked.states, QUARANTINED))
            return asked.outcome(Contribution("", more=arrivals) if arrivals else NOTHING)
        if self._lists[kind]:
            fold = self._with_lists(fold, kind, unit)
        counted = self._cases[kind].of_case(fold, unit, self._calendar_of(unit), arrivals)
        return asked.outcome(
            counted,
            figures=linked(fold, unit, counted.members) if kind == TASK else (),
            life=_life(fold),
            turns_at=fold.turns_at,
            warnings={(e.source, e.id): EXTENSION_AFTER_DUE for e in fold.too_late},
        )

    def _with_lists(self, fold: Fold, kind: str, unit: str) -> Fold:
        """The fold with the members of each list that a measure asks, as of its opening."""
        lists = {
            name: members
            for name in self._lists[kind]
            if (members := self._members_of(name, unit, fold.opening.at)) is not None
        }
        if not lists:
            return fold
        return msgspec.structs.replace(fold, attributes={**fold.attributes, **lists})

    def _of_rows(self, kind: str, asked: "Asked") -> Outcome:
        rows = in_force(asked.facts, version_of)
        mark(asked.states, asked.given, rows, waiting=False)
        measures = self._facts.of_rows(kind)
        counted: Contribution | None = None
        if measures is not None:
            counted = contribute_rows(rows, measures, self.unit_key, self._calendar_where)
        for row in rows:
            if self.unit_key(row) is None:
                asked.states[row.source, row.id] = QUARANTINED
        life = ANY_DAY if measures is not None and measures.by_calendar else None
        figures = self._facts.of_newest(rows, self.unit_key)
        counted = counted or NOTHING
        arrivals = self._arrivals(rows)
        if arrivals:
            counted = msgspec.structs.replace(counted, more=(*counted.more, *arrivals))
        return asked.outcome(counted, figures=figures, life=life)

    def _of_subject(self, asked: "Asked") -> Outcome:
        ordered = sorted(asked.facts, key=version_of, reverse=True)
        mark(asked.states, asked.given, ordered[:1], waiting=False)
        if not ordered:
            return asked.outcome(NOTHING)
        best = ordered[0]
        unit = self.unit_key(best)
        if unit is None:
            asked.states[best.source, best.id] = QUARANTINED
            return asked.outcome(NOTHING)
        counted = self._facts.contribution(best, ordered, unit, self._calendar_of(unit))
        figures = self._facts.entries(best, vintages_before(ordered))
        day = _working_day(best, unit) if best.type == CALENDAR_DAY else None
        return asked.outcome(counted, figures=figures, day=day)

    def _arrivals(self, facts: Iterable[Event]) -> tuple[Contribution, ...]:
        """What has arrived with these facts, under each unit key in order."""
        found: dict[str, list[Point]] = {}
        for fact in facts:
            unit = self.unit_key(fact)
            if unit is not None:
                found.setdefault(unit, []).extend(arrived(fact))
        return tuple([Contribution(u, points=merged(found[u])) for u in sorted(found)])


def _life(fold: Fold) -> tuple[int, int] | None:
    """The time whose working days matter to a case, with a day before and after it."""
    if fold.life_to is None:
        return None
    return fold.opening.at - DAY, NEVER if fold.life_to >= NEVER else fold.life_to + DAY


def _working_day(fact: Event, unit_key: str) -> WorkingDay:
    data: Any = fact.data
    hours = tuple(data.hours) if data.hours is not None else None
    return WorkingDay(fact.unit, unit_key, parse_date(data.date), data.working, hours)
