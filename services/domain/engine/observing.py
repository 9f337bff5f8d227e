"""What every observer can be asked: a formula in one window, in some cells."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.domain.engine.catalogue import Formula
from services.domain.engine.evaluated import Evaluated
from services.domain.engine.observation import Observation


class Silent(NamedTuple):
    """Cells of which there is nothing to say."""

    cells: Sequence[int]


Told = Iterator[Evaluated | Silent]


class Moment(NamedTuple):
    """When an evaluation happens: the clock, and how far every source has been counted.

    `constant` asks for values on the boundaries of the units of this day.
    """

    now: int
    final_to: int
    constant: bool = False


class Observing:
    """Makes observations; a kind of observer says how, in `told`."""

    def told(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Told:
        """The formula in its window at now or in a named period; each cell comes at most once."""
        raise NotImplementedError

    def each(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Iterator[tuple[int, Observation | None]]:
        """What is said of each cell; None says that there is nothing to say."""
        for told in self.told(formula, window, calendar, cells, moment, period):
            if isinstance(told, Silent):
                yield from ((cell, None) for cell in told.cells)
            else:
                yield from zip(told.cells.tolist(), told.observations(), strict=True)

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
