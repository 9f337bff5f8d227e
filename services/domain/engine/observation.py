"""The observation: one value as REST, WebSocket and Kafka give it."""

from typing import Any

import msgspec


class Freshness(msgspec.Struct, frozen=True, omit_defaults=True):
    """How current a value is: live, provisional, final, late, stale, partial or no_roster."""

    state: str
    since: str | None = None
    reason: str | None = None
    sources_late: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True):
    """How many of the reporters that must report have done so for the period."""

    reported: int
    expected: int


class Comparison(msgspec.Struct, frozen=True):
    """A change against an earlier window; `unit` is "%", "pp" or the indicator's own.

    A comparison that is a component of the indicator has no base.
    """

    kind: str
    delta: float
    unit: str
    base_value: float | None
    comparable: bool = True


class TargetGap(msgspec.Struct, frozen=True, omit_defaults=True):
    """The target in force and the distance to it; `achieved` in per cent, a band has `high`."""

    value: float
    op: str
    gap: float
    gap_unit: str
    high: float | None = None
    achieved: float | None = None


class Level(msgspec.Struct, frozen=True, omit_defaults=True):
    """The alert level by the rule of the catalogue.

    Null when too few cases stand behind the value.
    """

    value: int | None
    rule: str
    version: int
    held: bool = False


class Rank(msgspec.Struct, frozen=True):
    """1 + the number of siblings with a better value, of those that have one."""

    pos: int
    of: int


class Previous(msgspec.Struct, frozen=True):
    """The value as the vintage before gave it."""

    value: float
    vintage: int
    released_at: str


class Observation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An indicator's value for a unit, a breakdown member and a window.

    An absent member does not apply.
    """

    id: str
    indicator: str
    unit: str
    valid_from: str
    dims: dict[str, str] = msgspec.field()
    window: str
    period: str | None = None
    start: str
    end: str
    calendar: str
    value: float | str | None = msgspec.field()
    numerator: float | None = None
    denominator: float | None = None
    null_reason: str | None = None
    formula_version: int
    status: str
    vn_level: str | None = None
    finality: str
    closes_at: str | None = None
    revision: int = 0
    previous: Previous | None = None
    released_at: str | None = None
    as_of: str
    event_time: str | None = None
    published_at: str | None = None
    freshness: Freshness
    coverage: Coverage | None = None
    comparisons: tuple[Comparison, ...] = ()
    target: TargetGap | None = None
    level: Level | None = None
    rank: Rank | None = None
    quality: tuple[str, ...] = ()
    drill: bool = False
    epoch: int | None = None
    rev: int | None = None


def key_of(observation: Observation) -> str:
    """The key in the compacted topic.

    It names the window, never a date, so the newest period replaces the one before.
    """
    indicator, unit, dims, _ = observation.id.split("|", 3)
    return "|".join((indicator, unit, dims, observation.id.split("|", 3)[3].split(":")[0]))


def number(value: float) -> Any:
    """A float as JSON should show it: whole numbers without a fraction."""
    whole = int(value)
    return whole if whole == value else value


def identity(
    indicator: str, unit_key: str, dims: dict[str, str], window: str, period: str | None
) -> str:
    """`PS-04|P:33@2025-07-01||month:2026-10`."""
    written = ",".join(f"{dim}={member}" for dim, member in dims.items())
    return "|".join((indicator, unit_key, written, f"{window}:{period}" if period else window))
