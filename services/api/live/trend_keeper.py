"""Keeps the followed trends going: fetches each course once, then moves it on with the clock."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec

from services.adapters.logs import logger
from services.api.live.board import Board
from services.api.live.topics import Trend
from services.api.live.trend import TrendLine, Trends, Value
from services.domain.errors import Refused, Unavailable

LOOK_S = 1.0


class CourseSource(Protocol):
    """Knows the past of observations; called in a worker thread. Raises Unavailable or Refused."""

    def fetch(self, line: TrendLine, now: int) -> tuple[int, list[Value]]:
        """Give the begin of the line's course and its values up to now."""
        ...


class TrendKeeper:
    """One replica's keeper. Without a source of history, courses begin with the replica's clock."""

    def __init__(
        self, trends: Trends, board: Board, source: CourseSource | None, now: Callable[[], int]
    ) -> None:
        self._trends = trends
        self._board = board
        self._source = source
        self._now = now
        self._log = logger("trends")

    async def run(self) -> None:
        """Look after all lines each second until cancelled; one course is fetched at a time."""
        while True:
            for line in self._trends:
                if not line.loaded:
                    await self._load(line)
                if line.advance(self._now(), partial(self._present, line.topic)):
                    self._trends.version += 1
            await asyncio.sleep(LOOK_S)

    async def _load(self, line: TrendLine) -> None:
        now = self._now()
        _, last = line.span(now)
        begin, values = last + line.step, list[Value]()
        if self._source is not None:
            try:
                begin, values = await asyncio.to_thread(self._source.fetch, line, now)
            except Unavailable as error:
                self._log.info("trend_waits", reason=str(error))
                return
            except Refused as error:
                self._log.warning("trend_without_past", topic=line.topic.text, reason=str(error))
        line.load(begin, values)
        self._trends.version += 1

    def _present(self, topic: Trend) -> Value:
        entry = self._board.get(topic.key)
        if entry is None or entry.removed:
            return None
        observation = msgspec.json.decode(entry.text)
        value: Value = observation["value"] if observation["id"] == topic.observation else None
        return value
