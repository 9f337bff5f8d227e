"""Fetches the course of an observation: history from the database, read off at steps."""

from typing import Any

import msgspec

from services.api.live.topics import Trend, read_key
from services.api.live.trend import TrendLine, Value, sample
from services.domain.engine.windows import ADMINISTRATIVE, STATISTICAL, period_bounds
from services.domain.instants import parse_instant
from services.domain.query import LIMIT_MAX, ObservationQuery, ObservationSource

PERIODS_SHOWN = 24
NAMES_OF_TIME = ("as_of", "end", "published_at")


class Courses:
    """Loads lines from a source of history; called in a worker thread. Raises Unavailable."""

    def __init__(self, source: ObservationSource) -> None:
        self._source = source

    def fetch(self, line: TrendLine, now: int) -> tuple[int, list[Value]]:
        """Give the begin of the line's course and its values up to now."""
        return self._periods(line, now) if line.by_period else self._instants(line, now)

    def _instants(self, line: TrendLine, now: int) -> tuple[int, list[Value]]:
        begin, last = line.span(now)
        found = self._find(_query(line.topic, begin, last + 1, line.step))
        points = [(_instant(one), one.get("value")) for one in found]
        return begin, sample(points, begin, last, line.step)

    def _periods(self, line: TrendLine, now: int) -> tuple[int, list[Value]]:
        """The periods up to the one that the observation is of, one after the other."""
        query = _query(line.topic, 0, now, None)
        calendar, period = query.calendars[0], line.topic.period
        end = now if period is None else period_bounds(period, calendar)[1]
        begin = end - PERIODS_SHOWN * line.step
        found = self._find(msgspec.structs.replace(query, from_at=begin, to_at=end))
        found.sort(key=lambda one: one["start"])
        if not found:
            return end, []
        return parse_instant(found[0]["start"]), [one.get("value") for one in found]

    def _find(self, query: ObservationQuery) -> list[dict[str, Any]]:
        page = self._source.find(query)
        found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(page.items))
        return found


def _query(topic: Trend, begin: int, end: int, step: int | None) -> ObservationQuery:
    name = read_key(topic.key)
    window, _, calendar = name.window.partition("~")
    return ObservationQuery(
        indicators=(name.indicator,),
        units=(name.unit_key,),
        windows=(window,),
        calendars=(ADMINISTRATIVE if calendar else STATISTICAL,),
        members=name.dims,
        history=True,
        from_at=begin,
        to_at=end,
        step=step,
        limit=LIMIT_MAX,
    )


def _instant(observation: dict[str, Any]) -> int:
    for name in NAMES_OF_TIME:
        text = observation.get(name)
        if text is not None:
            return parse_instant(text)
    return 0
