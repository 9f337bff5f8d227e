"""The wall clock: the only place that reads it for the services."""

import time

NANOSECONDS_PER_MICROSECOND = 1_000


def now() -> int:
    """Microseconds since 1970-01-01T00:00Z."""
    return time.time_ns() // NANOSECONDS_PER_MICROSECOND
