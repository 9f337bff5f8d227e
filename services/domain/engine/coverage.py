"""Coverage of the country's ratios: how many provinces stand behind a numerator made of theirs.

A centre knows the provinces that send to it. Where a ratio's denominator was sent for the whole
country and its numerator is added up from the provinces, those that were not heard would count as
zero; so the ratio says how many were heard, and is withheld below `SHARE_MIN` of them.

A province is heard when a measure of the numerator has something there: a report for the period; of
what is counted anything at all up to the end of the window. What the country itself has sent needs
no provinces.
"""

from fractions import Fraction
from typing import Final

import numpy as np

from services.domain.engine.amounts import Amounts, second_after
from services.domain.engine.boundaries import is_figure
from services.domain.engine.catalogue import Formula
from services.domain.engine.cells import TOTAL
from services.domain.engine.measures import Measure
from services.domain.engine.observation import Coverage
from services.domain.engine.ordered import Ints
from services.domain.engine.period_parts import months_of, parts_of
from services.domain.engine.state import ROWS, State
from services.domain.engine.windows import Span
from services.domain.instants import local_date

SHARE_MIN: Final = Fraction(9, 10)
"""A proposal: the share of the provinces below which a value of the country is not shown."""
COUNTRY = "N"


def is_below(coverage: Coverage) -> bool:
    """Whether too few were heard to show a value."""
    return coverage.reported < SHARE_MIN * coverage.expected


class CountryCoverage:
    """Finds how many provinces were heard."""

    def __init__(self, state: State, amounts: Amounts) -> None:
        self._state = state
        self._amounts = amounts
        self._known: dict[str, tuple[list[Measure], list[Measure]]] = {}

    def of(self, formula: Formula, unit: str, span: Span) -> Coverage | None:
        """How many provinces stand behind a ratio; None where the question does not arise."""
        if not unit.startswith(f"{COUNTRY}:"):
            return None
        above, below = self._sides(formula)
        if not any(self._sent(each, unit, span) for each in below):
            return None
        if not above or any(self._sent(each, unit, span) for each in above):
            return None
        day = local_date(max(span.begin, span.cut) - 1)
        provinces = [each.key for each in self._state.units.children(unit) if each.valid_on(day)]
        heard = [key for key in provinces if any(self._heard(each, key, span) for each in above)]
        return Coverage(len(heard), len(provinces)) if provinces else None

    def withheld(self, formula: Formula, cells: Ints, span: Span) -> list[int]:
        """The places of the cells whose value is not shown for want of provinces."""
        held, found = self._state.cells, list[int]()
        _, below = self._sides(formula)
        country = np.flatnonzero(held.at_levels(cells, COUNTRY)) if below else cells[:0]
        for place in country.tolist():
            coverage = self.of(formula, held.units[cells[place]], span)
            if coverage is not None and is_below(coverage):
                found.append(place)
        return found

    def _sides(self, formula: Formula) -> tuple[list[Measure], list[Measure]]:
        """The measures of a ratio's numerator, and those of its denominator that are sent."""
        if formula.id not in self._known:
            measures, names = self._state.catalogue.measures, formula.denominator
            below = [measures[name] for name in names if name in measures]
            self._known[formula.id] = (
                [measures[name] for name in formula.numerator if name in measures],
                [each for each in below if is_figure(each)] if formula.form == "ratio" else [],
            )
        return self._known[formula.id]

    def _sent(self, measure: Measure, unit: str, span: Span) -> bool:
        """Whether a measure was sent for the country as such, and not only for units below it."""
        if measure.kind == "report":
            figures = self._state.figures[span.calendar]
            return figures.speaks(measure.id, unit, _periods(span))
        if is_figure(measure):
            return self._state.figures[ROWS].own_row_at(measure.id, unit, span.cut) is not None
        below = sum(
            self._counted(measure, each.key, span) for each in self._state.units.children(unit)
        )
        return self._counted(measure, unit, span) != below

    def _heard(self, measure: Measure, province: str, span: Span) -> bool:
        if measure.kind == "report" or is_figure(measure):
            cell = self._state.cells.find(province, *TOTAL)  # one that is not known said nothing
            if cell is None:
                return False
            return bool(self._amounts.of(measure, np.array([cell], dtype=np.int64), span).has[0])
        return self._counted(measure, province, span) != 0

    def _counted(self, measure: Measure, unit: str, span: Span) -> int:
        """What was ever counted up to the end of the window, in quanta; of a stock what holds."""
        cell = self._state.cells.find(unit, *TOTAL)
        if cell is None or measure.id not in self._state.numbers:
            return 0
        keys = self._state.cells.keys(
            np.array([cell], dtype=np.int64), self._state.numbers[measure.id]
        )
        return int(self._state.points.until(keys, second_after(span.cut))[0])


def _periods(span: Span) -> tuple[str, ...]:
    """The periods whose reports a value of the window may be made of."""
    if span.period is None:
        return ()
    return tuple(dict.fromkeys((span.period, *parts_of(span.period), *months_of(span.period))))
