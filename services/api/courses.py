"""Fetches the course of an observation: history from the database, read off at steps."""

import msgspec

from services.api.live.topics import Trend, read_key
from services.api.live.trend import TrendLine, Value, sample
from services.domain.engine.windows import ADMINISTRATIVE, STATISTICAL
from services.domain.instants import parse_instant
from services.domain.query import LIMIT_MAX, ObservationQuery, ObservationSource

NAMES_OF_TIME = ("as_of", "end", "published_at")


class Courses:
    """Loads lines from a source of history; called in a worker thread. Raises Unavailable."""

    def __init__(self, source: ObservationSource) -> None:
        self._source = source

    def fetch(self, line: TrendLine, now: int) -> tuple[int, list[Value]]:
        """Give the begin of the line's course and its values up to now."""
        begin, last = line.span(now)
        page = self._source.find(_query(line.topic, begin, last + line.step, line.step))
        observations = msgspec.json.decode(msgspec.json.encode(page.items))
        points = [(_instant(one), one.get("value")) for one in observations]
        return begin, sample(points, begin, last, line.step)


def _query(topic: Trend, begin: int, end: int, step: int) -> ObservationQuery:
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


def _instant(observation: dict[str, str]) -> int:
    for name in NAMES_OF_TIME:
        text = observation.get(name)
        if text is not None:
            return parse_instant(text)
    return 0
