"""From an observation's id to the events behind it."""

from datetime import date

import pytest

from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.api.explain import Place, read_place, write_place
from services.api.places import Places
from services.api.standard import vocabulary_of
from services.domain.behind import Named, behind, missing_reporters, parse_id
from services.domain.engine.observation import Coverage
from services.domain.instants import parse_instant
from services.domain.query import QueryRefused

CATALOGUE, UNITS = load_catalogue(), load_units()
VOCABULARY = vocabulary_of(CATALOGUE, Places(UNITS, date(2026, 3, 5)).knows)
NOW = parse_instant("2026-11-26T13:00:00+07:00")
MONTH_BEGIN = parse_instant("2026-10-01T00:00:00+07:00")
MONTH_END = parse_instant("2026-11-01T00:00:00+07:00")
UNIT_BEGIN = parse_instant("2025-07-01T00:00:00+07:00")


def named(text: str) -> Named:
    return parse_id(text, CATALOGUE, VOCABULARY)


def test_an_id_is_taken_apart() -> None:
    found = named("PS-04.finished|P:33@2025-07-01|agency=H33|15|month~admin:2026-10")
    assert (found.formula.id, found.unit) == ("PS-04.finished", "P:33@2025-07-01")
    assert found.dim == ("agency", "H33|15")
    assert (found.window, found.calendar, found.period) == ("month", "administrative", "2026-10")
    assert found.query.members == (("agency", "H33|15"),)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("", False),
        ("PS-04|P:33@2025-07-01|30d", False),
        ("PS-04|P:33@2025-07-01|agency|30d", False),
        ("PS-04|P:33@2025-07-01||30d:", False),
        ("PS-04|P:33@2025-07-01||30d:2026", False),
        ("PS-04|P:33@2025-07-01||quarter:2026-Q1", True),
        ("PS-04|P:33@2025-07-01||30d~admin", True),
    ],
)
def test_what_names_nothing_is_refused(text: str, unknown: bool) -> None:
    with pytest.raises(QueryRefused) as caught:
        named(text)
    assert caught.value.unknown == unknown


def test_a_unit_that_has_ended_leaves_its_code_to_another() -> None:
    found = behind(named("PS-05|C:00004@1900-01-01||instant"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.bounds[1] == UNIT_BEGIN


def test_a_flow_rests_on_its_window() -> None:
    found = behind(named("PS-01|P:33@2025-07-01||month:2026-10"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.bounds == (MONTH_BEGIN, MONTH_END)
    assert "vn.ioc.dossier.received.v1" in found.types
    assert found.units is not None
    assert {"P:33", "C:11953"} <= set(found.units)
    assert len(found.units) == 105


def test_a_stock_rests_on_everything_since_the_unit_exists() -> None:
    found = behind(named("PS-04|C:11953@2025-07-01||month:2026-10"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.bounds == (UNIT_BEGIN, MONTH_END)
    assert found.units == ("C:11953",)


def test_an_open_window_ends_now() -> None:
    found = behind(named("PS-01|N:VN@1900-01-01||ytd:2026"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.until == NOW
    assert found.units is None


def test_reports_come_after_their_period() -> None:
    found = behind(named("TI-01.total|P:33@2025-07-01||month:2026-10"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.reports == ("vn.ioc.telecom.subscription.v1",)
    assert (found.periods, found.calendar) == (("2026-10",), "statistical")
    assert (found.reports_begin, found.reports_until) == (MONTH_BEGIN, NOW)


def test_a_member_is_told_by_the_cases_that_name_it() -> None:
    found = behind(named("PS-04|C:11953@2025-07-01|procedure=1.001193|30d"), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.members is not None
    assert found.members.member == "1.001193"
    assert found.members.cases["vn.ioc.dossier.finished.v1"] == "procedure_code"
    assert not found.members.fields
    assert found.members.naming == ("vn.ioc.dossier.received.v1",)


def test_a_member_of_reports_is_told_by_their_dimension() -> None:
    text = "TI-01.total|P:33@2025-07-01|operator=vnpt|month:2026-10"
    found = behind(named(text), CATALOGUE, UNITS, NOW)
    assert found is not None
    assert found.members is not None
    assert found.members.dims == {"vn.ioc.telecom.subscription.v1": "operator"}


def test_no_event_tells_a_case_that_names_no_member() -> None:
    text = "PS-01|P:33@2025-07-01|procedure=-|month:2025-10"
    assert behind(named(text), CATALOGUE, UNITS, NOW) is None


def test_every_figure_of_the_standard_is_found() -> None:
    for formula in CATALOGUE.formulas.values():
        period = {"month": ":2026-10", "quarter": ":2026-Q3", "year": ":2025", "ytd": ":2026"}
        for window in formula.windows:
            text = f"{formula.id}|P:33@2025-07-01||{window}{period.get(window, '')}"
            indicator = CATALOGUE.indicators[formula.indicator]
            if "statistical" not in indicator.calendars_of(window):
                continue
            found = behind(named(text), CATALOGUE, UNITS, NOW)
            measures = CATALOGUE.measures_of(formula)
            assert (found is None) == all(measure.source == "clock" for measure in measures), text


@pytest.mark.parametrize(
    ("total", "below", "missing"),
    [
        (Coverage(1, 2), [("C:1", Coverage(1, 1)), ("C:2", Coverage(0, 1))], ("C:2",)),
        (Coverage(1, 2), [("C:1", Coverage(1, 1)), ("C:2", None)], ("P:33",)),
        (Coverage(0, 1), [], ("P:33",)),
        (Coverage(0, 2), [("C:1", Coverage(0, 1))], ("P:33", "C:1")),
        (Coverage(1, 3), [("P:1", Coverage(1, 3))], None),
        (Coverage(1, 3), [("C:1", Coverage(0, 1))], None),
    ],
)
def test_who_is_missing(
    total: Coverage, below: list[tuple[str, Coverage | None]], missing: tuple[str, ...] | None
) -> None:
    assert missing_reporters("P:33", total, below) == missing


def test_a_place_survives_its_cursor() -> None:
    place = Place(NOW, "ioc.events.public-service.v1", 3, 1 << 40)
    assert read_place(write_place(place)) == place
    for text in ("x", "{}", "[1,2,3]"):
        with pytest.raises(QueryRefused):
            read_place(text)
