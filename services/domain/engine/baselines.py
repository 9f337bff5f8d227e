"""Values of earlier windows that a value is held against: four weeks, or the same days of years.

Also the tail of the Poisson distribution, for counts that are greater than chance explains.
"""

from collections.abc import Iterator
from math import exp, lgamma, log
from typing import NamedTuple

import numpy as np
from msgspec import structs

from services.domain.engine.amount import Bools, Floats
from services.domain.engine.amounts import second_after
from services.domain.engine.catalogue import Formula
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.ordered import Ints
from services.domain.engine.windows import PERIODS, Span, place, year_before
from services.domain.instants import DAY

WEEKS = (7, 14, 21, 28)
YEARS = (1, 2, 3, 4, 5)
YEARS_MIN = 3
POISSON_MEAN_MIN = 0.25


class Baseline(NamedTuple):
    """What is usual for each cell: mean and sample standard deviation, `has` where known."""

    mean: Floats
    deviation: Floats
    has: Bools


def weeks_before(span: Span) -> Iterator[Span]:
    """The windows of the same length that end 7, 14, 21 and 28 days before; of rolling windows."""
    if span.window not in PERIODS and span.window != "all":
        for days in WEEKS:
            before = place(span.window, span.calendar, span.cut - days * DAY)
            yield structs.replace(before, constant=span.constant)


def years_before(span: Span) -> Iterator[Span]:
    """The 7 days that end at the same local time of the same day in each of the 5 years before."""
    if span.window == "7d":
        for years in YEARS:
            before = place(span.window, span.calendar, year_before(span.cut, years))
            yield structs.replace(before, constant=span.constant)


def mean_of_weeks(
    evaluation: Evaluation, formula: Formula, cells: Ints, span: Span
) -> tuple[Floats, Bools]:
    """The mean of the formula over four weeks before; only where all four have a value."""
    found = [evaluation.values(formula, cells, each) for each in weeks_before(span)]
    if not found:
        return np.zeros(len(cells)), np.zeros(len(cells), dtype=bool)
    mean = np.mean([each.value for each in found], axis=0)
    return mean, np.logical_and.reduce([each.has for each in found])


def usual_of_years(evaluation: Evaluation, formula: Formula, cells: Ints, span: Span) -> Baseline:
    """Mean and deviation over the years that count: the unit had a case when its days began.

    At least three of the five; no baseline with fewer.
    """
    counted, values = [], []
    for each in years_before(span):
        found = evaluation.values(formula, cells, each)
        counted.append(found.has & had_any(evaluation, formula.numerator, cells, each.begin))
        values.append(found.value)
    if not values:
        nothing = np.zeros(len(cells))
        return Baseline(nothing, nothing, nothing.astype(bool))
    counts, table = np.array(counted), np.array(values)
    years = counts.sum(axis=0)
    has = years >= YEARS_MIN
    mean = (table * counts).sum(axis=0) / np.maximum(years, 1)
    squares = (((table - mean) ** 2) * counts).sum(axis=0)
    return Baseline(mean, np.sqrt(squares / np.maximum(years - 1, 1)), has)


def had_any(evaluation: Evaluation, measures: tuple[str, ...], cells: Ints, at: int) -> Bools:
    """Whether the unit of each cell had anything of these measures at or before an instant."""
    state = evaluation.state
    totals = evaluation.amounts.or_total(cells, lambda _dim: False)
    found = np.zeros(len(cells), dtype=bool)
    for name in measures:
        keys = state.cells.keys(totals, state.numbers[name])
        found |= state.points.until(keys, second_after(at) + 1) > 0
    return found


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) of a Poisson distribution, summed from its smaller side.

    >>> round(poisson_tail(1, 0.25), 6), poisson_tail(0, 3.0)
    (0.221199, 1.0)
    """
    if count <= 0:
        return 1.0

    def probability(n: int) -> float:
        return exp(n * log(mean) - mean - lgamma(n + 1))

    if count <= mean:
        return 1.0 - sum(probability(n) for n in range(count))
    term, total, n = probability(count), 0.0, count
    while term > total * 1e-17:
        total, n = total + term, n + 1
        term *= mean / n
    return total


def tails(counts: Floats, means: Floats, asked: Bools) -> Floats:
    """P(X >= count) of each cell that is asked for, else 1."""
    found = np.ones(len(counts))
    for index in np.flatnonzero(asked).tolist():
        found[index] = poisson_tail(round(counts[index]), max(POISSON_MEAN_MIN, means[index]))
    return found
