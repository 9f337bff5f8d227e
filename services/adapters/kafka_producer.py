"""Appending records to Kafka with `acks=all`, idempotence and group commit.

Each partition has a lane. Records are put into the lane's open group; a group is sent as soon as
the one before it is acknowledged, so groups are small when there is little to do and large (up to
`group_bytes_max`) when there is much: no timer, no record waits for company. This is 7 to 11 times
cheaper than the client's `send()`.

A lane never gives a group up while the client may still deliver it: a caller that stops waiting
does not know whether its records are stored, and sends them again. Memory is bounded by the
callers, who must not append while too much is unacknowledged.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence

from aiokafka.producer.message_accumulator import BatchBuilder

from services.adapters.kafka_connection import Connection, ConnectionLimits
from services.adapters.topics import partition_of
from services.domain.errors import Unavailable

Headers = Sequence[tuple[str, bytes]]
NO_HEADERS: Headers = ()


class Publisher:
    """Appends records to a fixed list of topics and tells when Kafka has acknowledged them.

    Starts and stays useful without Kafka: until a connection exists `append` raises Unavailable.
    A connection that fails for good (its sequence numbers are lost) is replaced by a new one.
    """

    def __init__(
        self, bootstrap: str, topics: Iterable[str], limits: ConnectionLimits | None = None
    ) -> None:
        self._topics = tuple(topics)
        self._limits = limits or ConnectionLimits()
        self._connection = Connection(bootstrap, self._topics, self._limits)
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect in the background, again and again until `stop`."""
        self._keeper = asyncio.create_task(self._connection.keep())

    async def stop(self, seconds_max: float) -> None:
        """Wait at most so long for what is on its way, then fail the rest and close."""
        tasks = [lane.task for lane in self._lanes.values()]
        waiting = [lane.drained() for lane in self._lanes.values()]
        if waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*waiting), seconds_max)
        if self._keeper is not None:
            tasks.append(self._keeper)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lane in self._lanes.values():
            lane.fail_all(Unavailable("The service is stopping; send the records again."))

    def append(
        self, topic: str, key: bytes, value: bytes, at: int, headers: Headers = NO_HEADERS
    ) -> "asyncio.Future[None]":
        """Add one record, stamped `at` (microseconds); gives the future of its group.

        The future ends when Kafka has acknowledged the group, or with Unavailable.
        Raises Unavailable at once when there is no connection or no such topic.
        """
        count = self._connection.partitions.get(topic, 0)
        if not count:
            raise Unavailable(self._connection.trouble(topic))
        place = (topic, partition_of(key, count))
        lane = self._lanes.get(place)
        if lane is None:
            lane = self._lanes[place] = _Lane(topic, place[1], self._connection)
        return lane.append(key, value, at // 1000, headers)

    def stalled(self) -> bool:
        """Whether some records have waited too long for Kafka: more of them would wait as well."""
        oldest = min((lane.sent_at for lane in self._lanes.values()), default=float("inf"))
        clock = asyncio.get_running_loop().time()
        return clock - oldest > self._limits.stalled_after_seconds

    async def trouble(self) -> str | None:
        """Ask Kafka whether it answers and has every topic: None, or what is wrong."""
        if self.stalled():
            return "Kafka does not acknowledge records."
        return await self._connection.check()


async def acknowledged(groups: Iterable["asyncio.Future[None]"], deadline: float) -> None:
    """Wait until all groups are acknowledged; `deadline` is an instant of the event loop's clock.

    Raises Unavailable when one of them fails or the deadline passes; the groups go on either way.
    """
    waiting = [group for group in groups if not group.done() or group.exception() is not None]
    if not waiting:
        return
    left = max(0.0, deadline - asyncio.get_running_loop().time())
    done, pending = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_EXCEPTION)
    for group in done:
        group.result()
    if pending:
        raise Unavailable("Kafka did not acknowledge in time; send the records again.")


class _Group:
    """Records of one partition that are sent and acknowledged together."""

    __slots__ = ("acknowledged", "builder")

    def __init__(self, builder: BatchBuilder) -> None:
        self.builder = builder
        self.acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.acknowledged.add_done_callback(_mark_retrieved)

    def finish(self, failure: Unavailable | None) -> None:
        if self.acknowledged.done():
            return
        if failure is None:
            self.acknowledged.set_result(None)
        else:
            self.acknowledged.set_exception(failure)


class _Lane:
    """One partition's groups, oldest first; the task sends one after the other."""

    def __init__(self, topic: str, partition: int, connection: Connection) -> None:
        self.sent_at = float("inf")
        self._topic = topic
        self._partition = partition
        self._connection = connection
        self._groups: deque[_Group] = deque()
        self._on_its_way: _Group | None = None
        self._wake = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    def append(
        self, key: bytes, value: bytes, at_milliseconds: int, headers: Headers
    ) -> "asyncio.Future[None]":
        if self._groups and self._put(self._groups[-1], key, value, at_milliseconds, headers):
            return self._groups[-1].acknowledged
        group = _Group(self._connection.builder())
        self._put(group, key, value, at_milliseconds, headers)
        self._groups.append(group)
        self._wake.set()
        return group.acknowledged

    def fail_all(self, failure: Unavailable) -> None:
        for group in (*self._groups, self._on_its_way):
            if group is not None:
                group.finish(failure)
        self._groups.clear()

    async def drained(self) -> None:
        waiting = [group.acknowledged for group in (*self._groups, self._on_its_way) if group]
        await asyncio.gather(*waiting, return_exceptions=True)

    @staticmethod
    def _put(group: _Group, key: bytes, value: bytes, at: int, headers: Headers) -> bool:
        added = group.builder.append(timestamp=at, key=key, value=value, headers=headers)
        return added is not None

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            while self._groups:
                self._on_its_way = self._groups.popleft()
                self.sent_at = asyncio.get_running_loop().time()
                self._on_its_way.finish(await self._deliver(self._on_its_way))
                self._on_its_way = None
            self.sent_at = float("inf")
            self._wake.clear()

    async def _deliver(self, group: _Group) -> Unavailable | None:
        group.builder.close()
        try:
            await self._connection.deliver(group.builder, self._topic, self._partition)
        except Unavailable as failure:
            return failure
        return None


def _mark_retrieved(future: "asyncio.Future[None]") -> None:
    if not future.cancelled():
        future.exception()
