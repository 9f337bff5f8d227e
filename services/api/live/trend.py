"""The course of one observation over time: what `trend/<observation id>` tells.

A point is the value as it stood at an instant that is a multiple of the step; of a calendar period,
the value of each period (then the step is its mean length, and no points follow). The first message
carries the whole course, each further one the points since, with `append`; a client that has missed
more than is kept gets the whole course again. Lines are shared by all sessions that follow them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from weakref import WeakValueDictionary

import msgspec

from services.api.live.topics import Trend
from services.domain.instants import DAY, HOUR, MINUTE, SECOND, format_instant

POINTS_MAX = 96
STEP_DEFAULT = DAY
MONTH = 146_097 * DAY // 4_800
PERIOD_STEPS = {"month": MONTH, "quarter": 3 * MONTH, "year": 12 * MONTH, "ytd": 12 * MONTH}
"""Mean lengths in the Gregorian calendar."""
STEPS = {
    "5m": MINUTE,
    "1h": 5 * MINUTE,
    "24h": 15 * MINUTE,
    "instant": 15 * MINUTE,
    "7d": 6 * HOUR,
    "30d": 6 * HOUR,
}

Value = float | None


class TrendLine:
    """One course: empty until it is loaded, then moved on by the clock."""

    def __init__(self, topic: Trend) -> None:
        window = topic.key.rpartition("|")[2].partition("~")[0]
        self.topic = topic
        self.by_period = window in PERIOD_STEPS
        self.step = PERIOD_STEPS.get(window) or STEPS.get(window, STEP_DEFAULT)
        self.loaded = False
        self.told_up_to = 0
        self._values: deque[Value] = deque(maxlen=POINTS_MAX)
        self._next_at = 0

    def span(self, now: int) -> tuple[int, int]:
        """The first and the last instant (both included) of the course that ends at `now`."""
        last = now // self.step * self.step
        return last - (POINTS_MAX - 1) * self.step, last

    def load(self, begin: int, values: Sequence[Value]) -> None:
        """Begin with the points from `begin` on, one per step."""
        self._values.extend(values)
        self._next_at = begin + len(values) * self.step
        self.told_up_to = len(values)
        self.loaded = True

    def advance(self, now: int, value: Callable[[], Value]) -> bool:
        """Add the points up to now, each with the present value; say whether there were any."""
        if not self.loaded or self.by_period or now < self._next_at:
            return False
        present = value()
        behind = (now - self._next_at) // self.step + 1
        self._values.extend([present] * min(behind, POINTS_MAX))
        self._next_at += behind * self.step
        self.told_up_to += behind
        return True

    def message(self, told: int | None) -> str | None:
        """Give what a client does not know that was told up to `told` (None: nothing yet)."""
        if not self.loaded or told == self.told_up_to:
            return None
        new = len(self._values) if told is None else self.told_up_to - told
        append = told is not None and new <= len(self._values)
        values = list(self._values)[-new:] if append else list(self._values)
        start = self._next_at - len(values) * self.step
        document = {
            "type": "trend",
            "topic": self.topic.text,
            "observation": self.topic.observation,
            "step": self.step // SECOND,
            "start": format_instant(start),
            "values": values,
            "append": append,
        }
        return msgspec.json.encode(document).decode()


class Trends:
    """One line per topic, for as long as a session follows it."""

    def __init__(self) -> None:
        self.version = 0
        """Counts the points of all lines; who sees another number looks for news."""
        self._lines: WeakValueDictionary[str, TrendLine] = WeakValueDictionary()

    def of(self, topic: Trend) -> TrendLine:
        """Give the line of a topic."""
        line = self._lines.get(topic.text)
        if line is None:
            line = self._lines[topic.text] = TrendLine(topic)
        return line

    def __iter__(self) -> Iterator[TrendLine]:
        return iter(list(self._lines.values()))


def sample(points: Iterable[tuple[int, Value]], begin: int, last: int, step: int) -> list[Value]:
    """Read observations (instant, value) off at each step from `begin` to `last`.

    A point holds until the next one; before the first there is no value.
    """
    ordered = sorted(points, key=lambda point: point[0])
    values: list[Value] = []
    position, present = 0, None
    for at in range(begin, last + 1, step):
        while position < len(ordered) and ordered[position][0] <= at:
            present = ordered[position][1]
            position += 1
        values.append(present)
    return values
