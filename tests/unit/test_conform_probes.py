"""Each probe finds that all is right where it is, and what is wrong where one thing is."""

from typing import Any

import pytest

from services.cli.probes.registry import PROBES, judge
from services.cli.probes.survey import Answer, Item, Survey
from tests.unit.conform_survey import (
    DAY,
    HELLO,
    INDICATOR,
    MONTH,
    answers,
    first_sending,
    json_answer,
    second_sending,
    survey,
)

NEEDS_MORE = {"5.1.1", "6.1.2", "16.2.1", "16.2.2", "16.2.3", "16.2.4"}
"""Probes of how much there is: one indicator is not enough."""
NOTHING_TO_JUDGE = {"5.3.1", "8.1.4"}


def month(**changes: Any) -> Survey:
    return survey(observations=({**MONTH, **changes}, DAY))


def day(**changes: Any) -> Survey:
    return survey(observations=(MONTH, {**DAY, **changes}))


def indicator(*lacking: str, **changes: Any) -> Survey:
    document = {**INDICATOR, **changes}
    return survey(indicators=({n: v for n, v in document.items() if n not in lacking},))


def change(**changes: Any) -> Survey:
    return month(comparisons=[{**MONTH["comparisons"][0], **changes}])


def asked(**changes: Answer) -> Survey:
    return survey(answers=answers(**changes))


def greeted(*lacking: str) -> Survey:
    hello = {name: value for name, value in HELLO.items() if name not in lacking}
    rest = survey().live
    return survey(live=(rest[0], hello, *rest[2:]))


EMPTY_LIST = json_answer({"items": [], "next": None})
BOUND = {"level": 2, "colour": "red", "op": "<", "bound": 1}

WRONG: list[tuple[str, Survey]] = [
    ("3.1.1", indicator(kind="good")),
    ("4.1.1", indicator("owner")),
    ("4.1.2", indicator("effective_from")),
    ("4.1.2", survey(indicators=(INDICATOR, INDICATOR))),
    ("4.2.1", survey(sent=second_sending())),
    ("4.2.3", survey(sent_again=second_sending(counted=1, duplicate=0))),
    ("4.2.4", month(freshness={"state": "fresh"})),
    ("4.2.5", survey(records={MONTH["id"]: {**MONTH, "value": 97.6}})),
    ("4.2.6", asked(openapi=json_answer({"openapi": "3.0.0", "paths": {}}))),
    ("4.3.1", month(numerator=None)),
    ("5.2.1", indicator("decimals")),
    (
        "5.3.1",
        survey(indicators=tuple({**INDICATOR, "kind": "intermediate", "id": i} for i in "ab")),
    ),
    ("6.1.1", indicator(refresh="soon")),
    ("6.2.1", month(as_of=None)),
    ("6.2.1", month(period=None)),
    ("6.3.1", month(calendar="lunar")),
    ("7.1.1", month(status="X")),
    ("7.1.2", month(status="A")),
    ("7.2.3", day(finality="final")),
    ("7.2.3", month(end="2026-11-01T00:00:00+07:00")),
    ("7.3.2", survey(sent=second_sending())),
    ("7.5.1", day(value=0)),
    ("7.5.1", day(null_reason=None)),
    ("7.5.2", day(null_reason="unknown")),
    ("8.1.2", month(value=97.6)),
    ("8.1.3", day(value=0.0, null_reason=None)),
    ("8.1.4", indicator(form="quantile", rollup="mean")),
    ("8.1.5", change(delta=2.6)),
    ("8.1.5", change(unit="%")),
    ("8.1.5", change(unit="ratio")),
    ("8.1.5", change(base_value=None)),
    ("8.1.6", change(unit=None)),
    ("8.2.1", day(start="2026-10-05T09:01:00+07:00")),
    ("8.2.1", day(start="2026-10-05T08:00:00+07:00")),
    ("8.2.2", month(start="2026-09-01T00:00:00+00:00")),
    ("9.1.1", month(level={"value": 6})),
    ("9.1.2", indicator(alert_levels={"rule": "bounds", "levels": [BOUND]})),
    ("11.2.2", survey(sent=second_sending())),
    ("11.2.3", survey(sent=first_sending().__class__(first_sending().answer, None))),
    ("11.3.1", asked(part_1=EMPTY_LIST)),
    ("11.3.2", asked(unchanged=json_answer({}))),
    ("11.3.3", asked(unknown_path=json_answer({"detail": "Not Found"}, 404))),
    ("11.3.5", asked(csv=json_answer({}))),
    ("11.3.6", asked(by_filters=EMPTY_LIST)),
    ("11.4.1", greeted("heartbeat")),
    ("11.4.1", greeted("limits")),
    ("11.4.2", survey(live=survey().live[:2])),
    ("11.4.3", survey(resumed=survey().resumed[1:])),
    ("11.4.5", survey(live=survey().live[:3])),
    ("11.5.1", survey(topics={"ioc.events.a.v1": {}})),
    ("12.5.2", asked(metrics=Answer(200, {}, b'# TYPE a counter\na{unit="P:33"} 1\n'))),
    ("13.1.4", survey(topics={"ioc.deadletter.v1": {"retention.ms": "604800000"}})),
    ("15.1.1", asked(provinces=json_answer({"items": [{"key": "P:01", "code": "P:01"}]}))),
    ("15.1.2", asked(communes=EMPTY_LIST)),
    ("15.1.3", asked(code_after=answers()["code before"])),
    ("15.1.4", month(valid_from=None)),
    ("15.1.5", asked(retyped_after=answers()["retyped before"])),
]


def test_where_all_is_right_nothing_fails() -> None:
    found = judge(survey())
    assert {clause for clause, finding in found.items() if finding.holds is False} == NEEDS_MORE
    assert {c for c, finding in found.items() if finding.holds is None} == NOTHING_TO_JUDGE
    assert all(finding.evidence for finding in found.values())


@pytest.mark.parametrize(("clause", "wrong"), WRONG, ids=lambda each: str(each)[:8])
def test_what_is_wrong_fails(clause: str, wrong: Survey) -> None:
    finding = judge(wrong)[clause]
    assert finding.holds is False
    assert finding.evidence


def test_a_rate_in_another_unit_than_its_parts_is_what_they_give() -> None:
    hours = {**INDICATOR, "scale": 1, "divide_by": 3600, "unit": "working hours"}
    found = {**MONTH, "value": 12.5, "numerator": 1_800_000, "denominator": 40, "comparisons": []}
    assert judge(survey(indicators=(hours,), observations=(found,)))["8.1.2"].holds


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "limit", "delta": 0.39, "unit": "ratio", "base_value": None},
        {"kind": "baseline_5y", "delta": 1.5, "unit": "sd", "base_value": 80.0},
        {"kind": "baseline_28d", "delta": 97.5 / 80 - 1, "unit": "ratio", "base_value": 80.0},
        {"kind": "yoy", "delta": 9, "unit": "pp", "base_value": 1, "boundaries": "constant"},
    ],
    ids=lambda each: str(each["kind"]),
)
def test_a_comparison_that_value_and_base_do_not_tell_is_not_judged_by_them(more: Item) -> None:
    assert judge(month(comparisons=[*MONTH["comparisons"], more]))["8.1.5"].holds


def test_a_centre_that_answers_nonsense_fails_and_breaks_nothing() -> None:
    nonsense = Answer(200, {}, b"<html>")
    everything = dict.fromkeys(answers(), nonsense)
    odd: tuple[Item, ...] = ({"id": 1}, {})
    found = judge(Survey(answers=everything, indicators=odd, observations=odd, live=({},)))
    assert found.keys() == PROBES.keys()
    assert not any(found[clause].holds for clause in ("11.3.1", "11.3.3", "15.1.1", "7.5.1"))


def test_what_was_not_asked_is_not_judged() -> None:
    quiet = survey(sent=None, sent_again=None, topics=None, live=(), resumed=())
    for clause in ("4.2.3", "7.3.2", "11.2.3", "11.4.1", "11.4.3", "11.5.1", "13.1.4"):
        assert judge(quiet)[clause].holds is None, clause


def test_sixty_indicators_of_every_domain_meet_the_numbers() -> None:
    domains = (
        *("public-service", "citizen-feedback", "resolution-tasks", "economy", "digital-economy"),
        *("telecom", "science-innovation", "environment", "traffic-safety", "health"),
        *("education", "cyber", "ioc-quality"),
    )
    many = [{**INDICATOR, "id": f"X-{n}", "domain": domains[n % 13]} for n in range(59)]
    found = judge(survey(indicators=(*many, {**INDICATOR, "id": "TK-03"})))
    assert all(found[clause].holds for clause in NEEDS_MORE | {"5.3.1"})
