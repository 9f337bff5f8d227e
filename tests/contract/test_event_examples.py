"""Every example of the contract gets its verdict, code and pointer."""

import json

import pytest

from schemas import event_types
from services.domain.events import CONTRACT, Accepted, decode, judge
from services.domain.events.explain import explain
from services.domain.events.judge import judge_quickly
from services.domain.events.readers import READERS, TAKEN
from services.domain.instants import SECOND, format_instant
from tests.contract.samples import NOW, UNITS, Document, examples, faults, patched, sent

VALID = [
    pytest.param(document, id=f"{name}-{number}")
    for name, held in examples().items()
    for number, document in enumerate(held["valid"])
    if CONTRACT.types[name].direction == "in"
]
WRITTEN_HERE = [
    pytest.param(document, id=name)
    for name, held in examples().items()
    for document in held["valid"]
    if CONTRACT.types[name].direction == "out"
]
INVALID = [
    pytest.param(patched(held["valid"][0], bad["patch"]), (bad["code"], bad["pointer"]), id=name)
    for name, held in examples().items()
    for bad in held["invalid"]
]


def test_every_type_has_examples_and_a_schema() -> None:
    assert set(examples()) == set(CONTRACT.types) == set(event_types())
    assert all(held["valid"] and len(held["invalid"]) >= 3 for held in examples().values())


@pytest.mark.parametrize("document", VALID)
def test_a_valid_example_is_accepted_without_a_warning(document: Document) -> None:
    verdict = judge(sent(document), NOW, UNITS)
    assert isinstance(verdict, Accepted), verdict
    assert verdict.warnings == ()
    assert verdict.event.id == document["id"]
    assert isinstance(verdict.event.data, CONTRACT.types[document["type"]].record)


@pytest.mark.parametrize("document", VALID)
def test_the_quick_path_and_the_explaining_one_agree_on_it(document: Document) -> None:
    raw = sent(document)
    assert judge_quickly(raw, NOW, UNITS) == explain(raw, NOW, UNITS)


@pytest.mark.parametrize("document", VALID)
def test_the_published_document_is_the_record_with_its_time_of_arrival(document: Document) -> None:
    verdict = judge(sent(document), NOW, UNITS)
    assert isinstance(verdict, Accepted)
    published = verdict.document(NOW + SECOND)
    assert json.loads(published) == document | {"ingestedtime": format_instant(NOW + SECOND)}
    assert decode(published) == verdict.event


@pytest.mark.parametrize(("document", "expected"), INVALID)
@pytest.mark.clause("4.2.1", "7.3.1", "7.3.3")
def test_an_invalid_example_gives_exactly_its_fault(
    document: Document, expected: tuple[str, str]
) -> None:
    """Also in what the centre writes: it is judged as if the centre were the sender."""
    assert faults(explain(sent(document), NOW, UNITS, READERS)) == [expected]
    if document["type"] in TAKEN or expected[0] == "unknown_type":
        assert faults(judge(sent(document), NOW, UNITS)) == [expected]


@pytest.mark.parametrize("document", WRITTEN_HERE)
def test_what_the_centre_writes_is_refused_from_outside_and_read_back(document: Document) -> None:
    raw = sent(document)
    assert faults(judge(raw, NOW, UNITS)) == [("not_authorised", "/type")]
    written = explain(raw, NOW, UNITS, READERS)
    assert isinstance(written, Accepted), written
    assert written.warnings == ()
    assert decode(raw) == written.event


@pytest.mark.clause("6.4.1")
def test_a_figure_under_embargo_is_not_taken_before_its_release() -> None:
    """Nothing in the centre knows it until then: a report happens when it is released."""
    report = examples()["vn.ioc.stat.report.v1"]["valid"][0]
    ahead = format_instant(NOW + 24 * 3600 * SECOND)
    held = report | {"data": report["data"] | {"embargo_until": ahead, "released_at": ahead}}
    assert faults(judge(sent(held), NOW, UNITS)) == [("rule_violated", "/time")]
    at_release = held | {"time": ahead}
    assert ("time_in_future", "/time") in faults(judge(sent(at_release), NOW, UNITS))
