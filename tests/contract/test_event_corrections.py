"""Which facts count: the two worked examples of the contract and the corners of rules 1 to 4."""

from itertools import permutations
from typing import Any

import pytest

from services.domain.events import Event, counting_facts, decode
from services.domain.instants import parse_instant
from tests.contract.samples import Document, received, sent, valid_example

RECEIVED = "vn.ioc.dossier.received.v1"
FINISHED = "vn.ioc.dossier.finished.v1"
SUBJECT = "H33.15-251006-0002"


def event(event_id: str, event_type: str, time: str, recorded: str, **more: Any) -> Event:
    """An event of one dossier in October 2025, with times written `06T09:00`."""
    document: Document = valid_example(event_type) | {
        "id": event_id,
        "subject": SUBJECT,
        "time": f"2025-10-{time}:00+07:00",
        "recordedtime": f"2025-10-{recorded}:05+07:00",
    }
    return decode(sent(document | more))


RECEIPT = event("a-1", RECEIVED, "06T09:00", "06T09:00")
FINISH = event("a-2", FINISHED, "09T10:00", "09T10:00")
CORRECTION = event("a-3", RECEIVED, "06T09:00", "09T11:00", op="correct", supersedes="a-1")
RETRACTION = event("a-4", FINISHED, "09T10:00", "09T12:00", op="retract", supersedes="a-2")
FINISH_AGAIN = event("a-5", FINISHED, "14T09:00", "14T09:00")
RESTORED = event("a-6", FINISHED, "09T10:00", "10T08:00", op="correct", supersedes="a-2")


def ids(facts: list[Event]) -> set[str]:
    return {fact.id for fact in facts}


@pytest.mark.parametrize(
    ("events", "counting"),
    [
        pytest.param((RECEIPT, FINISH, CORRECTION), {"a-2", "a-3"}, id="correction"),
        pytest.param((RECEIPT, FINISH, RETRACTION), {"a-1"}, id="retraction"),
        pytest.param(
            (RECEIPT, FINISH, RETRACTION, FINISH_AGAIN), {"a-1", "a-5"}, id="sent anew after it"
        ),
        pytest.param((RECEIPT, FINISH, RETRACTION, RESTORED), {"a-1", "a-6"}, id="brought back"),
        pytest.param((CORRECTION, FINISH), {"a-2"}, id="correction without its first event"),
    ],
)
@pytest.mark.clause("5.4.2")
def test_any_order_and_repetition_gives_the_same_facts(
    events: tuple[Event, ...], counting: set[str]
) -> None:
    for order in permutations(events):
        assert ids(counting_facts(order)) == counting
        assert ids(counting_facts(order + order)) == counting
        assert counting_facts(order) == counting_facts(events)


@pytest.mark.parametrize(
    "other",
    [
        {"source": "/agency/H33.16/mot-cua"},
        {"unit": "C:11977"},
        {"subject": "H33.15-251006-0003"},
        {"supersedes": "a-3"},
    ],
)
def test_a_correction_that_does_not_match_never_counts(other: Document) -> None:
    members = {"op": "correct", "supersedes": "a-1"} | other
    stray = event("a-9", RECEIVED, "06T09:00", "20T11:00", **members)
    assert ids(counting_facts((RECEIPT, CORRECTION, stray))) == {"a-3"}


@pytest.mark.clause("5.4.3")
def test_of_one_source_and_id_the_first_given_stands() -> None:
    resent = decode(sent(received(id="x-1", time="2025-10-07T00:00:00Z")))
    first = decode(sent(received(id="x-1")))
    assert counting_facts((first, resent)) == [first]
    assert counting_facts((resent, first)) == [resent]
    elsewhere = decode(sent(received(id="x-1", source="/agency/H33.16/mot-cua")))
    assert len(counting_facts((first, elsewhere))) == 2


@pytest.mark.clause("5.4.2")
def test_versions_are_compared_as_instants_and_then_by_id() -> None:
    offset = {"op": "correct", "supersedes": "a-1", "recordedtime": "2025-10-09T04:00:05Z"}
    equal = event("a-30", RECEIVED, "06T09:00", "09T11:00", **offset)
    assert equal.recorded_at == CORRECTION.recorded_at
    assert ids(counting_facts((RECEIPT, CORRECTION, equal))) == {"a-30"}


def test_a_fact_counts_from_its_own_time_on() -> None:
    at = parse_instant("2025-10-09T10:00:00+07:00")
    assert ids(counting_facts((RECEIPT, FINISH), now=at)) == {"a-1"}
    assert ids(counting_facts((RECEIPT, FINISH), now=at + 1)) == {"a-1", "a-2"}


def test_a_version_of_the_future_hides_the_one_before_it() -> None:
    moved = event("a-7", FINISHED, "20T10:00", "09T13:00", op="correct", supersedes="a-2")
    between = parse_instant("2025-10-15T00:00:00+07:00")
    assert ids(counting_facts((RECEIPT, FINISH, moved), now=between)) == {"a-1"}
