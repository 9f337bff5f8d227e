"""Each record gets its verdict, bad ones are kept as dead letters, and nothing stops the rest."""

import json
from collections.abc import AsyncIterator

import pytest

from services.domain.events.readers import TAKEN
from tests.contract.samples import examples
from tests.ingest import (
    BATCH,
    NDJSON,
    STRUCTURED,
    RunningIntake,
    event,
    limits,
    lines,
    reasons,
    running_intake,
)

pytestmark = pytest.mark.servers

KIBIBYTE = 1024


@pytest.fixture
async def intake(kafka: str) -> AsyncIterator[RunningIntake]:
    async with running_intake(kafka, limits(slice_records=3)) as running:
        yield running


def bad_lines() -> list[tuple[bytes, str, str]]:
    """Records that are wrong in one way each, with code and pointer."""
    long_note = event()
    long_note["data"]["note"] = "x" * (64 * KIBIBYTE)
    no_procedure = event()
    del no_procedure["data"]["procedure_code"]
    far = event(time="2999-01-01T00:00:00+07:00")
    return [
        (b'{"specversion":"1.0",', "malformed_json", ""),
        (b'{"id":"\xff"}', "malformed_json", ""),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "malformed_json", ""),
        (lines([event()]).replace(b'"1.001193"', b"NaN").strip(), "malformed_json", ""),
        (b'\xef\xbb\xbf{"id":"bom"}', "malformed_json", ""),
        (b"[1,2]", "wrong_type", ""),
        (lines([long_note]).strip(), "too_large", ""),
        (lines([no_procedure]).strip(), "missing_field", "/data/procedure_code"),
        (lines([event(unit="C:99999")]).strip(), "unknown_unit", "/unit"),
        (lines([event(type="vn.ioc.dossier.received.v9")]).strip(), "unknown_type", "/type"),
        (lines([event(type="vn.ioc.alert.raised.v1")]).strip(), "not_authorised", "/type"),
        (lines([far]).strip(), "time_in_future", "/time"),
    ]


@pytest.mark.clause("6.4.2", "7.3.2", "12.3.3")
async def test_bad_records_do_not_stop_the_rest(intake: RunningIntake) -> None:
    bad = bad_lines()
    good = [event() for _ in range(len(bad) + 1)]
    body = lines(good[:1])
    for (raw, _, _), after in zip(bad, good[1:], strict=True):
        body += raw + b"\n" + lines([after])
    response = await intake.post(body, NDJSON)
    answer = response.json()

    assert response.status_code == 202
    assert (answer["records"], answer["accepted"]) == (2 * len(bad) + 1, len(good))
    expected = [(2 * at, code, pointer) for at, (_, code, pointer) in enumerate(bad, 1)]
    assert reasons(answer) == expected
    stored = await intake.accepted(answer["receipt"])
    assert [json.loads(each.value)["id"] for each in stored] == [each["id"] for each in good]


async def test_every_type_lands_in_the_topic_of_its_domain(intake: RunningIntake) -> None:
    documents = [held["valid"][0] for name, held in examples().items() if name in TAKEN]
    response = await intake.post(lines(documents), NDJSON)
    answer = response.json()
    assert (response.status_code, answer["accepted"]) == (202, len(documents)), answer["verdicts"]
    expected = {
        (f"ioc.events.{TAKEN[each['type']].kind.topic_domain}.v1", each["subject"], each["id"])
        for each in documents
    }
    topics = sorted({topic for topic, _, _ in expected})
    stored = await intake.stored(answer["receipt"], *topics)
    assert {
        (each.topic, each.key.decode(), json.loads(each.value)["id"]) for each in stored
    } == expected


@pytest.mark.clause("7.3.2")
async def test_dead_letters_keep_bytes_reason_and_place(intake: RunningIntake) -> None:
    bad = bad_lines()
    response = await intake.post(b"\n".join(raw for raw, _, _ in bad), NDJSON)
    assert response.status_code == 422
    letters = await intake.dead_letters(response.json()["receipt"])

    assert len(letters) == len(bad)
    for letter, (raw, code, pointer) in zip(letters, bad, strict=True):
        headers = dict(letter.headers)
        assert letter.value == raw[: 64 * KIBIBYTE]
        assert headers["reason"].decode() == code
        assert headers["pointer"].decode() == pointer
        assert json.loads(headers["detail"])[0]["code"] == code
        if len(raw) > len(letter.value):
            assert int(headers["cut-from-bytes"]) == len(raw)
    assert letters[0].key == b"unknown"
    assert letters[-1].key == b"/agency/H33.15/tests"


async def test_a_record_that_is_no_json_spares_its_neighbours_in_an_array(
    intake: RunningIntake,
) -> None:
    first, last = event(), event()
    body = b"[" + json.dumps(first).encode() + b', {"a": NaN, "b": "],["}, '
    body += json.dumps(last).encode() + b"]"
    answer = (await intake.post(body, BATCH)).json()
    assert reasons(answer) == [(2, "malformed_json", "")]
    stored = await intake.accepted(answer["receipt"])
    assert [json.loads(each.value)["id"] for each in stored] == [first["id"], last["id"]]


async def test_a_broken_array_is_one_malformed_record(intake: RunningIntake) -> None:
    body = json.dumps([event(), event()]).encode()[:-1]
    response = await intake.post(body, BATCH)
    assert response.status_code == 422
    assert reasons(response.json()) == [(1, "malformed_json", "")]
    (letter,) = await intake.dead_letters(response.json()["receipt"])
    assert letter.value == body


async def test_every_verdict_on_request(intake: RunningIntake) -> None:
    sent = [event(), event(unit="C:99999"), event()]
    answer = (await intake.post(lines(sent), NDJSON, "?verdicts=all")).json()
    told = [(each["line"], each["id"], each["state"]) for each in answer["verdicts"]]
    assert told == [
        (1, sent[0]["id"], "accepted"),
        (2, sent[1]["id"], "rejected"),
        (3, sent[2]["id"], "accepted"),
    ]


@pytest.mark.clause("11.2.2")
async def test_the_receipt_is_stored(intake: RunningIntake) -> None:
    body = lines([event(), event(unit="C:99999"), event()])
    answer = (await intake.post(body, NDJSON)).json()
    (receipt,) = await intake.receipts(answer["receipt"])
    assert receipt["source"] == "/agency/H33.15/tests"
    assert (receipt["records"], receipt["accepted"], receipt["rejected"]) == (3, 2, 1)
    (rejection,) = receipt["rejections"]
    assert (rejection["line"], rejection["code"], rejection["pointer"]) == (
        2,
        "unknown_unit",
        "/unit",
    )


async def test_nothing_sent_is_nothing_wrong(intake: RunningIntake) -> None:
    for body, headers in ((b"", NDJSON), (b"[]", BATCH)):
        response = await intake.post(body, headers)
        assert response.status_code == 202
        assert response.json()["records"] == 0


async def test_details_are_cut_and_counted_where_there_are_too_many(kafka: str) -> None:
    few = limits(verdicts_listed_max=2, receipt_rejections_max=3, detail_characters_max=20)
    async with running_intake(kafka, few) as intake:
        answer = (await intake.post(lines([event(unit="C:99999")] * 5), NDJSON)).json()
        (receipt,) = await intake.receipts(answer["receipt"])
        letters = await intake.dead_letters(answer["receipt"])
    assert (answer["rejected"], len(answer["verdicts"]), answer["verdicts_omitted"]) == (5, 2, 3)
    assert len(answer["verdicts"][0]["reasons"][0]["detail"]) == 21
    assert (receipt["rejected"], len(receipt["rejections"])) == (5, 3)
    assert len(letters) == 5


async def test_an_own_ingestedtime_is_overwritten(intake: RunningIntake) -> None:
    sent = event(ingestedtime="2001-01-01T00:00:00+07:00")
    answer = (await intake.post(json.dumps(sent).encode(), STRUCTURED)).json()
    (record,) = await intake.accepted(answer["receipt"])
    assert json.loads(record.value)["ingestedtime"] > "2020"
    assert record.value.count(b"ingestedtime") == 1
