"""Every way to send an event ends as the same document in Kafka."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import quote

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.ingest import BATCH, NDJSON, RunningIntake, event, lines, running_intake

pytestmark = pytest.mark.servers


@pytest.fixture
async def intake(kafka: str) -> AsyncIterator[RunningIntake]:
    async with running_intake(kafka) as running:
        yield running


async def stored(intake: RunningIntake, response: httpx.Response) -> list[dict[str, object]]:
    """What of an accepted request is in Kafka, without what the intake adds."""
    assert response.status_code == 202, response.text
    documents = []
    for record in await intake.accepted(response.json()["receipt"]):
        document = json.loads(record.value)
        assert record.key == document["subject"].encode()
        assert document.pop("ingestedtime").endswith("+07:00")
        documents.append(document)
    return documents


@pytest.mark.parametrize("kind", ["application/cloudevents+json", "application/json"])
@pytest.mark.clause("11.2.1")
async def test_structured(intake: RunningIntake, kind: str) -> None:
    sent = event()
    response = await intake.post(
        json.dumps(sent).encode(), {"content-type": f"{kind}; charset=UTF-8"}
    )
    assert await stored(intake, response) == [sent]


@pytest.mark.parametrize("headers", [BATCH, {"content-type": "application/json"}])
@pytest.mark.clause("11.2.1")
async def test_batch(intake: RunningIntake, headers: dict[str, str]) -> None:
    sent = [event() for _ in range(5)]
    response = await intake.post(json.dumps(sent, indent=1).encode(), headers)
    assert await stored(intake, response) == sent


@pytest.mark.clause("11.2.1")
async def test_ndjson_with_blank_lines_and_carriage_returns(intake: RunningIntake) -> None:
    sent = [event() for _ in range(3)]
    body = lines(sent[:1]) + b"\r\n\n" + lines(sent[1:]).replace(b"\n", b"\r\n")
    response = await intake.post(body, NDJSON)
    assert await stored(intake, response) == sent
    places = [
        int.from_bytes(dict(record.headers)["receipt"][16:], "big")
        for record in await intake.accepted(response.json()["receipt"])
    ]
    assert places == [1, 4, 5]


@pytest.mark.clause("5.4.6")
async def test_unknown_members_are_kept(intake: RunningIntake) -> None:
    sent = event(partnerid="x-17")
    sent["data"]["colour"] = "đỏ"
    response = await intake.post(lines([sent]), NDJSON)
    (document,) = await stored(intake, response)
    assert document == sent
    (verdict,) = response.json()["verdicts"]
    assert [warning["code"] for warning in verdict["warnings"]] == ["unknown_field"]


@pytest.mark.clause("11.2.1")
async def test_binary_mode_decodes_percent_signs(intake: RunningIntake) -> None:
    sent = event(id="a-1", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    headers = {
        f"ce-{name}": quote(value, safe=" :/-+") for name, value in sent.items() if name != "data"
    }
    headers["ce-unit"] = '"C%3A11953"'
    headers["content-type"] = "application/json"
    response = await intake.post(json.dumps(sent["data"]).encode(), headers)
    assert await stored(intake, response) == [sent | {"datacontenttype": "application/json"}]


async def test_binary_mode_without_data_is_a_retraction(intake: RunningIntake) -> None:
    sent = event(op="retract", supersedes="a-1", data=None)
    headers = {f"ce-{name}": value for name, value in sent.items()}
    response = await intake.post(b"", headers)
    assert await stored(intake, response) == [sent | {"datacontenttype": "application/json"}]


async def test_binary_mode_cannot_smuggle_members(intake: RunningIntake) -> None:
    sent = event()
    headers = {f"ce-{name}": value for name, value in sent.items() if name != "data"}
    headers["content-type"] = "application/json"
    response = await intake.post(b'{}, "op": "retract", "x": {}', headers)
    assert response.status_code == 422
    (verdict,) = response.json()["verdicts"]
    assert verdict["reasons"][0]["code"] == "malformed_json"


@pytest.mark.parametrize("members", [1, 3])
async def test_gzip(intake: RunningIntake, members: int) -> None:
    sent = [event() for _ in range(members)]
    body = b"".join(gzip.compress(lines([each])) for each in sent)
    response = await intake.post(body, NDJSON | {"content-encoding": "gzip"})
    assert await stored(intake, response) == sent


@pytest.mark.parametrize("mode", ["structured", "binary"])
@pytest.mark.clause("5.4.1", "11.2.1")
async def test_the_official_sdk_as_a_foreign_sender(intake: RunningIntake, mode: str) -> None:
    sent = event(datacontenttype="application/json")
    attributes = {name: value for name, value in sent.items() if name != "data"}
    attributes["time"] = datetime.fromisoformat(sent["time"])
    foreign = CloudEvent(attributes=attributes, data=sent["data"])
    encode = to_structured_event if mode == "structured" else to_binary_event
    message = encode(foreign)
    response = await intake.post(message.body, message.headers)
    assert await stored(intake, response) == [sent]
