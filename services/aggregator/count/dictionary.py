"""The dictionary of keys: (measure, unit, dim, member) as a number, shared by all workers."""

import numpy as np

from services.aggregator.count.case_rows import Cursor
from services.aggregator.count.places import Places
from services.domain.engine.ordered import Ints

_UNKNOWN = 0
"""No row of the dictionary has this number."""


class Dictionary:
    """Stored numbers of a worker's keys; those that another worker made are found by asking."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._stored = np.zeros(1024, dtype=np.int64)

    def stored(self, cursor: Cursor, keys: Ints) -> Ints:
        """The stored number of every key, those of `keys` are known; missing ones are made."""
        while len(self._places) > len(self._stored):
            self._stored = np.concatenate([self._stored, np.zeros_like(self._stored)])
        for statement in (_MAKE, _FIND):
            missing = keys[self._stored[keys] == _UNKNOWN].tolist()
            if missing:
                names = sorted(self._places.name(key) for key in missing)
                cursor.execute(statement, tuple(map(list, zip(*names, strict=True))))
                for number, *name in cursor:
                    self._stored[self._places.key(*name)] = number
        return self._stored

    def forget(self) -> None:
        """After a failure: what was made may not exist."""
        self._stored[:] = _UNKNOWN


_MAKE = (
    "insert into measure_key (measure, unit, dim, member)"
    " select * from unnest(%b::text[], %b::text[], %b::text[], %b::text[])"
    " as s (measure, unit, dim, member) order by 1, 2, 3, 4 on conflict do nothing"
    " returning id, measure, unit, dim, member"
)
_FIND = (
    "select id, measure, unit, dim, member from measure_key"
    " join unnest(%b::text[], %b::text[], %b::text[], %b::text[])"
    " as s (measure, unit, dim, member) using (measure, unit, dim, member)"
)
