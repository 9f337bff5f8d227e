"""Coverage: how many of the reporters that must report a figure have done so."""

import pytest

from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.domain.cases.book import Book, case_of
from services.domain.engine.observation import Coverage
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.state import FigureRecord, State
from services.domain.events import Event, decode
from services.domain.instants import parse_instant
from services.domain.worktime import WorkingCalendar
from tests.unit.coverage_events import expectation, subscription

NOW = parse_instant("2025-12-01T00:00:00+07:00")
PROVINCE = "P:33@2025-07-01"
COMMUNES = ("C:11953", "C:11977", "C:11980")


def counted(documents: list[bytes]) -> State:
    """The state after these facts, each the only one of its case."""
    state = State(load_catalogue(), load_units())
    book = Book(state.catalogue, state.units, lambda _unit: WorkingCalendar())
    for version, document in enumerate(documents, start=1):
        event: Event = decode(document)
        outcome = book.outcome(case_of(event), [event], NOW)
        unit = outcome.contribution.unit
        state.put_figures(
            FigureRecord(e.measure, unit, e.dim, e.member, e.calendar, e.period, e.figure, version)
            for e in outcome.figures
        )
    return state


def seen(state: State, formula: str, unit: str, period: str) -> tuple[Coverage | None, str]:
    cell = state.cells.number(unit)
    (found,) = Observer(state).observe(
        state.catalogue.formulas[formula], "month", "statistical", [cell], Moment(NOW, NOW), period
    )
    return found.coverage, found.freshness.state


@pytest.mark.parametrize("reporters", [0, 1, 2, 3])
@pytest.mark.clause("4.2.2")
def test_a_province_counts_the_communes_that_must_report(reporters: int) -> None:
    documents = [expectation(code) for code in COMMUNES]
    documents += [subscription(code, "2025-09") for code in COMMUNES[:reporters]]
    coverage, freshness = seen(counted(documents), "TI-01.total", PROVINCE, "2025-09")
    assert coverage == Coverage(reporters, 3)
    assert freshness == ("final" if reporters == 3 else "partial")


def test_a_commune_is_covered_by_its_own_report() -> None:
    state = counted([expectation("C:11953"), subscription("C:11953", "2025-09")])
    commune = "C:11953@2025-07-01"
    assert seen(state, "TI-01.total", commune, "2025-09") == (Coverage(1, 1), "final")
    assert seen(state, "TI-01.total", commune, "2025-10") == (Coverage(0, 1), "partial")


@pytest.mark.clause("4.2.2")
def test_a_duty_holds_from_its_day_up_to_the_first_day_without_it() -> None:
    state = counted([expectation("C:11953", "2025-09-30", "2025-10-31")])
    commune = "C:11953@2025-07-01"
    assert seen(state, "TI-01.total", commune, "2025-08")[0] is None
    assert seen(state, "TI-01.total", commune, "2025-09")[0] == Coverage(0, 1)
    assert seen(state, "TI-01.total", commune, "2025-10")[0] is None


def test_nobody_expected_is_no_coverage() -> None:
    state = counted([subscription("C:11953", "2025-09")])
    assert seen(state, "TI-01.total", PROVINCE, "2025-09") == (None, "final")
