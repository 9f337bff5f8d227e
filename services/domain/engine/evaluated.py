"""A formula evaluated over some cells in one window: what all share, and lists by cell."""

from math import isnan
from typing import NamedTuple

import msgspec

from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.evaluate import BELOW_COVERAGE, MISSING, ZERO_DENOMINATOR
from services.domain.engine.feeds import STALE, Standing
from services.domain.engine.goals import Goal, achieved, gap
from services.domain.engine.levels import NO_LEVEL
from services.domain.engine.observation import (
    Boundaries,
    Break,
    Comparison,
    Coverage,
    Freshness,
    Level,
    Rank,
    TargetGap,
    number,
)
from services.domain.engine.windows import Span
from services.domain.instants import (
    SECOND,
    format_instant,
    local_date,
    parse_date,
    start_of_local_day,
)


class Evaluated(NamedTuple):
    """Plain lists, one place for each cell; texts that all cells share are written once."""

    formula: Formula
    indicator: Indicator
    span: Span
    final: bool
    start: str
    end: str
    as_of: str
    goals: list[Goal | None] | None
    value: list[float]
    has: list[bool]
    numerator: list[float]
    denominator: list[float]
    zero: list[bool]
    below: list[bool]
    compared: list[tuple[str, str, list[float], list[float], int | None]]
    levels: list[int] | None
    ranks: list[tuple[int, int]]
    simulated: list[int]
    standings: list[Standing | None]
    boundaries: list[Boundaries] | None = None

    def freshness(self, index: int, coverage: Coverage | None) -> Freshness:
        """How current a value is, the worst counts.

        A stale feed, missing reports, a late feed, provisional, else final or live.
        """
        standing = self.standings[index]
        missing = coverage is not None and coverage.reported < coverage.expected
        if standing is not None and (standing.state == STALE or not missing):
            since = format_instant(standing.since)
            return Freshness(standing.state, since, sources_late=standing.sources)
        if missing:
            return PARTIAL
        return FINAL if self.final else PROVISIONAL if self.span.period else LIVE

    def null_reason(self, index: int) -> str | None:
        """Why there is no value, where there is none."""
        if self.has[index]:
            return None
        if self.zero[index]:
            return ZERO_DENOMINATOR
        return BELOW_COVERAGE if self.below[index] else MISSING

    def broken(self, unit_began_at: int) -> Break | None:
        """The mark of the first value after a change of boundary or formula: it lies in the window.

        On constant boundaries the unit's own beginning breaks nothing.
        """
        span, since = self.span, self.indicator.effective_from
        if span.begin <= unit_began_at < span.cut and not span.constant:
            return Break(BREAK, local_date(unit_began_at).isoformat(), "boundary")
        if since is None or self.indicator.formula_version == 1:
            return None
        changed = span.begin <= start_of_local_day(parse_date(since)) < span.cut
        return Break(BREAK, since, "formula") if changed else None

    def status(self, index: int, vn_level: str | None) -> str:
        """The letter of a value: U where counts were divided by weight, else as it was reported."""
        if not self.has[index]:
            return VN_STATUS[vn_level] if vn_level else "M"
        view = self.boundaries[index] if self.boundaries is not None else None
        if view is not None and view.divided:
            return "U"
        return VN_STATUS[vn_level] if vn_level else "A"

    def comparisons(self, index: int, unit_began_at: int) -> tuple[Comparison, ...]:
        """The comparisons that a cell has; a change of a timestamp is given in seconds."""
        return tuple(
            Comparison(
                kind,
                _in_seconds(delta[index], unit),
                unit,
                None if isnan(base[index]) else _in_seconds(base[index], unit),
                boundaries="constant"
                if begin is not None and begin < unit_began_at
                else msgspec.UNSET,
            )
            for kind, unit, delta, base, begin in self.compared
            if not isnan(delta[index])
        )

    def target_gap(self, index: int) -> TargetGap | None:
        """The distance of a cell's value to the target in force."""
        goal = self.goals[index] if self.goals is not None else None
        if goal is None or not self.has[index]:
            return None
        unit = "pp" if self.formula.unit == "%" else self.formula.unit
        value = self.value[index]
        reached = achieved(goal, value)
        return TargetGap(goal.value, goal.op, gap(goal, value), unit, goal.high, reached)

    def rank(self, index: int) -> Rank | None:
        """The place of a cell among its siblings, where it has one."""
        position, of = self.ranks[index]
        return Rank(position, of) if position else None

    def level(self, index: int) -> Level | None:
        """The level of a cell by the indicator's rule, where the rule looks at this window."""
        if self.levels is None:
            return None
        level = self.levels[index]
        rule = f"{self.indicator.id}/{self.span.window}"
        return Level(None if level == NO_LEVEL else level, rule, self.indicator.formula_version)


def _in_seconds(change: float, unit: str) -> float:
    """A number of a comparison; instants differ in microseconds and are shown in seconds."""
    shown: float = number(change / SECOND if unit == "s" else change)
    return shown


VN_STATUS = {"uoc_tinh": "E", "so_bo": "P", "chinh_thuc": "A"}
BREAK = "B"
FINAL, PROVISIONAL, LIVE = Freshness("final"), Freshness("provisional"), Freshness("live")
PARTIAL = Freshness("partial")
