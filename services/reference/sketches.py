"""Quantiles from counts of values in logarithmic buckets, which are the same in every order."""

import math
from collections.abc import Iterable
from fractions import Fraction

GROWTH = 1.02 / 0.98
SMALLEST, GREATEST = 0.001, 100_000.0
ZERO_BUCKET = -1_000_000  # sorts before every other


def bucket(value: float) -> int:
    """Return the bucket of a value: what is not above 0.001 is 0, what is above 100000 is that."""
    if value <= SMALLEST:
        return ZERO_BUCKET
    return math.ceil(math.log(min(value, GREATEST)) / math.log(GROWTH))


def quantile(buckets: Iterable[int], share: float) -> Fraction | None:
    """Return the value of rank floor(share * (n - 1)), counted from 0; None of no values."""
    ordered = sorted(buckets)
    if not ordered:
        return None
    found = ordered[math.floor(Fraction(str(share)) * (len(ordered) - 1))]
    if found == ZERO_BUCKET:
        return Fraction(0)
    return Fraction(2 * GROWTH**found / (GROWTH + 1))
