"""Points under names of any kind, numbered as they appear, beside the points of cells."""

from collections.abc import Hashable

from services.domain.engine.points import Points


class Shelf:
    """Points whose keys stand for names."""

    def __init__(self) -> None:
        self.points = Points()
        self._numbers: dict[Hashable, int] = {}

    def number(self, name: Hashable) -> int:
        """The key of a name; it is made when it is new."""
        return self._numbers.setdefault(name, len(self._numbers))

    def find(self, name: Hashable) -> int | None:
        """The key of a name, or None when nothing was ever put there."""
        return self._numbers.get(name)
