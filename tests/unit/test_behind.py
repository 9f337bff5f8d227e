"""From an observation's id to the events behind it."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.api.explain import Place, read_place, write_place
from services.api.places import Places
from services.api.standard import vocabulary_of
from services.domain.behind import Named, behind, missing_reporters, parse_id
from services.domain.cases.kinds import DATED_BY
from services.domain.choices import Choice, Told, choices
from services.domain.engine.observation import Coverage
from services.domain.engine.windows import place
from services.domain.instants import HOUR, parse_instant
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


def chosen(text: str, end: int | None = None) -> dict[str, list[Choice]]:
    """What is chosen, by the last type of each choice without its affixes."""
    found = behind(named(text), CATALOGUE, UNITS, NOW, end)
    assert found is not None
    by_type: dict[str, list[Choice]] = {}
    for choice in found.choices:
        by_type.setdefault(choice.types[0].removeprefix("vn.ioc.").removesuffix(".v1"), []).append(
            choice
        )
    return by_type


def test_a_case_counts_in_the_window_of_its_date_with_all_its_events() -> None:
    (choice,) = chosen("PS-01|P:33@2025-07-01||month:2026-10")["dossier.received"]
    assert "vn.ioc.dossier.finished.v1" in choice.types
    assert choice.units is not None
    assert {"P:33", "C:11953"} <= set(choice.units)
    assert len(choice.units) == 105
    assert (choice.begin, choice.until) == (UNIT_BEGIN, NOW)
    assert choice.told == Told(("vn.ioc.dossier.received.v1",), MONTH_BEGIN, MONTH_END)


def test_a_date_that_events_name_is_looked_for_in_them() -> None:
    """A task is due by its newest due date; whose promise came earlier is due all the same."""
    (choice,) = chosen("TK-01|P:33@2025-07-01||month:2026-10")["task.assigned"]
    assert choice.told is not None
    assert choice.told.types == ("vn.ioc.task.assigned.v1", "vn.ioc.task.extended.v1")
    assert (choice.told.begin, choice.told.until) == (UNIT_BEGIN, NOW)
    assert choice.told.dated == ("due_at", MONTH_BEGIN, MONTH_END)


def test_every_date_of_a_case_in_the_standard_is_set_by_events() -> None:
    for measure in CATALOGUE.measures.values():
        if measure.source == "case" and measure.kind == "flow":
            assert (measure.case, measure.at) in DATED_BY, measure.id


def test_a_date_that_no_event_sets_leaves_every_case_before_the_end() -> None:
    span = place("month", "statistical", NOW, "2026-10")
    measure = replace(CATALOGUE.measures["dossiers_closed"], at="late_from")
    (choice,) = choices([(measure, span)], "C:11953@2025-07-01", None, UNITS, NOW)
    assert (choice.begin, choice.until, choice.told) == (UNIT_BEGIN, MONTH_END, None)


def test_a_stock_rests_on_everything_since_the_unit_exists() -> None:
    flow, stock = chosen("PS-04|C:11953@2025-07-01||month:2026-10")["dossier.received"]
    if flow.told is None:
        flow, stock = stock, flow
    assert flow.told is not None
    assert (flow.told.begin, flow.told.until) == (MONTH_BEGIN, MONTH_END)
    assert (stock.begin, stock.until, stock.told) == (UNIT_BEGIN, MONTH_END, None)
    assert stock.units == ("C:11953",)


def test_an_open_window_ends_now() -> None:
    (choice,) = chosen("PS-01|N:VN@1900-01-01||ytd:2026")["dossier.received"]
    assert choice.told is not None
    assert choice.told.until == NOW
    assert choice.units is None


def test_each_measure_has_a_window_of_its_own() -> None:
    """Of new cases the ones with an onset in the window; of the population what is in force."""
    found = chosen("HE-01|P:33@2025-07-01||month:2026-10")
    (cases,), (population,) = found["health.case"], found["reference.value"]
    assert cases.told is not None
    assert cases.told.dated == ("onset", MONTH_BEGIN, MONTH_END)
    assert cases.told.filter == ({"field": "confirmed", "op": "=", "value": True},)
    assert population.told is not None
    assert population.told.in_force_on == "2026-10-31"
    assert population.told.filter == ({"field": "series_id", "op": "=", "value": "population"},)
    assert (population.begin, population.until) == (UNIT_BEGIN, NOW)


def test_reports_come_after_their_period() -> None:
    found = chosen("TI-01.total|P:33@2025-07-01||month:2026-10")
    (choice,) = found["telecom.subscription"]
    assert (choice.begin, choice.until) == (MONTH_BEGIN, NOW)
    assert choice.told is not None
    assert (choice.told.periods, choice.told.calendar) == (("2026-10",), "statistical")
    assert choice.told.dims == ("operator",)


def test_reports_are_those_that_the_filter_of_a_measure_asks_for() -> None:
    (choice,) = chosen("DE-01|P:33@2025-07-01||month:2026-10")["sector.revenue"]
    assert choice.told is not None
    asked = {each["field"]: each["value"] for each in choice.told.filter}
    assert asked == {"sector": "IT_INDUSTRY", "flow": "revenue", "origin": "all"}


def test_a_year_to_date_is_made_of_the_periods_that_have_been_reported() -> None:
    text, end = "DE-05|P:33@2025-07-01||ytd:2026", parse_instant("2026-06-01T00:00:00+07:00")
    for ends, periods in (
        (end, ("2026-Q1", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")),
        (None, ("2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")),
    ):
        (choice,) = chosen(text, ends)["sector.revenue"]
        assert choice.told is not None
        assert choice.told.periods is not None
        assert choice.told.periods[: len(periods)] == periods
        assert ("2026-06" in choice.told.periods) == (ends is None)


def test_a_growth_rests_on_its_base_as_well() -> None:
    """Nobody below a province reports for it, and the two that it was made of do not add up."""
    now, base = chosen("DE-04|P:33@2025-07-01||quarter:2026-Q1")["stat.report"]
    assert now.told is not None
    assert base.told is not None
    assert now.told.periods == ("2026-Q1", "2026-01", "2026-02", "2026-03")
    assert base.told.periods == ("2025-Q1", "2025-01", "2025-02", "2025-03")
    assert now.units == base.units == ("P:33",)
    assert base.begin == parse_instant("2025-01-01T00:00:00+07:00")


def test_an_index_of_the_air_looks_back_over_the_hours_of_its_nowcast() -> None:
    for window, hours in (("1h", 12), ("24h", 35)):
        (choice,) = chosen(f"EN-01|C:11953@2025-07-01||{window}")["env.reading"]
        assert (choice.begin, choice.until) == (NOW - hours * HOUR, NOW)
        assert choice.told is not None
        assert choice.told.timed


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
