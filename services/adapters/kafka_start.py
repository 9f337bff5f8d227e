"""Clients of Kafka that work in a group; how any is started while the broker is away, or replaced.

The client ends one of its own routines for good by an error that it did not expect, such as the
event loop's when a connection is reset in the moment of writing. It then fetches nothing any more
and says nothing, so somebody has to look.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from structlog.stdlib import BoundLogger

from services.adapters.logs import logger
from services.adapters.settings import Settings

PAUSE_SECONDS = 0.5
PAUSE_SECONDS_MAX = 10.0
HEARTBEAT_MS_MAX = 3_000
POLL_INTERVAL_MS_MAX = 300_000
STOP_SECONDS_MAX = 5.0
ROUTINES = (
    ("_fetcher", "_fetch_task"),
    ("_coordinator", "_coordination_task"),
    ("_sender", "_sender_task"),
)
"""Names that the client does not promise; without them nothing is noticed."""


class Startable(Protocol):
    """A producer or a consumer."""

    async def start(self) -> None:
        """Connect; raises `KafkaError` or `OSError` without a broker."""

    async def stop(self) -> None:
        """Give back what was opened."""


Client = TypeVar("Client", bound=Startable)


def group_member(settings: Settings, group: str, **own: Any) -> AIOKafkaConsumer:
    """A consumer that shares partitions with its group and leaves its positions to the database."""
    session_ms = round(settings.session_timeout_seconds * 1000)
    return AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=group,
        enable_auto_commit=False,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=min(HEARTBEAT_MS_MAX, round(session_ms / 3)),
        max_poll_interval_ms=POLL_INTERVAL_MS_MAX,
        **own,
    )


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


def is_broken(client: AIOKafkaConsumer | AIOKafkaProducer) -> bool:
    """Whether a routine of a started client has ended."""
    found = (getattr(getattr(client, owner, None), name, None) for owner, name in ROUTINES)
    return any(task is not None and task.done() for task in found)


async def replaced(old: AIOKafkaConsumer | AIOKafkaProducer, make: Callable[[], Client]) -> Client:
    """A started client in the place of one that is broken."""
    log = logger("kafka")
    log.warning("kafka_client_replaced", client=type(old).__name__)
    connections = getattr(old, "_client", None) or old.client
    for end in (old.stop, connections.close):  # its own stop breaks off before its connections
        ending = asyncio.create_task(end())
        await asyncio.wait({ending}, timeout=STOP_SECONDS_MAX)
        if ending.done() and not ending.cancelled() and ending.exception() is None:
            break
        ending.cancel()
    return await started(make, log)
