"""Measures on constant boundaries: what former units counted, moved to the units of today.

Counts are divided by the shares of the territory that passed over; a ratio is made of numerator and
denominator that were moved, never of ratios. What cannot be divided is not guessed:

- A figure that was reported for the unit itself stands. Else a figure that adds up is the sum of
  the shares of all its former units, and there is none while one of them has none.
- A published figure that does not add up is carried over only where one former unit passed over in
  one piece and nothing else lies in the present one.
- The nearest and the greatest of what holds, and quantiles, are taken over the former units that
  passed over in one piece; where a part of a unit holds any, there is no value.
- Working days are those of the unit's own calendar, at any time.
"""

from collections.abc import Callable, Iterable

import numpy as np

from services.domain.engine.amount import Amount, Bools
from services.domain.engine.crosswalk import Crosswalk, Parts
from services.domain.engine.measures import REFERENCE_VALUE, Measure
from services.domain.engine.ordered import Ints, distinct
from services.domain.engine.state import State
from services.domain.lineage import SHARES, Share

Then = Callable[[Ints], Amount]
"""What a measure is worth in these cells, each for itself, as it stands there."""


def adds_up(measure: Measure) -> bool:
    """Whether figures of a measure may be added over units, and so be divided."""
    return measure.agg == "sum" and measure.rollup == "sum"


def is_figure(measure: Measure) -> bool:
    """Whether a measure is a figure that was sent as such and was not counted."""
    return measure.kind == "report" or REFERENCE_VALUE in measure.event_types


def divides(measure: Measure) -> bool:
    """Whether a measure may be divided over the parts of a unit that was split."""
    return measure.agg == "sum" and (adds_up(measure) or not is_figure(measure))


def moves_whole(measure: Measure, origins: tuple[Share, ...]) -> bool:
    """Whether a measure can be put together from units that passed over in one piece."""
    if is_figure(measure):
        return adds_up(measure) or _one_piece(origins)
    return measure.agg != "last"


class Boundaries:
    """Moves what was counted in former units."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._crosswalk: Crosswalk = state.crosswalk

    def moved(self, measure: Measure, cells: Ints, own: Amount, of: Then) -> Amount:
        """A measure in present cells, of which `own` is what was counted in themselves."""
        if measure.source == "clock" or (measure.kind == "flow" and measure.agg == "last"):
            return own
        if is_figure(measure):
            return self._figures(measure, cells, own, of)
        parts = self._crosswalk.parts(cells)
        if parts is None:
            return own
        if measure.agg in {"min", "max"}:
            return _extremes(measure.agg, own, parts, of)
        value, _ = of(parts.cells)
        more = np.bincount(parts.places, parts.millionths * value, len(cells))
        return Amount(own.value + more / SHARES, own.has)

    def divided(self, cells: Ints, of: Then) -> Bools:
        """Where something of a measure came from a former unit that was split."""
        found = np.zeros(len(cells), dtype=bool)
        parts = self._crosswalk.parts(cells)
        if parts is not None:
            value, has = of(parts.cells)
            found[parts.places[has & (value != 0) & ~parts.whole]] = True
        return found

    def indivisible(self, measures: Iterable[Measure], cell: int) -> tuple[str, ...]:
        """The measures that can not be moved to a present unit from those that it was made of."""
        origins = self._crosswalk.lineage.origins(self._state.cells.units[cell])
        came_whole = all(origin.whole for origin in origins)
        return tuple(
            measure.id
            for measure in measures
            if origins and not (moves_whole(measure, origins) if came_whole else divides(measure))
        )

    def groups(self, cell: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The cells whose values lie in a present one as a whole, itself first, and the others."""
        parts = self._crosswalk.parts(np.array([cell], dtype=np.int64))
        if parts is None:
            return (cell,), ()
        return (cell, *parts.cells[parts.whole].tolist()), tuple(parts.cells[~parts.whole].tolist())

    def _figures(self, measure: Measure, cells: Ints, own: Amount, of: Then) -> Amount:
        parts = self._crosswalk.parts(cells)
        if parts is None:
            return own
        value, has = own.value.copy(), own.has.copy()
        lacking = distinct(parts.places[~own.has[parts.places]])
        for place in lacking.tolist():
            found = self._figure(measure, int(cells[place]), of)
            if found is not None:
                value[place], has[place] = found, True
        return Amount(value, has)

    def _figure(self, measure: Measure, cell: int, of: Then) -> float | None:
        """What the former units of one cell have reported, each with its share."""
        held = self._state.cells
        origins = self._crosswalk.lineage.origins(held.units[cell])
        if not origins or not (adds_up(measure) or _one_piece(origins)):
            return None
        before = [held.find(origin.unit, *held.members[cell]) for origin in origins]
        if None in before:
            return None
        values, has = of(np.array(before, dtype=np.int64))
        if not has.all():
            return None
        if not adds_up(measure):
            return float(values[0])
        shares = np.array([origin.millionths for origin in origins])
        return float((shares * values).sum() / SHARES)


def _one_piece(origins: tuple[Share, ...]) -> bool:
    """Whether a unit is what one former unit was, under another name or key."""
    return len(origins) == 1 and origins[0].whole and origins[0].millionths == SHARES


def _extremes(pick: str, own: Amount, parts: Parts, of: Then) -> Amount:
    value, has = own.value.copy(), own.has.copy()
    better = min if pick == "min" else max
    theirs, known = of(parts.cells)
    for place, found in zip(parts.places[known].tolist(), theirs[known].tolist(), strict=True):
        value[place] = better(value[place], found) if has[place] else found
        has[place] = True
    has[parts.places[known & ~parts.whole]] = False
    return Amount(value, has)
