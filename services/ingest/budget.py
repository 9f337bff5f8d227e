"""How many bytes of requests one process holds at a time."""

import asyncio
from types import TracebackType
from typing import Self

from services.ingest.problems import RequestRefused


class Budget:
    """Bytes that are on their way from the socket to Kafka's acknowledgement.

    Policy: a request that does not fit is refused with 429, its body is not read further. What a
    request produces beyond its body (dead letters, receipts) is booked as well and may overdraw.
    """

    def __init__(self, bytes_max: int, retry_after_seconds: int) -> None:
        self.held_bytes = 0
        self._bytes_max = bytes_max
        self._retry_after_seconds = retry_after_seconds

    def hold(self) -> "Hold":
        """Open the account of one request: `with budget.hold() as hold`."""
        return Hold(self)

    def take(self, count: int) -> None:
        """Book bytes of a body; raises RequestRefused when they do not fit."""
        if self.held_bytes + count > self._bytes_max:
            raise RequestRefused(
                429,
                "Too many bytes are waiting for Kafka; send this again later.",
                retry_after_seconds=self._retry_after_seconds,
            )
        self.held_bytes += count


class Hold:
    """The bytes of one request, and the groups of records that carry them.

    Left behind, it gives the bytes back when the last of its groups has ended: a request that was
    answered with 503 still holds its bytes, for they wait in the client.
    """

    def __init__(self, budget: Budget) -> None:
        self.groups: set[asyncio.Future[None]] = set()
        self.produced_bytes = 0
        self._budget = budget
        self._held_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        left = [group for group in self.groups if not group.done()]
        if not left:
            self._release()
        remaining = len(left)

        def ended(_group: "asyncio.Future[None]") -> None:
            nonlocal remaining
            remaining -= 1
            if remaining == 0:
                self._release()

        for group in left:
            group.add_done_callback(ended)

    def take(self, count: int) -> None:
        """Book bytes of the body; raises RequestRefused when they do not fit."""
        self._budget.take(count)
        self._held_bytes += count

    def carry(self, group: "asyncio.Future[None]", count: int) -> None:
        """Remember a group that carries `count` bytes of this request."""
        self.groups.add(group)
        self.produced_bytes += count
        overdrawn = self.produced_bytes - self._held_bytes
        if overdrawn > 0:
            self._budget.held_bytes += overdrawn
            self._held_bytes += overdrawn

    def _release(self) -> None:
        self._budget.held_bytes -= self._held_bytes
        self._held_bytes = 0
