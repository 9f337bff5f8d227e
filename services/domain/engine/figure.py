"""One reported figure, with the vintages before it."""

from collections.abc import Sequence

import msgspec

from services.domain.engine.windows import STATISTICAL

VINTAGES_MAX = 12
"""Earlier vintages that are kept with a figure; what was known before the oldest is not said."""


class Vintage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An earlier vintage: its value in the measure's quanta, and as it was reported."""

    value: float
    reported: float
    number: int
    released_at: int | None = None
    vn_level: str | None = None


class Figure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One reported value, and what is known about it.

    `version` orders changes of the same figure.
    """

    value: float
    version: int
    vn_level: str | None = None
    vintage: int | None = None
    released_at: int | None = None
    quality: tuple[str, ...] = ()
    previous_value: float | None = None
    previous_vintage: int | None = None
    previous_released_at: int | None = None
    calendar: str = STATISTICAL
    until: int | None = None
    """The last instant at which a reference value holds; without one, the next row ends it."""
    earlier: tuple[Vintage, ...] = ()
    """The vintages before, newest first."""

    def known_at(self, at: int) -> "Figure | None":
        """The newest vintage that had been released at an instant; None without one.

        A vintage without a time of release is not said to have been known.
        """
        if self.released_at is not None and self.released_at <= at:
            return self
        for place, found in enumerate(self.earlier):
            if found.released_at is None or found.released_at > at:
                continue
            before = self.earlier[place + 1] if place + 1 < len(self.earlier) else None
            return Figure(
                found.value,
                self.version,
                found.vn_level,
                found.number,
                found.released_at,
                self.quality,
                before.reported if before else None,
                before.number if before else None,
                before.released_at if before else None,
                self.calendar,
                self.until,
                self.earlier[place + 1 :],
            )
        return None


def vintages_seen(sources: Sequence[Figure]) -> int:
    """How many vintages a value has seen: of one figure its number, of several one more for each.

    It follows from the figures alone, whatever the order in which they came; 0 without any.
    """
    later = sum(max(figure.vintage or 1, 1) - 1 for figure in sources)
    return 1 + later if sources else 0
