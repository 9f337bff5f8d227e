"""The times of a question: periods, the span and steps of a history, what was known when."""

from collections.abc import Iterable, Mapping, Sequence

from services.domain.engine.windows import (
    PERIODS,
    SCHOOL,
    STATISTICAL,
    TERM,
    WINDOWS_OF_PERIOD,
    kind_of_period,
    local_midnight,
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
from services.domain.pages import QueryRefused, single

YEAR_MIN = 1900
FIRST_AT, END_AT = local_midnight(YEAR_MIN, 1, 1), local_midnight(10_000, 1, 1)
"""[FIRST_AT, END_AT) can be asked for: the years that have a name of four digits."""
POINTS_MAX = 10_000
STEPS = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
}

Given = Mapping[str, Sequence[str]]


def read_periods(values: Iterable[str], windows: Sequence[str]) -> tuple[str, ...]:
    """Read names of periods, each once; one that none of the windows has is refused."""
    for value in values:
        _require_period(value)
        fitting = WINDOWS_OF_PERIOD[kind_of_period(value)]
        if windows and not set(windows) & set(fitting):
            asked = " or ".join(f"window={name}" for name in fitting)
            given = " and ".join(f"window={name}" for name in windows)
            kind = kind_of_period(value)
            detail = f"period {value!r} is a {kind}: ask for {asked}, not for {given}"
            raise QueryRefused("window", detail, fitting)
    return tuple(dict.fromkeys(values))


def require_periods_of(
    indicators: Sequence[str], offered: Iterable[str], periods: Sequence[str]
) -> None:
    """Refuse periods of which no named indicator has any; `offered` are their windows."""
    kinds = dict.fromkeys(kind_of_period(period) for period in periods)
    fitting = {window for kind in kinds for window in WINDOWS_OF_PERIOD[kind]}
    if indicators and periods and fitting.isdisjoint(offered):
        names, wanted = " and ".join(indicators), " or ".join(kinds)
        detail = f"{names} is not computed by {wanted}; its windows: {', '.join(sorted(offered))}"
        raise QueryRefused("period", detail, unknown=True)


def read_span(given: Given, windows: Iterable[str]) -> tuple[int | None, int | None, int | None]:
    """(from, to, step) of a history in microseconds; `windows` are those that it may be of."""
    begin, end = _instant("from", given), _instant("to", given)
    text = single("step", given)
    if text is not None and text not in STEPS:
        raise QueryRefused("step", f"unknown step {text!r}", STEPS)
    if begin is None:
        raise QueryRefused("from", "history needs from, a date or an instant")
    if end is not None and end <= begin:
        raise QueryRefused("to", "to must lie after from")
    if text is None:
        return begin, end, None
    if windows and set(windows) <= set(PERIODS):
        named = " and ".join(sorted(windows))
        detail = f"a history of {named} has one value for each period: leave step out"
        raise QueryRefused("step", detail)
    if end is not None:
        require_few_points(begin, end, STEPS[text])
    return begin, end, STEPS[text]


def refuse_span(given: Given) -> None:
    """Refuse what belongs to a history."""
    if any(name in given for name in ("from", "to", "step")):
        raise QueryRefused("history", "from, to and step need history=true", ("true",))


def require_few_points(begin: int, end: int, step: int) -> None:
    """Refuse a history of too many points."""
    if (end - begin) // step > POINTS_MAX:
        detail = f"more than {POINTS_MAX} points: take a larger step or a shorter time"
        raise QueryRefused("step", detail, STEPS)


def read_known_at(given: Given, windows: Iterable[str]) -> int | None:
    """Only calendar periods are remembered: a rolling window of then is a history."""
    at = _instant("known_at", given)
    if at is not None and not set(windows) <= set(PERIODS):
        detail = "known_at is answered for calendar periods; a rolling window has history=true"
        raise QueryRefused("window", detail, PERIODS)
    return at


def _require_period(text: str) -> None:
    try:
        school = SCHOOL if kind_of_period(text) == TERM else STATISTICAL
        period_bounds(text, school)
    except (Refused, ValueError) as error:
        detail = f"{text[:40]!r} is not a period: it is written like 2026-10, 2026-Q3, 2026"
        raise QueryRefused("period", f"{detail} or, a school term, 2026-T1") from error
    if int(text[:4]) < YEAR_MIN:
        raise QueryRefused("period", f"periods begin with the year {YEAR_MIN}, {text!r} does not")


def _instant(parameter: str, given: Given) -> int | None:
    text = single(parameter, given)
    if text is None:
        return None
    text = text.replace(" ", "+")  # an offset's plus that was not escaped in the address
    try:
        at = parse_instant(text) if "T" in text else start_of_local_day(parse_date(text))
    except ValueError as error:
        detail = f"{text[:40]!r} is not a date (2026-10-01) or instant (2026-10-01T00:00:00+07:00)"
        raise QueryRefused(parameter, detail) from error
    if not FIRST_AT <= at < END_AT:
        raise QueryRefused(parameter, f"{parameter} lies in the years {YEAR_MIN} to 9999")
    return at
