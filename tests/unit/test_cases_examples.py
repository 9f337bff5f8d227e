"""The valid example of every event type means something, whatever kind of case it is."""

import pytest

from services.domain.cases.alert import RAISED
from services.domain.cases.book import Book, case_of
from services.domain.events import CONTRACT, decode
from services.domain.worktime import WorkingCalendar
from tests.contract.samples import sent, valid_example
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import at

NOW = at("2026-12-01T00:00")


@pytest.mark.parametrize("name", list(CONTRACT.types))
def test_every_example_is_counted_or_waits_for_its_opening(name: str) -> None:
    event = decode(sent(valid_example(name) | {"unit": "C:11953"}))
    book = Book(catalogue(), units(), lambda _unit: WorkingCalendar())
    found = book.outcome(case_of(event), [event], NOW)
    declared = CONTRACT.types[name]
    opens = declared.case_rank == 0 or name == RAISED
    counted = opens if declared.case_kind is not None else True
    assert found.states == {(event.source, event.id): "counted" if counted else "waiting"}
    assert book.outcome(case_of(event), [event], event.at).ripe_at == event.at + 1
    again = book.outcome(case_of(event), [event, event], NOW)
    assert (again.contribution, again.figures) == (found.contribution, found.figures)
