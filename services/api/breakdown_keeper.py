"""Computes the breakdowns of communes that are followed, and puts them on the board.

They are computed one after the other, from the database, by the code that answers REST; then it
rests for so long that a worker thread is busy at most a fifth of the time. Without the database the
last figures stay. When nobody has followed one for a minute its figures leave the board.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from services.adapters.logs import logger
from services.api.live.board import Board
from services.api.live.breakdowns import Breakdowns, Name
from services.api.live.limits import Limits
from services.domain.errors import Refused, Unavailable
from services.domain.query import ObservationSource

REST_S = 2.0
REST_OF_WORK = 4.0
"""Times the work, when that is longer."""
LOOK_S = 0.25
"""A breakdown that nobody followed before is computed after at most so long."""
KEPT_S = 60.0
CLOCKS = ("as_of", "published_at", "start", "end")
"""Members that move with the clock: alone they are no news."""


class BreakdownKeeper:
    """One replica's keeper. Without a source nothing is computed."""

    def __init__(
        self,
        followed: Breakdowns,
        board: Board,
        source: ObservationSource | None,
        dimensions: Callable[[], Iterable[str]],
        limits: Limits,
    ) -> None:
        self._followed = followed
        self._board = board
        self._source = source
        self._dimensions = dimensions
        self._limits = limits
        self._shown: dict[Name, dict[str, bytes]] = {}
        self._wanted_at: dict[Name, float] = {}
        self._log = logger("breakdowns")

    async def run(self) -> None:
        """Look after all that are followed until cancelled."""
        loop = asyncio.get_running_loop()
        due_at = 0.0
        while True:
            began_at = loop.time()
            for name in self._followed:
                self._wanted_at[name] = began_at
                if name not in self._shown or began_at >= due_at:
                    await self._compute(name)
            self._let_go(began_at - KEPT_S)
            if began_at >= due_at:
                ended_at = loop.time()
                due_at = ended_at + max(REST_S, REST_OF_WORK * (ended_at - began_at))
            await asyncio.sleep(LOOK_S)

    async def _compute(self, name: Name) -> None:
        if self._source is None:
            return
        query = name.query(tuple(sorted(self._dimensions())), self._limits.breakdown_members_max)
        try:
            page = await asyncio.to_thread(self._source.find, query)
        except Unavailable as error:
            self._log.info("breakdown_waits", reason=str(error))
            return
        except Refused as error:
            self._log.warning("breakdown_refused", name=str(name), reason=str(error))
            self._shown.setdefault(name, {})
            return
        if page.after is not None:
            self._log.warning("breakdown_cut", name=str(name), members=len(page.items))
        self._show(name, msgspec.json.decode(msgspec.json.encode(page.items)))

    def _show(self, name: Name, items: list[dict[str, Any]]) -> None:
        shown, fresh = self._shown.get(name, {}), dict[str, bytes]()
        for item in items:
            key = _key(item["id"])
            fresh[key] = said = msgspec.json.encode(
                {member: value for member, value in item.items() if member not in CLOCKS}
            )
            if shown.get(key) != said:
                self._board.lend(key, msgspec.json.encode(item).decode())
        self._shown[name] = fresh
        self._take_back(shown.keys() - fresh.keys())

    def _let_go(self, before: float) -> None:
        for name in [name for name, at in self._wanted_at.items() if at < before]:
            del self._wanted_at[name]
            self._take_back(self._shown.pop(name, {}).keys())

    def _take_back(self, keys: Iterable[str]) -> None:
        """Remove what no other breakdown shows: one member may be followed twice."""
        for key in keys:
            if not any(key in others for others in self._shown.values()):
                self._board.take_back(key)


def _key(identity: str) -> str:
    """The record key of an observation's id: without the period."""
    head, _, window = identity.rpartition("|")
    return f"{head}|{window.partition(':')[0]}"
