"""When dossiers arrive: the day and the week of public offices, and a steady stream beside it."""

import random
from collections.abc import Iterator
from itertools import accumulate

from services.domain.instants import MINUTE, SECOND
from services.domain.worktime import WorkingCalendar, day_start, local_day

HALF_HOUR = 30 * MINUTE
BY_WEEKDAY = (1.22, 1.06, 0.98, 0.94, 0.80, 0.05, 0.03)
"""Monday to Sunday, against the mean working day; at weekends only the portal is open."""

OFFICE_WEIGHTS = {
    15: 7,
    16: 10,
    17: 11,
    18: 10,
    19: 9,
    20: 7,
    21: 5,
    22: 3,
    27: 6,
    28: 9,
    29: 9,
    30: 8,
    31: 7,
    32: 5,
    33: 4,
    34: 2,
}
"""Half hours of the day and how much comes in at the counter and through the portal."""

NET_WEIGHTS = {
    0: 1,
    11: 1,
    12: 2,
    13: 3,
    14: 4,
    23: 4,
    24: 4,
    25: 4,
    26: 4,
    35: 5,
    36: 4,
    37: 4,
    38: 5,
    39: 7,
    40: 8,
    41: 8,
    42: 7,
    43: 6,
    44: 4,
    45: 3,
    46: 2,
    47: 1,
}
"""Half hours outside office hours, when only the portal is open."""

NET_SHARE = 0.07
BLOCK = 10 * MINUTE
ARRIVALS_IN_A_BLOCK_MAX = 1_000_000


class DayRhythm:
    """Arrivals of a local day, by half hours."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        office = tuple(OFFICE_WEIGHTS.get(n, 0) for n in range(48))
        net = tuple(NET_WEIGHTS.get(n, 0) for n in range(48))
        scale = NET_SHARE / (1 - NET_SHARE) * sum(office) / sum(net)
        mixed = tuple(o + n * scale for o, n in zip(office, net, strict=True))
        always = tuple(o + n for o, n in zip(office, net, strict=True))
        self._working = tuple(accumulate(mixed))
        self._closed = tuple(accumulate(always))
        self._calendar = calendar

    def arrivals(self, rng: random.Random, day: int, per_working_day: float) -> list[int]:
        """Instants of that local day in order, about `per_working_day` on a mean working day."""
        mean = per_working_day * BY_WEEKDAY[(day + 3) % 7]
        open_ = bool(self._calendar.hours(day))
        if not open_:
            mean = per_working_day * BY_WEEKDAY[5]
        count = max(0, round(rng.gauss(mean, mean**0.5)))
        weights = self._working if open_ else self._closed
        start = day_start(day)
        slots = rng.choices(range(48), cum_weights=weights, k=count)
        at = (start + n * HALF_HOUR + int(rng.random() * HALF_HOUR) for n in slots)
        return sorted(instant // SECOND * SECOND for instant in at)


def block_arrivals(rng: random.Random, block: int, per_minute: float) -> Iterator[int]:
    """Instants of a block of ten minutes at a steady mean rate, in order."""
    at = float(block * BLOCK)
    end = (block + 1) * BLOCK
    mean_gap = MINUTE / per_minute
    for _ in range(ARRIVALS_IN_A_BLOCK_MAX):
        at += rng.expovariate(1 / mean_gap)
        if at >= end:
            return
        yield int(at)


def is_office_time(calendar: WorkingCalendar, at: int) -> bool:
    """Whether offices are open at an instant."""
    day = local_day(at)
    offset = at - day_start(day)
    return any(opens <= offset < closes for opens, closes in calendar.hours(day))
