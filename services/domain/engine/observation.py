"""The observation: one value as REST, WebSocket and Kafka give it."""

from typing import Literal

import msgspec

FreshnessState = Literal["live", "provisional", "final", "late", "stale", "partial", "no_roster"]


class Freshness(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How current a value is.

    `sources_late` names the feeds that are beyond their contract interval, the worst first, and
    `since` says since when a value is late or stale.
    """

    state: FreshnessState
    since: str | None = None
    reason: str | None = None
    sources_late: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True, gc=False):
    """How many of the reporters that must report have done so for the period."""

    reported: int
    expected: int


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """A change against an earlier window; `unit` is "%", "pp" or the indicator's own.

    A comparison that is a component of the indicator has no base. `boundaries`, where it is given,
    is "constant": the base is of former units, moved to the boundaries of today.
    """

    kind: str
    delta: float
    unit: str
    base_value: float | None
    comparable: bool = True
    boundaries: str | msgspec.UnsetType = msgspec.UNSET


class Boundaries(msgspec.Struct, frozen=True, omit_defaults=True):
    """Says that a value is on the boundaries of the units of a day, with what came of former units.

    `divided`: counts of units that were split went in by weight. `indivisible` names the measures
    for which there is no value because they can not be divided.
    """

    view: str
    on: str
    divided: bool = False
    indivisible: tuple[str, ...] = ()


class Break(msgspec.Struct, frozen=True):
    """Says that a series does not go on as before: `mark` is B of the status list."""

    mark: str
    at: str
    reason: str


class TargetGap(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The target in force and the distance to it; `achieved` in per cent, a band has `high`."""

    value: float
    op: str
    gap: float
    gap_unit: str
    high: float | None = None
    achieved: float | None = None


class Level(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The alert level by the rule of the catalogue.

    Null when too few cases stand behind the value.
    """

    value: int | None
    rule: str
    version: int
    held: bool = False


class Rank(msgspec.Struct, frozen=True, gc=False):
    """1 + the number of siblings with a better value, of those that have one."""

    pos: int
    of: int


class Previous(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The value as the vintage or revision before gave it; of a report also its stage."""

    value: float
    vintage: int
    released_at: str
    vn_level: str | None = None


class Observation(
    msgspec.Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    kw_only=True,
    rename={"break_": "break"},
):
    """An indicator's value for a unit, a breakdown member and a window.

    An absent member does not apply. What moves with the clock alone stands last.
    """

    id: str
    indicator: str
    unit: str
    valid_from: str
    dims: dict[str, str] = msgspec.field()
    window: str
    period: str | None = None
    calendar: str
    value: float | str | None = msgspec.field()
    numerator: float | None = None
    denominator: float | None = None
    null_reason: str | None = None
    formula_version: int | None = None
    status: str
    vn_level: str | None = None
    finality: str
    closes_at: str | None = None
    revision: int = 0
    previous: Previous | None = None
    released_at: str | None = None
    freshness: Freshness
    coverage: Coverage | None = None
    comparisons: tuple[Comparison, ...] = ()
    target: TargetGap | None = None
    level: Level | None = None
    rank: Rank | None = None
    quality: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    boundaries: Boundaries | None = None
    break_: Break | None = None
    drill: bool = False
    event_time: str | None = None
    start: str
    end: str
    as_of: str
    published_at: str | None = None
    epoch: int | None = None
    rev: int | None = None


def key_of(observation: Observation) -> str:
    """The key in the compacted topic.

    It names the window, never a date, so the newest period replaces the one before.
    """
    if observation.period is None:
        return observation.id
    return observation.id.removesuffix(f":{observation.period}")


def key_of_id(name: str) -> str:
    """The key of an observation by its id."""
    head, _, window = name.rpartition("|")
    return f"{head}|{window.partition(':')[0]}"


def identity(
    indicator: str, unit_key: str, dims: dict[str, str], window: str, period: str | None
) -> str:
    """`PS-04|P:33@2025-07-01||month:2026-10`."""
    written = ",".join([f"{dim}={member}" for dim, member in dims.items()]) if dims else ""
    name = f"{window}:{period}" if period else window
    return f"{indicator}|{unit_key}|{written}|{name}"
