"""A wall as a test sees it: subscribes, keeps what it is told, comes back when it is cut off.

It also watches that nothing is told which may not be: a number of dossiers received that goes
down, or beyond what was sent, for however short a time.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.acceptance.dossier_log import LIST_OF, Totals
from tests.centre import POLL_SECONDS, Centre

WAIT_SECONDS = 60.0
_SUBPROTOCOL = "ioc.live.v1"

Item = dict[str, Any]


def totals_of(items: Mapping[str, Item], unit: str, window: str = "all") -> Totals:
    """The totals of a unit as its observations show them; what is not shown counts as nothing."""
    submitted = items.get(observation_id("PS-07.submitted", unit, window), {})
    finished = items.get(observation_id("PS-04.finished", unit, window), {})
    overdue = items.get(observation_id("PS-05", unit, "instant"), {})
    on_time = finished.get("numerator") or 0
    return Totals(
        received=submitted.get("denominator") or 0,
        online=submitted.get("numerator") or 0,
        finished_on_time=on_time,
        finished_late=(finished.get("denominator") or 0) - on_time,
        overdue=overdue.get("value") or 0,
    )


def observation_id(indicator: str, unit: str, window: str) -> str:
    """The id of an observation without dimensions."""
    return f"{indicator}|{unit}@{LIST_OF}||{window}"


def topics_of(province: str, units: Iterable[str]) -> list[str]:
    """All figures of all time and of now, for some units of a province such as `P:33`."""
    return [
        f"indicators/{province[2:]}/{unit}/*/{window}"
        for unit in units
        for window in ("all", "instant")
    ]


class Screen:
    """One wall; `items` is what it shows, by the id of the observation."""

    def __init__(self, centre: Centre, topics: list[str]) -> None:
        self.items: dict[str, Item] = {}
        self.received: dict[str, list[int]] = {}
        self.connections = 0
        self._centre = centre
        self._topics = topics
        self._position: dict[str, Any] | None = None
        self._first_page = True
        self._changed = asyncio.Condition()

    async def follow(self) -> None:
        """Show what the centre says, until cancelled; connect again whenever it is cut off."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, InvalidHandshake, TimeoutError):
                address = self._centre.running.live
                async with connect(address, subprotocols=[_SUBPROTOCOL]) as socket:  # type: ignore[list-item]  # a NewType of str
                    await self._listen(socket)
            await asyncio.sleep(POLL_SECONDS)

    async def begun(self) -> None:
        """Wait for the first complete snapshot."""
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self._position is not None)

    async def shows(self, unit: str, expected: Totals) -> None:
        """Wait until these totals are shown for a unit."""
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._changed:
                await self._changed.wait_for(lambda: totals_of(self.items, unit) == expected)
        except TimeoutError:
            shown = totals_of(self.items, unit)
            raise AssertionError(f"{unit} shows {shown}, not {expected}") from None

    async def tells(self, name: str, condition: Callable[[Item], bool]) -> Item:
        """Wait until an observation is shown of which the condition holds."""
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._changed:
                await self._changed.wait_for(
                    lambda: name in self.items and condition(self.items[name])
                )
                return self.items[name]
        except TimeoutError:
            raise AssertionError(f"{name} is shown as {self.items.get(name)}") from None

    async def _listen(self, socket: ClientConnection) -> None:
        hello = json.loads(await socket.recv())
        if hello["type"] == "bye":  # it has not read everything yet
            return
        assert hello["type"] == "hello", hello
        self.connections += 1
        question: dict[str, Any] = {"type": "subscribe", "id": "a", "topics": self._topics}
        if self._position is not None:
            question["resume"] = self._position
        await socket.send(json.dumps(question))
        async for text in socket:
            message = json.loads(text)
            assert message["type"] != "error", message
            self._take(message)
            if message["type"] in {"snapshot", "change", "heartbeat"} and self._first_page:
                self._position = {"epoch": hello["epoch"], "seq": message["seq"]}
            async with self._changed:
                self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            if self._first_page:
                self.items.clear()
            self._first_page = not message["more"]
        if message["type"] in {"snapshot", "change"}:
            for item in message["items"]:
                if item.get("removed"):
                    self.items.pop(item["id"], None)
                else:
                    self._show(item)

    def _show(self, item: Item) -> None:
        self.items[item["id"]] = item
        if item["indicator"] == "PS-07.submitted" and item["window"] == "all":
            self.received.setdefault(item["unit"], []).append(item["denominator"])


@contextlib.asynccontextmanager
async def following(centre: Centre, topics: list[str]) -> AsyncIterator[Screen]:
    """A screen that follows these topics during the block, from its first line on."""
    screen = Screen(centre, topics)
    task = asyncio.create_task(screen.follow())
    try:
        await screen.begun()
        yield screen
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def watching(
    centre: Centre, expected: Mapping[str, Totals], province: str
) -> AsyncIterator[Screen]:
    """A screen that shows these totals at the end of the block and has never shown nonsense."""
    async with following(centre, topics_of(province, expected)) as screen:
        yield screen
        for unit, totals in expected.items():
            await screen.shows(unit, totals)
    for unit, course in screen.received.items():
        assert course == sorted(course), f"{unit}: dossiers received went down: {course}"
        assert course[-1] == expected[unit].received
