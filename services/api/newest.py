"""The newest observations, answered from the board: what every replica knows without a database."""

from collections.abc import Callable
from heapq import nsmallest

import msgspec

from services.api.live.board import Board, Entry
from services.domain.engine.windows import ADMINISTRATIVE
from services.domain.query import ObservationQuery, Page


class NewestObservations:
    """An `ObservationSource` for queries without period and history.

    `above` gives the units above a unit key, each as written with and without its date.
    """

    def __init__(self, board: Board, above: Callable[[str], frozenset[str]]) -> None:
        self._board = board
        self._above = above

    def find(self, query: ObservationQuery) -> Page:
        """Give the newest value of every key that the query means; safe in any thread."""
        fitting = (entry for entry in self._board.all() if self._fits(entry, query))
        chosen = nsmallest(query.limit + 1, fitting, key=lambda entry: entry.key)
        items = tuple(msgspec.Raw(entry.text.encode()) for entry in chosen[: query.limit])
        more = len(chosen) > query.limit
        return Page(items, chosen[query.limit - 1].key if more else None)

    def _fits(self, entry: Entry, query: ObservationQuery) -> bool:
        name = entry.name
        window, _, calendar = name.window.partition("~")
        return (
            not entry.removed
            and not name.revised
            and (query.after is None or entry.key > query.after)
            and (not query.indicators or name.indicator in query.indicators)
            and (not query.windows or window in query.windows)
            and (ADMINISTRATIVE if calendar else "statistical") in query.calendars
            and query.wants_dims(name.dims)
            and (not query.units or name.unit in query.units or name.unit_key in query.units)
            and (not query.within or not self._above(name.unit_key).isdisjoint(query.within))
        )
