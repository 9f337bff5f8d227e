"""Constant boundaries: what a unit of today would have had, from the units that it was made of."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from services.reference.contributions import Measure
from services.reference.rows import VALUE_TYPE

MILLION = 1_000_000
WHOLE = "whole"


class SuccessorFact(NamedTuple):
    """A part of one unit that passed to another, in millionths; both ends are unit keys."""

    before: str
    after: str
    millionths: int
    method: str


class Origin(NamedTuple):
    """A former unit, the share of it that came, and whether all of it came as one piece."""

    unit: str
    share: Fraction
    whole: bool


class Moved:
    """What came of which unit, through every change of the list."""

    def __init__(self, successors: Iterable[SuccessorFact]) -> None:
        self._into: dict[str, list[SuccessorFact]] = {}
        for each in successors:
            self._into.setdefault(each.after, []).append(each)

    def origins(self, unit: str) -> list[Origin]:
        """Return the former units of a unit, and theirs; each once."""
        shares: dict[str, Fraction] = {}
        whole: dict[str, bool] = {}
        for each in self._into.get(unit, []):
            came = Origin(each.before, Fraction(each.millionths, MILLION), each.method == WHOLE)
            before = [
                Origin(older.unit, older.share * came.share, older.whole and came.whole)
                for older in self.origins(each.before)
            ]
            for origin in [came, *before]:
                shares[origin.unit] = shares.get(origin.unit, Fraction(0)) + origin.share
                whole[origin.unit] = whole.get(origin.unit, True) and origin.whole
        return [Origin(name, share, whole[name]) for name, share in shares.items()]

    def figure(
        self,
        measure: Measure,
        unit: str,
        own: Fraction | None,
        then: Callable[[str], Fraction | None],
    ) -> Fraction | None:
        """Return the figure of a unit with its former ones; `then` gives that of one of them.

        What adds up is divided by the shares. A figure that was sent for the unit itself stands;
        made of others it needs all of them, or just one that came as a whole. The smallest and the
        greatest are not known where a part of a unit has any.
        """
        origins = self.origins(unit)
        if measure["source"] == "clock" or not origins:
            return own
        if measure["kind"] == "report" or VALUE_TYPE in measure["event_types"]:
            return own if own is not None else _of_reports(measure, origins, then)
        if measure["agg"] in ("min", "max"):
            return _extreme(measure["agg"], origins, own, then)
        if measure["agg"] != "sum":
            return own
        total = own or Fraction(0)
        for origin in origins:
            total += origin.share * (then(origin.unit) or 0)
        return total


def _of_reports(
    measure: Measure, origins: list[Origin], then: Callable[[str], Fraction | None]
) -> Fraction | None:
    adds_up = measure["agg"] == "sum" and measure["rollup"] == "sum"
    if not adds_up and not (len(origins) == 1 and origins[0].whole):
        return None
    total = Fraction(0)
    for origin in origins:
        found = then(origin.unit)
        if found is None:
            return None
        total += origin.share * found
    return total


def _extreme(
    pick: str, origins: list[Origin], own: Fraction | None, then: Callable[[str], Fraction | None]
) -> Fraction | None:
    found = [] if own is None else [own]
    for origin in origins:
        theirs = then(origin.unit)
        if theirs is None:
            continue
        if not origin.whole:
            return None
        found.append(theirs)
    return (min if pick == "min" else max)(found) if found else None
