"""The dictionary of keys: (measure, unit, dim, member) as a number, shared by all workers."""

from collections.abc import Iterable, Mapping

from services.aggregator.count.case_rows import Cursor
from services.aggregator.count.changes import KeyName

REMEMBERED_MAX = 2_000_000


class Dictionary:
    """Numbers of keys; those that another transaction made are found by asking again."""

    def __init__(self) -> None:
        self._known: dict[KeyName, int] = {}
        self._fresh: dict[KeyName, int] = {}

    def numbers(self, cursor: Cursor, names: Iterable[KeyName]) -> Mapping[KeyName, int]:
        """The number of each key; missing ones are made.

        Keys made here are remembered only after `settle`.
        """
        asked = set(names)
        missing = sorted(asked - self._known.keys() - self._fresh.keys())
        if missing:
            columns = tuple([name[i] for name in missing] for i in range(4))
            cursor.execute(_MAKE, columns)
            cursor.execute(_FIND, columns)
            for number, *name in cursor:
                self._fresh[KeyName(*(str(part) for part in name))] = int(number)
        return {
            name: self._known[name] if name in self._known else self._fresh[name] for name in asked
        }

    def settle(self) -> None:
        """After a commit: what was made is true."""
        if len(self._known) + len(self._fresh) > REMEMBERED_MAX:
            self._known.clear()
        self._known.update(self._fresh)
        self._fresh.clear()

    def forget(self) -> None:
        """After a failure: what was made may not exist."""
        self._known.clear()
        self._fresh.clear()


_NAMES = "unnest(%b::text[], %b::text[], %b::text[], %b::text[]) as s (measure, unit, dim, member)"
_MAKE = (
    "insert into measure_key (measure, unit, dim, member)"  # noqa: S608 - a constant's names
    " select * from " + _NAMES + " order by 1, 2, 3, 4 on conflict do nothing"
)
_FIND = (
    "select k.id, k.measure, k.unit, k.dim, k.member"  # noqa: S608 - a constant's names
    " from measure_key k join " + _NAMES + " using (measure, unit, dim, member)"
)
