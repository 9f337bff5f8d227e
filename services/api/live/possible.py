"""Whether a topic can ever have anything to tell, by the names that the standard in force knows.

A unit that the list does not know is not refused in a pattern: figures of strange units may be on
the topic. A trend names one observation, whose unit has to be known.
"""

from collections.abc import Iterable

from services.api.live.topics import ANY, FAMILIES, Pattern, Trend, plain, read_key
from services.domain.engine.windows import (
    ADMINISTRATIVE,
    PERIODS,
    SCHOOL,
    STATISTICAL,
    TERM,
    WINDOWS_OF_PERIOD,
    kind_of_period,
    names_period,
    read_window_name,
    window_name,
)
from services.domain.errors import Refused
from services.domain.vocabulary import Vocabulary

INDICATOR, WINDOW, DIMENSIONS = 3, 4, 5
"""Places of segments in a path."""
TREND_FORM = "trend/<observation id>, as in trend/PS-04|P:33@2025-07-01||30d or ...||month:2026-10"


class TopicsRefused(Refused):
    """Some topics of a subscription can never tell anything; `topics` are all of these."""

    def __init__(self, reasons: dict[str, str]) -> None:
        topic, reason = next(iter(reasons.items()))
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        super().__init__(f"topic {topic!r}: {reason}{more}")
        self.topics = tuple(reasons)


def require_possible(topics: Iterable[Pattern | Trend], vocabulary: Vocabulary) -> None:
    """Raise TopicsRefused when one of the topics can never tell anything."""
    reasons = {topic.text: why for topic in topics if (why := _why_not(topic, vocabulary))}
    if reasons:
        raise TopicsRefused(reasons)


def _why_not(topic: Pattern | Trend, vocabulary: Vocabulary) -> str | None:
    if isinstance(topic, Trend):
        return _of_trend(topic, vocabulary)
    parts = [plain(segment) for segment in topic.segments]
    indicator = parts[INDICATOR] if len(parts) > INDICATOR else ANY
    window = parts[WINDOW] if len(parts) > WINDOW else ANY
    if parts[0] != FAMILIES[0] and window != ANY and read_window_name(window)[0] not in PERIODS:
        return f"only calendar periods are revised: {', '.join(PERIODS)}"
    return _of_names(indicator, window, parts[DIMENSIONS::2], vocabulary)


def _of_names(
    indicator: str, window: str, dimensions: Iterable[str], vocabulary: Vocabulary
) -> str | None:
    windows, known = vocabulary.windows, vocabulary.dimensions
    if indicator != ANY:
        offer = vocabulary.indicators.get(indicator)
        if offer is None:
            return f"unknown indicator {indicator!r}: GET /v1/indicators lists them"
        windows, known = offer.windows, offer.dimensions
    named = "it" if indicator == ANY else indicator
    if window != ANY and (why := _of_window(window)):
        return why
    if window != ANY and read_window_name(window)[0] not in windows:
        return f"{named} has no window {window!r}: {', '.join(sorted(windows))}"
    for dimension in dimensions:
        if dimension != ANY and dimension not in known:
            return f"{named} has no breakdown {dimension!r}: {', '.join(sorted(known)) or 'none'}"
    return None


def _of_window(name: str) -> str | None:
    window, calendar, constant = read_window_name(name)
    if constant:
        return "nothing is published on constant boundaries: ask GET /v1/observations"
    if window_name(window, calendar) != name:
        return f"{name!r} is no window"
    if calendar == ADMINISTRATIVE and (window not in PERIODS or window == TERM):
        return f"the administrative calendar has no window {window!r}"
    return None


def _of_trend(topic: Trend, vocabulary: Vocabulary) -> str | None:
    name = read_key(topic.key)
    if name.revised or "@" not in name.unit_key:
        return f"it is not {TREND_FORM}: a unit carries its date"
    if not vocabulary.knows_unit(name.unit_key):
        return f"unknown unit {name.unit_key!r}: GET /v1/units lists them"
    why = _of_names(name.indicator, name.window, [dim for dim, _ in name.dims], vocabulary)
    return why or _of_period(name.window, topic.period)


def _of_period(name: str, period: str | None) -> str | None:
    window = read_window_name(name)[0]
    if window not in PERIODS:
        return None if period is None else f"window {window!r} has no periods"
    calendar = SCHOOL if window == TERM else STATISTICAL
    if period is None or not names_period(period, calendar):
        return f"it names no {window}: it is {TREND_FORM}"
    fits = window in WINDOWS_OF_PERIOD[kind_of_period(period)]
    return None if fits else f"period {period!r} is no {window}"
