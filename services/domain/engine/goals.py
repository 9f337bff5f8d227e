"""The targets in force for cells: what was set for a unit goes before the bound of the standard."""

from typing import NamedTuple

import numpy as np

from services.domain.engine.amount import Floats
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.ordered import Ints
from services.domain.engine.state import State
from services.domain.engine.targets import on_line
from services.domain.engine.windows import Span
from services.domain.worktime import local_day


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


def gap(goal: Goal, value: float) -> float:
    """Value less target; for a band the distance to the nearer edge, 0 inside."""
    if goal.high is None:
        return value - goal.value
    return value - goal.value if value < goal.value else max(0.0, value - goal.high)


def achieved(goal: Goal, value: float) -> float | None:
    """How much of the target is reached, in per cent; None for a band, and without a divisor."""
    if goal.high is not None:
        return None
    whole, part = (goal.value, value) if goal.op in {">", ">="} else (value, goal.value)
    return 100 * part / whole if whole else None


class Goals(NamedTuple):
    """The goal of each cell, its value, its upper edge if it is a band, and where its line stands.

    NaN without one.
    """

    goals: list[Goal | None]
    targets: Floats
    highs: Floats
    lines: Floats

    def gaps(self, values: Floats) -> Floats:
        """Value less target of each cell; NaN without a target."""
        found = [
            np.nan if goal is None else gap(goal, value)
            for goal, value in zip(self.goals, values.tolist(), strict=True)
        ]
        return np.array(found, dtype=np.float64)


def goals_of(
    state: State, indicator: Indicator, formula: Formula, cells: Ints, span: Span
) -> Goals:
    """The goals of cells on the last day of a window: that of the instant before its end."""
    stated = goal_of(indicator, formula)
    goals: list[Goal | None] = [stated] * len(cells)
    targets = np.full(len(cells), np.nan if stated is None else stated.value)
    highs, lines = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    if stated is not None and stated.high is not None:
        highs[:] = stated.high
    if formula.id not in state.targets:
        return Goals(goals, targets, highs, lines)
    day = local_day(span.cut - 1)
    op = stated.op if stated and stated.high is None else _better(indicator)
    for index, cell in enumerate(cells.tolist()):
        unit, member = state.cells.units[cell], state.cells.members[cell]
        target = state.targets.in_force(formula.id, unit, member, day)
        if target is not None:
            goals[index], targets[index] = Goal(op, target.value), target.value
            highs[index] = np.nan
            line = on_line(target, day)
            lines[index] = np.nan if line is None else line
    return Goals(goals, targets, highs, lines)


def _better(indicator: Indicator) -> str:
    return "<=" if indicator.direction == "↓" else ">="
