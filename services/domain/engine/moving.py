"""Windows that move with the clock, with the bases of their comparisons.

They are placed once for all tasks that share them.
"""

from typing import NamedTuple

from services.domain.engine.amounts import second_after
from services.domain.engine.catalogue import Formula
from services.domain.engine.comparisons import spans_of
from services.domain.engine.indicator import Indicator
from services.domain.engine.state import State
from services.domain.engine.windows import Span, place
from services.domain.instants import parse_date, start_of_local_day

MOVES_MAX_SECONDS = 3 * 3600
"""A clock that has stood still for longer than this moves every window.

Everything is evaluated again.
"""
LEVELS_LOOK_AT = {"poisson_upper_tail": "baseline_28d", "baseline_sd": "baseline_5y"}


class Moving(NamedTuple):
    """A window with the comparisons and the other windows that a value in it looks at."""

    window: str
    calendar: str
    kinds: tuple[str, ...]
    others: tuple[str, ...]

    def spans(self, now: int) -> list[Span]:
        """Where all of them lie at an instant; their number and order stay the same."""
        span = place(self.window, self.calendar, now)
        found = [span, *(place(each, self.calendar, now) for each in self.others)]
        for kind in self.kinds:
            found += spans_of(kind, span)
        return found


def moving(formula: Formula, indicator: Indicator, window: str, calendar: str) -> Moving:
    """What moves for a formula in one of its windows."""
    rule = indicator.alert_levels
    kinds: list[str] = [*indicator.comparisons]
    others = dict[str, None]()
    if formula.component is None and rule.window == window:
        kinds += [LEVELS_LOOK_AT[rule.rule]] if rule.rule in LEVELS_LOOK_AT else []
        others = dict.fromkeys(s.window for s in rule.levels if s.window and s.window != window)
    return Moving(window, calendar, tuple(dict.fromkeys(kinds)), tuple(others))


def jumped(before: list[Span], after: list[Span]) -> bool:
    """Whether a period gave way to the next, or the clock went back or leapt."""
    for old, new in zip(before, after, strict=True):
        if old.period != new.period or new.begin < old.begin or new.cut < old.cut:
            return True
        if max(new.begin - old.begin, new.cut - old.cut) > MOVES_MAX_SECONDS * 1_000_000:
            return True
    return False


def bounds_passed(before: list[Span], after: list[Span]) -> set[tuple[int, int]]:
    """[from, to) in seconds of each bound that has moved."""
    moves = (
        (second_after(begin), second_after(end))
        for old, new in zip(before, after, strict=True)
        for begin, end in ((old.begin, new.begin), (old.cut, new.cut))
    )
    return {(begin, end) for begin, end in moves if begin < end}


def breaks_of(state: State) -> list[int]:
    """The seconds at which units came to be or formulas changed, in order.

    While one lies in a window its values say so.
    """
    days = {unit.valid_from for unit in state.units}
    for catalogue in (state.catalogue, *state.catalogue.past_and_coming):
        for indicator in catalogue.indicators.values():
            if indicator.effective_from is not None:
                days.add(parse_date(indicator.effective_from))
    return sorted(second_after(start_of_local_day(day)) for day in days)
