"""What a batch changes.

Contributions new minus old, per partition, in terms of the key dictionary; pure.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.aggregator.count.batch import Partition
from services.domain.cases.reported import FigureEntry
from services.domain.engine.contributions import Contribution
from services.domain.engine.delta import Delta, ExtentChange, FigureChange, make_delta
from services.domain.engine.figures import Figure
from services.domain.engine.measures import Measure


class KeyName(NamedTuple):
    """A row of the key dictionary."""

    measure: str
    unit: str
    dim: str
    member: str


ExtentName = tuple[KeyName, int, int, int]
FigureName = tuple[KeyName, str, str]


class Changes:
    """Adds up what cases take back and add; what cancels is not written."""

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self._measures = measures
        self._keys_of: dict[tuple[object, ...], tuple[KeyName, ...]] = {}
        self._points: dict[Partition, dict[tuple[KeyName, int], int]] = {}
        self._extents: dict[Partition, dict[ExtentName, int]] = {}
        self._figures: dict[Partition, dict[FigureName, tuple[int, Figure | None]]] = {}

    def replace(self, partition: Partition, old: Contribution, new: Contribution) -> None:
        """Take back what a case had contributed and add what it contributes now."""
        if old == new:
            return
        for whole, sign in ((old, -1), (new, 1)):
            for contribution in (whole, *whole.more):
                self._add(partition, contribution, sign)

    def _add(self, partition: Partition, contribution: Contribution, sign: int) -> None:
        points = self._points.setdefault(partition, {})
        for measure, second, value in contribution.points:
            for key in self._keys(measure, contribution):
                points[key, second] = points.get((key, second), 0) + sign * value
        extents = self._extents.setdefault(partition, {})
        for measure, begin, end, value in contribution.extents:
            for key in self._keys(measure, contribution):
                name = (key, begin, end, value)
                extents[name] = extents.get(name, 0) + sign

    def _keys(self, measure: str, contribution: Contribution) -> tuple[KeyName, ...]:
        """The total's key and one for each breakdown; cases that have much in common share them."""
        place = (measure, contribution.unit, *contribution.members.items())
        found = self._keys_of.get(place)
        if found is None:
            known = self._measures.get(measure)
            found = (
                KeyName(measure, contribution.unit, "", ""),
                *(
                    KeyName(measure, contribution.unit, dim, member)
                    for dim, member in contribution.members.items()
                    if known is None or dim in known.dimensions
                ),
            )
            self._keys_of[place] = found
        return found

    def figures(
        self,
        partition: Partition,
        units: tuple[str, str],
        old: Iterable[FigureEntry],
        new: Iterable[FigureEntry],
        version: int,
    ) -> None:
        """Set the figures of a case, and take away those that it no longer gives.

        `units` are the old and new unit keys.
        """
        found = self._figures.setdefault(partition, {})
        after = {_figure_name(entry, units[1]): entry.figure for entry in new}
        before = {_figure_name(entry, units[0]): entry.figure for entry in old}
        for name in before.keys() - after.keys():
            found[name] = (version, None)
        for name, figure in after.items():
            if before.get(name) != figure:
                found[name] = (version, figure)

    def key_names(self) -> set[KeyName]:
        """Every key that the deltas will name."""
        names = {key for points in self._points.values() for (key, _), v in points.items() if v}
        names |= {name[0] for found in self._extents.values() for name, n in found.items() if n}
        return names | {name[0] for found in self._figures.values() for name in found}

    def partitions(self) -> set[Partition]:
        """Partitions that have anything to write."""
        return {*self._points, *self._extents, *self._figures}

    def delta(self, partition: Partition, ids: Mapping[KeyName, int]) -> Delta | None:
        """The delta of a partition; None when everything cancelled."""
        points = [
            (ids[key], second, value)
            for (key, second), value in self._points.get(partition, {}).items()
            if value
        ]
        extents = [
            ExtentChange(ids[key], begin, end, value, count)
            for (key, begin, end, value), count in self._extents.get(partition, {}).items()
            if count
        ]
        figures = [
            FigureChange(ids[key], calendar, period, version, figure)
            for (key, calendar, period), (version, figure) in self._figures.get(
                partition, {}
            ).items()
        ]
        if not (points or extents or figures):
            return None
        return make_delta(points, extents, figures)


def _figure_name(entry: FigureEntry, unit: str) -> FigureName:
    return KeyName(entry.measure, unit, entry.dim, entry.member), entry.calendar, entry.period
