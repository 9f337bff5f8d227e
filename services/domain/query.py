"""What is asked of the observations: the filters of `GET /v1/observations`, read and checked.

Every filter is optional and repeatable; several values of one filter mean any of them, several
filters mean all of them. Without `dims` only totals; `dims=agency` is one breakdown,
`dims.agency=H33.15` one member of it. Without `period` the newest, without `calendar` the
statistical one. An unknown parameter or value is refused by name, with what is allowed.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from services.domain.engine.windows import (
    ADMINISTRATIVE,
    PERIODS,
    SCHOOL,
    STATISTICAL,
    TERM,
    WINDOWS_OF_PERIOD,
    kind_of_period,
    period_bounds,
)
from services.domain.errors import Refused
from services.domain.instants import (
    DAY,
    HOUR,
    MINUTE,
    parse_date,
    parse_instant,
    start_of_local_day,
)
from services.domain.pages import QueryRefused, read_cursor, read_limit, write_cursor
from services.domain.vocabulary import Vocabulary

__all__ = [
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "STEPS",
    "ObservationQuery",
    "ObservationSource",
    "Page",
    "QueryRefused",
    "parse_query",
    "read_cursor",
    "read_limit",
    "write_cursor",
]

YEAR_MIN = "1900"
LIMIT_DEFAULT = 100
LIMIT_MAX = 5_000
VALUES_MAX = 200
POINTS_MAX = 10_000
CALENDARS = (STATISTICAL, ADMINISTRATIVE)
BOUNDARIES = ("as-then", "constant")
STEPS = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
}
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
    periods = _periods(given.get("period", []), windows)
    history = _flag("history", given)
    from_at, to_at, step = _span(given, history=history)
    indicators = _known("indicator", given, vocabulary.indicators)
    breakdowns = _known("dims", given, vocabulary.dimensions)
    offers = [vocabulary.indicators[name] for name in indicators]
    _fitting("window", indicators, windows, [offer.windows for offer in offers])
    dimensions = (*breakdowns, *(dim for dim, _ in members))
    _fitting("dims", indicators, dimensions, [offer.dimensions for offer in offers])
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
        known_at=_known_at(given, windows),
        limit=read_limit(_single("limit", given), LIMIT_DEFAULT, LIMIT_MAX),
        after=read_cursor(_single("cursor", given)),
        constant=_view(_single("boundaries", given)),
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
    parameter: str, indicators: Sequence[str], asked: Sequence[str], offers: list[frozenset[str]]
) -> None:
    """Refuse a question to which no named indicator can ever have an answer."""
    offered = frozenset().union(*offers)
    if indicators and asked and not offered.intersection(asked):
        names, wanted = " and ".join(indicators), " and ".join(dict.fromkeys(asked))
        detail = f"{names} is not computed with {parameter} {wanted}"
        raise QueryRefused(parameter, detail, sorted(offered), unknown=True)


def _units(parameter: str, given: dict[str, list[str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    for value in given.get(parameter, []):
        if not vocabulary.knows_unit(value):
            detail = f"unknown unit {value!r}: units are written P:33, C:11953 or P:33@2025-07-01"
            raise QueryRefused(parameter, f"{detail}; GET /v1/units lists them", unknown=True)
    return tuple(dict.fromkeys(given.get(parameter, [])))


def _periods(values: list[str], windows: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            school = SCHOOL if kind_of_period(value) == TERM else STATISTICAL
            period_bounds(_in_our_era(value), school)
        except (Refused, ValueError) as error:
            forms = ("2026-10", "2026-Q3", "2026", "2026-T1")
            raise QueryRefused("period", f"{value!r} is not a period", forms) from error
        fitting = WINDOWS_OF_PERIOD[kind_of_period(value)]
        if windows and not set(windows) & set(fitting):
            asked = " or ".join(f"window={name}" for name in fitting)
            given = " and ".join(f"window={name}" for name in windows)
            kind = kind_of_period(value)
            detail = f"period {value!r} is a {kind}: ask for {asked}, not for {given}"
            raise QueryRefused("window", detail, fitting)
    return tuple(dict.fromkeys(values))


def _in_our_era(period: str) -> str:
    if period[:4] < YEAR_MIN:
        raise Refused(f"periods begin with the year {YEAR_MIN}")
    return period


def _single(parameter: str, given: dict[str, list[str]]) -> str | None:
    values = given.get(parameter, [])
    if len(values) > 1:
        raise QueryRefused(parameter, f"{parameter} may be given once")
    return values[0] if values else None


def _view(text: str | None) -> bool:
    if text not in (None, *BOUNDARIES):
        raise QueryRefused("boundaries", f"boundaries is not {text!r}", BOUNDARIES)
    return text == BOUNDARIES[1]


def _flag(parameter: str, given: dict[str, list[str]]) -> bool:
    text = _single(parameter, given)
    if text not in (None, "true", "false"):
        raise QueryRefused(parameter, f"{parameter} is true or false", ("true", "false"))
    return text == "true"


def _span(
    given: dict[str, list[str]], *, history: bool
) -> tuple[int | None, int | None, int | None]:
    begin, end = _instant("from", given), _instant("to", given)
    text = _single("step", given)
    if text is not None and text not in STEPS:
        raise QueryRefused("step", f"unknown step {text!r}", STEPS)
    step = None if text is None else STEPS[text]
    if not history:
        if (begin, end, step) != (None, None, None):
            raise QueryRefused("history", "from, to and step need history=true", ("true",))
        return None, None, None
    if begin is None:
        raise QueryRefused("from", "history needs from, a date or an instant")
    if end is not None and end <= begin:
        raise QueryRefused("to", "to must lie after from")
    if end is not None and step is not None and (end - begin) // step > POINTS_MAX:
        raise QueryRefused("step", f"more than {POINTS_MAX} points: take a larger step", STEPS)
    return begin, end, step


def _known_at(given: dict[str, list[str]], windows: tuple[str, ...]) -> int | None:
    """Only calendar periods are remembered: a rolling window of then is a history."""
    at = _instant("known_at", given)
    if at is not None and not set(windows) <= set(PERIODS):
        detail = "known_at is answered for calendar periods; a rolling window has history=true"
        raise QueryRefused("window", detail, PERIODS)
    if at is not None and _view(_single("boundaries", given)):
        detail = "what was known at an instant is on the boundaries of its time"
        raise QueryRefused("boundaries", detail, BOUNDARIES[:1])
    return at


def _instant(parameter: str, given: dict[str, list[str]]) -> int | None:
    text = _single(parameter, given)
    if text is None:
        return None
    text = text.replace(" ", "+")  # an offset's plus that was not escaped in the address
    try:
        return parse_instant(text) if "T" in text else start_of_local_day(parse_date(text))
    except ValueError as error:
        raise QueryRefused(
            parameter, f"{text!r} is not a date (2026-10-01) or instant (2026-10-01T00:00:00+07:00)"
        ) from error
