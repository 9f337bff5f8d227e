"""Buckets of sketches: a value becomes a count in a bucket, so sketches add up and are taken back.

Bucket i holds (g^(i-1), g^i] with g = 1.02 / 0.98, between 0.001 and 100,000, so a quantile is
within 2 % of the value that holds the rank; what is smaller counts as 0, what is greater as
100,000. The scheme is that of DDSketch (Masson, Rim and Lee, VLDB 2019) with fixed bounds.
"""

from math import ceil, log

GROWTH = 1.02 / 0.98
SMALLEST = 0.001
GREATEST = 100_000
ZERO_BUCKET = -1_000
"""Below every other bucket, so that buckets are in the order of their values."""
SEPARATOR = "~"
_LOG_GROWTH = log(GROWTH)


def bucket_of(value: float) -> int:
    """The bucket that a value counts in.

    >>> bucket_of(1), bucket_of(0.0005), bucket_of(10**9)
    (0, -1000, 288)
    """
    if value <= SMALLEST:
        return ZERO_BUCKET
    return ceil(log(min(value, GREATEST)) / _LOG_GROWTH)


BUCKETS = (ZERO_BUCKET, *range(bucket_of(SMALLEST * 1.000001), bucket_of(GREATEST) + 1))
"""Every bucket there is, in the order of their values."""


def value_of(bucket: int) -> float:
    """The value that stands for a bucket: 2 g^i / (g + 1), and 0 for the smallest."""
    found: float = 0.0 if bucket == ZERO_BUCKET else 2 * GROWTH**bucket / (GROWTH + 1)
    return found


def stored_name(measure: str, bucket: int) -> str:
    """The name under which a bucket of a sketch is stored."""
    return f"{measure}{SEPARATOR}{bucket}"


def measure_of(name: str) -> str:
    """The measure of a stored name, with or without a bucket."""
    return name.partition(SEPARATOR)[0]


def split_name(name: str) -> tuple[str, int] | None:
    """The measure and the bucket of a stored name; None for a name without a bucket."""
    measure, found, bucket = name.partition(SEPARATOR)
    return (measure, int(bucket)) if found else None
