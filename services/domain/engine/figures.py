"""Reported figures: one for each measure, unit, breakdown and period, the newest vintage.

Where one is missing its parts stand in. A figure is a whole number of quanta, or a float for
measures that are never added. Rows of reference values (population) are kept the same way, by the
date from which they hold; those of the dated units of one code end each other.
"""

from collections.abc import Callable, Container, Iterable
from itertools import pairwise
from typing import NamedTuple

from services.domain.engine.changes import Changes
from services.domain.engine.figure import Figure, Vintage
from services.domain.engine.measures import Measure
from services.domain.engine.period_parts import months_of, parts_of, periods_within
from services.domain.engine.reference_rows import ReferenceRows, Stretch
from services.domain.engine.windows import kind_of_period
from services.domain.errors import Refused

__all__ = ["SECTOR_END", "TOTAL", "Figure", "Figures", "Vintage"]

Member = tuple[str, str]
TOTAL: Member = ("", "")
SECTOR_END = "~"
"""Ends the sector before the breakdown of a row, in measures that leave the sector open."""
KNOWN_MAX = 200_000
"""Answers that are remembered until something changes below; then those not asked since half of
this many others were remembered are forgotten."""

Periods = dict[str, Figure]
_Name = tuple[str, str, Member, str]


class _Place(NamedTuple):
    """The figures of one measure in one unit: by member and period, and what counts them.

    `reported` are the periods of the unit and of each above it, `versions` are those of the newest
    change of each figure, `beside` the places of the same measure in units of the same code.
    """

    chain: tuple[str, ...]
    rows: dict[Member, Periods]
    reported: tuple[dict[str, int], ...]
    versions: dict[tuple[Member, str], int]
    beside: list["_Place"]


_Known = tuple[int, list[Figure]]


class Figures:
    """All figures of the centre. `above` gives the units over one, nearest first, `number` theirs.

    `namesakes` gives the dated units of a unit's code, where a row of one ends another's. Sums over
    the units below look only at those that have a figure somewhere under them.
    """

    def __init__(
        self,
        above: Callable[[str], Iterable[str]],
        number: Callable[[str], int],
        namesakes: Callable[[str], Iterable[str]] = lambda _unit: (),
    ) -> None:
        self.changes = Changes(number)
        self._above, self._number, self._namesakes = above, number, namesakes
        self._below: dict[tuple[str, str], set[str]] = {}
        self._periods: dict[tuple[str, str], dict[str, int]] = {}
        self._known: dict[_Name, _Known] = {}
        self._known_before: dict[_Name, _Known] = {}
        self._rows: dict[tuple[str, str], dict[Member, Periods]] = {}
        self._places: dict[tuple[str, str], _Place] = {}
        self._reference = ReferenceRows(
            lambda name: self.changes.of(*name[:2]),
            lambda name: self._rows.get(name[:2], {}).get(name[2], {}),
            lambda name: [each.rows.get(name[2], ()) for each in self._beside(*name[:2])],
            lambda name: self._below.get(name[:2], ()),
        )

    def put(
        self,
        measure: str,
        unit: str,
        member: Member,
        period: str,
        figure: Figure | None,
        version: int,
    ) -> bool:
        """Set or (None) take away a figure; an older version than the one known changes nothing."""
        place = self._places.get((measure, unit)) or self._place(measure, unit)
        name = (member, period)
        if place.versions.get(name, -1) >= version:
            return False
        place.versions[name] = version
        rows = place.rows.get(member)
        if rows is None:
            rows = place.rows[member] = {}
        more = (figure is not None) - (period in rows)
        if figure is None:
            rows.pop(period, None)
        else:
            rows[period] = figure
        for counts in place.reported if more else ():
            count = counts.pop(period, 0) + more
            if count:
                counts[period] = count
        self.changes.add(measure, place.chain)
        for each in place.beside:
            self.changes.add(measure, each.chain)
        return True

    def _place(self, measure: str, unit: str) -> "_Place":
        """Where a unit's figures of a measure are kept; it is made with the first of them."""
        chain = (unit, *self._above(unit))
        for lower, upper in pairwise(chain):
            self._below.setdefault((measure, upper), set()).add(lower)
        reported = tuple([self._periods.setdefault((measure, each), {}) for each in chain])
        rows = self._rows[measure, unit] = {}
        names = [(measure, each) for each in self._namesakes(unit) if each != unit]
        beside = [self._places[name] for name in names if name in self._places]
        place = self._places[measure, unit] = _Place(chain, rows, reported, {}, beside)
        for each in beside:
            each.beside.append(place)
        return place

    def _beside(self, measure: str, unit: str) -> list["_Place"]:
        place = self._places.get((measure, unit))
        return place.beside if place is not None else []

    def touched_beside(self, measure: str, unit: str) -> set[str]:
        """The other units of its code in which a figure of a unit ends another, and those above."""
        return {touched for each in self._beside(measure, unit) for touched in each.chain}

    def as_known(self, at: int, measures: Container[str]) -> "Figures":
        """The figures of some measures as they were known at an instant."""
        found = Figures(self._above, self._number, self._namesakes)
        for (measure, unit), members in self._rows.items():
            for member, periods in members.items() if measure in measures else ():
                for period, figure in periods.items():
                    found.put(measure, unit, member, period, figure.known_at(at), 0)
        return found

    def own(self, measure: str, unit: str, member: Member, period: str) -> Figure | None:
        """The figure as it was reported for just this."""
        rows = self._rows.get((measure, unit))
        periods = rows.get(member) if rows is not None else None
        return periods.get(period) if periods is not None else None

    def reported(self, measure: str, unit: str, period: str) -> bool:
        """Whether the unit, or one below it, has any figure for the period."""
        return period in self._periods.get((measure, unit), ())

    def periods(self, measure: str, unit: str) -> set[str]:
        """Every period for which the unit, or one below it, has any figure."""
        return set(self._periods.get((measure, unit), ()))

    def value(self, measure: Measure, unit: str, member: Member, period: str) -> float | None:
        """The figure of a period, else the sum of its parts, in the order of the measure."""
        found = self.sources(measure, unit, member, period)
        return sum(figure.value for figure in found) if found else None

    def sources(self, measure: Measure, unit: str, member: Member, period: str) -> list[Figure]:
        """The reported figures that make up the value of a period.

        Its own, else those of its parts; none without a value.
        """
        own = self.own(measure.id, unit, member, period)
        if own is not None:
            return [own]
        if not measure.parts or not self._any(measure, unit, period):
            return []
        name = (measure.id, unit, member, period)
        changes = self.changes.of(measure.id, unit)
        known = self._known.get(name) or self._known_before.get(name)
        if known is None or known[0] != changes:
            known = (changes, self._of_parts(measure, unit, member, period))
        if len(self._known) >= KNOWN_MAX // 2:
            self._known_before, self._known = self._known, {}
        self._known[name] = known
        return known[1]

    def _any(self, measure: Measure, unit: str, period: str) -> bool:
        """Whether anything at or below the unit could be a part; most units report few periods."""
        reported = self._periods.get((measure.id, unit))
        if not reported:
            return False
        if "periods" in measure.parts or "last_month" in measure.parts:
            return not periods_within(period).isdisjoint(reported)
        return period in reported

    def _of_parts(self, measure: Measure, unit: str, member: Member, period: str) -> list[Figure]:
        for part in measure.parts:
            found = self._of_part(measure, unit, member, period, part)
            if found:
                return found
        return []

    def _of_part(
        self, measure: Measure, unit: str, member: Member, period: str, part: str
    ) -> list[Figure]:
        if part == "sectors":
            return self._of_sectors(measure, unit, member, period)
        if part.startswith("dim:"):
            return self._of_breakdown(measure, unit, part[4:], period) if member == TOTAL else []
        if part == "units":
            below = [
                self.sources(measure, u, member, period)
                for u in self._below.get((measure.id, unit), ())
            ]
            return [figure for found in below for figure in found]
        if part == "periods":
            parts = [self.sources(measure, unit, member, p) for p in parts_of(period)]
            return [figure for found in parts for figure in found] if all(parts) else []
        if part == "last_month":
            months = months_of(period)
            return self.sources(measure, unit, member, months[-1]) if len(months) > 1 else []
        raise Refused(f"measure {measure.id}: part {part!r} is not known")

    def _of_sectors(self, measure: Measure, unit: str, member: Member, period: str) -> list[Figure]:
        """Each sector by its own row, else by the rows of its breakdowns, together."""
        rows = self._rows.get((measure.id, unit), {})
        sectors = sorted({d.partition(SECTOR_END)[0] for d, _ in rows if SECTOR_END in d})
        found: list[Figure] = []
        for sector in sectors:
            own = rows.get((f"{sector}{SECTOR_END}{member[0]}", member[1]), {}).get(period)
            if own is not None:
                found.append(own)
            elif member == TOTAL:
                dims = [part[4:] for part in measure.parts if part.startswith("dim:")]
                parts = (
                    self._of_breakdown(measure, unit, f"{sector}{SECTOR_END}{dim}", period)
                    for dim in dims
                )
                found.extend(next(filter(None, parts), []))
        return found

    def _of_breakdown(self, measure: Measure, unit: str, dim: str, period: str) -> list[Figure]:
        rows = self._rows.get((measure.id, unit), {})
        return [
            periods[period] for (d, _), periods in rows.items() if d == dim and period in periods
        ]

    def to_date(
        self, measure: Measure, unit: str, member: Member, names: tuple[str, ...]
    ) -> float | None:
        """The year to the end of the last of these periods: their sum.

        Of a stock the last month's figure.
        """
        if not names:
            return None
        if "last_month" in measure.parts and kind_of_period(names[-1]) != "year":
            names = months_of(names[-1])[-1:]
        found = [self.value(measure, unit, member, name) for name in names]
        given = [value for value in found if value is not None]
        return sum(given) if len(given) == len(names) else None

    def row_at(self, measure: Measure, unit: str, at: int, member: Member = TOTAL) -> float | None:
        """A reference value as it holds at an instant.

        The newest row that began before it and holds still, else the sum of the units below.
        """
        return self.row_stretch(measure, unit, at, member).value

    def row_stretch(self, measure: Measure, unit: str, at: int, member: Member = TOTAL) -> Stretch:
        """The same with the instants between which it holds."""
        return self._reference.at((measure.id, unit, member), at)

    def own_row_at(self, measure: str, unit: str, at: int, member: Member = TOTAL) -> float | None:
        """The same by the unit's own rows alone."""
        return self._reference.own((measure, unit, member), at).value

    def rows_of(self, measure: str, unit: str, dim: str, period: str) -> list[float]:
        """What the unit itself has reported for the members of a breakdown."""
        rows = self._rows.get((measure, unit), {})
        return [
            periods[period].value
            for (d, _), periods in rows.items()
            if d == dim and period in periods
        ]

    def speaks(self, measure: str, unit: str, periods: Iterable[str]) -> bool:
        """Whether the unit itself has reported anything for one of the periods."""
        rows = self._rows.get((measure, unit), {}).values()
        return any(period in of_member for of_member in rows for period in periods)
