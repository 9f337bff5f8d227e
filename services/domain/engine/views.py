"""What moving the counts of former units to the boundaries of today did to each value."""

import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.catalogue import Formula
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.observation import Boundaries
from services.domain.engine.ordered import Ints
from services.domain.engine.windows import CONSTANT, Span, year_base
from services.domain.instants import local_date


def views(
    evaluation: Evaluation, formula: Formula, cells: Ints, span: Span, now: int
) -> list[Boundaries] | None:
    """How each cell is seen; None for values on the boundaries of their time."""
    if not span.constant:
        return None
    measures = evaluation.state.catalogue.measures_of(formula)
    boundaries, today = evaluation.amounts.boundaries, local_date(now).isoformat()
    return [
        Boundaries(CONSTANT, today, divided, boundaries.indivisible(measures, cell))
        for cell, divided in zip(
            cells.tolist(), _divided(evaluation, formula, cells, span).tolist(), strict=True
        )
    ]


def _divided(evaluation: Evaluation, formula: Formula, cells: Ints, span: Span) -> Bools:
    """Where something came from a former unit that was split, now or in the base of a growth."""
    bases = [span, year_base(span)] if formula.form == "growth" else [span]
    measures = evaluation.state.catalogue.measures_of(formula)
    found = np.zeros(len(cells), dtype=bool)
    for each in filter(None, bases):
        found |= evaluation.amounts.divided(measures, cells, each)
    return found
