"""Observations as they are published: whose they are, and the bytes in two parts.

The part that moves with the clock alone is no news by itself, so it is kept apart. A column of
observations is encoded as a whole.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.domain.engine.cell_names import CellNames
from services.domain.engine.evaluated import Evaluated
from services.domain.engine.json_parts import encode, joined
from services.domain.engine.observation import Observation
from services.domain.engine.ordered import Ints

_MEMBERS: Final = Observation.__struct_fields__


class Told(NamedTuple):
    """JSON of some observations: contents that are still open, and the clock that closes them.

    The clock, which they have in common, begins with a comma and is open as well.
    """

    contents: Sequence[bytes]
    clock: bytes


class Records(NamedTuple):
    """One observation for each cell of a formula in a window, as keys write it."""

    formula: str
    window: str
    names: CellNames
    cells: Ints
    told: Told

    @property
    def keys(self) -> list[str]:
        """The keys in the compacted topic.

        They name the window, never a period, so the newest one replaces the one before.
        """
        return [f"{self.formula}|{name}|{self.window}" for name in self.names.keys(self.cells)]

    def at(self, places: Ints) -> "Records":
        """Those in these places."""
        contents = self.told.contents
        told = Told([contents[place] for place in places.tolist()], self.told.clock)
        return self._replace(cells=self.cells[places], told=told)


def records_of(made: Evaluated) -> Records:
    """What was evaluated."""
    count, column = len(made.cells), made.column()
    content, clock = _apart(made.span.period)
    contents = joined([b"{", *column.written(count, content)], count)
    told = Told(contents, joined([b",", *column.written(1, clock)], 1)[0])
    return Records(made.formula.id, made.span.name, made.held.names, made.cells, told)


def told_of(observation: Observation) -> Told:
    """The same of one observation."""
    _, clock = _apart(observation.period)
    text = "".join(f',"{name}":{encode(getattr(observation, name)).decode()}' for name in clock)
    behind = text.encode()
    return Told([encode(observation)[: -len(behind) - 1]], behind)


def _apart(period: str | None) -> tuple[Sequence[str], Sequence[str]]:
    """The members that say something, and those that go with the clock, as rolling windows do."""
    first = _MEMBERS.index("start" if period is None else "as_of")
    behind = _MEMBERS.index("as_of") + 1
    return _MEMBERS[:first], _MEMBERS[first:behind]
