"""Requests that are refused as a whole: too much, unreadable, or at the wrong moment."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.ingest import (
    BATCH,
    NDJSON,
    STRUCTURED,
    RunningIntake,
    event,
    limits,
    lines,
    running_intake,
)

pytestmark = pytest.mark.servers

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def intake(kafka: str) -> AsyncIterator[RunningIntake]:
    chosen = limits(body_bytes_max=MEBIBYTE, records_max=100, body_seconds_max=0.5)
    async with running_intake(kafka, chosen) as running:
        yield running


@pytest.fixture
def nobody() -> str:
    """An address where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def assert_problem(response: httpx.Response, status: int, word: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert word in document["detail"]


@pytest.mark.clause("12.4.1")
async def test_a_body_that_is_too_long(intake: RunningIntake) -> None:
    body = b" " * (MEBIBYTE + 1)
    assert_problem(await intake.post(body, NDJSON), 413, "1048576")

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * (64 * 1024)

    streamed = await intake.client.post("/v1/events", content=unannounced(), headers=NDJSON)
    assert_problem(streamed, 413, "1048576")
    assert (await intake.post(lines([event()]), NDJSON)).status_code == 202


@pytest.mark.clause("12.4.1")
async def test_too_many_records(intake: RunningIntake) -> None:
    assert_problem(await intake.post(b"{}\n" * 101, NDJSON), 413, "100")
    assert_problem(await intake.post(b"[" + b"1," * 100 + b"1]", BATCH), 413, "100")
    assert_problem(await intake.post(b"\n" * 500, NDJSON), 413, "100")
    assert (await intake.post(b"\n" * 150, NDJSON)).status_code == 202


@pytest.mark.clause("12.4.1")
async def test_a_gzip_bomb_is_not_inflated(intake: RunningIntake) -> None:
    bomb = gzip.compress(b"\0" * (100 * MEBIBYTE))
    headers = NDJSON | {"content-encoding": "gzip"}
    assert len(bomb) < MEBIBYTE
    assert_problem(await intake.post(bomb, headers), 413, "inflated")
    assert_problem(
        await intake.post(gzip.compress(b"", mtime=0) * 100, headers), 400, "gzip members"
    )


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b"{}", {"content-type": "text/plain"}, 415, "text/plain"),
        (b"{}", {}, 415, "none"),
        (b"{}", STRUCTURED | {"content-encoding": "br"}, 415, "br"),
        (b"{}", {"content-type": "application/json; charset=utf-16"}, 415, "utf-16"),
        (b"<a/>", {"content-type": "text/xml", "ce-id": "1"}, 415, "text/xml"),
        (b"", STRUCTURED, 400, "empty"),
        (b" \n", {"content-type": "application/json"}, 400, "empty"),
        (b"{}", BATCH, 400, "array"),
        (b"{}", NDJSON | {"content-encoding": "gzip"}, 400, "gzip"),
        (
            gzip.compress(b"{}", mtime=0)[:-4],
            NDJSON | {"content-encoding": "gzip"},
            400,
            "too early",
        ),
        (b"{}", {"content-type": "application/json", "ce-subject": "%ff"}, 400, "ce-subject"),
        (b"{}", {"content-type": "application/json", "ce-data": "1"}, 400, "ce-data"),
    ],
)
async def test_what_cannot_be_read(
    intake: RunningIntake, body: bytes, headers: dict[str, str], status: int, word: str
) -> None:
    assert_problem(await intake.post(body, headers), status, word)


async def test_other_methods_and_questions(intake: RunningIntake) -> None:
    assert_problem(await intake.client.get("/v1/events"), 405, "POST")
    assert_problem(await intake.post(b"", NDJSON, "?verdicts=some"), 400, "verdicts=all")
    for unknown in ("/", "/v1/event", "/v1/events/1"):
        missing = await intake.client.get(unknown)
        assert_problem(missing, 404, "Not Found")
        assert missing.json().keys() >= {"type", "title", "status", "detail"}
    assert_problem(await intake.client.post("/healthz"), 405, "Method Not Allowed")


@pytest.mark.clause("12.4.1")
async def test_a_body_that_does_not_arrive(intake: RunningIntake) -> None:
    url = intake.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n"
    writer.write(f"{head}content-length: 1000\r\n\r\n{{".encode())
    async with asyncio.timeout(10):
        assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert (await intake.post(lines([event()]), NDJSON)).status_code == 202


@pytest.mark.clause("11.2.4", "12.4.1")
async def test_too_much_in_flight(kafka: str) -> None:
    async with running_intake(kafka, limits(in_flight_bytes_max=100_000)) as intake:
        body = lines(event() for _ in range(200))
        assert len(body) < 100_000 < 2 * len(body)
        answers = await asyncio.gather(*(intake.post(body, NDJSON) for _ in range(8)))
        refused = [each for each in answers if each.status_code == 429]
        taken = [each for each in answers if each.status_code == 202]
        assert taken
        assert refused
        assert len(taken) + len(refused) == len(answers)
        for each in refused:
            assert_problem(each, 429, "later")
            assert int(each.headers["retry-after"]) > 0
        assert (await intake.post(body, NDJSON)).status_code == 202
        metrics = (await intake.client.get("/metrics")).text
        assert "ioc_ingest_in_flight_bytes 0.0" in metrics
        assert "ioc_ingest_records_accepted_total" in metrics


@pytest.mark.clause("11.2.4")
async def test_without_kafka_it_lives_and_asks_to_wait(nobody: str) -> None:
    async with running_intake(nobody, ready=False) as intake:
        response = await intake.post(json.dumps(event()).encode(), STRUCTURED)
        assert_problem(response, 503, "not reachable")
        assert int(response.headers["retry-after"]) > 0
        assert (await intake.client.get("/healthz")).status_code == 200
        assert_problem(await intake.client.get("/readyz"), 503, "not reachable")
        assert "/v1/events" in (await intake.client.get("/openapi.json")).json()["paths"]
