"""The second opinion: any value of the catalogue from raw events, without any of the engine's code.

It looks at all facts anew for each value, in exact fractions: it is there to be believed.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.events import CONTRACT, Event
from services.reference.cases import CaseBook
from services.reference.clock import WorkingDays
from services.reference.comparisons import compare_value
from services.reference.contributions import Member
from services.reference.facts import counting_versions, one_of_each_key
from services.reference.feeds import Feeds, Overdue, domains_of
from services.reference.forms import Asked, Value
from services.reference.known import Known, Subjects
from services.reference.lists import Lists
from services.reference.moment import Moment
from services.reference.moved import Moved, SuccessorFact
from services.reference.occurrences import EventName, Occurrences, accepted_events
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
