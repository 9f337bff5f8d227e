"""`ioc watch`: what is news over connections that come and go, on real WebSockets."""

import asyncio
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from services.cli import watch
from services.cli.live_follower import SUBPROTOCOL, Follower, Item, words_of
from services.domain.errors import Refused

TOPICS = ("indicators/33/P:33/PS-04/30d",)


def item(value: float | str | None, **more: Any) -> Item:
    return {
        "id": "PS-04|P:33@2025-07-01||30d",
        "indicator": "PS-04",
        "unit": "P:33",
        "dims": {},
        "window": "30d",
        "value": value,
        **more,
    }


def text(**message: Any) -> bytes:
    return msgspec.json.encode(message)


def hello(epoch: str) -> bytes:
    return text(type="hello", epoch=epoch, seq=0, heartbeat=10)


def subscribed(follower: Follower) -> dict[str, Any]:
    message: dict[str, Any] = msgspec.json.decode(follower.subscribe())
    return message


def test_a_first_connection_asks_for_everything() -> None:
    message = subscribed(Follower(TOPICS))
    assert message["type"] == "subscribe"
    assert message["topics"] == list(TOPICS)
    assert "resume" not in message


def test_after_a_whole_snapshot_it_resumes_where_it_stood() -> None:
    follower = Follower(TOPICS)
    follower.receive(hello("a"))
    assert follower.receive(text(type="snapshot", id="watch", seq=4, items=[item(1)], more=False))
    assert follower.receive(text(type="change", seq=6, items=[item(2)])) == [item(2)]
    follower.receive(text(type="heartbeat", seq=9))
    assert subscribed(follower)["resume"] == {"epoch": "a", "seq": 9}


def test_a_snapshot_in_part_is_asked_for_anew() -> None:
    follower = Follower(TOPICS)
    follower.receive(hello("a"))
    follower.receive(text(type="snapshot", id="watch", seq=4, items=[item(1)], more=True))
    assert "resume" not in subscribed(follower)


def test_another_replica_begins_with_a_snapshot_of_which_only_the_new_is_news() -> None:
    follower = Follower(TOPICS)
    follower.receive(hello("a"))
    other = item(5, id="PS-04|C:11953@2025-07-01||30d", unit="C:11953")
    follower.receive(text(type="snapshot", id="watch", seq=4, items=[item(1), other], more=False))
    assert subscribed(follower)["resume"]["epoch"] == "a"
    follower.receive(hello("b"))
    assert "resume" not in subscribed(follower)
    follower.receive(text(type="gap", id="watch", reason="epoch"))
    page = text(type="snapshot", id="watch", seq=2, items=[item(3), other], more=False)
    assert follower.receive(page) == [item(3)]
    assert subscribed(follower)["resume"] == {"epoch": "b", "seq": 2}


def test_a_key_that_is_gone_is_news_once() -> None:
    follower = Follower(TOPICS)
    gone = item(None, removed=True)
    assert follower.receive(text(type="change", seq=1, items=[gone])) == []
    follower.receive(text(type="change", seq=2, items=[item(1)]))
    assert follower.receive(text(type="change", seq=3, items=[gone])) == [gone]
    assert follower.receive(text(type="change", seq=4, items=[gone])) == []


def test_a_former_unit_of_the_same_code_is_another_key() -> None:
    follower = Follower(TOPICS)
    former = item(5, id="PS-04|P:33@1900-01-01||30d")
    follower.receive(text(type="change", seq=1, items=[item(1), former]))
    gone = {**former, "value": None, "removed": True}
    assert follower.receive(text(type="change", seq=2, items=[gone, item(1)])) == [gone]


def test_what_is_of_no_use_ends_it() -> None:
    follower = Follower(TOPICS)
    with pytest.raises(Refused, match="unknown topic"):
        follower.receive(text(type="error", id="watch", code="refused", detail="unknown topic"))
    with pytest.raises(Refused, match="4400"):
        follower.receive(text(type="bye", code=4400, retry_after=None))
    with pytest.raises(Refused, match="does not speak"):
        follower.receive(b"welcome")
    follower.receive(text(type="bye", code=1012, retry_after=2))
    assert follower.retry_after_seconds == 2


def test_values_are_shown_in_words() -> None:
    assert words_of(item(97.24, as_of="2026-10-14T15:00:01+07:00")) == (
        "PS-04",
        "P:33",
        "30d",
        "97.24",
        "15:00:01",
    )
    assert words_of(item(None, null_reason="missing"))[3] == "– (missing)"
    assert words_of(item(1234.0, quality=["simulated"]))[3] == "1,234 sim"
    assert words_of(item(1, dims={"agency": "H33.1"}))[1] == "P:33 agency=H33.1"
    assert words_of(item(None, removed=True))[3] == "removed"
    assert words_of(item("2026-10-14T15:00:00+07:00", period="2026-10"))[2:4] == (
        "30d 2026-10",
        "2026-10-14T15:00:00+07:00",
    )


class Notes:
    """A screen that remembers, and tells when it has seen a value."""

    def __init__(self, last: float) -> None:
        self.items: list[Item] = []
        self.said: list[str] = []
        self.done = asyncio.Event()
        self._last = last

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None

    def show(self, items: list[Item]) -> None:
        self.items += items
        if any(each["value"] == self._last for each in items):
            self.done.set()

    def say(self, text: str) -> None:
        self.said.append(text)


async def test_a_lost_connection_is_taken_up_again() -> None:
    asked: list[dict[str, Any]] = []

    async def replica(connection: ServerConnection) -> None:
        await connection.send(hello("a").decode())
        asked.append(msgspec.json.decode(await connection.recv()))
        if len(asked) == 1:
            page = text(type="snapshot", id="watch", seq=1, items=[item(1)], more=False)
            await connection.send(page.decode())
            connection.transport.abort()
            return
        await connection.send(text(type="resumed", id="watch", **{"from": 1}).decode())
        await connection.send(text(type="change", seq=2, items=[item(2)]).decode())
        await connection.wait_closed()

    async with serve(replica, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        notes = Notes(last=2)
        url = f"ws://127.0.0.1:{port}/v1/live"
        following = asyncio.create_task(watch.follow(url, Follower(TOPICS), notes, 0.01))
        async with asyncio.timeout(20):
            await notes.done.wait()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    assert [each["value"] for each in notes.items] == [1, 2]
    assert asked[1]["resume"] == {"epoch": "a", "seq": 1}
    assert any("again in" in line for line in notes.said)


async def test_a_wrong_address_is_refused() -> None:
    with pytest.raises(Refused, match="not an address"):
        await watch.follow("http//nowhere", Follower(TOPICS), Notes(0))
