"""Questions to Kafka that must not hold up counting, nor take it down."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import NamedTuple, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.adapters.clock import now
from services.aggregator.count.batch import Partition
from services.domain.errors import Unavailable

ASK_SECONDS = 1.0
ANSWER_SECONDS_MAX = 5.0
Answer = TypeVar("Answer")


class LogEnds(NamedTuple):
    """The offset after the last record of each partition, as it was at an instant."""

    at: int
    offsets: dict[Partition, int]


class LogEndsAsked:
    """Asks for the ends of the log once a second, in a task beside.

    The client asks over the line on which it waits for records, so an answer takes as long as a
    fetch. Asking is also how the worker notices that Kafka is away.
    """

    def __init__(self) -> None:
        self._at = 0
        self._asking: asyncio.Task[dict[TopicPartition, int]] | None = None

    def take(self, consumer: AIOKafkaConsumer, partitions: Iterable[Partition]) -> LogEnds | None:
        """The answer when it has come, once; asks for these partitions when it is time to.

        Raises `Unavailable` without an answer.
        """
        if self._asking is None:
            if now() - self._at >= ASK_SECONDS * 1_000_000:
                self._at = now()
                tps = [TopicPartition(*partition) for partition in partitions]
                asked = answer(lambda: consumer.end_offsets(tps))
                self._asking = asyncio.create_task(asked)
            return None
        if not self._asking.done():
            return None
        asking, self._asking = self._asking, None
        ends = asking.result()
        return LogEnds(self._at, {(tp.topic, tp.partition): ends[tp] for tp in ends})

    def forget(self) -> None:
        """Wait for no answer any more."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None


async def answer(question: Callable[[], Coroutine[object, None, Answer]]) -> Answer:
    """The answer, from a task of its own; raises `Unavailable` without one.

    While a broker is away the client lets cancellations of its inner tasks escape, which would look
    as if the worker were to end.
    """
    asking = asyncio.create_task(question())
    try:
        await asyncio.wait({asking}, timeout=ANSWER_SECONDS_MAX)
    finally:
        if not asking.done():
            asking.cancel()
    if not asking.done() or asking.cancelled():
        raise Unavailable("Kafka does not answer")
    return asking.result()
