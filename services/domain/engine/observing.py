"""What every observer can be asked: a formula in one window, in some cells."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.domain.engine.catalogue import Formula
from services.domain.engine.observation import Observation

Observed = Iterator[tuple[int, Observation | None]]
"""Cells with what there is to say of them; None says that there is nothing."""


class Moment(NamedTuple):
    """When an evaluation happens: the clock, and how far every source has been counted.

    `constant` asks for values on the boundaries of the units of this day.
    """

    now: int
    final_to: int
    constant: bool = False


class Observing:
    """Makes observations; a kind of observer says how, in `each`."""

    def each(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Observed:
        """The formula in its window at now or in a named period, with the cell of each."""
        raise NotImplementedError

    def observe(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> list[Observation]:
        """The same without the cells that have nothing to say."""
        return [
            made for _, made in self.each(formula, window, calendar, cells, moment, period) if made
        ]
