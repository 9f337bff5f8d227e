"""The forms of formulas with all their parameters, over figures set by hand; keys and deltas."""

from typing import Any

import numpy as np
import pytest

from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.cells import Cells
from services.domain.engine.delta import (
    ExtentChange,
    FigureChange,
    decode_delta,
    encode_delta,
    make_delta,
)
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.figures import Figure
from services.domain.engine.goals import Goal, goal_of
from services.domain.engine.keytable import KeyTable
from services.domain.engine.period_parts import months_of, names_up_to, parts_of
from services.domain.engine.state import FigureRecord, State
from services.domain.engine.windows import STATISTICAL, place
from services.domain.errors import Refused
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import COUNTRY, PROVINCE, at

NOW = at("2026-06-01T00:00")
SET = {
    ("it_revenue", "2026-01"): 120,
    ("it_revenue", "2025-01"): 100,
    ("it_export_vnd", "2026-01"): 30,
    ("it_export_vnd", "2025-01"): 20,
    ("postal_revenue", "2026-01"): 0,
    ("portal_dossiers", "2026-01"): 7,
}


def component(form: str, **said: Any) -> dict[str, Any]:
    base = {"id": "x", "vi": "x", "unit": "x", "decimals": 0, "form": form, "windows": ["month"]}
    return base | said


def value(form: str, period: str | None = "2026-01", **said: Any) -> tuple[float | None, bool]:
    """(value, whether a zero denominator is why there is none) of a formula of this form.

    Without a period the window is that of everything.
    """
    (host,) = [each for each in load_indicator_documents() if each["id"] == "DE-01"]
    held = Catalogue(
        [parse_measure(each) for each in load_measure_documents()],
        [parse_indicator(host | {"components": [component(form, **said)]})],
    )
    state = State(held, units())
    state.put_figures(
        FigureRecord(measure, PROVINCE, "", "", STATISTICAL, name, Figure(float(figure), 1), 1)
        for (measure, name), figure in SET.items()
    )
    cells = np.array([state.cells.number(PROVINCE)])
    span = place("month" if period else "all", STATISTICAL, NOW, period)
    found = Evaluation(state).values(held.formulas["DE-01.x"], cells, span)
    return float(found.value[0]) if found.has[0] else None, bool(found.zero[0])


REVENUE, EXPORT, POST = ["it_revenue"], ["it_export_vnd"], ["postal_revenue"]


@pytest.mark.parametrize(
    ("form", "said", "expected"),
    [
        ("ratio", {"numerator": EXPORT, "denominator": REVENUE, "scale": 100}, 25),
        ("ratio", {"numerator": EXPORT, "denominator": REVENUE, "offset": 1, "divide_by": 5}, 0.25),
        ("ratio", {"numerator": [*EXPORT, *REVENUE], "denominator": REVENUE}, 1.25),
        ("sum", {"inputs": [*EXPORT, *REVENUE], "divide_by": 10}, 15),
        ("sum", {"inputs": REVENUE, "minus": EXPORT}, 90),
        ("last", {"inputs": REVENUE, "scale": 2, "offset": -40}, 200),
        ("growth", {"numerator": REVENUE}, 20),
        ("growth", {"numerator": EXPORT, "denominator": REVENUE}, 25),
        ("extreme", {"inputs": [*EXPORT, *REVENUE], "pick": "min"}, 30),
        ("extreme", {"inputs": [*EXPORT, *REVENUE], "pick": "max"}, 120),
        ("combine", {"inputs": [*EXPORT, *REVENUE], "op": "divide", "scale": 4}, 1),
        ("combine", {"inputs": [*EXPORT, *REVENUE], "op": "multiply", "scale": 0.5}, 1800),
    ],
)
def test_forms(form: str, said: dict[str, Any], expected: float) -> None:
    found, _ = value(form, **said)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("form", "said", "zero"),
    [
        ("ratio", {"numerator": REVENUE, "denominator": POST}, True),
        ("ratio", {"numerator": REVENUE, "denominator": ["synced_dossiers"]}, False),
        ("sum", {"inputs": REVENUE, "minus": ["synced_dossiers"]}, False),
        ("last", {"inputs": ["synced_dossiers"]}, False),
        ("growth", {"numerator": POST}, False),
        ("growth", {"numerator": ["portal_dossiers"]}, False),
        ("growth", {"numerator": REVENUE, "denominator": POST}, False),
        ("extreme", {"inputs": [*REVENUE, "synced_dossiers"], "pick": "max"}, False),
        ("combine", {"inputs": [*REVENUE, *POST], "op": "divide"}, True),
        ("combine", {"inputs": [*REVENUE, "synced_dossiers"], "op": "divide"}, False),
        ("combine", {"inputs": ["synced_dossiers", *REVENUE], "op": "multiply"}, False),
    ],
)
@pytest.mark.clause("7.5.2")
def test_what_has_no_value_has_a_reason(form: str, said: dict[str, Any], zero: bool) -> None:
    assert value(form, **said) == (None, zero)


def test_growth_has_no_meaning_without_a_year_before() -> None:
    assert value("growth", "2025-01", numerator=REVENUE) == (None, False)


def test_growth_of_everything_has_no_year_before_and_reports_no_such_window() -> None:
    assert value("growth", None, numerator=["dossiers_received"]) == (None, False)
    assert value("sum", None, inputs=["dossiers_received"]) == (0, False)
    assert value("sum", None, inputs=REVENUE) == (None, False)


def test_a_formula_may_stand_for_a_measure() -> None:
    found, _ = value("ratio", numerator=["DE-01"], denominator=REVENUE, scale=10**9)
    assert found == pytest.approx(1)


def test_a_part_that_is_not_known_is_refused() -> None:
    document = next(m for m in load_measure_documents() if m["id"] == "it_revenue")
    with pytest.raises(Refused, match="it_revenue: part 'neighbours' is not known"):
        parse_measure(document | {"parts": ["neighbours"]})


def test_a_target_may_be_a_band_of_one_component() -> None:
    (host,) = [each for each in load_indicator_documents() if each["id"] == "PS-04"]
    found = parse_indicator(host | {"target_bound": {"band": [80, 95], "on": "finished"}})
    main, finished = found.formulas
    assert goal_of(found, main) is None
    assert goal_of(found, finished) == Goal("band", 80, 95)
    plan = parse_indicator(host | {"target_bound": {"plan": True}})
    assert goal_of(plan, plan.formulas[0]) is None


def test_periods_are_made_of_their_parts() -> None:
    assert parts_of("2026-Q2") == ("2026-04", "2026-05", "2026-06")
    assert parts_of("2026") == ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
    assert parts_of("2026-04") == ()
    assert len(months_of("2026")) == 12
    assert names_up_to("2026", 12) == ("2026",)
    assert names_up_to("2026", 7) == ("2026-Q1", "2026-Q2", "2026-07")
    assert names_up_to("2026", 1) == ("2026-01",)


def test_an_older_version_of_a_figure_changes_nothing() -> None:
    state = State(catalogue(), units())

    def put(version: int, figure: Figure | None, **said: str) -> set[tuple[str, str]]:
        place_of = {"measure": "it_revenue", "calendar": STATISTICAL, "period": "2026-01"} | said
        record = FigureRecord(
            **place_of, unit=PROVINCE, dim="", member="", figure=figure, version=version
        )
        return state.put_figures([record])

    assert put(2, Figure(5.0, 1)) == {("it_revenue", PROVINCE), ("it_revenue", COUNTRY)}
    assert put(1, Figure(9.0, 1)) == set()
    own = state.figures[STATISTICAL].own("it_revenue", PROVINCE, ("", ""), "2026-01")
    assert own == Figure(5.0, 1)
    assert put(3, None) != set()
    assert state.figures[STATISTICAL].periods("it_revenue", PROVINCE) == set()
    assert put(9, Figure(1.0, 1), calendar="lunar") == set()
    assert put(9, Figure(1.0, 1), measure="of another standard") == set()
    assert put(9, Figure(1.0, 1), period="2025-T1") == set()


def test_a_delta_comes_out_as_it_went_in() -> None:
    points = [(1, -5, 7), (2_000_000_000, 1 << 40, -(1 << 60))]
    extents = [ExtentChange(3, 1, 1 << 61, 9, -1)]
    figures = [FigureChange(4, "rows", "2026-01-01", 8, Figure(1.5, 2, "so_bo", quality=("q",)))]
    figures.append(FigureChange(4, "rows", "2026-01-02", 8, None))
    keys, seconds, values = np.array(points, dtype=np.int64).T
    delta = decode_delta(encode_delta(make_delta((keys, seconds, values), extents, figures)))
    assert list(zip(*(column.tolist() for column in delta.points()), strict=True)) == points
    assert (list(delta.extents), list(delta.figures)) == (extents, figures)
    none = np.zeros(0, dtype=np.int64)
    empty = decode_delta(encode_delta(make_delta((none, none, none), [], [])))
    assert [len(column) for column in empty.points()] == [0, 0, 0]


def test_stored_keys_add_to_every_level_whatever_their_numbers() -> None:
    state = State(catalogue(), units())
    keys = KeyTable(state)
    keys.register(5000, "dossiers_received", "C:11953@2025-07-01", "", "")
    keys.register(2, "dossiers_received", "C:11977@2025-07-01", "", "")
    keys.register(3, "of another standard", PROVINCE, "", "")
    assert keys.missing(np.array([2, 3, 9, 9])) == [9]
    assert 2 in keys
    assert keys.name(3) == ("of another standard", PROVINCE, "", "")
    numbers, seconds = np.array([5000, 2, 3]), np.array([10, 10, 10])
    changed = keys.add(numbers, seconds, np.array([1, 2, 4]))
    place_of = state.numbers["dossiers_received"]
    totals = {
        unit: int(state.points.until(state.cells.keys(np.array([cell]), place_of), 11)[0])
        for unit in (COUNTRY, PROVINCE, "C:11977@2025-07-01")
        if (cell := state.cells.find(unit)) is not None
    }
    assert totals == {COUNTRY: 3, PROVINCE: 3, "C:11977@2025-07-01": 2}
    assert len(changed) == 4
    assert keys.add(np.array([3]), np.array([1]), np.array([1])).tolist() == []


def test_cells_know_those_above_them() -> None:
    cells = Cells(units(), 3)
    member = cells.number("C:11953@2025-07-01", "agency", "H33.15")
    above = [(cells.units[cell], cells.members[cell]) for cell in cells.chain(member)]
    assert [unit for unit, _ in above] == ["C:11953@2025-07-01", PROVINCE, COUNTRY]
    assert {found for _, found in above} == {("agency", "H33.15")}
    assert cells.find("C:11953@2025-07-01") is None
    total = cells.total_of(member)
    assert cells.members[total] == ("", "")
    assert set(cells.of_unit("C:11953@2025-07-01")) == {member, total}
    assert cells.of_unit("C:99999@2025-07-01") == []
    assert cells.chain(cells.number("X:1")) == (cells.number("X:1"),)
