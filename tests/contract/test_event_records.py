"""Records that are not even a good document, or whose envelope is wrong."""

import json
from typing import Any

import pytest

from services.domain.errors import Refused
from services.domain.events import REASONS, RECORD_BYTES_MAX, WARNINGS, decode, judge
from services.domain.events.findings import Finding
from services.domain.events.verdict import Rejected
from tests.contract.samples import (
    NOW,
    UNITS,
    Document,
    faults,
    received,
    sent,
    valid_example,
    warnings,
)

GOOD = sent(received())
LOCAL = "2025-10-06T09:15:00+07:00"


def nested(levels: int) -> bytes:
    """A valid record whose deepest array lies at this level; the record itself is the first."""
    arrays = levels - 2
    return GOOD.replace(b'"data":{', b'"data":{"deep":' + b"[" * arrays + b"]" * arrays + b",")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"specversion":"1.0","id":"x"', id="cut"),
        pytest.param(b'{"specversion":"1.0","data":{"value":NaN}}', id="nan"),
        pytest.param(b'{"value":-Infinity}', id="infinity"),
        pytest.param(b'{"id":"x","id":"y"}', id="repeated"),
        pytest.param(b'{"id" : "x", "id" : "y"}', id="repeated, with blanks"),
        pytest.param(b'{"id":"x","i\\u0064":"y"}', id="repeated, written otherwise"),
        pytest.param(GOOD.replace(b'"channel"', b'"svc_level"'), id="repeated in data"),
        pytest.param(b'{"id":"\xff"}', id="not UTF-8"),
        pytest.param(b'{"id":"\xed\xa0\x80"}', id="surrogate in UTF-8"),
        pytest.param(b'{"id":"\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"\\udc00":1}', id="lone surrogate in a name"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="byte order mark"),
        pytest.param(GOOD + b" {}", id="two documents"),
        pytest.param(GOOD[:-1] + b",}", id="trailing comma"),
        pytest.param(b'{"id":"a\nb"}', id="raw line feed in a string"),
        pytest.param(b'{"id":01}', id="leading zero"),
        pytest.param(nested(9), id="nine levels"),
        pytest.param(b"[" * 60_000, id="sixty thousand levels"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="ten thousand objects"),
    ],
)
def test_what_is_no_document_is_malformed(raw: bytes) -> None:
    assert faults(judge(raw, NOW, UNITS)) == [("malformed_json", "")]


@pytest.mark.clause("12.4.1")
def test_eight_levels_are_allowed() -> None:
    assert warnings(judge(nested(8), NOW, UNITS)) == [("unknown_field", "/data/deep")]


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"x"', b"null", b"true", b"1e400"])
def test_a_document_that_is_no_object_has_the_wrong_type(raw: bytes) -> None:
    assert faults(judge(raw, NOW, UNITS)) == [("wrong_type", "")]


@pytest.mark.clause("12.4.1")
def test_a_record_of_64_kib_is_the_largest() -> None:
    document = valid_example("vn.ioc.dossier.received.v1")
    room = RECORD_BYTES_MAX - len(sent(document)) - len(',"note":""')
    document["data"]["note"] = "x" * room
    assert len(sent(document)) == RECORD_BYTES_MAX
    assert warnings(judge(sent(document), NOW, UNITS)) == [("unknown_field", "/data/note")]
    document["data"]["note"] += "x"
    assert faults(judge(sent(document), NOW, UNITS)) == [("too_large", "")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"id": "a b"}, ("bad_format", "/id"), id="blank in id"),
        pytest.param({"id": "a\n"}, ("bad_format", "/id"), id="line feed after id"),
        pytest.param({"unit": "C:11953\n"}, ("bad_format", "/unit"), id="line feed after unit"),
        pytest.param({"unit": "C:١١٩٥٣"}, ("bad_format", "/unit"), id="digits of another script"),
        pytest.param({"unit": "C:99999"}, ("unknown_unit", "/unit"), id="unit that is not listed"),
        pytest.param({"subject": ""}, ("out_of_range", "/subject"), id="empty subject"),
        pytest.param({"subject": "x" * 201}, ("out_of_range", "/subject"), id="long subject"),
        pytest.param({"time": LOCAL + "\n"}, ("bad_format", "/time"), id="line feed after time"),
        pytest.param({"time": "2025-10-06"}, ("bad_format", "/time"), id="a day for a time"),
        pytest.param({"time": "2025-02-30T00:00:00Z"}, ("bad_format", "/time"), id="30 February"),
        pytest.param({"time": "2025-10-06T09:15:00"}, ("bad_format", "/time"), id="no offset"),
        pytest.param({"time": 1759716900}, ("wrong_type", "/time"), id="number for a time"),
        pytest.param(
            {"time": "2026-06-01T00:05:00.000001+07:00"}, ("time_in_future", "/time"), id="future"
        ),
        pytest.param(
            {"recordedtime": "0000-01-01T00:00:00Z"}, ("bad_format", "/recordedtime"), id="0"
        ),
        pytest.param({"unitasof": "2025-02-30"}, ("bad_format", "/unitasof"), id="no such day"),
        pytest.param({"op": "delete"}, ("not_in_list", "/op"), id="unknown op"),
        pytest.param(
            {"op": "correct"}, ("correction_invalid", "/supersedes"), id="corrects nothing"
        ),
        pytest.param({"supersedes": "a-1"}, ("correction_invalid", "/supersedes"), id="creates"),
        pytest.param(
            {"op": "retract", "supersedes": "01JB0001X"},
            ("correction_invalid", "/supersedes"),
            id="retracts itself",
        ),
        pytest.param(
            {"type": "vn.ioc.dossier.received.v2"}, ("unknown_type", "/type"), id="version"
        ),
        pytest.param(
            {"type": "vn.ioc.task.praised.v1"}, ("unknown_type", "/type"), id="no such type"
        ),
        pytest.param({"type": "vn.ioc.alert.raised.v1"}, ("not_authorised", "/type"), id="alert"),
        pytest.param({"type": "x" * 81}, ("out_of_range", "/type"), id="long type"),
        pytest.param({"type": 1}, ("wrong_type", "/type"), id="type that is a number"),
        pytest.param({"data": None}, ("missing_field", "/data"), id="no data"),
        pytest.param({"data": []}, ("wrong_type", "/data"), id="data that is an array"),
        pytest.param({"ingestedtime": "now"}, ("bad_format", "/ingestedtime"), id="arrival"),
    ],
)
@pytest.mark.clause("5.4.1", "7.3.1")
def test_a_fault_of_the_envelope(changes: Document, expected: tuple[str, str]) -> None:
    assert faults(judge(sent(received(**changes)), NOW, UNITS)) == [expected]


@pytest.mark.parametrize(
    ("member", "written", "expected"),
    [
        ("fee_total", b"1e400", ("out_of_range", "/data/fee_total")),
        ("fee_total", b"9007199254740992", ("out_of_range", "/data/fee_total")),
        ("fee_total", b"1" * 5000, ("out_of_range", "/data/fee_total")),
        ("fee_total", b"1.5", ("wrong_type", "/data/fee_total")),
        ("fee_total", b"true", ("wrong_type", "/data/fee_total")),
        ("limit_working_hours", b"-1e400", ("out_of_range", "/data/limit_working_hours")),
        ("limit_working_hours", b"0.4", ("out_of_range", "/data/limit_working_hours")),
        ("channel", b"2.5", ("wrong_type", "/data/channel")),
        ("channel", b"4", ("not_in_list", "/data/channel")),
    ],
)
def test_a_number_out_of_bounds(member: str, written: bytes, expected: tuple[str, str]) -> None:
    document = received()
    document["data"][member] = "HERE"
    raw = sent(document).replace(b'"HERE"', written)
    assert faults(judge(raw, NOW, UNITS)) == [expected]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    document = received()
    document["data"] |= {"channel": 2.0, "fee_total": 5e4}
    verdict = judge(sent(document), NOW, UNITS)
    assert warnings(verdict) == []
    data: Any = verdict.event.data  # type: ignore[union-attr]  # warnings() asserted that it is accepted
    assert (data.channel, data.fee_total) == (2, 50_000)
    assert isinstance(data.channel, int)
    assert isinstance(data.fee_total, int)


def test_null_is_absent() -> None:
    document = received() | {"op": None, "supersedes": None, "quality": None}
    document["data"]["channel"] = None
    assert warnings(judge(sent(document), NOW, UNITS)) == []
    document["data"]["svc_level"] = None
    assert faults(judge(sent(document), NOW, UNITS)) == [("missing_field", "/data/svc_level")]


def test_all_faults_are_named_in_the_order_of_the_contract() -> None:
    document = received(unit="C:99999", source="x", time="2030-01-01T00:00:00Z")
    document["data"] |= {"paid_online": 1, "svc_level": "4", "due_at": "2025-10-01T00:00:00Z"}
    del document["data"]["procedure_code"]
    assert faults(judge(sent(document), NOW, UNITS)) == [
        ("bad_format", "/source"),
        ("unknown_unit", "/unit"),
        ("time_in_future", "/time"),
        ("missing_field", "/data/procedure_code"),
        ("not_in_list", "/data/svc_level"),
        ("rule_violated", "/data/due_at"),
        ("rule_violated", "/data/paid_online"),
    ]


@pytest.mark.clause("5.4.6", "7.3.4")
def test_warnings_go_along_with_an_accepted_record() -> None:
    document = received()
    document["data"] = {
        name: value
        for name, value in document["data"].items()
        if name not in {"due_at", "limit_working_hours"}
    } | {"a/b~c": 1, "later": {"x": [1]}}
    assert warnings(judge(sent(document), NOW, UNITS)) == [
        ("unknown_field", "/data/a~1b~0c"),
        ("unknown_field", "/data/later"),
        ("deadline_missing", "/data/due_at"),
    ]


def test_many_unknown_fields_are_named_up_to_a_limit_and_counted() -> None:
    document = received()
    document["data"] |= {f"x{number}": 1 for number in range(2000)}
    found = warnings(judge(sent(document), NOW, UNITS))
    assert found[:2] == [("unknown_field", "/data/x0"), ("unknown_field", "/data/x1")]
    assert found[100:] == [("unknown_field", "/data")]


@pytest.mark.clause("15.2.3")
def test_a_district_that_is_named_after_its_end_is_warned_of() -> None:
    class FormerUnits:
        def known(self, code: str, on: Any) -> bool:
            return code == "D:323" and on.isoformat() <= "2025-06-30"

    old = {"unit": "D:323", "unitasof": "2025-06-30"}
    assert warnings(judge(sent(received(**old)), NOW, FormerUnits())) == [
        ("legacy_district", "/unit")
    ]
    document = received(**old, time="2025-06-30T23:59:59+07:00")
    document["data"]["submitted_at"] = "2025-06-30T08:00:00+07:00"
    assert warnings(judge(sent(document), NOW, FormerUnits())) == []
    for late in ({}, {"unitasof": "2025-07-01"}):
        judged = judge(sent(received(unit="D:323", **late)), NOW, FormerUnits())
        assert warnings(judged) == [("legacy_district", "/unit")]
        assert faults(judge(sent(received(unit="D:324", **late)), NOW, FormerUnits())) == [
            ("unknown_unit", "/unit")
        ]
    undated = received(unit="D:323", unitasof="2025-02-30")
    assert faults(judge(sent(undated), NOW, FormerUnits())) == [("bad_format", "/unitasof")]


@pytest.mark.parametrize(
    ("event_type", "subject", "code"),
    [
        ("vn.ioc.dossier.rated.v1", "x y", "bad_format"),
        ("vn.ioc.dossier.rated.v1", "H33.15-251006-0001\n", "bad_format"),
        ("vn.ioc.stat.report.v1", "digital_economy_share/2025-Q3", "rule_violated"),
        ("vn.ioc.reference.list.v1", "top_procedures/2025-10-01\n", "rule_violated"),
    ],
)
def test_a_subject_that_does_not_fit(event_type: str, subject: str, code: str) -> None:
    document = valid_example(event_type) | {"subject": subject}
    assert faults(judge(sent(document), NOW, UNITS)) == [(code, "/subject")]


def test_an_accepted_record_is_read_however_its_numbers_are_written() -> None:
    document = received()
    document["data"] |= {"channel": 2.0, "later": "x"}
    raw = sent(document).replace(b'"x"', b"1e400")
    assert decode(raw) == judge(raw, NOW, UNITS).event  # type: ignore[union-attr]  # it is accepted
    future = sent(received(time="2999-01-01T00:00:00Z", unit="C:99999"))
    assert decode(future).unit == "C:99999"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "malformed_json at the whole record"),
        (b"[]", "wrong_type at the whole record"),
        (sent(received(type="vn.ioc.task.praised.v1")), "unknown_type at /type"),
        (sent(received(time="2025-02-30T00:00:00Z")), "bad_format at /time"),
        (sent(received(data=None)), "missing_field at /data"),
    ],
)
def test_what_was_never_accepted_is_refused(raw: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        decode(raw)


def test_a_retraction_needs_no_data_and_has_none() -> None:
    document = received(op="retract", supersedes="a-1", data=None)
    for data in ({}, {"data": {"svc_level": 4}}, {"data": "anything"}):
        verdict = judge(sent(document | data), NOW, UNITS)
        assert warnings(verdict) == []
        assert verdict.event.data is None  # type: ignore[union-attr]  # warnings() asserted it


@pytest.mark.clause("7.3.3")
def test_every_finding_is_of_the_vocabulary_and_is_one_sentence() -> None:
    document = received(id=7, unit="C:99999", quality="A B")
    document["data"] |= {"channel": 9, "extra": "x" * 500}
    verdict = judge(sent(document), NOW, UNITS)
    assert isinstance(verdict, Rejected)
    found: tuple[Finding, ...] = verdict.faults
    assert {finding.code for finding in found} <= set(REASONS)
    assert not set(REASONS) & set(WARNINGS)
    for finding in found:
        assert finding.detail.endswith(".")
        assert "\n" not in finding.detail
        assert len(finding.detail) < 400
    assert json.loads(json.dumps([f.detail for f in found]))
