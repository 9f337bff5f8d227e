"""What a period is made of: its months, its quarters, and what makes up the year so far."""

from functools import lru_cache

from services.domain.engine.windows import kind_of_period


@lru_cache(maxsize=4096)
def parts_of(period: str) -> tuple[str, ...]:
    """The 3 months of a quarter, or the 4 quarters of a year; nothing of a month."""
    kind, year = kind_of_period(period), period[:4]
    if kind == "quarter":
        first = int(period[-1]) * 3 - 2
        return tuple(f"{year}-{month:02d}" for month in range(first, first + 3))
    return tuple(f"{year}-Q{n}" for n in range(1, 5)) if kind == "year" else ()


@lru_cache(maxsize=4096)
def periods_within(period: str) -> frozenset[str]:
    """A period, its quarters and its months."""
    return frozenset((period, *parts_of(period), *months_of(period)))


def months_of(period: str) -> tuple[str, ...]:
    """The months of a period in order."""
    kind = kind_of_period(period)
    if kind == "month":
        return (period,)
    return tuple(month for part in parts_of(period) for month in months_of(part))


def names_up_to(year: str, month: int) -> tuple[str, ...]:
    """The periods that make up a year to the end of a month.

    The year, or its whole quarters and then its months.

    >>> names_up_to("2025", 5)
    ('2025-Q1', '2025-04', '2025-05')
    """
    if month == 12:
        return (year,)
    whole = month // 3
    quarters = parts_of(year)[:whole]
    return (*quarters, *(f"{year}-{m:02d}" for m in range(3 * whole + 1, month + 1)))
