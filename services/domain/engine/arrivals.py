"""What has arrived: for each unit and type of fact the days or periods of which one counts.

A report arrives for its period, every other fact on the local day of its time. What arrived is
stored as points of its own names, `arrived~<freq>~<what>`, so it can be taken back.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from services.domain.engine.ordered import Ints
from services.domain.engine.shelf import Shelf
from services.domain.engine.windows import STATISTICAL, kind_of_period, names_period, period_bounds
from services.domain.events import Event
from services.domain.instants import SECOND
from services.domain.worktime import day_start, local_day

ARRIVED = "arrived"
DAILY = "D"
FREQUENCIES = {"month": "M", "quarter": "Q", "year": "A"}
_Point = tuple[str, int, int]
Period = tuple[int, int]


def arrived(fact: Event) -> tuple[_Point, ...]:
    """The points by which a counting fact is known to have arrived."""
    data: Any = fact.data
    period = getattr(data, "period", None)
    if period is not None:
        return _of_report(fact.type, getattr(data, "series_id", None), period)
    return _of_day(fact.type, local_day(fact.at))


@lru_cache(maxsize=10_000)
def _of_day(event_type: str, day: int) -> tuple[_Point, ...]:
    return ((f"{ARRIVED}~{DAILY}~{event_type}", day_start(day) // SECOND, 1),)


@lru_cache(maxsize=10_000)
def _of_report(event_type: str, series: str | None, period: str) -> tuple[_Point, ...]:
    """A report arrives for its period, also under the name of its series; a term is no period."""
    if not names_period(period):
        return ()
    frequency = FREQUENCIES[kind_of_period(period)]
    second = period_bounds(period, STATISTICAL)[0] // SECOND
    names = [event_type] if series is None else [event_type, f"stat.report/{series}"]
    return tuple((f"{ARRIVED}~{frequency}~{name}", second, 1) for name in names)


class Arrivals:
    """Asks what has arrived of a unit's own; what units below sent is theirs."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def number(self, unit: str, name: str) -> int:
        """The key on the shelf of a stored name."""
        return self._shelf.number((unit, name))

    def count(self, units: list[str], what: str, frequency: str, periods: list[Period]) -> int:
        """For how many of these units and periods, taken together, anything has arrived.

        A period is [begin, end) in microseconds and of the frequency D, M, Q or A.
        """
        found = np.zeros(len(units) * len(periods), dtype=np.bool_)
        begins = np.array([begin // SECOND for begin, _ in periods], dtype=np.int64)
        ends = np.array([end // SECOND for _, end in periods], dtype=np.int64)
        for name, until in ((frequency, begins + 1), (DAILY, ends)):
            keys = self._keys(units, f"{ARRIVED}~{name}~{what}")
            known = np.repeat(keys >= 0, len(periods))
            sums = self._shelf.points.between(
                np.repeat(np.maximum(keys, 0), len(periods)),
                np.tile(begins, len(units)),
                np.tile(until, len(units)),
            )
            found |= known & (sums > 0)
        return int(found.sum())

    def _keys(self, units: list[str], name: str) -> Ints:
        """The keys of a name in these units; -1 where nothing has arrived."""
        found = [self._shelf.find((unit, name)) for unit in units]
        return np.array([-1 if key is None else key for key in found], dtype=np.int64)
