"""Whatever type is received, the counting worker makes something of it."""

import pytest

from services.domain.cases.book import Book, case_of
from services.domain.cases.outcome import COUNTED, WAITING
from services.domain.events import CONTRACT, Event, decode
from services.domain.worktime import WorkingCalendar
from tests.contract.samples import NOW, examples, sent
from tests.unit.engine_centre import catalogue, units

EVENTS = [
    pytest.param(decode(sent(document)), id=name)
    for name, held in examples().items()
    for document in held["valid"]
    if CONTRACT.types[name].direction == "in"
]


@pytest.mark.parametrize("event", EVENTS)
def test_a_first_event_counts_or_waits_for_the_opening_of_its_case(event: Event) -> None:
    book = Book(catalogue(), units(), lambda _unit: WorkingCalendar())
    outcome = book.outcome(case_of(event), [event], NOW)
    state = outcome.states[event.source, event.id]
    kind = CONTRACT.types[event.type]
    opens = kind.key != "case" or kind.case_rank == 0
    assert state == COUNTED if opens else state in (COUNTED, WAITING)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_alone_means_what_it_means_when_it_is_given_twice(event: Event) -> None:
    book = Book(catalogue(), units(), lambda _unit: WorkingCalendar())
    name = case_of(event)
    assert book.outcome(name, [event], NOW) == book.outcome(name, [event, event], NOW)
