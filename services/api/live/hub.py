"""The thin shell around sessions: one writer per client, one tick for all, an ordered end.

The tick wakes writers when the board has changed; a writer that waits for its connection simply
stays where it is and finds the newest values when it comes back. Nothing is queued per client.
"""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec
from starlette.websockets import WebSocket

from services.adapters.logs import logger
from services.api.live import messages
from services.api.live.audience import Audiences
from services.api.live.board import Board
from services.api.live.breakdowns import Breakdowns
from services.api.live.client import Client
from services.api.live.limits import CloseCode, Limits
from services.api.live.session import Close, Session
from services.api.live.trend import Trends
from services.api.metrics import ApiMetrics
from services.domain.instants import SECOND, format_instant
from services.domain.vocabulary import Vocabulary

FAREWELL_S = 2.0


class Greeting(msgspec.Struct, frozen=True):
    """What `hello` says beside the state of the replica."""

    build: str
    standard_version: Callable[[], str]
    screen: dict[str, object] | None = None


class Hub:
    """All clients of one replica."""

    def __init__(
        self,
        board: Board,
        limits: Limits,
        greeting: Greeting,
        now: Callable[[], int],
        metrics: ApiMetrics,
        vocabulary: Callable[[], Vocabulary],
    ) -> None:
        self._board = board
        self._limits = limits
        self._greeting = greeting
        self._standard_told = greeting.standard_version()
        self._now = now
        self._metrics = metrics
        self._vocabulary = vocabulary
        self._audiences = Audiences(board, limits)
        self.trends = Trends()
        self.breakdowns = Breakdowns(limits.breakdowns_max)
        self._clients: set[Client] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._refusal: Close | None = Close(CloseCode.STARTING, "reading the topic", 2.0)
        self._log = logger("live")

    def open(self) -> None:
        """Begin to take clients: the board holds what the topic held at the start."""
        self._refusal = None

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one WebSocket from its handshake to its end."""
        offered = websocket.scope.get("subprotocols", [])
        spoken = messages.SUBPROTOCOL if messages.SUBPROTOCOL in offered else None
        await websocket.accept(subprotocol=spoken)
        shared = (self._audiences, self.trends, self.breakdowns)
        session = Session(self._board, *shared, self._limits, self._vocabulary)
        client = Client(websocket, session, self._limits, self._now, self._metrics)
        refusal = self._why_refused(spoken is None and bool(offered))
        if refusal is not None:
            session.close(refusal)
        else:
            session.say(self._hello())
            self._clients.add(client)
            self._empty.clear()
            self._metrics.clients.set(len(self._clients))
        try:
            await client.serve()
        finally:
            session.let_go()
            self._clients.discard(client)
            if not self._clients:
                self._empty.set()
            self._metrics.clients.set(len(self._clients))

    async def run(self) -> None:
        """Tick until cancelled: wake clients that may have news, end those that do not listen."""
        seen, looked_at = (-1, -1), self._now()
        while True:
            await asyncio.sleep(self._limits.tick_s)
            now = self._now()
            present = (self._board.head, self.trends.version)
            if present != seen:
                seen = present
                with self._metrics.tick_seconds.time():
                    for client in self._clients:
                        client.wake.set()
            if now - looked_at >= SECOND:
                looked_at = now
                self._look_after(now)

    def tell_standard(self) -> None:
        """Say to everybody that another version of the standard is in force; nothing when not."""
        version = self._greeting.standard_version()
        if version == self._standard_told:
            return
        self._standard_told = version
        text = messages.standard_message(version)
        for client in self._clients:
            client.session.say(text)
            client.wake.set()

    async def close(self, retry_after: float) -> None:
        """Say `bye` to everybody and take nobody any more; returns within two seconds."""
        self._refusal = Close(CloseCode.RESTART, "the replica stops", retry_after)
        for client in self._clients:
            client.session.close(self._refusal)
            client.wake.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait_empty(), FAREWELL_S)

    async def wait_empty(self) -> None:
        """Wait until no client is connected."""
        await self._empty.wait()

    def _look_after(self, now: int) -> None:
        for client in list(self._clients):
            if client.is_behind(now):
                self._log.info("client_behind", seq=client.session.seq, head=self._board.head)
                client.expel(Close(CloseCode.BEHIND, "took nothing for too long", 1.0))
            elif client.heartbeat_due(now):
                client.wake.set()

    def _why_refused(self, foreign: bool) -> Close | None:  # noqa: FBT001  # one caller, named there
        if self._refusal is not None:
            return self._refusal
        if foreign:
            return Close(CloseCode.SUBPROTOCOL, f"only {messages.SUBPROTOCOL} is spoken here", None)
        if len(self._clients) >= self._limits.clients_max:
            return Close(CloseCode.FULL, "too many clients", 30.0)
        return None

    def _hello(self) -> str:
        limits = self._limits
        hello = {
            "type": "hello",
            "epoch": self._board.epoch,
            "seq": self._board.head,
            "heartbeat": limits.heartbeat_s,
            "limits": {
                "subscriptions": limits.subscriptions_max,
                "topics": limits.topics_max,
                "message_bytes": limits.message_bytes_max,
                "items": limits.items_max,
                "behind_s": limits.behind_s,
            },
            "server_time": format_instant(self._now()),
            "tz": "Asia/Ho_Chi_Minh",
            "build": self._greeting.build,
            "standard_version": self._greeting.standard_version(),
        }
        if self._greeting.screen is not None:
            hello["screen"] = self._greeting.screen
        return msgspec.json.encode(hello).decode()
