"""Which values say something else because a feed has become overdue, or has come back.

A feed turns with the clock alone or with its next heartbeat; between two turns nothing is looked
at.
"""

from collections.abc import Iterator

from services.domain.engine.feeds import Overdue
from services.domain.engine.state import State


class Turning:
    """Remembers which feeds were overdue when it was last asked."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._overdue: frozenset[Overdue] = frozenset()

    def touched(self, now: int) -> Iterator[tuple[str, list[int]]]:
        """The formulas that feeds which have turned feed, each with the cells of their units."""
        overdue = self._state.feeds.picture(now).overdue
        if overdue is self._overdue:
            return
        turned, self._overdue = overdue ^ self._overdue, overdue
        units: dict[str, set[str]] = {}
        for each in turned:
            units.setdefault(each.feed.domain, set()).add(each.feed.unit)
        cells = {domain: self._cells(found) for domain, found in units.items()}
        for formula in self._state.catalogue.formulas if cells else ():
            fed = [
                cells[domain] for domain in self._state.feeds.domains(formula) if domain in cells
            ]
            if fed:
                yield formula, sorted({cell for found in fed for cell in found})

    def _cells(self, units: set[str]) -> list[int]:
        """The cells of these units, of all below, and of all above them."""
        feeds = self._state.feeds
        above = {each for unit in units for each in feeds.chain(unit)}
        return [
            cell
            for cell, unit in enumerate(self._state.cells.units)
            if unit in above or not units.isdisjoint(feeds.chain(unit))
        ]
