"""What a batch changes: contributions new minus old, by partition; pure.

Points are gathered as integers and added up with numpy once, at the end of the batch.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from services.aggregator.count.batch import Partition
from services.aggregator.count.places import IN_FORCE, Places
from services.domain.cases.reported import FigureEntry
from services.domain.engine.compiled import Point
from services.domain.engine.contributions import NOTHING, Contribution
from services.domain.engine.delta import Delta, ExtentChange, FigureChange, make_delta
from services.domain.engine.figures import Figure
from services.domain.engine.ordered import Added, Ints, added_up, distinct

ExtentName = tuple[int, int, int, int]
FigureName = tuple[int, str, str]


class _Changed:
    """What one partition gathers.

    `points` holds place, second and value of each point, one after the other; extents and figures
    are named by their keys.
    """

    __slots__ = ("extents", "figures", "points")

    def __init__(self) -> None:
        self.points: list[int] = []
        self.extents: dict[ExtentName, int] = {}
        self.figures: dict[FigureName, tuple[int, Figure | None]] = {}


class Changes:
    """Adds up what cases take back and add; what cancels is not written."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._changed: dict[Partition, _Changed] = {}
        self._sums: dict[Partition, Added] = {}

    def replace(
        self,
        partition: Partition,
        old: Contribution,
        new: Contribution,
        measured: int = IN_FORCE,
    ) -> None:
        """Take back what a case had contributed and add what it contributes now.

        `measured` is the number of the measures by which `old` was made.
        """
        changed = self._of(partition)
        if old is not NOTHING:
            if old == new and measured in {IN_FORCE, self._places.current}:
                return
            self._put(changed, old, -1, measured)
        self._put(changed, new, 1)

    def add(self, partition: Partition, unit: str, points: Iterable[Point]) -> None:
        """Add points of a unit that have no members and are never taken back."""
        scope, gathered = self._places.alone(unit), self._of(partition).points
        for measure, second, value in points:
            gathered += (scope[measure], second, value)

    def _put(
        self, changed: _Changed, contribution: Contribution, sign: int, measured: int = IN_FORCE
    ) -> None:
        self._add(changed, contribution, sign, measured)
        for more in contribution.more:
            self._add(changed, more, sign, measured)

    def _add(self, changed: _Changed, contribution: Contribution, sign: int, measured: int) -> None:
        if contribution.points:
            scope, points = self._places.scope(contribution, measured), changed.points
            for measure, second, value in contribution.points:
                points += (scope[measure], second, sign * value)
        if contribution.extents:
            scope, extents = self._places.scope(contribution, measured), changed.extents
            for measure, begin, end, value in contribution.extents:
                for key in self._places.keys_of(scope[measure]):
                    name = (key, begin, end, value)
                    extents[name] = extents.get(name, 0) + sign

    def figures(
        self,
        partition: Partition,
        units: tuple[str, str],
        old: Sequence[FigureEntry],
        new: Sequence[FigureEntry],
        version: int,
    ) -> None:
        """Set the figures of a case, and take away those that it no longer gives.

        `units` are the old and new unit keys.
        """
        found = self._of(partition).figures
        if not old:
            for entry in new:
                found[self._figure(entry, units[1])] = (version, entry.figure)
            return
        before = {self._figure(entry, units[0]): entry.figure for entry in old}
        after = {self._figure(entry, units[1]): entry.figure for entry in new}
        for name in before.keys() - after.keys():
            found[name] = (version, None)
        for name, figure in after.items():
            if before.get(name) != figure:
                found[name] = (version, figure)

    def _figure(self, entry: FigureEntry, unit: str) -> FigureName:
        key = self._places.key(entry.measure, unit, entry.dim, entry.member)
        return key, entry.calendar, entry.period

    def _of(self, partition: Partition) -> _Changed:
        found = self._changed.get(partition)
        if found is None:
            found = self._changed[partition] = _Changed()
        return found

    def keys(self) -> Ints:
        """Every key that the deltas will name, each once, in order; nothing is added after this."""
        self._sums = {p: self._summed(changed.points) for p, changed in self._changed.items()}
        named = [sums.keys for sums in self._sums.values()]
        for changed in self._changed.values():
            extents = [name[0] for name, count in changed.extents.items() if count]
            named.append(np.array(extents, dtype=np.int64))
            named.append(np.array([name[0] for name in changed.figures], dtype=np.int64))
        return distinct(np.concatenate(named)) if named else np.zeros(0, dtype=np.int64)

    def _summed(self, points: list[int]) -> Added:
        table = np.array(points, dtype=np.int64).reshape(-1, 3)
        return added_up(*self._places.spread(table[:, 0], table[:, 1], table[:, 2]))

    def deltas(self, stored: Ints) -> dict[Partition, Delta]:
        """The delta of each partition with changes; `stored` is the stored number of each key."""
        found = {}
        for partition in sorted(self._changed):
            sums, changed = self._sums[partition], self._changed[partition]
            extents = [
                ExtentChange(int(stored[key]), begin, end, value, count)
                for (key, begin, end, value), count in changed.extents.items()
                if count
            ]
            numbers = stored[[name[0] for name in changed.figures]].tolist()
            figures = [
                FigureChange(number, calendar, period, version, figure)
                for number, ((_, calendar, period), (version, figure)) in zip(
                    numbers, changed.figures.items(), strict=True
                )
            ]
            if len(sums.keys) or extents or figures:
                points = (stored[sums.keys], sums.seconds, sums.values)
                found[partition] = make_delta(points, extents, figures)
        return found
