"""A catalogue that does not fit together is refused, with the member that does not fit."""

from typing import Any

import pytest

from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.domain.cases.fold import NEVER
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.measures import compile_expression, compile_filter, quanta
from services.domain.errors import Refused
from services.domain.instants import HOUR
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import catalogue
from tests.unit.reference_log import at

USUAL = WorkingCalendar()


def indicator(name: str = "PS-01", **said: Any) -> dict[str, Any]:
    (found,) = [each for each in load_indicator_documents() if each["id"] == name]
    return found | said


def catalogue_of(document: dict[str, Any]) -> Catalogue:
    measures = [parse_measure(each) for each in load_measure_documents()]
    return Catalogue(measures, [parse_indicator(document)])


@pytest.mark.clause("4.1.3")
def test_our_own_standard_fits_together() -> None:
    found = catalogue()
    assert len(found.indicators) == 11
    assert found.formulas["PS-04.finished"].indicator == "PS-04"
    official = found.formulas["PS-07.official"]
    assert {m.id for m in found.measures_of(official)} >= {"dossiers_received", "synced_dossiers"}
    assert found.reported(official)
    assert found.has_dimension(official, "procedure")
    assert not found.has_dimension(found.formulas["PS-07.larger_count"], "procedure")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"form": "quantile"}, "form 'quantile' is not one of"),
        ({"windows": ["month", "fortnight"]}, "window 'fortnight' is not known"),
        ({"numerator": [], "denominator": []}, "names no measure"),
        ({"denominator": ["dossiers_recieved"]}, "dossiers_recieved is neither"),
        ({"decimals": "two"}, "indicator PS-01: .*decimals"),
        ({"windows": None}, "indicator PS-01: .*windows"),
        ({"components": [{"id": "x"}]}, "indicator PS-01: .*vi"),
    ],
)
@pytest.mark.clause("4.1.3")
def test_an_indicator_that_does_not_fit_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        catalogue_of(indicator(**said))


def test_a_component_has_its_own_windows_or_those_of_the_indicator() -> None:
    parts = [
        {"id": name, "vi": "", "unit": "%", "decimals": 0, "form": "sum", "inputs": ["it_revenue"]}
        for name in ("a", "b")
    ]
    parts[0]["windows"] = ["month"]
    found = catalogue_of(indicator("DE-01", components=parts))
    assert found.formulas["DE-01.a"].windows == ("month",)
    assert found.formulas["DE-01.b"].windows == ("month", "ytd")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"at": None}, "lacks a member it needs"),
        ({"kind": "wave"}, "kind wave"),
        ({"quantum": "small"}, "measure dossiers_received: .*quantum"),
        ({"kind": "report"}, "kind report lacks"),
    ],
)
def test_a_measure_that_does_not_fit_is_refused(said: dict[str, Any], reason: str) -> None:
    document = load_measure_documents()[0] | said
    with pytest.raises(Refused, match=reason):
        parse_measure(document)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("closed_at", 5),
        ("absent", None),
        ("min(closed_at, 3)", 3),
        ("min(absent, closed_at)", 5),
        ("max(absent, closed_at, 9)", 9),
        ("max(absent)", None),
        ("min(absent)", None),
        ("working_before(due, 8)", at("2026-03-06T17:30")),
        ("working_before(absent, 8)", None),
        ("working_before(never, 8)", NEVER),
    ],
)
def test_expressions(text: str, value: object) -> None:
    attributes = {"closed_at": 5, "due": at("2026-03-09T17:30"), "never": NEVER}
    assert compile_expression(text)(attributes, USUAL) == value


@pytest.mark.parametrize("text", ["a + b", "open('x')", "a.b", "'text'", "[1]", "f()()"])
def test_other_expressions_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not known"):
        compile_expression(text)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"field": "a", "op": "=", "value": 2}, True),
        ({"field": "a", "op": "!=", "value": 2}, False),
        ({"field": "a", "op": "<", "value": 3}, True),
        ({"field": "a", "op": ">=", "other": "b"}, False),
        ({"field": "a", "op": "<=", "other": "gone"}, False),
        ({"field": "gone", "op": "!=", "value": 2}, False),
        ({"field": "gone", "op": "absent"}, True),
        ({"field": "a", "op": "absent"}, False),
        ({"field": "a", "op": "present"}, True),
        ({"field": "a", "op": "in", "value": [1, 2]}, True),
        ({"any": [{"field": "a", "op": ">", "value": 9}, {"field": "b", "op": "present"}]}, True),
    ],
)
def test_conditions(condition: dict[str, Any], holds: bool) -> None:
    assert compile_filter((condition,))({"a": 2, "b": 3}) is holds
    assert compile_filter(())({})


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(Refused, match="operator 'like'"):
        compile_filter(({"field": "a", "op": "like", "value": "x"},))


@pytest.mark.parametrize(
    ("value", "quantum", "whole"),
    [
        (7, 1, 7),
        (2.5, 1, 3),
        (-2.5, 1, -3),
        (0.125, 0.01, 13),
        (1_499_999.9, 1_000_000, 1),
        (1_500_000, 1_000_000, 2),
        (-0.005, 0.01, -1),
    ],
)
@pytest.mark.clause("8.1.7")
def test_quanta_are_rounded_half_away_from_zero(value: float, quantum: float, whole: int) -> None:
    assert quanta(value, quantum) == whole


def test_eight_working_hours_are_eight_hours() -> None:
    assert USUAL.between(at("2026-03-06T17:30"), at("2026-03-09T17:30")) == 8 * HOUR
