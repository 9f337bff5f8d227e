"""Where a series breaks (clause 7.4.1): the first value after a change of boundary or formula.

A boundary changes when a unit is made of others: on the day from which the unit exists. A formula
changes with a version above the first: on the day from which the catalogue says that it holds. A
period is marked when the day lies in it, a rolling window while the day lies in it; the series
behind the window of everything and a value of an instant have no first value.
"""

from services.domain.engine.indicator import Indicator
from services.domain.engine.observation import Break
from services.domain.engine.windows import ROLLING, Span
from services.domain.instants import parse_instant
from services.domain.units import UnitList

BOUNDARY, FORMULA = "boundary", "formula"


class Breaks:
    """Finds the break of a value; units and versions are looked up once each."""

    def __init__(self, units: UnitList) -> None:
        self._units = units
        self._dates: dict[tuple[str, str, int], tuple[tuple[int, Break], ...]] = {}

    def within(self, indicator: Indicator, unit_key: str, span: Span) -> Break | None:
        """The last change in the window, or None; of two on a day that of the boundary."""
        if span.period is None and span.window not in ROLLING:
            return None
        found = None
        for at, change in self._changes(indicator, unit_key):
            # The window that begins with the change holds nothing of before, and is the first.
            if span.begin <= at < span.cut:
                found = change
        return found

    def _changes(self, indicator: Indicator, unit_key: str) -> tuple[tuple[int, Break], ...]:
        name = (unit_key, indicator.id, indicator.formula_version)
        known = self._dates.get(name)
        if known is None:
            known = self._dates[name] = tuple(sorted(self._found(indicator, unit_key), key=_order))
        return known

    def _found(self, indicator: Indicator, unit_key: str) -> list[tuple[int, Break]]:
        found = []
        if indicator.formula_version > 1 and indicator.effective_from is not None:
            date = indicator.effective_from
            found.append((_midnight(date), Break(date, FORMULA)))
        unit = self._units.get(unit_key)
        if unit is not None and self._units.predecessors(unit_key):
            date = unit.valid_from.isoformat()
            found.append((_midnight(date), Break(date, BOUNDARY)))
        return found


def _order(change: tuple[int, Break]) -> tuple[int, bool]:
    return change[0], change[1].reason == BOUNDARY


def _midnight(date: str) -> int:
    return parse_instant(f"{date}T00:00:00+07:00")
