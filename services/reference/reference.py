"""The second opinion: any value of the catalogue from raw events, without any of the engine's code.

It looks at all facts anew for each value, in exact fractions: it is there to be believed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.domain.events import CONTRACT, Event
from services.reference.cases import CaseBook
from services.reference.clock import WorkingDays
from services.reference.comparisons import compare_value
from services.reference.contributions import Member
from services.reference.facts import counting_versions, field, one_of_each_key
from services.reference.feeds import Feeds, Overdue, domains_of
from services.reference.forms import Asked, Value
from services.reference.instants import day_of, start_of
from services.reference.known import Known, Subjects
from services.reference.lists import Lists
from services.reference.moment import Moment
from services.reference.moved import Moved, SuccessorFact
from services.reference.occurrences import EventName, Occurrences, accepted_events
from services.reference.outcomes import LEVELS
from services.reference.parts import Catalogue
from services.reference.places import Places, UnitFact
from services.reference.reports import Reports
from services.reference.rows import Rows
from services.reference.schedule import Schedule
from services.reference.targets import Targets
from services.reference.windows import ALWAYS, STATISTICAL, Window
from services.reference.working import WorkingCalendars

MOMENTS_KEPT_MAX = 8  # instants that stay prepared; the oldest is dropped
KNOWLEDGE_KEPT_MAX = 8  # states of the subject facts that stay prepared


class Reference:
    """Values of a catalogue over a log of events and a list of units.

    `measures` and `indicators` have the members of the standard's catalogue. Units are named by
    their keys (`C:11953@2025-07-01`), instants are microseconds since 1970. `indicator` may name
    a component (`PS-04.finished`). Without `period` a calendar window is the current one, of
    reports the latest with a value. `ingested_at` says when the intake took each event, by source
    and id; one that is not named has no delay. `constant` asks for values on the boundaries of
    today's units; without `successors` no unit has former ones.
    """

    def __init__(
        self,
        events: Sequence[Event],
        units: Sequence[UnitFact],
        measures: Sequence[Mapping[str, Any]],
        indicators: Sequence[Mapping[str, Any]],
        ingested_at: Mapping[EventName, int] | None = None,
        successors: Sequence[SuccessorFact] = (),
    ) -> None:
        self._facts = facts = counting_versions(events)
        self._places = Places(units)
        self._moved = Moved(successors)
        self._catalogue = Catalogue(measures, indicators)
        self._case_facts = [fact for fact in facts if CONTRACT.types[fact.type].key == "case"]
        self._subject_facts = sorted(
            (fact for fact in facts if CONTRACT.types[fact.type].key != "case"),
            key=lambda fact: fact.at,
        )
        self._subject_times = [fact.at for fact in self._subject_facts]
        self._accepted = accepted_events(events, ingested_at or {})
        self._books: list[tuple[WorkingCalendars, Lists, CaseBook]] = []
        self._subjects: dict[int, tuple[CaseBook, Subjects]] = {}
        self._moments: dict[int, Moment] = {}

    def value(  # noqa: PLR0913 - the coordinates of a value
        self,
        indicator: str,
        unit: str,
        dims: Member | None,
        window: str,
        now: int,
        period: str | None = None,
        calendar: str = STATISTICAL,
        *,
        constant: bool = False,
    ) -> Value:
        """Return the value of an indicator or component as it is at `now`."""
        moment = self._at(now)
        asked = moment.asked(indicator, (unit, dims), window, period, calendar, constant=constant)
        return moment.value(indicator, asked)

    def comparison(  # noqa: PLR0913, PLR0917 - a kind and the coordinates of a value
        self,
        kind: str,
        indicator: str,
        unit: str,
        dims: Member | None,
        window: str,
        now: int,
        period: str | None = None,
        calendar: str = STATISTICAL,
        *,
        points: bool = False,
        constant: bool = False,
    ) -> float | None:
        """Return a comparison of a value: per cent or `points`, the gap to a target, the rank."""
        moment = self._at(now)
        asked = moment.asked(indicator, (unit, dims), window, period, calendar, constant=constant)
        found = compare_value(kind, moment, indicator, asked, points=points)
        return None if found is None else float(found)

    def overdue(self, indicator: str, unit: str, now: int) -> Overdue | None:
        """Return what overdue feeds say of a value whose window is open at `now`."""
        feeds = self._at(now).known.subjects.feeds
        return feeds.overdue(unit, domains_of(self._catalogue, indicator), now)

    def period(
        self,
        indicator: str,
        unit: str,
        dims: Member | None,
        window: str,
        now: int,
        calendar: str = STATISTICAL,
    ) -> str | None:
        """Return the period that a calendar window without a name means at `now`."""
        asked = self._at(now).asked(indicator, (unit, dims), window, None, calendar)
        return None if asked is None else asked.window.period

    def members(self, indicator: str, unit: str, dim: str, now: int) -> set[str]:
        """Return the members of a breakdown that occur for a unit before `now`."""
        return self._at(now).members(indicator, unit, dim)

    def places_of(self, indicator: str, unit: str, now: int) -> list[Member | None]:
        """Return the total and every member of every breakdown that occurs for a unit."""
        dims = self._catalogue.indicator_of(indicator).get("dimensions") or []
        moment = self._at(now)
        found = [(dim, each) for dim in dims for each in moment.members(indicator, unit, dim)]
        return [None, *sorted(found)]

    def units_of(self, indicator: str, units: Iterable[str]) -> list[str]:
        """Return those of some units that are of a level at which the indicator is computed."""
        levels = self._catalogue.indicator_of(indicator)["unit_levels"]
        return [unit for unit in units if LEVELS.get(self._places.level(unit)) in levels]

    def units_sent(self) -> set[str]:
        """Return the units of which a fact counts, and all that they lie in."""
        facts = [*self._case_facts, *self._subject_facts]
        units = {unit for fact in facts if (unit := self._places.of_event(fact)) is not None}
        return {upper for unit in units for upper in self._places.with_above(unit)}

    def days_before(self, now: int) -> set[int]:
        """Return the beginnings of the local days on which a fact happened before `now`."""
        facts = [*self._case_facts, *self._subject_facts]
        return {start_of(day) for day in {day_of(fact.at) for fact in facts if fact.at < now}}

    def periods_reported(self) -> set[tuple[str, str]]:
        """Return the calendar and the period of every figure that was reported."""
        said = [(field(f, "period_calendar"), field(f, "period")) for f in self._subject_facts]
        return {(str(calendar), str(period)) for calendar, period in said if period is not None}

    def comparisons_of(self, indicator: str) -> set[str]:
        """Return the comparisons that the catalogue asks for."""
        return set(self._catalogue.indicator_of(indicator).get("comparisons") or [])

    def gives_instants(self, indicator: str) -> bool:
        """Say whether values of a part are points in time."""
        return bool(self._catalogue.parts[indicator]["unit"] == "timestamp")

    def is_of_the_clock(self, indicator: str) -> bool:
        """Say whether a part has a value although no event ever came."""
        measures = self._catalogue.measures_under(indicator, None)
        return any(measure["source"] == "clock" for measure, _ in measures)

    def measure(
        self, measure_id: str, unit: str, dims: Member | None, a: int | None, b: int, now: int
    ) -> float | None:
        """Return a flow over [a, min(b, now)), from the beginning without a; a stock at the end."""
        window = Window("all", ALWAYS if a is None else a, b)
        value = self._at(now).value(measure_id, Asked(unit, dims, window)).value
        return None if value is None else float(value)

    def _at(self, now: int) -> Moment:
        if now not in self._moments:
            known = Known(now, self._places, *self._knowledge(now), self._moved)
            _make_room(self._moments, MOMENTS_KEPT_MAX)
            self._moments[now] = Moment(self._catalogue, self._places, known)
        return self._moments[now]

    def _knowledge(self, now: int) -> tuple[CaseBook, Subjects]:
        """Return what the facts before `now` say; they are as many as there are in the past."""
        count = bisect_left(self._subject_times, now)
        if count not in self._subjects:
            facts, places = one_of_each_key(self._subject_facts[:count]), self._places
            calendars = WorkingCalendars(facts, places)
            subjects = Subjects(
                Reports(facts, places),
                Rows(facts, places, calendars),
                Occurrences(facts, self._accepted, places, calendars),
                Schedule(facts, [*facts, *self._case_facts], places),
                WorkingDays(calendars),
                Targets(facts, places),
                Feeds(facts, places),
            )
            _make_room(self._subjects, KNOWLEDGE_KEPT_MAX)
            self._subjects[count] = (self._book(calendars, Lists(facts, places)), subjects)
        return self._subjects[count]

    def _book(self, calendars: WorkingCalendars, lists: Lists) -> CaseBook:
        """Return the cases under these calendars; they know what came before an instant."""
        for known, of_lists, book in self._books:
            if known.same_as(calendars) and of_lists.said == lists.said:
                return book
        book = CaseBook(self._facts, self._places, calendars, lists)
        self._books = [*self._books[1 - KNOWLEDGE_KEPT_MAX :], (calendars, lists, book)]
        return book


def _make_room(kept: dict[int, Any], kept_max: int) -> None:
    """Drop the oldest entry of a full store."""
    if len(kept) >= kept_max:
        del kept[next(iter(kept))]
