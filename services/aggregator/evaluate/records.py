"""Observations as they are published: the keys, and the bytes in two parts.

The part that moves with the clock alone is no news by itself, so it is kept apart. A column of
observations is encoded as a whole.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.domain.engine.evaluated import Evaluated
from services.domain.engine.json_parts import encode, joined
from services.domain.engine.observation import Observation

_MEMBERS: Final = Observation.__struct_fields__


class Records(NamedTuple):
    """Some observations, each under its key; their contents are open, the clock stands behind.

    The clock, which they have in common, begins with a comma and is open as well.
    """

    keys: Sequence[str]
    contents: Sequence[bytes]
    clock: bytes

    def at(self, places: Sequence[int]) -> "Records":
        """Those in these places."""
        keys, contents = self.keys, self.contents
        return Records([keys[i] for i in places], [contents[i] for i in places], self.clock)


def records_of(made: Evaluated) -> Records:
    """What was evaluated, under the keys that name the window and never a period."""
    count, column = len(made.cells), made.column()
    before, after = f"{made.formula.id}|", f"|{made.span.name}"
    keys = [f"{before}{key}{after}" for key in made.held.names.keys(made.cells)]
    content, clock = _apart(made.span.period)
    contents = joined([b"{", *column.written(count, content)], count)
    return Records(keys, contents, joined([b",", *column.written(1, clock)], 1)[0])


def record_of(observation: Observation, key: str) -> Records:
    """One observation under a key."""
    _, clock = _apart(observation.period)
    text = "".join(f',"{name}":{encode(getattr(observation, name)).decode()}' for name in clock)
    behind = text.encode()
    return Records([key], [encode(observation)[: -len(behind) - 1]], behind)


def _apart(period: str | None) -> tuple[Sequence[str], Sequence[str]]:
    """The members that say something, and those that go with the clock, as rolling windows do."""
    first = _MEMBERS.index("start" if period is None else "as_of")
    behind = _MEMBERS.index("as_of") + 1
    return _MEMBERS[:first], _MEMBERS[first:behind]
