"""A TCP line to a server that breaks on purpose, in the way and at the moment that a test says.

Kafka's clients are told by the broker where to connect. The line puts its own port in the place of
the broker's into what the broker says, so that every connection comes through here.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

LOOPBACK = "127.0.0.1"
PIECE_BYTES = 64 * 1024
ANSWER_SECONDS_MAX = 10.0
_RESET = struct.pack("ii", 1, 0)


class Line:
    """One listening port in front of one server; its methods may be called from any thread."""

    def __init__(self, port: int, target: int, *, names_itself: bool) -> None:
        self.struck = threading.Event()
        """Set when what `cut` or `lose_answer` promised has happened."""
        self.port = port
        self._target = target
        self._names_itself = names_itself
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self.flowing = asyncio.Event()
        self.left_bytes: int | None = None
        self.words: tuple[bytes, ...] = ()
        self.hangs_then = False
        self.delay_seconds = 0.0

    async def open(self) -> None:
        """Begin to listen; everything passes."""
        self._loop = asyncio.get_running_loop()
        await self._pass()

    async def close(self) -> None:
        """End all connections and listen no more."""
        await self._refuse()

    def mend(self) -> None:
        """Let everything pass again; what had been held up arrives now."""
        self._do(self._pass)

    def refuse(self) -> None:
        """Reset all connections; nobody listens."""
        self._do(self._refuse)

    def hang(self) -> None:
        """Accept connections and pass on not a byte, over old ones neither."""
        self._do(self._hang)

    def slow(self, seconds: float) -> None:
        """Hold up every piece for so long."""
        self.delay_seconds = seconds

    def cut(self, after_bytes: int) -> None:
        """After so many more bytes of the server's, in mid-stream, reset all connections once."""
        self.struck.clear()
        self.left_bytes = after_bytes

    def lose_answer(self, *words: bytes) -> None:
        """When a client has said these words in this order, pass them on, lose the answer, once."""
        self.struck.clear()
        self.words = words

    def reset(self) -> None:
        """Reset all connections; must be called in the line's loop."""
        for link in self._links:
            link.reset()

    def tell(self, piece: bytes) -> bytes:
        """What the server said, with this port where it names its own."""
        if not self._names_itself:
            return piece
        host = LOOPBACK.encode()
        return piece.replace(
            host + self._target.to_bytes(4, "big"), host + self.port.to_bytes(4, "big")
        )

    def pieces(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """What the server says: whole messages where they have to be read, else as they come."""
        return _messages(reader) if self._names_itself else _chunks(reader)

    def hang_after(self, *words: bytes) -> None:
        """When a client has said these words in this order, pass them on and then nothing more."""
        self.hangs_then = True
        self.lose_answer(*words)

    def _do(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(change(), self._loop).result(ANSWER_SECONDS_MAX)

    async def _pass(self) -> None:
        self.left_bytes, self.words, self.hangs_then = None, (), False
        self.delay_seconds = 0.0
        self.flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def _hang(self) -> None:
        self.flowing.clear()

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(self, writer)
        self._links.add(link)
        try:
            await self.flowing.wait()
            server_reader, server_writer = await asyncio.open_connection(LOOPBACK, self._target)
            link.writers.append(server_writer)
            await link.carry(reader, server_reader)
        except OSError:
            return  # the server itself is away: its client is cut off as well
        finally:
            link.reset()
            self._links.discard(link)


class _Link:
    """One client's connection and ours to the server."""

    def __init__(self, line: Line, client: asyncio.StreamWriter) -> None:
        self.writers = [client]
        self._line = line
        self._said = 0
        self._deaf = False
        self._over = asyncio.Event()

    async def carry(self, client: asyncio.StreamReader, server: asyncio.StreamReader) -> None:
        """Pass on what both say until one of them ends."""
        tasks = [
            asyncio.create_task(self._to_server(client)),
            asyncio.create_task(self._to_client(server)),
            asyncio.create_task(self._over.wait()),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def reset(self) -> None:
        """End both connections at once, as a broken line does."""
        self._over.set()
        for writer in self.writers:
            line: socket.socket | None = writer.get_extra_info("socket")
            if line is not None and not writer.is_closing():
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _to_server(self, client: asyncio.StreamReader) -> None:
        async for piece in _chunks(client):
            await self._held_up()
            words = self._line.words
            while self._said < len(words) and words[self._said] in piece:
                self._said += 1
            self.writers[1].write(piece)
            if words and self._said == len(words):
                self._heard()
            await self.writers[1].drain()

    def _heard(self) -> None:
        """All the words were said."""
        self._line.words, self._said = (), 0
        if self._line.hangs_then:
            self._line.flowing.clear()
            self._line.struck.set()
        else:
            self._deaf = True

    async def _to_client(self, server: asyncio.StreamReader) -> None:
        async for piece in self._line.pieces(server):
            await self._held_up()
            left = self._line.left_bytes
            if self._deaf or (left is not None and left <= len(piece)):
                if not self._deaf:
                    self.writers[0].write(self._line.tell(piece)[:left])
                self._line.left_bytes = None
                self._line.reset()
                self._line.struck.set()
                return
            if left is not None:
                self._line.left_bytes = left - len(piece)
            self.writers[0].write(self._line.tell(piece))
            await self.writers[0].drain()

    async def _held_up(self) -> None:
        if self._line.delay_seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._line.delay_seconds)
        await self._line.flowing.wait()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while piece := await reader.read(PIECE_BYTES):
        yield piece


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            length = await reader.readexactly(4)
            yield length + await reader.readexactly(int.from_bytes(length, "big"))


@contextmanager
def opened(lines: Sequence[Line]) -> Iterator[None]:
    """Serve lines during the block, in a loop of their own: tests come and go with theirs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        for line in lines:
            asyncio.run_coroutine_threadsafe(line.open(), loop).result(ANSWER_SECONDS_MAX)
        yield
    finally:
        for line in lines:
            asyncio.run_coroutine_threadsafe(line.close(), loop).result(ANSWER_SECONDS_MAX)
        asyncio.run_coroutine_threadsafe(_ended(), loop).result(ANSWER_SECONDS_MAX)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(ANSWER_SECONDS_MAX)
        loop.close()


async def _ended() -> None:
    """Wait for what still serves: a task left behind would complain about its loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
