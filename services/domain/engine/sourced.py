"""What an observation says of the reported figures behind its value."""

from collections.abc import Sequence
from typing import NamedTuple

from services.domain.engine.catalogue import Formula
from services.domain.engine.figure import Figure, vintages_seen
from services.domain.engine.numbers import number
from services.domain.engine.observation import Coverage, Previous
from services.domain.instants import format_instant

SIMULATED = "simulated"
WORST_FIRST = ("uoc_tinh", "so_bo", "chinh_thuc")


class Sourced(NamedTuple):
    """Stage, vintage, release, quality and doubts of the figures, and who has reported."""

    vn_level: str | None = None
    revision: int = 0
    previous: Previous | None = None
    released_at: str | None = None
    quality: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    coverage: Coverage | None = None


COUNTED = Sourced()
COUNTED_SIMULATED = Sourced(quality=(SIMULATED,))
"""Of a value that was counted: nobody has reported it."""


def sourced(
    figures: Sequence[Figure],
    formula: Formula,
    warnings: tuple[str, ...],
    coverage: Coverage | None,
    *,
    simulated: bool,
    value: float | None = None,
) -> Sourced:
    """What these figures say of a value that is made of them, None where there is none."""
    if not figures:
        counted = COUNTED_SIMULATED if simulated else COUNTED
        return counted if coverage is None else counted._replace(coverage=coverage)
    one = figures[0] if len(figures) == 1 else None
    marks = {mark for figure in figures for mark in figure.quality}
    return Sourced(
        _weakest(figures),
        vintages_seen(figures),
        _previous(one, formula, value),
        format_instant(one.released_at) if one and one.released_at else None,
        tuple(sorted(marks | {SIMULATED} if simulated else marks)),
        warnings,
        coverage,
    )


def _weakest(figures: Sequence[Figure]) -> str | None:
    """The least certain stage of the law's three."""
    known = (figure.vn_level for figure in figures if figure.vn_level)
    return min(known, key=WORST_FIRST.index, default=None)


def _previous(figure: Figure | None, formula: Formula, value: float | None) -> Previous | None:
    """The value that the vintage before would have given; only where one figure is the value."""
    if figure is None or figure.previous_value is None or figure.previous_vintage is None:
        return None
    if formula.form == "growth":
        before = _growth_before(figure, formula, value)
    elif formula.form in {"last", "sum"} and len(formula.references) == 1:
        before = (formula.offset + formula.scale * figure.previous_value) / formula.divide_by
    else:
        before = None
    if before is None:
        return None
    released = format_instant(figure.previous_released_at or 0)
    level = figure.earlier[0].vn_level if figure.earlier else None
    return Previous(number(before), figure.previous_vintage, released, level)


def _growth_before(figure: Figure, formula: Formula, value: float | None) -> float | None:
    """The growth to the vintage before, over the base (and by the denominator) of now."""
    if value is None or len(formula.numerator) != 1 or not figure.earlier:
        return None
    now, before = figure.value, figure.earlier[0].value
    return 100 * ((1 + value / 100) * before / now - 1) if now > 0 and before > 0 else None
