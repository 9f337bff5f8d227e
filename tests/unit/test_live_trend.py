"""Trends: a course at equal steps, told once and then point by point."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.api.courses import Courses
from services.api.live.topics import Trend, read_topic
from services.api.live.trend import POINTS_MAX, TrendLine, sample
from services.domain.instants import DAY, MINUTE, SECOND, parse_instant
from services.domain.query import ObservationQuery, Page
from tests.unit.live_model import Replica

TOPIC = "trend/TR-02|P:33@2025-07-01||5m"
NOON = parse_instant("2026-10-01T12:00:00+07:00")


def line() -> TrendLine:
    topic = read_topic(TOPIC, 400)
    assert isinstance(topic, Trend)
    return TrendLine(topic)


def told(text: str | None) -> dict[str, Any]:
    assert text is not None
    message: dict[str, Any] = json.loads(text)
    return message


def test_nothing_is_told_before_the_course_is_known() -> None:
    assert line().message(None) is None


def test_the_whole_course_then_points() -> None:
    course = line()
    begin, last = course.span(NOON + 20 * SECOND)
    assert (last, (last - begin) // MINUTE) == (NOON, POINTS_MAX - 1)
    course.load(NOON - MINUTE, [1.0, None])
    whole = told(course.message(None))
    assert whole == {
        "type": "trend",
        "topic": TOPIC,
        "observation": "TR-02|P:33@2025-07-01||5m",
        "step": 60,
        "start": "2026-10-01T11:59:00+07:00",
        "values": [1.0, None],
        "append": False,
    }
    position = course.told_up_to
    assert not course.advance(NOON + MINUTE - 1, lambda: 2.0)
    assert course.message(position) is None
    assert course.advance(NOON + MINUTE, lambda: 2.0)
    point = told(course.message(position))
    assert (point["append"], point["values"]) == (True, [2.0])
    assert point["start"] == "2026-10-01T12:01:00+07:00"


def test_who_missed_more_than_is_kept_gets_the_whole_course() -> None:
    course = line()
    course.load(NOON, [])
    for minute in range(POINTS_MAX + 5):
        course.advance(NOON + minute * MINUTE, lambda minute=minute: float(minute))  # type: ignore[misc]  # a default binds the loop's value
    message = told(course.message(0))
    assert message["append"] is False
    assert len(message["values"]) == POINTS_MAX
    assert message["values"][-1] == POINTS_MAX + 4


def test_a_course_of_periods_is_told_once() -> None:
    topic = read_topic("trend/DE-01|N:VN@1900-01-01||month:2025-05", 400)
    assert isinstance(topic, Trend)
    course = TrendLine(topic)
    assert topic.period == "2025-05"
    assert course.by_period
    course.load(NOON, [1.0, 2.0])
    assert told(course.message(None))["step"] == 2_629_746
    assert not course.advance(NOON + 1000 * DAY, lambda: 3.0)


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=20, unique_by=lambda p: p[0]
    )
)
def test_sampling_takes_the_last_value_at_or_before(points: list[tuple[int, int]]) -> None:
    values = sample([(at, float(value)) for at, value in points], 0, 50, 7)
    for index, at in enumerate(range(0, 51, 7)):
        before = [pair for pair in points if pair[0] <= at]
        assert values[index] == (float(max(before)[1]) if before else None)


def test_a_session_tells_its_trends_after_its_changes() -> None:
    replica = Replica()
    session = replica.session()
    session.receive(json.dumps({"type": "subscribe", "id": "t", "topics": [TOPIC]}))
    assert told(session.next())["type"] == "snapshot"  # type: ignore[arg-type]  # never a Close here
    assert session.next() is None
    (course,) = replica.trends
    course.load(NOON, [1.0])
    assert told(session.next())["values"] == [1.0]  # type: ignore[arg-type]  # never a Close here
    course.advance(NOON + 2 * MINUTE, lambda: 3.0)
    message = told(session.next())  # type: ignore[arg-type]  # never a Close here
    assert (message["append"], message["values"]) == (True, [3.0, 3.0])
    session.receive('{"type":"unsubscribe","id":"t"}')
    course.advance(NOON + 9 * MINUTE, lambda: 3.0)
    assert session.next() is None


class Periods:
    """A history of months, in no order."""

    def __init__(self) -> None:
        self.asked: ObservationQuery | None = None

    def find(self, query: ObservationQuery) -> Page:
        self.asked = query
        months = ("2025-05", "2025-03", "2025-04")
        starts = {month: f"{month}-01T00:00:00+07:00" for month in months}
        return Page(tuple({"start": starts[month], "value": float(month[-1])} for month in months))


def test_the_course_of_a_month_is_its_earlier_months() -> None:
    topic = read_topic("trend/DE-01|N:VN@1900-01-01||month:2025-05", 400)
    assert isinstance(topic, Trend)
    source = Periods()
    begin, values = Courses(source).fetch(TrendLine(topic), NOON)
    assert begin == parse_instant("2025-03-01T00:00:00+07:00")
    assert values == [3.0, 4.0, 5.0]
    assert source.asked is not None
    assert source.asked.to_at == parse_instant("2025-06-01T00:00:00+07:00")
    assert (source.asked.units, source.asked.windows) == (("N:VN@1900-01-01",), ("month",))
