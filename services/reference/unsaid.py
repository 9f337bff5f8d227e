"""What a centre should have observed and has not: cells, periods, comparisons, targets, ranks."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from services.reference.compare import Difference, Observation, place_of
from services.reference.contributions import Member
from services.reference.reference import Reference

KINDS = {"mom", "qoq", "yoy", "ytd_yoy", "yoy_points", "day_before", "week_before"}
NAMED = ("month", "quarter", "year", "ytd", "term")


class Question(NamedTuple):
    """A part of the catalogue in a window; without `period` in the one that holds `now`."""

    name: str
    window: str
    now: int
    period: str | None
    calendar: str

    def of(self, unit: str, member: Member | None) -> str:
        """Return how a cell is named in a difference."""
        dims = "" if member is None else "=".join(member)
        window = self.window if self.period is None else f"{self.window}:{self.period}"
        return f"{self.name}|{unit}|{dims}|{window}"


def unsaid_cells(
    observed: Iterable[Observation],
    reference: Reference,
    asked: Question,
    units: Iterable[str],
    counted: Collection[str],
) -> Iterator[Difference]:
    """Yield the cells of some units that have a value and no observation, or another period.

    `counted` are the units that a centre has counted anything of. Of the others it may be silent
    as long as they have nothing but zeros, or what the calendar alone gives; so it may of a member
    of a breakdown.
    """
    seen = {_cell(each): each.get("period") for each in observed}
    for unit in reference.units_of(asked.name, units):
        for member in reference.places_of(asked.name, unit, asked.now):
            if (unit, member) not in seen:
                yield from _unobserved(reference, asked, unit, member, counted)
            elif asked.period is None and asked.window in NAMED:
                expected = reference.period(
                    asked.name, unit, member, asked.window, asked.now, asked.calendar
                )
                if expected is not None and seen[unit, member] != expected:
                    name = asked.of(unit, member)
                    yield Difference(name, "period", expected, seen[unit, member])


def unsaid_comparisons(
    observed: Iterable[Observation], reference: Reference, asked: Question
) -> Iterator[Difference]:
    """Yield the comparisons that an observation has and does not say, the target and the rank."""
    made = reference.comparisons_of(asked.name) & {*KINDS, "target", "rank"}
    for each in observed:
        place = place_of(each, asked.now)
        constant = (each.get("boundaries") or {}).get("view") == "constant"
        said = {found["kind"] for found in each.get("comparisons") or []}
        said |= {name for name in ("target", "rank") if each.get(name)}
        for kind in sorted(made - said):
            if kind == "rank" and (place.dims is not None or place.unit.startswith("N:")):
                continue
            if kind == "target" and reference.gives_instants(asked.name):
                continue
            expected = reference.comparison(kind, *place, constant=constant)
            if expected is not None:
                yield Difference(str(each["id"]), kind, expected, None)


def _unobserved(
    reference: Reference,
    asked: Question,
    unit: str,
    member: Member | None,
    counted: Collection[str],
) -> Iterator[Difference]:
    value = reference.value(
        asked.name, unit, member, asked.window, asked.now, asked.period, asked.calendar
    ).value
    if value is None or (value == 0 and (member is not None or unit not in counted)):
        return
    if unit in counted or not reference.is_of_the_clock(asked.name):
        yield Difference(asked.of(unit, member), "observation", float(value), None)


def _cell(observation: Observation) -> tuple[str, Member | None]:
    dims = observation.get("dims") or {}
    unit = f"{observation['unit']}@{observation['valid_from']}"
    return unit, next(iter(dims.items()), None)
