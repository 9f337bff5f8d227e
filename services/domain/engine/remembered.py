"""What was asked of reported figures and reference values, cell by cell, and still holds.

Finding what a unit has reported means looking through its rows and those of the units below it. A
tick asks the same of every cell; between two reports the answers stay the same.
"""

from collections.abc import Callable, Hashable
from typing import Final

import numpy as np

from services.domain.engine.amount import Amount
from services.domain.engine.cell_rows import CellRows
from services.domain.engine.ordered import Ints
from services.domain.engine.reference_rows import Stretch

ROWS_MAX: Final = 2_000_000
"""Answers that are remembered; beyond it the questions not asked for longest are forgotten."""
_WIDTH = _VERSION, _VALUE, _AFTER, _UNTIL = range(4)


class Remembered:
    """Answers by question and cell. An answer holds for one version of what it was made of."""

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._answers: dict[Hashable, CellRows] = {}
        self._held = 0

    def of(
        self,
        question: Hashable,
        cells: Ints,
        versions: Ints,
        ask: Callable[[int], Stretch],
        at: int = 0,
    ) -> Amount:
        """The answer for each cell at an instant; `ask` finds those that are not known.

        `versions` grow with every change of what lies behind a cell; at 0 there is no answer.
        """
        answers = self._answers.pop(question, None) or CellRows(len(_WIDTH))
        before = len(answers)
        places = answers.places(cells)
        self._answers[question] = answers
        self._held += len(answers) - before
        rows, numbers = answers.rows, answers.floats()
        held = rows[places]
        stale = ~answers.known[places] | (held[:, _VERSION] != versions)
        stale |= (held[:, _AFTER] >= at) | (held[:, _UNTIL] < at)
        anything = versions > 0
        for index in np.flatnonzero(stale & anything).tolist():
            place, found = places[index], ask(int(cells[index]))
            rows[place, _VERSION] = versions[index]
            rows[place, _AFTER], rows[place, _UNTIL] = found.after, found.until
            numbers[place, _VALUE] = np.nan if found.value is None else found.value
            answers.known[place] = True
        self._forget()
        value = np.where(anything, numbers[places, _VALUE], np.nan)
        has = ~np.isnan(value)
        return Amount(np.where(has, value, 0.0), has)

    def _forget(self) -> None:
        while self._held > self._rows_max and len(self._answers) > 1:
            oldest = next(iter(self._answers))
            self._held -= len(self._answers.pop(oldest))
