"""The dictionary of keys: (measure, unit, dim, member) as a number, shared by all workers."""

import numpy as np

from services.aggregator.count.case_rows import Cursor
from services.aggregator.count.places import Places
from services.domain.engine.points import Ints

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
        missing = keys[self._stored[keys] == _UNKNOWN].tolist()
        if missing:
            named = sorted((self._places.name(key), key) for key in missing)
            columns = tuple([name[i] for name, _ in named] for i in range(4))
            cursor.execute(_MAKE, columns)
            cursor.execute(_FIND, (*columns, [key for _, key in named]))
            for number, key in cursor:
                self._stored[key] = number
        return self._stored

    def forget(self) -> None:
        """After a failure: what was made may not exist."""
        self._stored[:] = _UNKNOWN


_MAKE = (
    "insert into measure_key (measure, unit, dim, member)"
    " select * from unnest(%b::text[], %b::text[], %b::text[], %b::text[])"
    " as s (measure, unit, dim, member) order by 1, 2, 3, 4 on conflict do nothing"
)
_FIND = (
    "select k.id, s.key from measure_key k"
    " join unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bigint[])"
    " as s (measure, unit, dim, member, key) using (measure, unit, dim, member)"
)
