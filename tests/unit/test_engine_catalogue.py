"""A catalogue that does not fit together is refused, with the member that does not fit."""

import re
from typing import Any

import pytest

from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.domain.cases.fold import NEVER
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.conditions import compile_filter
from services.domain.engine.expressions import Kinds, compile_expression
from services.domain.engine.measures import quanta
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
    assert len(found.indicators) == 60
    assert found.formulas["PS-04.finished"].indicator == "PS-04"
    official = found.formulas["PS-07.official"]
    assert {m.id for m in found.measures_of(official)} >= {"dossiers_received", "synced_dossiers"}
    assert found.reported(official)
    assert found.has_dimension(official, "procedure")
    assert not found.has_dimension(found.formulas["PS-07.larger_count"], "procedure")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"form": "mean"}, "Invalid enum value 'mean'"),
        ({"windows": ["month", "fortnight"]}, "Invalid enum value 'fortnight'"),
        ({"numerator": [], "denominator": []}, "names no measure"),
        ({"denominator": ["dossiers_recieved"]}, "dossiers_recieved is neither"),
        ({"decimals": "two"}, "indicator PS-01: .*decimals"),
        ({"windows": None}, "indicator PS-01: .*windows"),
        ({"components": [{"id": "x"}]}, r"indicator PS-01: .*components\[0\]"),
    ],
)
@pytest.mark.clause("4.1.3")
def test_an_indicator_that_does_not_fit_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        catalogue_of(indicator(**said))


def test_a_component_has_its_own_windows_or_those_of_the_indicator() -> None:
    parts = [
        {"id": name, "vi": "x", "unit": "%", "decimals": 0, "form": "sum", "inputs": ["it_revenue"]}
        for name in ("a", "b")
    ]
    parts[0]["windows"] = ["month"]
    found = catalogue_of(indicator("DE-01", components=parts))
    assert found.formulas["DE-01.a"].windows == ("month",)
    assert found.formulas["DE-01.b"].windows == ("month", "ytd")


def wanted(field: str, op: str, value: object) -> dict[str, Any]:
    return {"filter": [{"field": field, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"at": None}, "lacks a member it needs"),
        ({"kind": "wave"}, "kind wave"),
        ({"quantum": "small"}, "measure dossiers_received: .*quantum"),
        ({"kind": "report"}, "source case has no measures of kind report"),
    ],
)
def test_a_measure_that_does_not_fit_is_refused(said: dict[str, Any], reason: str) -> None:
    document = load_measure_documents()[0] | said
    with pytest.raises(Refused, match=reason):
        parse_measure(document)


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("guests", {"agg": "min"}, "agg min is none of a flow"),
        ("guests", {"rollup": "mean"}, "rollup mean"),
        ("guests", {"quantum": None}, "quantum None is none of an agg sum"),
        ("guests", {"event_types": ["vn.ioc.stay.checkout.v1"]}, "vn.ioc.stay.checkout.v1 is not"),
        ("guests", {"event_types": []}, "event_types: there is none"),
        ("guests", {"event_types": ["vn.ioc.invest.plan.v1"]}, "is no source event"),
        ("guests", {"value": "beds"}, "'beds' is neither a field nor an attribute"),
        ("guests", {"value": "guests * nationality"}, "Mult of number and text"),
        ("guests", {"value": "guests +"}, "expression 'guests \\+'"),
        ("guests", {"at": "guests"}, "at: 'guests' is a number"),
        ("guests", {"dimensions": {"ward": "ward"}}, "dimensions: ward is taken from ward"),
        ("guests", {"parts": ["halves"]}, "part 'halves'"),
        ("guests", {"source": "case"}, "case None is not one of"),
        ("feedback_bad", {"event_types": ["vn.ioc.task.progress.v1"]}, "is not of case feedback"),
        ("feedback_bad", {"filter": [{"field": "bad", "op": "="}]}, "filter: bad does not exist"),
        (
            "budget_revenue",
            {"filter": [{"field": "kind", "op": "=", "value": "gift"}]},
            "filter on kind: 'gift' is not one of its codes",
        ),
        (
            "budget_revenue",
            {"filter": [{"field": "amount", "op": ">", "value": "5"}]},
            "filter on amount: '5' is no number",
        ),
        (
            "budget_revenue",
            {"filter": [{"field": "amount", "op": "like", "value": 5}]},
            "operator 'like'",
        ),
        ("budget_revenue", {"filter": [{"field": "amount", "op": ">"}]}, "nothing to compare with"),
        (
            "dossiers_received_top",
            {"filter": [{"field": "procedure_code", "op": "in_list", "value": "all"}]},
            "there is no list 'all'",
        ),
        (
            "dossiers_closed_late",
            {"filter": [{"field": "closed_at", "op": ">", "other": "late"}]},
            "filter: late does not exist",
        ),
        ("guests", {"colour": "red"}, "measure guests: .*colour"),
        ("guests", {"quantum": 0.3}, "quantum 0.3 is none of an agg sum: it is a whole number, or"),
        ("guests", {"quantum": float("nan")}, "quantum nan"),
        ("guests", {"quantum": 1.5}, "quantum 1.5"),
        ("guests", {"value": "guests * 1e999"}, "1e309 is no finite number"),
        ("guests", {"filter": [{"any": []}]}, "any stands alone, with conditions below it"),
        ("guests", wanted("guests", "in", 2), "in is of a list, every other operator of one value"),
        ("guests", wanted("guests", "<", [1, 2]), "in is of a list"),
        ("guests", wanted("guests", "in", []), "nothing to compare with"),
        ("guests", wanted("guests", "=", True), "True is no number"),
        ("guests", wanted("nationality", "<", "VN"), "< is of numbers and instants"),
        (
            "guests",
            {"filter": [{"field": "guests", "op": "<", "other": "nationality"}]},
            "filter on guests: it and nationality are a number and a text",
        ),
        (
            "guests",
            {"filter": [{"field": "guests", "op": "<", "valu": 3}]},
            "there is no valu, only field, op, value, other",
        ),
    ],
)
def test_what_a_measure_says_must_exist(name: str, said: dict[str, Any], reason: str) -> None:
    (document,) = [each for each in load_measure_documents() if each["id"] == name]
    with pytest.raises(Refused, match=reason) as refused:
        parse_measure(document | said)
    assert name in str(refused.value)


def test_every_measure_of_the_standard_is_compiled() -> None:
    assert len(catalogue().measures) == 128


EXPRESSIONS = [
    ("hours(time - began)", 1.5),
    ("minutes(seconds_between(began, time))", 90),
    ("began + seconds(amount * 1.5)", at("2026-03-06T08:30:07.5")),
    ("began - days(1)", at("2026-03-05T08:30")),
    ("one_if(plan = year(time))", 1),
    ("one_if(amount > plan)", 0),
    ("one_if(gone <= amount)", 0),
    ("start_of_year(plan)", at("2026-01-01T00:00")),
    ("end_of_year(plan)", at("2027-01-01T00:00")),
    ("working_days_after(time, 2)", at("2026-03-10T17:30")),
    ("working_days_after(never, 2)", NEVER),
    ("time - never", None),
    ("amount / (amount - amount)", None),
    ("amount + gone", None),
    ("amount * plan / 2", 5065),
    ("min(amount, plan, gone)", 5),
    ("max(gone, gone)", None),
    ("one_if(amount != plan)", 1),
]


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS)
def test_functions_of_the_standard(text: str, value: object) -> None:
    kinds: Kinds = {
        "time": "instant",
        "began": "instant",
        "never": "instant",
        "amount": "number",
        "plan": "number",
        "gone": "number",
    }
    attributes = {
        "time": at("2026-03-06T10:00"),
        "began": at("2026-03-06T08:30"),
        "never": NEVER,
        "amount": 5,
        "plan": 2026,
    }
    assert compile_expression(text, kinds).of(attributes, USUAL) == value


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
        ("working_before(gone, 8)", None),
        ("working_before(never, 8)", NEVER),
    ],
)
def test_expressions(text: str, value: object) -> None:
    attributes = {"closed_at": 5, "due": at("2026-03-09T17:30"), "never": NEVER}
    kinds: Kinds = {
        "closed_at": "number",
        "absent": "number",
        "due": "instant",
        "never": "instant",
        "gone": "instant",
    }
    assert compile_expression(text, kinds).of(attributes, USUAL) == value


@pytest.mark.parametrize(
    "text",
    [
        *("a + b", "open('x')", "a.b", "'text'", "[1]", "f()()", "True", "median(1)", "min()"),
        *("hours(1, 2)", "one_if(1)", "one_if(1 < 2 < 3)", "one_if(1 in 2)", "one_if(days(1) < 2)"),
        *("min(1, days(1))", "1 ** 2", "days(1) + days(2)"),
    ],
)
def test_other_expressions_are_refused(text: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"expression {text!r}")):
        compile_expression(text, {})


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
