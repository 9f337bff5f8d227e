"""uvicorn's WebSocket connection, bounded, and able to end against a full buffer.

It rests on names that uvicorn does not promise, so `Client` works without it and only loses the
two: see `expel` there.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "ioc.connection"
BUFFER_BYTES_MAX = 65_536
GRACE_S = 2.0


class LiveConnection(WebSocketsSansIOProtocol):
    """A connection that the application finds in `scope["extensions"]`."""

    async def run_asgi(self) -> None:
        """Run the application for this connection."""
        self.transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = {"connection": self}
        await super().run_asgi()

    def expel(self, text: str, code: int, reason: str) -> None:
        """Say a last word behind what is buffered and break off soon after, heard or not."""
        if self.close_sent or self.transport.is_closing():
            self.transport.abort()
            return
        self.conn.send_text(text.encode())
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        asyncio.get_running_loop().call_later(GRACE_S, self.transport.abort)
