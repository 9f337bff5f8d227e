"""A formula evaluated over some cells in one window, and the observations that it makes.

They are made column by column: what all cells share is looked at once, and each member that differs
is a list with one place for each cell.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.cells import TOTAL, Cells
from services.domain.engine.comparisons import Compared
from services.domain.engine.evaluate import BELOW_COVERAGE, MISSING, ZERO_DENOMINATOR, Values
from services.domain.engine.feeds import STALE, Standing
from services.domain.engine.goals import Goal, achieved, gap
from services.domain.engine.levels import NO_LEVEL
from services.domain.engine.observation import (
    Boundaries,
    Break,
    Comparison,
    Freshness,
    Level,
    Observation,
    Rank,
    TargetGap,
    numbers,
)
from services.domain.engine.ordered import Ints
from services.domain.engine.sourced import Sourced
from services.domain.engine.windows import Span
from services.domain.instants import (
    SECOND,
    format_instant,
    local_date,
    parse_date,
    start_of_local_day,
)

VN_STATUS = {"uoc_tinh": "E", "so_bo": "P", "chinh_thuc": "A"}
BREAK = "B"
FINAL, PROVISIONAL, LIVE = Freshness("final"), Freshness("provisional"), Freshness("live")
PARTIAL = Freshness("partial")


class Evaluated(NamedTuple):
    """What was found, with one place for each of the cells.

    `goals` is None where a target means nothing, `levels` where the rule looks at another window.
    """

    formula: Formula
    indicator: Indicator
    span: Span
    final: bool
    as_of: int
    cells: Ints
    values: Values
    compared: Sequence[Compared]
    goals: Sequence[Goal | None] | None
    levels: Ints | None
    positions: Ints
    siblings: Ints
    standings: Sequence[Standing | None]
    sourced: Sequence[Sourced]
    boundaries: Sequence[Boundaries] | None

    def observations(self, held: Cells) -> Iterator[Observation | None]:
        """One for each cell; None for a member of a breakdown that has no value."""
        span, formula = self.span, self.formula
        head, tail = f"{formula.id}|", f"|{span.name}"
        if span.period is not None:
            tail += f":{span.period}"
        finality = "final" if self.final else "provisional"
        start, end = format_instant(span.begin), format_instant(span.end)
        as_of, closes_at = format_instant(self.as_of), end if span.open and span.period else None
        for row in self._columns(held.began(self.cells)):
            cell, has, value, above, below, reason, status, freshness, *more = row
            compared, target, level, rank, broken, boundaries, behind = more
            name = held.names[cell]
            if not has and name.member != TOTAL:
                yield None
                continue
            yield Observation(
                id=f"{head}{name.text}{tail}",
                indicator=formula.id,
                unit=name.code,
                valid_from=name.valid_from,
                dims=name.dims,
                window=span.window,
                period=span.period,
                calendar=span.calendar,
                value=value,
                numerator=above,
                denominator=below,
                null_reason=reason,
                formula_version=self.indicator.formula_version,
                status=status,
                vn_level=behind.vn_level,
                finality=finality,
                closes_at=closes_at,
                revision=behind.revision,
                previous=behind.previous,
                released_at=behind.released_at,
                freshness=freshness,
                coverage=behind.coverage,
                comparisons=compared,
                target=target,
                level=level if name.member == TOTAL else None,
                rank=rank,
                quality=behind.quality,
                warnings=behind.warnings,
                boundaries=boundaries,
                break_=broken,
                start=start,
                end=end,
                as_of=as_of,
            )

    def _columns(self, began: Ints) -> Iterator[tuple[Any, ...]]:
        """What differs from cell to cell, in the order in which `observations` reads it."""
        return zip(
            self.cells.tolist(),
            self.values.has.tolist(),
            self._shown(),
            numbers(self.values.numerator),
            numbers(self.values.denominator),
            self._null_reasons(),
            self._statuses(),
            self._freshness(),
            self._comparisons(began),
            self._target_gaps(),
            self._levels(),
            self._ranks(),
            self._breaks(began),
            self.boundaries or self._nothing(),
            self.sourced,
            strict=True,
        )

    def _nothing(self) -> list[None]:
        return [None] * len(self.cells)

    def _shown(self) -> Sequence[float | str | None]:
        """The values, where there are any."""
        has = self.values.has.tolist()
        if self.formula.unit == "timestamp":
            instants = self.values.value.tolist()
            return [
                format_instant(int(x)) if h else None for x, h in zip(instants, has, strict=True)
            ]
        return numbers(np.where(self.values.has, self.values.value, np.nan))

    def _null_reasons(self) -> list[str | None]:
        """Why there is no value, where there is none."""
        found: list[str | None] = [*self._nothing()]
        zero, below = self.values.zero, self.values.below
        for place in np.flatnonzero(~self.values.has).tolist():
            reason = BELOW_COVERAGE if below[place] else MISSING
            found[place] = ZERO_DENOMINATOR if zero[place] else reason
        return found

    def _statuses(self) -> list[str]:
        """U where counts were divided by weight, else as the figure was reported."""
        found = ["A" if has else "M" for has in self.values.has.tolist()]
        for place, behind in enumerate(self.sourced):
            if behind.vn_level is not None:
                found[place] = VN_STATUS[behind.vn_level]
        for place, view in enumerate(self.boundaries or ()):
            if view.divided and self.values.has[place]:
                found[place] = "U"
        return found

    def _freshness(self) -> Iterator[Freshness]:
        """How current each value is, the worst counts.

        A stale feed, missing reports, a late feed, provisional, else final or live.
        """
        usual = FINAL if self.final else PROVISIONAL if self.span.period else LIVE
        for standing, behind in zip(self.standings, self.sourced, strict=True):
            coverage = behind.coverage
            missing = coverage is not None and coverage.reported < coverage.expected
            if standing is not None and (standing.state == STALE or not missing):
                since = format_instant(standing.since)
                yield Freshness(standing.state, since, sources_late=standing.sources)
            else:
                yield PARTIAL if missing else usual

    def _comparisons(self, began: Ints) -> Sequence[tuple[Comparison, ...]]:
        """The comparisons that each cell has."""
        columns = [_compared(each, began) for each in self.compared]
        if not columns:
            return [()] * len(self.cells)
        return [tuple([c for c in row if c is not None]) for row in zip(*columns, strict=True)]

    def _target_gaps(self) -> Sequence[TargetGap | None]:
        """The distance of each value to the target in force."""
        if self.goals is None or not any(self.goals):
            return self._nothing()
        unit = "pp" if self.formula.unit == "%" else self.formula.unit
        return [
            TargetGap(goal.value, goal.op, gap(goal, value), unit, goal.high, achieved(goal, value))
            if has and goal is not None
            else None
            for goal, has, value in zip(
                self.goals, self.values.has.tolist(), self.values.value.tolist(), strict=True
            )
        ]

    def _levels(self) -> Sequence[Level | None]:
        """The level of each cell by the indicator's rule, where the rule looks at this window."""
        if self.levels is None:
            return self._nothing()
        rule, version = f"{self.indicator.id}/{self.span.window}", self.indicator.formula_version
        return [_level(level, rule, version) for level in self.levels.tolist()]

    def _ranks(self) -> Sequence[Rank | None]:
        """The place of each cell among its siblings, where it has one."""
        if not self.positions.any():
            return self._nothing()
        return [
            Rank(position, of) if position else None
            for position, of in zip(self.positions.tolist(), self.siblings.tolist(), strict=True)
        ]

    def _breaks(self, began: Ints) -> Sequence[Break | None]:
        """The mark of the first value after a change of boundary or formula.

        On constant boundaries the unit's own beginning breaks nothing.
        """
        usual, since = None, self.indicator.effective_from
        if since is not None and formula_breaks(self.indicator, self.span):
            usual = Break(BREAK, since, "formula")
        found: list[Break | None] = [usual] * len(self.cells)
        for place in np.flatnonzero(boundary_breaks(self.span, began)).tolist():
            found[place] = Break(BREAK, local_date(int(began[place])).isoformat(), "boundary")
        return found


def formula_breaks(indicator: Indicator, span: Span) -> bool:
    """Whether a later version of the formula began within the window."""
    since = indicator.effective_from
    if since is None or indicator.formula_version == 1:
        return False
    return span.begin <= start_of_local_day(parse_date(since)) < span.cut


def boundary_breaks(span: Span, began: Ints) -> Bools:
    """Where a unit came to be within the window."""
    return (span.begin <= began) & (began < span.cut) & (not span.constant)


def moved(compared: Compared, began: Ints) -> Bools:
    """Where the base is of former units, moved to the boundaries of today."""
    begin = compared.constant_from
    return np.zeros(len(began), dtype=bool) if begin is None else begin < began


def _compared(found: Compared, began: Ints) -> list[Comparison | None]:
    """One comparison of every cell; a change of a timestamp is given in seconds."""
    by = SECOND if found.unit == "s" else 1
    return [
        None
        if delta is None
        else Comparison(
            found.kind,
            delta,
            found.unit,
            base,
            boundaries="constant" if constant else msgspec.UNSET,
        )
        for delta, base, constant in zip(
            numbers(found.delta / by),
            numbers(found.base / by),
            moved(found, began).tolist(),
            strict=True,
        )
    ]


@lru_cache(maxsize=4096)
def _level(level: int, rule: str, version: int) -> Level:
    return Level(None if level == NO_LEVEL else level, rule, version)
