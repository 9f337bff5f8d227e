"""Starts a client of Kafka, however long the broker is away."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from aiokafka.errors import KafkaError
from structlog.stdlib import BoundLogger

PAUSE_SECONDS = 0.5
PAUSE_SECONDS_MAX = 10.0


class Startable(Protocol):
    """A producer or a consumer."""

    async def start(self) -> None:
        """Connect; raises `KafkaError` or `OSError` without a broker."""

    async def stop(self) -> None:
        """Give back what was opened."""


Client = TypeVar("Client", bound=Startable)


async def started(make: Callable[[], Client], log: BoundLogger) -> Client:
    """A started client; `make` is asked for another one after each failure.

    The pauses between two tries grow to ten seconds, and each failure is logged.
    """
    pause = PAUSE_SECONDS
    while True:
        client = make()
        try:
            await client.start()
        except (KafkaError, OSError) as error:
            await client.stop()
            log.warning("kafka_not_reachable", reason=repr(error)[:300], pause_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
        except BaseException:
            await client.stop()
            raise
        else:
            return client
