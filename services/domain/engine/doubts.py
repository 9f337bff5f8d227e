"""What speaks against a reported figure: warnings that need other figures beside it.

A figure is kept and shown whatever is found here (clause 7.3.4): the scopes of two series may
differ, and a sudden change may be true. The codes are those of the event contract.

- `parts_do_not_add_up`: the rows of a breakdown differ from the total by more than 0.5 %, those of
  a share by more than 0.01 points. Shares are added over their components only.
- `cross_series`: a part is greater than what it is a part of.
- `sudden_change`: a figure lies more than 5 median absolute deviations from the median of the last
  24 of its kind; with fewer than 12 before it, or none that differ, nothing is said.
"""

from collections.abc import Iterator
from statistics import median
from typing import Final, NamedTuple

from services.domain.engine.catalogue import Formula
from services.domain.engine.figures import SECTOR_END, TOTAL, Figures, Member
from services.domain.engine.measures import Measure
from services.domain.engine.state import State
from services.domain.engine.windows import Span, kind_of_period

PARTS, CROSS, SUDDEN = "parts_do_not_add_up", "cross_series", "sudden_change"
OFF_SHARE: Final = 0.01
OFF_RELATIVE: Final = 0.005
DEVIATIONS: Final = 5
VALUES_MAX: Final = 24
VALUES_MIN: Final = 12
COMPONENT: Final = "component"
WHOLES: Final = (
    ("it_export_vnd", "it_revenue"),
    ("goods_export_hightech", "goods_export"),
    ("poor_households", "reviewed_households"),
    ("students_with_ict", "students"),
    ("leaders_stem", "leaders"),
    ("rd_revenue", "rd_firm_revenue"),
    ("synced_dossiers", "portal_dossiers"),
)
"""Measures of which the first counts a part of the second."""
_ROUNDING: Final = 1e-9


def beside(measure: str) -> Iterator[str]:
    """A measure, and those that it is held against: what is said of them may change with it."""
    yield measure
    for pair in WHOLES:
        if measure in pair:
            yield from set(pair) - {measure}


class _Reported(NamedTuple):
    """Reported measures of a formula, and pairs of a part and its whole."""

    measures: list[Measure]
    pairs: list[tuple[Measure, Measure]]


class Doubts:
    """Looks at the figures behind a value."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._reported: dict[str, _Reported] = {}

    def of(self, formula: Formula, unit: str, member: Member, span: Span) -> tuple[str, ...]:
        """The codes of what speaks against the figures of a period, in the order of their names."""
        if span.period is None or span.calendar not in self._state.figures:
            return ()
        figures, reported = self._state.figures[span.calendar], self._reported_by(formula)
        found: set[str] = set()
        for measure in reported.measures:
            if member == TOTAL and _parts_differ(figures, measure, unit, span.period):
                found.add(PARTS)
            if _changes_suddenly(figures, measure, unit, member, span.period):
                found.add(SUDDEN)
        if member == TOTAL and _contradict(figures, reported, unit, span.period):
            found.add(CROSS)
        return tuple(sorted(found))

    def _reported_by(self, formula: Formula) -> _Reported:
        """The reported measures of a formula, and the pairs in which one of them stands."""
        found = self._reported.get(formula.id)
        if found is None:
            catalogue, known = self._state.catalogue, self._state.catalogue.measures
            own = [m for m in catalogue.measures_of(formula) if m.kind == "report"]
            asked = {measure.id for measure in own}
            pairs = [pair for pair in WHOLES if asked & {*pair} and known.keys() >= {*pair}]
            found = _Reported(own, [(known[part], known[whole]) for part, whole in pairs])
            self._reported[formula.id] = found
        return found


def _contradict(figures: Figures, reported: _Reported, unit: str, period: str) -> bool:
    """Whether a part is greater than its whole."""
    for part, whole in reported.pairs:
        less = figures.value(part, unit, TOTAL, period)
        more = figures.value(whole, unit, TOTAL, period)
        if less is not None and more is not None and _real(part, less) > _real(whole, more):
            return True
    return False


def _real(measure: Measure, value: float) -> float:
    return value * (measure.quantum or 1)


def _parts_differ(figures: Figures, measure: Measure, unit: str, period: str) -> bool:
    total = figures.own(measure.id, unit, TOTAL, period)
    if total is None:
        return False
    return any(
        abs(parts - total.value) > _allowed(measure, total.value)
        for parts in _sums_of_parts(figures, measure, unit, period)
    )


def _sums_of_parts(figures: Figures, measure: Measure, unit: str, period: str) -> Iterator[float]:
    """What the rows of each breakdown add up to, where adding them means something."""
    for dim in measure.dimensions:
        if SECTOR_END in dim or (measure.agg != "sum" and dim != COMPONENT):
            continue
        rows = figures.rows_of(measure.id, unit, dim, period)
        if rows:
            yield sum(rows)


def _allowed(measure: Measure, total: float) -> float:
    if measure.agg != "sum":
        return OFF_SHARE + _ROUNDING
    return OFF_RELATIVE * abs(total) + _ROUNDING


def _changes_suddenly(
    figures: Figures, measure: Measure, unit: str, member: Member, period: str
) -> bool:
    own = figures.own(measure.id, unit, member, period)
    if own is None:
        return False
    kind = kind_of_period(period)
    periods = figures.periods(measure.id, unit)
    names = sorted(p for p in periods if p < period and kind_of_period(p) == kind)
    if len(names) < VALUES_MIN:
        return False
    before = [figures.own(measure.id, unit, member, name) for name in names]
    values = [figure.value for figure in before if figure is not None][-VALUES_MAX:]
    if len(values) < VALUES_MIN:
        return False
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    return deviation > 0 and abs(own.value - middle) > DEVIATIONS * deviation
