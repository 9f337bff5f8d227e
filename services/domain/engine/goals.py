"""The targets in force for cells: what was set for a unit goes before the bound of the standard."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.domain.engine.amount import Floats
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.ordered import Ints
from services.domain.engine.state import State
from services.domain.engine.targets import on_line
from services.domain.engine.windows import Span
from services.domain.worktime import local_day

RISING = frozenset({">", ">="})


class Goal(NamedTuple):
    """A target in force for a formula: a bound, or a band up to `high`."""

    op: str
    value: float
    high: float | None = None


def goal_of(indicator: Indicator, formula: Formula) -> Goal | None:
    """The target that the catalogue states for this formula; none when it is left to a plan."""
    bound = indicator.target_bound
    if bound is None or bound.on != formula.component:
        return None
    if bound.band is not None:
        low, high = bound.band
        return Goal("band", low, high)
    if bound.value is None or bound.op is None:
        return None
    return Goal(bound.op, bound.value)


class Goals(NamedTuple):
    """The goal of each cell: how it is met, its value, its upper edge if it is a band, its line.

    Numbers are NaN without one.
    """

    ops: Sequence[str]
    targets: Floats
    highs: Floats
    lines: Floats

    def at(self, places: Ints) -> "Goals":
        """The goals in these places, in this order."""
        ops = [self.ops[place] for place in places.tolist()]
        return Goals(ops, self.targets[places], self.highs[places], self.lines[places])

    def gaps(self, values: Floats) -> Floats:
        """Value less target; for a band the distance to the nearer edge, 0 inside."""
        below, above = values - self.targets, values - self.highs
        inside = np.where(values < self.targets, below, np.where(above > 0, above, 0.0))
        return np.where(np.isnan(self.highs), below, inside)

    def achieved(self, values: Floats) -> Floats:
        """How much of the target is reached, in per cent; NaN of a band, and without a divisor."""
        rising = np.array([op in RISING for op in self.ops], dtype=bool)
        whole = np.where(rising, self.targets, values)
        part = np.where(rising, values, self.targets)
        reached = np.isnan(self.highs) & (whole != 0)
        found = np.full(len(values), np.nan)
        np.divide(100 * part, whole, out=found, where=reached)
        return found


def goals_of(
    state: State, indicator: Indicator, formula: Formula, cells: Ints, span: Span
) -> Goals:
    """The goals of cells on the last day of a window: that of the instant before its end."""
    stated = goal_of(indicator, formula)
    ops = ["" if stated is None else stated.op] * len(cells)
    targets = np.full(len(cells), np.nan if stated is None else stated.value)
    highs, lines = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    if stated is not None and stated.high is not None:
        highs[:] = stated.high
    if formula.id not in state.targets:
        return Goals(ops, targets, highs, lines)
    day = local_day(span.cut - 1)
    op = stated.op if stated and stated.high is None else _better(indicator)
    for index, cell in enumerate(cells.tolist()):
        unit, member = state.cells.units[cell], state.cells.members[cell]
        target = state.targets.in_force(formula.id, unit, member, day)
        if target is not None:
            ops[index], targets[index], highs[index] = op, target.value, np.nan
            line = on_line(target, day)
            lines[index] = np.nan if line is None else line
    return Goals(ops, targets, highs, lines)


def _better(indicator: Indicator) -> str:
    return "<=" if indicator.direction == "↓" else ">="
