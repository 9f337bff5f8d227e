"""One WebSocket and its session: reads into it, writes what it says next, one message at a time."""

import asyncio
import contextlib
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from services.api.live import messages
from services.api.live.connection import EXTENSION, LiveConnection
from services.api.live.limits import Limits
from services.api.live.session import Close, Session
from services.api.metrics import ApiMetrics
from services.domain.instants import SECOND, format_instant

CLOSED = (WebSocketDisconnect, RuntimeError, OSError)
"""What starlette raises when one writes to a connection that has ended."""


class Client:
    """One connection: reads into its session, writes what the session says next."""

    def __init__(
        self,
        websocket: WebSocket,
        session: Session,
        limits: Limits,
        now: Callable[[], int],
        metrics: ApiMetrics,
    ) -> None:
        self.wake = asyncio.Event()
        self.session = session
        self._websocket = websocket
        self._limits = limits
        self._now = now
        self._metrics = metrics
        self._sent_at = now()
        self._sending_since: int | None = None

    async def serve(self) -> None:
        """Serve the client until either side ends."""
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, *CLOSED):
                await writer

    def heartbeat_due(self, now: int) -> bool:
        """Whether nothing has been sent for as long as a heartbeat lasts."""
        return now - self._sent_at >= self._limits.heartbeat_s * SECOND

    def is_behind(self, now: int) -> bool:
        """Whether the connection has taken nothing for too long."""
        since = self._sending_since
        return since is not None and now - since >= self._limits.behind_s * SECOND

    def expel(self, close: Close) -> None:
        """End a connection that takes nothing; if it is not `LiveConnection`, its ping must."""
        self.session.close(close)
        self.wake.set()
        connection = (
            self._websocket.scope.get("extensions", {}).get(EXTENSION, {}).get("connection")
        )
        if isinstance(connection, LiveConnection):
            self._metrics.closes.labels(str(close.code.value)).inc()
            connection.expel(close.bye, close.code, close.reason)

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            told = self.session.painted
            self.session.receive(message.get("text") or message.get("bytes") or "")
            if self.session.painted is not None and self.session.painted is not told:
                behind = self.session.seq - self.session.painted.seq
                self._metrics.painted_behind.observe(max(0, behind))
            self.wake.set()

    async def _write(self) -> None:
        while True:
            self.wake.clear()
            message = self.session.next()
            if message is None and self.heartbeat_due(self._now()):
                message = messages.heartbeat_message(self.session.seq, format_instant(self._now()))
            if message is None:
                await self.wake.wait()
            elif isinstance(message, Close):
                await self._end(message)
                return
            else:
                await self._send(message)

    async def _send(self, text: str) -> None:
        self._sending_since = self._now()
        await self._websocket.send_text(text)
        self._sending_since = None
        self._sent_at = self._now()
        self._metrics.messages_sent.inc()
        self._metrics.characters_sent.inc(len(text))

    async def _end(self, close: Close) -> None:
        self._metrics.closes.labels(str(close.code.value)).inc()
        await self._send(close.bye)
        await self._websocket.close(close.code, close.reason)
