"""Listens to a centre over the live protocol: one connection, and one that takes it up again."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from services.cli.live_follower import SUBPROTOCOL
from services.cli.probes.survey import Item
from services.domain.errors import Unavailable

TOPICS_MAX: Final = 40
SILENCE_SECONDS: Final = 15.0
MESSAGES_MAX: Final = 500
MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024


def topics_of(observations: Iterable[Item]) -> tuple[str, ...]:
    """Topics of totals of the country and of provinces, those of closed periods first.

    What is closed is the same however late it is read, so it can be compared.
    """
    topics = dict.fromkeys(
        f"indicators/{unit.partition(':')[2]}/{unit}/{item['indicator']}/{item['window']}"
        for item in sorted(observations, key=lambda each: each.get("finality") != "final")
        if not item.get("dims") and (unit := str(item["unit"]))[:2] in {"N:", "P:"}
    )
    return tuple(topics)[:TOPICS_MAX]


async def listen(url: str, topics: tuple[str, ...]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The messages of a connection that also says something wrong, and of one that resumes.

    Both end when the server has answered everything. Raises `Unavailable` when nobody listens.
    """
    wanted = topics or ("indicators/VN/N:VN/**",)
    try:
        async with _connection(url) as connection:
            first = [{"subprotocol": connection.subprotocol, "type": "opened"}]
            await _say(connection, {"type": "subscribe", "id": "conform", "topics": wanted})
            first += await _until(connection, _completes("conform"))
            await _say(connection, {"type": "nonsense"})
            first += await _until(connection, lambda message: message.get("type") == "error")
        position = _position(first)
        async with _connection(url) as connection:
            message = {"type": "subscribe", "id": "conform", "topics": wanted, "resume": position}
            await _say(connection, message)
            second = await _until(connection, _completes("conform"))
            strange = {"epoch": "another", "seq": 1}
            await _say(connection, {**message, "id": "strange", "resume": strange})
            second += await _until(connection, _completes("strange"))
    except (OSError, TimeoutError, WebSocketException) as error:
        raise Unavailable(f"{url} does not speak {SUBPROTOCOL}: {error!r}") from error
    return tuple(first), tuple(second)


def _connection(url: str) -> connect:
    return connect(
        url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        open_timeout=SILENCE_SECONDS,
        max_size=MESSAGE_BYTES_MAX,
    )


async def _say(connection: ClientConnection, message: dict[str, Any]) -> None:
    await connection.send(msgspec.json.encode(message).decode())


async def _until(connection: ClientConnection, last: Callable[[Item], bool]) -> list[Item]:
    """Messages up to one that `last` is true for, or until nothing comes any more."""
    found: list[Item] = []
    while len(found) < MESSAGES_MAX:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                text = await connection.recv()
        except TimeoutError:
            return found
        message = msgspec.json.decode(text, type=dict[str, Any])
        found.append(message)
        if last(message):
            return found
    return found


def _completes(subscription: str) -> Callable[[Item], bool]:
    """Whether a message ends the answer to this subscription: another's may still be coming."""

    def complete(message: Item) -> bool:
        kind = message.get("type")
        whole = kind == "resumed" or (kind == "snapshot" and not message.get("more"))
        return whole and message.get("id") == subscription

    return complete


def _position(messages: list[Item]) -> Item:
    hello: Item = next((each for each in messages if each.get("type") == "hello"), {})
    sequences = [each["seq"] for each in messages if isinstance(each.get("seq"), int)]
    return {"epoch": str(hello.get("epoch", "")), "seq": max(sequences, default=0)}
