"""Holds published observations against the second opinion and names every difference."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from services.reference.contributions import Member
from services.reference.feeds import Overdue
from services.reference.instants import instant
from services.reference.reference import Reference
from services.reference.windows import STATISTICAL

Observation: TypeAlias = Mapping[
    str, Any
]  # the object of the API: id, indicator, unit, valid_from, dims, window...

WITHHELD = {"suppressed", "embargoed"}  # reasons that hide a value which exists
TOLERANCE = 1e-9
SOURCES_MAX = 20  # feeds that an observation names


class Difference(NamedTuple):
    """A member of an observation that is not what the raw events give."""

    id: str
    member: str
    expected: Any
    found: Any


class Place(NamedTuple):
    """The coordinates of an observation."""

    indicator: str
    unit: str
    dims: Member | None
    window: str
    now: int
    period: str | None
    calendar: str


def compare(
    observations: Iterable[Observation], reference: Reference, now_of: Callable[[Observation], int]
) -> list[Difference]:
    """Return every difference; `now_of` gives the instant at which an observation was computed.

    Whole sums are compared exactly, all else to 1e-9. Withheld values are not judged.
    """
    differences: list[Difference] = []
    for observation in observations:
        if observation.get("null_reason") not in WITHHELD:
            differences += _differences(
                observation, reference, place_of(observation, now_of(observation))
            )
    return differences


def place_of(observation: Observation, now: int) -> Place:
    """Return the coordinates of an observation that was computed at an instant."""
    dims = observation.get("dims") or {}
    return Place(
        observation["indicator"],
        f"{observation['unit']}@{observation['valid_from']}",
        next(iter(dims.items()), None),
        observation["window"],
        now,
        observation.get("period"),
        observation.get("calendar") or STATISTICAL,
    )


def _differences(
    observation: Observation, reference: Reference, place: Place
) -> Iterator[Difference]:
    constant = (observation.get("boundaries") or {}).get("view") == "constant"
    expected = reference.value(*place, constant=constant)
    name = str(observation["id"])
    found = _number(observation.get("value"))
    if not _same(expected.value, found):
        yield Difference(name, "value", _plain(expected.value), observation.get("value"))
    for member in ("numerator", "denominator"):
        ours, theirs = getattr(expected, member), observation.get(member)
        if ours is not None and theirs is not None and not _same_sum(ours, theirs):
            yield Difference(name, member, _plain(ours), theirs)
    if (
        found is None
        and expected.value is None
        and observation.get("null_reason") != expected.null_reason
    ):
        yield Difference(name, "null_reason", expected.null_reason, observation.get("null_reason"))
    yield from _compared(observation, reference, place, constant=constant)
    yield from _freshness(observation, reference, place)


def _compared(
    observation: Observation, reference: Reference, place: Place, *, constant: bool
) -> Iterator[Difference]:
    """Yield the differences of the stated comparisons, of the target's gap and of the rank."""
    name = str(observation["id"])
    for stated in observation.get("comparisons") or []:
        kind, points = stated["kind"], stated.get("unit") == "pp"
        expected = reference.comparison(kind, *place, points=points, constant=constant)
        if not _same(expected, stated.get("delta")):
            yield Difference(name, f"comparisons.{kind}", expected, stated.get("delta"))
    target, rank = observation.get("target"), observation.get("rank")
    if target is not None and target.get("gap") is not None:
        expected = reference.comparison("target", *place, constant=constant)
        if not _same(expected, target["gap"]):
            yield Difference(name, "target.gap", expected, target["gap"])
    if rank is not None:
        expected = reference.comparison("rank", *place, constant=constant)
        if expected != rank["pos"]:
            yield Difference(name, "rank", expected, rank["pos"])


def _freshness(
    observation: Observation, reference: Reference, place: Place
) -> Iterator[Difference]:
    """Yield the difference in what overdue feeds say; of what is final they say nothing.

    Missing reports are worse than a late feed and hide it.
    """
    stated = observation.get("freshness")
    if stated is None:
        return
    is_final = observation.get("finality") == "final"
    expected = None if is_final else reference.overdue(place.indicator, place.unit, place.now)
    found = None
    if stated["state"] in {"late", "stale"}:
        sources = frozenset(stated.get("sources_late") or [])
        if expected is not None and len(sources) == SOURCES_MAX and sources < expected.sources:
            sources = expected.sources  # of more feeds only so many are named
        found = Overdue(stated["state"], instant(stated["since"]), sources)
    hidden = stated["state"] == "partial" and expected is not None and expected.state == "late"
    if expected != found and not hidden:
        yield Difference(str(observation["id"]), "freshness", expected, stated)


def _number(value: Any) -> Any:
    """Return a timestamp as its instant, numbers as they are."""
    return instant(value) if isinstance(value, str) else value


def _same(expected: Fraction | float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is None and found is None
    return math.isclose(float(expected), found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _same_sum(expected: int | Fraction, found: float) -> bool:
    """Whole numbers are counts, others were divided already (the points of a composite)."""
    whole = Fraction(expected).denominator == 1
    return expected == found if whole else _same(Fraction(expected), found)


def _plain(value: int | Fraction | None) -> int | float | None:
    return float(value) if isinstance(value, Fraction) else value
