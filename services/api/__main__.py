"""Runs one replica: `python -m services.api`, settings from `IOC_...`."""

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn

from services.adapters import clock
from services.adapters.collection import collect_seldom
from services.adapters.logs import configure_logs, logger
from services.adapters.observations import DatabaseObservations
from services.adapters.settings import Settings
from services.adapters.units import load_units
from services.api.app import Replica
from services.api.live.connection import LiveConnection
from services.api.live.limits import Limits
from services.api.standard import StandardInForce
from services.domain.query import ObservationSource

SEND_BUFFER_BYTES = 128 * 1024
NOT_SENT_BYTES_MAX = 16 * 1024
BACKLOG = 4_096
PING_S = 10.0
PONG_S = 20.0
STOP_S_MAX = 5


class Server(uvicorn.Server):
    """A server that says goodbye to live clients before it closes their connections."""

    def __init__(self, config: uvicorn.Config, replica: Replica) -> None:
        super().__init__(config)
        self._replica = replica

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order: clients, connections, the application."""
        await self._replica.close()
        await super().shutdown(sockets)

    async def end_with_history(self) -> None:
        """Stop when the topic is another one than before; whoever supervises starts anew."""
        await self._replica.lost.wait()
        self.should_exit = True


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 when the process must be started anew."""
    settings = Settings()
    configure_logs("api", settings.log_level)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # a line for each connection
    limits = Limits()
    replica = Replica(settings, limits, computed=computed_from(settings))
    config = server_config(replica, limits)
    collect_seldom()
    with listen(settings.host, settings.port) as listener:
        logger("api").info("listening", host=settings.host, port=listener.getsockname()[1])
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(Server(config, replica), listener))
    return 1 if replica.lost.is_set() else 0


def computed_from(settings: Settings) -> Callable[[StandardInForce], ObservationSource]:
    """Any window and period, computed from what is counted by the standard in force."""

    def made(standard: StandardInForce) -> ObservationSource:
        source = DatabaseObservations(
            settings.database_url, standard.catalogue, load_units(), clock.now
        )
        standard.on_change(lambda changed: source.adopt(changed.catalogue))
        return source

    return made


def server_config(replica: Replica, limits: Limits) -> uvicorn.Config:
    """How uvicorn serves a replica."""
    return uvicorn.Config(
        replica.app,
        loop="uvloop",
        http="httptools",
        ws=LiveConnection,
        ws_max_size=limits.message_bytes_max,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PONG_S,
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_S_MAX,
    )


async def _serve(server: Server, listener: socket.socket) -> None:
    watcher = asyncio.create_task(server.end_with_history())
    await server.serve(sockets=[listener])
    watcher.cancel()


def listen(host: str, port: int) -> socket.socket:
    """Listen with small kernel buffers, so that what waits for a slow client waits with us."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES_MAX)
    return listener


if __name__ == "__main__":
    raise SystemExit(main())
