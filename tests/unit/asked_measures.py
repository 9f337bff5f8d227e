"""A catalogue in which chosen measures are asked for, with all of their breakdowns."""

import numpy as np

from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.domain.engine.amounts import Amounts
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.windows import STATISTICAL, place
from tests.unit.engine_centre import Counting, Reading
from tests.unit.engine_documents import Document


def asking(*names: str) -> Catalogue:
    """Our measures, and one indicator that adds up these."""
    measures = [parse_measure(document) for document in load_measure_documents()]
    dims = sorted({dim for m in measures if m.id in names for dim in m.dimensions})
    host = load_indicator_documents()[0] | {
        "form": "sum",
        "inputs": list(names),
        "numerator": [],
        "denominator": [],
        "components": [],
        "dimensions": dims,
    }
    return Catalogue(measures, [parse_indicator(host)])


def read(documents: list[Document], now: int, *names: str) -> Reading:
    """What these documents leave in a state that is asked for these measures."""
    counting, reading = Counting(), Reading(asking(*names))
    counting.count(documents, 0, now)
    counting.tick(now)
    reading.read(counting)
    return reading


def amount(
    reading: Reading,
    measure: str,
    now: int,
    unit: str,
    window: tuple[str, str | None],
    member: tuple[str, str] = ("", ""),
) -> float | None:
    """A measure in one cell and a window (its name and period) at `now`; None without a value."""
    state = reading.state
    cell = state.cells.number(unit, *member)
    span = place(window[0], STATISTICAL, now, window[1])
    found = Amounts(state).of(state.catalogue.measures[measure], np.array([cell]), span)
    return float(found.value[0]) if found.has[0] else None
