"""What is asked of the observations: the filters of `GET /v1/observations`, read and checked.

Every filter is optional and repeatable; several values of one filter mean any of them, several
filters mean all of them. Without `dims` only totals; `dims=agency` is one breakdown,
`dims.agency=H33.15` one member of it. Without `period` the newest, without `calendar` the
statistical one. An unknown parameter or value is refused by name, with what is allowed.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from services.domain.engine.windows import ADMINISTRATIVE, STATISTICAL
from services.domain.pages import QueryRefused, read_cursor, read_limit, single, write_cursor
from services.domain.times_asked import (
    read_known_at,
    read_periods,
    read_span,
    refuse_span,
    require_periods_of,
)
from services.domain.vocabulary import Vocabulary

__all__ = [
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "ObservationQuery",
    "ObservationSource",
    "Page",
    "QueryRefused",
    "parse_query",
    "read_cursor",
    "read_limit",
    "write_cursor",
]

LIMIT_DEFAULT = 100
LIMIT_MAX = 5_000
VALUES_MAX = 200
CALENDARS = (STATISTICAL, ADMINISTRATIVE)
BOUNDARIES = ("as-then", "constant")
PARAMETERS = (
    *("indicator", "unit", "within", "window", "period", "calendar", "dims", "boundaries"),
    *("history", "from", "to", "step", "known_at", "limit", "cursor"),
)


class ObservationQuery(msgspec.Struct, frozen=True):
    """A checked question. Empty filters let everything through.

    `units` are as written in the query: with or without `@valid_from`. `within` means every unit
    below the named one, at any depth. `breakdowns` are dimension names of which all members are
    wanted, `members` are (name, member) pairs; both empty: totals only. `from_at`, `to_at`
    (exclusive) and `step` are microseconds and belong to `history`. `known_at` is the instant at
    which the values of calendar periods were known, None: now. `after` is the record key that the
    page before ended with. `constant` asks for the boundaries of today's units instead of those of
    the time.
    """

    indicators: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    calendars: tuple[str, ...] = (STATISTICAL,)
    breakdowns: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    history: bool = False
    from_at: int | None = None
    to_at: int | None = None
    step: int | None = None
    known_at: int | None = None
    limit: int = LIMIT_DEFAULT
    after: str | None = None
    constant: bool = False

    @property
    def newest(self) -> bool:
        """Whether only the newest value of each key is asked for, which every replica knows."""
        plain = not self.constant and self.known_at is None
        return plain and not self.periods and not self.history

    def wants_dims(self, dims: tuple[tuple[str, str], ...]) -> bool:
        """Say whether observations with these dimensions are wanted."""
        if not dims:
            return not self.breakdowns and not self.members
        if len(dims) > 1:
            return False
        name, _ = dims[0]
        chosen = {member for dim, member in self.members if dim == name}
        return dims[0][1] in chosen if chosen else name in self.breakdowns


class Page(msgspec.Struct, frozen=True):
    """Observations in the order of their record keys. `after` continues; None: there are no more.

    Items are anything that msgspec writes as the observation's JSON: structs, dicts or `Raw`.
    """

    items: tuple[object, ...]
    after: str | None = None


class ObservationSource(Protocol):
    """Answers a query; called in a worker thread. Raises Unavailable while it cannot."""

    def find(self, query: ObservationQuery) -> Page:
        """Give at most `query.limit` observations after `query.after`."""
        ...


def parse_query(pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> ObservationQuery:
    """Read the parameters of a request in any order; raises QueryRefused for the first mistake."""
    given: dict[str, list[str]] = {}
    members: list[tuple[str, str]] = []
    for name, value in pairs:
        if name.startswith("dims."):
            dim = _one_of("dims." + name[5:], name[5:], vocabulary.dimensions)
            members.append((dim, value))
        elif name in PARAMETERS:
            given.setdefault(name, []).append(value)
        else:
            raise QueryRefused(name, f"unknown parameter {name!r}", (*PARAMETERS, "dims.<name>"))
        if len(members) + sum(map(len, given.values())) > VALUES_MAX:
            raise QueryRefused(name, f"a query has at most {VALUES_MAX} values")
    windows = _known("window", given, vocabulary.windows)
    periods = read_periods(given.get("period", []), windows)
    indicators = _known("indicator", given, vocabulary.indicators)
    breakdowns = _known("dims", given, vocabulary.dimensions)
    offers = [vocabulary.indicators[name] for name in indicators]
    offered = frozenset().union(*(offer.windows for offer in offers))
    _fitting("window", indicators, windows, offered)
    require_periods_of(indicators, offered, periods)
    dimensions = (*breakdowns, *(dim for dim, _ in members))
    _fitting("dims", indicators, dimensions, frozenset().union(*(o.dimensions for o in offers)))
    history = _flag("history", given)
    if not history:
        refuse_span(given)
    from_at, to_at, step = read_span(given, windows or offered) if history else (None, None, None)
    known_at, constant = read_known_at(given, windows), _view(single("boundaries", given))
    if constant and known_at is not None:
        detail = "what was known at an instant is on the boundaries of its time"
        raise QueryRefused("boundaries", detail, BOUNDARIES[:1])
    return ObservationQuery(
        indicators=indicators,
        units=_units("unit", given, vocabulary),
        within=_units("within", given, vocabulary),
        windows=windows,
        periods=periods,
        calendars=_known("calendar", given, CALENDARS) or (STATISTICAL,),
        breakdowns=breakdowns,
        members=tuple(dict.fromkeys(members)),
        history=history,
        from_at=from_at,
        to_at=to_at,
        step=step,
        known_at=known_at,
        limit=read_limit(single("limit", given), LIMIT_DEFAULT, LIMIT_MAX),
        after=read_cursor(single("cursor", given)),
        constant=constant,
    )


def _one_of(parameter: str, value: str, allowed: Iterable[str]) -> str:
    names = sorted(allowed)
    if value not in names:
        raise QueryRefused(parameter, f"unknown {parameter} {value!r}", names, unknown=True)
    return value


def _known(parameter: str, given: dict[str, list[str]], allowed: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(_one_of(parameter, value, allowed) for value in given.get(parameter, []))
    )


def _fitting(
    parameter: str, indicators: Sequence[str], asked: Sequence[str], offered: frozenset[str]
) -> None:
    """Refuse a question to which no named indicator can ever have an answer."""
    if indicators and asked and offered.isdisjoint(asked):
        names, wanted = " and ".join(indicators), " and ".join(dict.fromkeys(asked))
        detail = f"{names} is not computed with {parameter} {wanted}"
        raise QueryRefused(parameter, detail, sorted(offered), unknown=True)


def _units(parameter: str, given: dict[str, list[str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    for value in given.get(parameter, []):
        if not vocabulary.knows_unit(value):
            detail = f"unknown unit {value!r}: units are written P:33, C:11953 or P:33@2025-07-01"
            raise QueryRefused(parameter, f"{detail}; GET /v1/units lists them", unknown=True)
    return tuple(dict.fromkeys(given.get(parameter, [])))


def _view(text: str | None) -> bool:
    if text not in (None, *BOUNDARIES):
        raise QueryRefused("boundaries", f"boundaries is not {text!r}", BOUNDARIES)
    return text == BOUNDARIES[1]


def _flag(parameter: str, given: dict[str, list[str]]) -> bool:
    text = single(parameter, given)
    if text not in (None, "true", "false"):
        raise QueryRefused(parameter, f"{parameter} is true or false", ("true", "false"))
    return text == "true"
