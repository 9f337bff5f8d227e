"""In which calendar periods, units and breakdowns a version of the standard has values.

Of what is counted: the periods of reports are those that have been reported.
"""

from typing import NamedTuple

from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.windows import PERIODS

LEVEL_OF = {"country": "N", "province": "P", "commune": "C"}


class Shape(NamedTuple):
    """Where a formula has values: letters of levels, dimensions, (window, calendar) pairs."""

    levels: frozenset[str]
    dims: frozenset[str]
    windows: frozenset[tuple[str, str]]


def shapes_of(catalogue: Catalogue) -> dict[str, Shape]:
    """By id of every formula that is counted and has periods; deadlines have none that close."""
    found = {
        formula.id: _shape(catalogue, formula)
        for formula in catalogue.formulas.values()
        if not catalogue.reported(formula) and formula.unit != "timestamp"
    }
    return {name: shape for name, shape in found.items() if shape.windows}


def _shape(catalogue: Catalogue, formula: Formula) -> Shape:
    indicator = catalogue.indicators[formula.indicator]
    return Shape(
        frozenset(LEVEL_OF[name] for name in indicator.unit_levels),
        frozenset(dim for dim in indicator.dimensions if catalogue.has_dimension(formula, dim)),
        frozenset(
            (window, calendar)
            for window in formula.windows
            if window in PERIODS
            for calendar in indicator.calendars_of(window)
        ),
    )
