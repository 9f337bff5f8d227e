"""The newest observations, answered from the board: what every replica knows without a database."""

from heapq import nsmallest

import msgspec

from services.api.live.board import Board, Entry
from services.api.places import Places
from services.domain.engine.windows import ADMINISTRATIVE
from services.domain.query import ObservationQuery, Page


class NewestObservations:
    """An `ObservationSource` for queries without period and history.

    Codes mean today's units; a former one only when there is nothing of today's.
    """

    def __init__(self, board: Board, places: Places) -> None:
        self._board = board
        self._places = places

    def find(self, query: ObservationQuery) -> Page:
        """Give the newest value of every key that the query means; safe in any thread."""
        known = {entry.name.unit_key for entry in self._board.all()} if query.units else set()
        units = {next((k for k in self._places.keys(u) if k in known), u) for u in query.units}
        within = {key for name in query.within for key in self._places.keys(name)[:1]}
        fitting = (
            entry
            for entry in self._board.all()
            if _fits(entry, query) and self._lies(entry.name.unit_key, query, units, within)
        )
        chosen = nsmallest(query.limit + 1, fitting, key=lambda entry: entry.key)
        items = tuple(msgspec.Raw(entry.text.encode()) for entry in chosen[: query.limit])
        more = len(chosen) > query.limit
        return Page(items, chosen[query.limit - 1].key if more else None)

    def _lies(self, unit: str, query: ObservationQuery, units: set[str], within: set[str]) -> bool:
        return (not query.units or unit in units) and (
            not query.within or not self._places.above(unit).isdisjoint(within)
        )


def _fits(entry: Entry, query: ObservationQuery) -> bool:
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
    )
