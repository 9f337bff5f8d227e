"""A formula evaluated over some cells in one window, and the observations that it makes.

They are made column by column: what all cells share is looked at once, and each member that differs
is a list with one place for each cell.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.catalogue import Formula, Indicator
from services.domain.engine.cells import Cells
from services.domain.engine.columns import (
    Chosen,
    Column,
    Lists,
    Numbers,
    Objects,
    Plain,
    Same,
    alike,
    chosen,
    member,
    plain,
)
from services.domain.engine.comparisons import Compared
from services.domain.engine.evaluate import BELOW_COVERAGE, MISSING, ZERO_DENOMINATOR, Values
from services.domain.engine.feeds import STALE, Standing
from services.domain.engine.goals import Goals
from services.domain.engine.levels import NO_LEVEL
from services.domain.engine.observation import (
    Boundaries,
    Break,
    Comparison,
    Coverage,
    Freshness,
    Level,
    Observation,
    Rank,
    TargetGap,
)
from services.domain.engine.ordered import Ints
from services.domain.engine.sourced import Sourced
from services.domain.engine.windows import CONSTANT, Span
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

    `goals` is None where a target means nothing, `levels` where the rule looks at another window,
    `standings` where every feed is in time.
    """

    formula: Formula
    indicator: Indicator
    span: Span
    final: bool
    as_of: int
    held: Cells
    cells: Ints
    values: Values
    compared: Sequence[Compared]
    goals: Goals | None
    levels: Ints | None
    positions: Ints
    siblings: Ints
    standings: Sequence[Standing | None] | None
    sourced: Same | Chosen
    boundaries: Sequence[Boundaries] | None

    def observations(self) -> Sequence[Observation]:
        """One for each cell."""
        return self.column().values(len(self.cells))

    def column(self) -> Objects:
        """The observations member by member."""
        span, formula, names = self.span, self.formula, self.held.names
        began = self.held.began(self.cells)
        period = f":{span.period}" if span.period is not None else ""
        start, end = format_instant(span.begin), format_instant(span.end)
        members: dict[str, Column] = {
            "id": names.ids(f"{formula.id}|", self.cells, f"|{span.name}{period}"),
            "indicator": Same(formula.id),
            "unit": names.units(self.cells),
            "valid_from": names.valid_from(self.cells),
            "dims": names.dims(self.cells),
            "window": Same(span.window),
            "period": Same(span.period),
            "calendar": Same(span.calendar),
            "value": self._shown(),
            "numerator": Numbers(self.values.numerator),
            "denominator": Numbers(self.values.denominator),
            "null_reason": self._null_reasons(),
            "formula_version": Same(self.indicator.formula_version),
            "status": self._statuses(),
            "finality": Same("final" if self.final else "provisional"),
            "closes_at": Same(end if span.open and span.period else None),
            "freshness": self._freshness(),
            "comparisons": self._comparisons(began),
            "target": self._target_gaps(),
            "level": self._levels(),
            "rank": self._ranks(),
            "boundaries": Same(None) if self.boundaries is None else alike(self.boundaries),
            "break_": self._breaks(began),
            "start": Same(start),
            "end": Same(end),
            "as_of": Same(format_instant(self.as_of)),
        }
        for name in Sourced._fields:
            members[name] = member(self.sourced, name)
        return Objects(Observation, members)

    def _shown(self) -> Column:
        """The values, where there are any."""
        has = self.values.has
        if self.formula.unit != "timestamp":
            return Numbers(np.where(has, self.values.value, np.nan))
        instants = zip(self.values.value.tolist(), has.tolist(), strict=True)
        return alike([format_instant(int(at)) if one else None for at, one in instants])

    def _null_reasons(self) -> Column:
        """Why there is no value, where there is none."""
        found = self.values
        absent = np.where(found.zero, 3, np.where(found.below, 2, 1))
        reasons = (None, MISSING, BELOW_COVERAGE, ZERO_DENOMINATOR)
        return chosen(reasons, np.where(found.has, 0, absent))

    def _statuses(self) -> Column:
        """U where counts were divided by weight, else as the figure was reported."""
        counted = chosen(("M", "A"), self.values.has.astype(np.int64))
        level = member(self.sourced, "vn_level")
        if self.boundaries is None and level == Same(None):
            return counted
        count = len(self.cells)
        found = [
            status if level is None else VN_STATUS[level]
            for status, level in zip(counted.values(count), level.values(count), strict=True)
        ]
        for place, view in enumerate(self.boundaries or ()):
            if view.divided and self.values.has[place]:
                found[place] = "U"
        return alike(found)

    def _freshness(self) -> Column:
        """How current each value is, the worst counts.

        A stale feed, missing reports, a late feed, provisional, else final or live.
        """
        usual = FINAL if self.final else PROVISIONAL if self.span.period else LIVE
        coverage = member(self.sourced, "coverage")
        if self.standings is None and coverage == Same(None):
            return Same(usual)
        count = len(self.cells)
        standings = self.standings or Same(None).values(count)
        rows = zip(standings, coverage.values(count), strict=True)
        return alike([_fresh(standing, heard, usual) for standing, heard in rows])

    def _comparisons(self, began: Ints) -> Column:
        """The comparisons that each cell has."""
        columns = [_compared(each, began) for each in self.compared]
        return Lists(columns) if columns else Same(())

    def _target_gaps(self) -> Column:
        """The distance of each value to the target in force."""
        goals, values = self.goals, self.values
        if goals is None:
            return Same(None)
        there = values.has & ~np.isnan(goals.targets)
        if not there.any():
            return Same(None)
        members: dict[str, Column] = {
            "value": plain(goals.targets),
            "op": alike(goals.ops),
            "gap": Plain(goals.gaps(values.value)),
            "gap_unit": Same("pp" if self.formula.unit == "%" else self.formula.unit),
            "high": plain(goals.highs),
            "achieved": Plain(goals.achieved(values.value)),
        }
        return Objects(TargetGap, members, there)

    def _levels(self) -> Column:
        """The level of each total by the indicator's rule, where the rule looks at this window."""
        if self.levels is None:
            return Same(None)
        rule, version = f"{self.indicator.id}/{self.span.window}", self.indicator.formula_version
        found, at = np.unique(self.levels, return_inverse=True)
        levels = [Level(None if n == NO_LEVEL else n, rule, version) for n in found.tolist()]
        totals = self.held.dims(self.cells) == 0
        return chosen([None, *levels], np.where(totals, at + 1, 0))

    def _ranks(self) -> Column:
        """The place of each cell among its siblings, where it has one."""
        placed = self.positions != 0
        if not placed.any():
            return Same(None)
        members: dict[str, Column] = {
            "pos": Numbers(self.positions.astype(np.float64)),
            "of": Numbers(self.siblings.astype(np.float64)),
        }
        return Objects(Rank, members, placed)

    def _breaks(self, began: Ints) -> Column:
        """The mark of the first value after a change of boundary or formula.

        On constant boundaries the unit's own beginning breaks nothing.
        """
        usual, since = None, self.indicator.effective_from
        if since is not None and formula_breaks(self.indicator, self.span):
            usual = Break(BREAK, since, "formula")
        broken = np.flatnonzero(boundary_breaks(self.span, began)).tolist()
        if not broken:
            return Same(usual)
        found: list[Break | None] = [usual] * len(self.cells)
        for place in broken:
            found[place] = _boundary_break(int(began[place]))
        return alike(found)


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


def _compared(found: Compared, began: Ints) -> Objects:
    """One comparison of every cell; a change of a timestamp is given in seconds."""
    by = SECOND if found.unit == "s" else 1
    members: dict[str, Column] = {
        "kind": Same(found.kind),
        "delta": Numbers(found.delta / by),
        "unit": Same(found.unit),
        "base_value": Numbers(found.base / by),
        "boundaries": chosen((msgspec.UNSET, CONSTANT), moved(found, began).astype(np.int64)),
    }
    return Objects(Comparison, members, ~np.isnan(found.delta))


def _fresh(standing: Standing | None, coverage: Coverage | None, usual: Freshness) -> Freshness:
    missing = coverage is not None and coverage.reported < coverage.expected
    if standing is not None and (standing.state == STALE or not missing):
        return _overdue(standing)
    return PARTIAL if missing else usual


@lru_cache(maxsize=4096)
def _overdue(standing: Standing) -> Freshness:
    return Freshness(standing.state, format_instant(standing.since), sources_late=standing.sources)


@lru_cache(maxsize=4096)
def _boundary_break(began: int) -> Break:
    return Break(BREAK, local_date(began).isoformat(), "boundary")
