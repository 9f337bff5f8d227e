"""Mistakes of live clients over a real connection: answered first, closed when they go on."""

import pytest
from websockets.exceptions import ConnectionClosed

from services.api.live.limits import CloseCode, Limits
from tests.integration.api_server import ready, running_api, screen

pytestmark = pytest.mark.servers

TOPIC = "indicators/33/P:33/PS-04/30d"


@pytest.mark.parametrize("text", ["", "{", '{"type":"subscribe"}', '{"type":"x"}', b"\x00"])
async def test_malformed_messages_are_answered_then_closed(
    kafka: str, topic: str, text: str | bytes
) -> None:
    limits = Limits(mistakes_max=2)
    async with running_api(kafka, topic, limits=limits) as api:
        await ready(api)
        async with screen(api) as wall:
            for _ in range(2):
                await wall.socket.send(text)
                assert (await wall.hear())["type"] == "error"
            await wall.socket.send(text)
            assert (await wall.hear_type("bye"))["code"] == CloseCode.PROTOCOL
            with pytest.raises(ConnectionClosed) as closed:
                await wall.hear()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == CloseCode.PROTOCOL


@pytest.mark.clause("11.4.5")
async def test_topics_that_can_never_tell_anything_are_named(kafka: str, topic: str) -> None:
    strange = ["indicators/33/P:33/XX/30d", "trend/PS-04|P:33||24h"]
    async with running_api(kafka, topic) as api:
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(TOPIC, *strange)
            error = await wall.hear()
            assert (error["type"], error["id"], error["topics"]) == ("error", "a", strange)
            await wall.subscribe(TOPIC)
            assert (await wall.hear())["type"] == "snapshot"


async def test_a_message_that_is_too_large_closes(kafka: str, topic: str) -> None:
    async with running_api(kafka, topic, limits=Limits(message_bytes_max=1_000)) as api:
        await ready(api)
        async with screen(api) as wall:
            await wall.socket.send("x" * 2_000)
            with pytest.raises(ConnectionClosed) as closed:
                await wall.hear()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
