"""The live WebSocket on a real broker and real connections."""

import asyncio
import json
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from services.api.__main__ import server_config
from services.api.app import Replica
from services.api.live.limits import CloseCode, Limits
from tests.integration.api_server import (
    WAIT_S,
    Publisher,
    config_is_real,
    publisher,
    ready,
    running_api,
    screen,
)

pytestmark = pytest.mark.servers

TOTAL = "PS-04|P:33@2025-07-01||30d"
COMMUNE = "PS-04|C:11953@2025-07-01||30d"
FOREIGN = "PS-04|P:34@2025-07-01||30d"
TOPIC = "indicators/33/P:33/PS-04/30d"
ALL = "indicators/33/**"


async def test_hello_snapshot_change_and_removal(kafka: str, topic: str) -> None:
    async with publisher(kafka, topic) as evaluator:
        await evaluator.put(TOTAL, 1, 1, 97.0)
        await evaluator.put(FOREIGN, 1, 1, 50.0)
        async with running_api(kafka, topic) as api:
            await ready(api)
            async with screen(api) as wall:
                hello = wall.heard[0]
                assert hello["epoch"] == api.replica.board.epoch
                assert hello["screen"]["province"] == "33"
                assert wall.socket.subprotocol == "ioc.live.v1"
                await wall.subscribe(ALL)
                snapshot = await wall.hear()
                assert (snapshot["type"], snapshot["id"], snapshot["more"]) == (
                    "snapshot",
                    "a",
                    False,
                )
                assert wall.state == {TOTAL: 97.0}
                assert "epoch" not in snapshot["items"][0]
                await evaluator.put(COMMUNE, 1, 1, 91.5)
                await evaluator.put(TOTAL, 1, 2, 98.0)
                await wall.hear_until(COMMUNE, 91.5)
                await wall.hear_until(TOTAL, 98.0)
                await evaluator.remove(COMMUNE)
                await wall.hear_until(COMMUNE, None)
                assert wall.heard[-1]["items"][0]["removed"] is True


async def test_a_lower_version_is_ignored_and_bad_records_are_skipped(
    kafka: str, topic: str
) -> None:
    async with publisher(kafka, topic) as evaluator, running_api(kafka, topic) as api:
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(ALL)
            await evaluator.put(TOTAL, 2, 1, 97.0)
            await evaluator.put(TOTAL, 1, 9, 1.0)
            await evaluator.raw(b"nonsense", b"{}")
            await evaluator.raw(b"\xff", b"\xff")
            await evaluator.raw(TOTAL.encode(), b"{")
            await evaluator.put(COMMUNE, 1, 1, 1.0)
            await wall.hear_until(COMMUNE, 1.0)
            assert wall.state == {TOTAL: 97.0, COMMUNE: 1.0}


async def test_resume_hears_what_was_missed_and_nothing_else(kafka: str, topic: str) -> None:
    async with publisher(kafka, topic) as evaluator, running_api(kafka, topic) as api:
        await evaluator.put(TOTAL, 1, 1, 1.0)
        await evaluator.put(COMMUNE, 1, 1, 1.0)
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(ALL)
            await wall.hear_until(COMMUNE, 1.0)
            position = {"epoch": wall.heard[0]["epoch"], "seq": wall.seq}
        await evaluator.put(TOTAL, 1, 2, 2.0)
        async with screen(api) as other:
            await other.subscribe(ALL)
            await other.hear_until(TOTAL, 2.0)
        async with screen(api) as wall:
            await wall.subscribe(ALL, resume=position)
            assert await wall.hear() == {"type": "resumed", "id": "a", "from": position["seq"]}
            change = await wall.hear()
            assert [item["id"] for item in change["items"]] == [TOTAL]


async def test_another_replica_and_a_restarted_one_are_a_gap_and_end_equal(
    kafka: str, topic: str
) -> None:
    async with publisher(kafka, topic) as evaluator:
        await _history(evaluator)
        async with running_api(kafka, topic) as first, running_api(kafka, topic) as second:
            await ready(first)
            await ready(second)
            assert _shown(first.replica) == _shown(second.replica) == {TOTAL: 4, COMMUNE: 2}
            async with screen(first) as wall:
                await wall.subscribe(ALL)
                await wall.hear_until(TOTAL, 4.0)
                position = {"epoch": wall.heard[0]["epoch"], "seq": wall.seq}
            async with screen(second) as wall:
                await wall.subscribe(ALL, resume=position)
                assert (await wall.hear())["reason"] == "epoch"
                assert (await wall.hear())["type"] == "snapshot"
                assert wall.state == {TOTAL: 4.0, COMMUNE: 2.0}


@pytest.mark.clause("11.4.4")
async def test_a_client_that_does_not_read_costs_nothing_and_ends_right(
    kafka: str, topic: str
) -> None:
    async with publisher(kafka, topic) as evaluator, running_api(kafka, topic) as api:
        await ready(api)
        async with screen(api, slow=True) as slow, screen(api) as quick:
            for wall in (slow, quick):
                await wall.subscribe(TOPIC)
                await wall.hear_type("snapshot")
            last = 0
            for _ in range(15):
                await evaluator.flood(TOTAL, 1, range(last + 1, last + 6), "x" * 60_000)
                last += 5
                await quick.hear_until(TOTAL, float(last))
            heard = len(slow.heard)
            await slow.hear_until(TOTAL, float(last))
            assert len(slow.heard) - heard < len(quick.heard)
            assert slow.seq == quick.seq


async def test_who_takes_nothing_for_long_is_closed_with_the_code(kafka: str, topic: str) -> None:
    limits = Limits(behind_s=1.0)
    async with (
        publisher(kafka, topic) as evaluator,
        running_api(kafka, topic, limits=limits) as api,
    ):
        await ready(api)
        async with screen(api, slow=True) as slow, screen(api) as quick:
            for wall in (slow, quick):
                await wall.subscribe(TOPIC)
            rev = 0
            async with asyncio.timeout(WAIT_S):
                while _closes(api.replica, CloseCode.BEHIND) == 0:
                    await evaluator.flood(TOTAL, 1, range(rev + 1, rev + 6), "x" * 60_000)
                    rev += 5
                    await quick.hear_until(TOTAL, float(rev))
            with pytest.raises(ConnectionClosed):
                await slow.hear_type("never")
            await evaluator.put(TOTAL, 2, 1, -1.0)
            await quick.hear_until(TOTAL, -1.0)


async def test_one_client_too_many_is_told_when_to_come_back(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic, limits=Limits(clients_max=1)) as api:
        await ready(api)
        async with screen(api), connect(api.live) as socket:
            bye = json.loads(await socket.recv())
            assert (bye["type"], bye["code"]) == ("bye", CloseCode.FULL)
            assert bye["retry_after"] > 0
            await socket.wait_closed()
            assert socket.close_code == CloseCode.FULL


async def test_before_the_topic_is_read_clients_are_sent_away(
    kafka: str, topic_prefix: str
) -> None:
    async with running_api(kafka, f"{topic_prefix}missing") as api, connect(api.live) as socket:
        assert json.loads(await socket.recv())["code"] == CloseCode.STARTING


async def test_another_subprotocol_is_refused(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic) as api:
        await ready(api)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
        writer.write(
            b"GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: mqtt\r\n\r\n"
        )
        async with asyncio.timeout(WAIT_S):
            answered = await reader.readuntil(str(CloseCode.SUBPROTOCOL.value).encode())
        assert answered.startswith(b"HTTP/1.1 101")
        writer.close()
        await writer.wait_closed()


async def test_a_silent_board_is_a_heartbeat(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic, limits=Limits(heartbeat_s=0.2)) as api:
        await ready(api)
        async with screen(api) as wall:
            heartbeat = await wall.hear()
            assert (heartbeat["type"], heartbeat["seq"]) == ("heartbeat", 0)


async def test_a_replica_that_stops_says_when_to_come_back(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic) as api:
        await ready(api)
        async with screen(api) as wall:
            stopping = asyncio.create_task(api.replica.close())
            bye = await wall.hear_type("bye")
            assert (bye["code"], bye["retry_after"]) == (CloseCode.RESTART, 2.0)
            await stopping


async def test_an_abandoned_connection_is_forgotten(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic) as api:
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(ALL)
            await wall.hear_type("snapshot")
            raw = wall.socket.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            wall.socket.transport.abort()
        async with asyncio.timeout(WAIT_S):
            await api.replica.hub.wait_empty()


async def test_a_trend_follows_the_observation(kafka: str, topic: str) -> None:
    async with publisher(kafka, topic) as evaluator, running_api(kafka, topic) as api:
        await evaluator.put(TOTAL, 1, 1, 97.0)
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(TOPIC, f"trend/{TOTAL}")
            trend = await wall.hear_type("trend")
            assert (trend["observation"], trend["append"]) == (TOTAL, False)


async def test_uvicorn_still_has_what_expelling_rests_on(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic) as api:
        assert config_is_real(server_config(api.replica, Limits()))


async def _history(evaluator: Publisher) -> None:
    await evaluator.put(TOTAL, 1, 1, 1.0)
    await evaluator.put(FOREIGN.replace("P:34", "C:11977"), 1, 1, 1.0)
    await evaluator.put(TOTAL, 2, 2, 4.0)
    await evaluator.put(TOTAL, 2, 1, 3.0)
    await evaluator.put(COMMUNE, 1, 1, 2.0)
    await evaluator.put(COMMUNE, 0, 7, 9.0)
    await evaluator.remove(FOREIGN.replace("P:34", "C:11977"))


def _shown(replica: Replica) -> dict[str, float]:
    return {entry.key: json.loads(entry.text)["value"] for entry in replica.board.present()}


def _closes(replica: Replica, code: CloseCode) -> float:
    samples = replica.metrics.closes.labels(str(code.value)).collect()
    return float(next(iter(samples)).samples[0].value)
