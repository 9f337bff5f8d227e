"""Whatever is sent: judging never raises, both paths agree, what is accepted is read again."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.events import (
    CONTRACT,
    REASONS,
    Accepted,
    Event,
    Rejected,
    counting_facts,
    decode,
    judge,
)
from services.domain.events.envelope import ENVELOPE_FIELDS
from services.domain.events.explain import explain
from services.domain.events.strict_json import parse_strictly
from services.domain.instants import MINUTE, SECOND, format_instant
from tests.contract.samples import NOW, UNITS, Document, valid_example

quickly = settings(max_examples=300, deadline=None)

ODD_TEXTS = st.sampled_from(
    [
        "", " ", "x", "1", "A", "A,B", "simulated", "full", "create", "correct", "retract", "all",
        "export", "rd_result", "sector", "operator", "C:11953", "C:11953\n", "P:33", "D:001",
        "C:99999", "2025-10-06", "2025-02-30", "2025-10-06T09:15:00+07:00", "2025-10-06T02:15:00Z",
        "2025-10-06T09:15:00.123456+07:00", "2025-10-06T09:15:60Z", "2025-10-06T09:15:00+07:60",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "0000-01-01T00:00:00Z",
        "9999-12-31", "0001-01-01", "vn.ioc.alert.raised.v1", "vn.ioc.stat.report.v1", 'a":b',
        "a : b", "{[", "ingestedtime", "\ud800", "\u0000", "Ngày 1 \U0001f600", "01JB0001X",
    ]
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 2.0, -1, 2.5, -0.0, 2**53, 2**53 - 1, 10**30, 10**320, 1e308])
    | st.integers()
    | st.floats()
    | ODD_TEXTS
    | st.text(max_size=12)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
ENVELOPE_NAMES = [*(field.name for field in ENVELOPE_FIELDS), "data"]


@st.composite
def mutated(draw: st.DrawFn) -> Document:
    """An example of any type, with up to three members replaced, added or removed."""
    document = valid_example(draw(st.sampled_from(list(CONTRACT.types))))
    kind = CONTRACT.types[document["type"]]
    for _ in range(draw(st.integers(0, 3))):
        inner = document.get("data")
        if draw(st.booleans()) and isinstance(inner, dict):
            target, names = inner, [*(field.name for field in kind.fields), "time"]
        else:
            target, names = document, ENVELOPE_NAMES
        name = draw(st.sampled_from(names) | st.text(max_size=8))
        if draw(st.integers(0, 3)) == 0:
            target.pop(name, None)
        else:
            target[name] = draw(JSON)
    return document


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A mutated example as JSON in one of the ways that people write it."""
    document = draw(mutated())
    text = json.dumps(
        document,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 1])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")])),
    )
    return text.encode("utf-8", "surrogatepass")


def known_verdict(raw: bytes) -> Accepted | Rejected:
    verdict = judge(raw, NOW, UNITS)
    if isinstance(verdict, Rejected):
        assert verdict.faults
        assert {fault.code for fault in verdict.faults} <= set(REASONS)
    return verdict


@quickly
@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    assert isinstance(known_verdict(raw), Rejected)


@quickly
@given(JSON)
def test_no_json_raises(document: Any) -> None:
    raw = json.dumps(document).encode()
    assert isinstance(known_verdict(raw), Rejected)


@quickly
@given(written(), st.integers(0, 600), st.binary(max_size=3), st.integers(0, 3))
def test_no_damaged_record_raises(raw: bytes, at: int, inserted: bytes, removed: int) -> None:
    damaged = raw[:at] + inserted + raw[at + removed :]
    assert known_verdict(damaged) == explain(damaged, NOW, UNITS)


@settings(max_examples=800, deadline=None)
@given(written())
def test_both_paths_agree(raw: bytes) -> None:
    assert judge(raw, NOW, UNITS) == explain(raw, NOW, UNITS)


@quickly
@given(written(), st.sampled_from([b'"ingestedtime"', b'"inges\\u0074edtime"']))
def test_repeating_any_member_is_found(raw: bytes, name: bytes) -> None:
    twice = b"{" + name + b":null," + name + b":null," + raw.lstrip()[1:].lstrip()
    verdict = known_verdict(twice)
    assert isinstance(verdict, Rejected)
    assert verdict.faults[0].code == "malformed_json"


@quickly
@given(written())
@pytest.mark.clause("5.4.1")
def test_what_is_accepted_is_published_whole_and_read_again(raw: bytes) -> None:
    verdict = known_verdict(raw)
    if isinstance(verdict, Rejected):
        return
    arrived_at = NOW + 3 * MINUTE + 1
    published = verdict.document(arrived_at)
    assert decode(published) == verdict.event
    assert json.loads(published) == json.loads(raw) | {"ingestedtime": format_instant(arrived_at)}


@quickly
@given(mutated(), st.sampled_from([b'"ingestedtime"', b'"inges\\u0074edtime"']), st.booleans())
def test_a_time_of_arrival_that_was_sent_is_written_over(
    document: Document, name: bytes, first: bool
) -> None:
    document = {key: value for key, value in document.items() if key != "ingestedtime"}
    body = json.dumps(document).encode()[1:-1]
    member = name + b' :  "2020-01-01T00:00:00Z"'
    verdict = judge(
        b"{" + (member + b", " + body if first else body + b"," + member) + b"}\n", NOW, UNITS
    )
    if isinstance(verdict, Accepted):
        published = verdict.document(NOW)
        parse_strictly(published)
        assert json.loads(published) == document | {"ingestedtime": format_instant(NOW)}


@st.composite
def fact_events(draw: st.DrawFn) -> list[Event]:
    """Creates, corrections and retractions that share few ids, subjects and instants."""
    base = valid_example("vn.ioc.dossier.rated.v1")
    events = []
    for number in range(draw(st.integers(1, 7))):
        op = draw(st.sampled_from(["create", "correct", "retract"]))
        members: Document = {
            "id": f"e{number}",
            "op": op,
            "subject": draw(st.sampled_from(["abc", "abd"])),
            "recordedtime": format_instant(NOW + draw(st.integers(0, 2)) * SECOND),
        }
        if op != "create":
            others = [f"e{other}" for other in range(7) if other != number]
            members["supersedes"] = draw(st.sampled_from(others))
        events.append(decode(json.dumps(base | members).encode()))
    return events


@quickly
@given(fact_events(), st.randoms(use_true_random=False))
@pytest.mark.clause("8.4.1")
def test_facts_do_not_depend_on_order_or_repetition(events: list[Event], random: Any) -> None:
    shuffled = events * 2
    random.shuffle(shuffled)
    facts = counting_facts(events)
    assert counting_facts(shuffled) == facts
    assert all(fact.op != "retract" for fact in facts)
    opened = {(event.source, event.id) for event in events if event.op == "create"}
    assert {(fact.source, fact.supersedes or fact.id) for fact in facts} <= opened
