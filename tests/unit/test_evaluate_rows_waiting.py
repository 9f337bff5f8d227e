"""Observations that wait for their row: none is left out, and only so many wait."""

from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.evaluate.rows import ROWS_MAX, Rows
from services.domain.engine.observation import Observation
from services.domain.engine.revisions import Revision, Said, observed
from services.domain.instants import HOUR, MINUTE
from tests.unit.reference_log import at

NOW = at("2025-11-01T00:10")
MAX = 40


def made(number: int, value: float, window: str = "24h", *, final: bool = True) -> Observation:
    name = f"PS-01|C:{number:05}@2025-07-01||{window}"
    return observed(Revision(name, 1, NOW, Said(value), 1), final=final)


@given(
    st.lists(st.lists(st.integers(0, 3 * MAX), max_size=2 * MAX), min_size=1, max_size=8),
    st.integers(0, 2 * MINUTE),
)
def test_the_newest_of_every_key_gets_its_row(offered: list[list[int]], pause: int) -> None:
    rows, newest, written = Rows(MAX), dict[str, float](), dict[str, object]()
    count = 0
    for tick, numbers in enumerate(offered):
        for number in numbers:
            count += 1
            one = made(number, count)
            rows.offer(one)
            newest[one.id] = count
        written |= {one.id: one.value for one in rows.due(NOW + tick * pause)}
        assert len(rows) <= MAX
    written |= {one.id: one.value for one in rows.due(NOW + HOUR)}
    assert written == newest


def test_more_than_may_wait_are_written_at_once() -> None:
    rows = Rows(MAX)
    for number in range(ROWS_MAX + 10 * MAX):
        rows.offer(made(number, 1))
    assert len(rows.due(NOW)) == ROWS_MAX + 9 * MAX
    assert len(rows) == MAX


def test_a_window_waits_a_minute_and_an_open_period_an_hour_while_there_is_room() -> None:
    rows = Rows(MAX)

    def again(now: int) -> set[str]:
        rows.offer(made(1, now))
        rows.offer(made(1, now, "month:2025-11", final=False))
        return {one.window for one in rows.due(now)}

    assert again(NOW) == {"24h", "month"}
    assert again(NOW + MINUTE - 1) == set()
    assert again(NOW + MINUTE) == {"24h"}
    assert again(NOW + HOUR) == {"24h", "month"}


def test_where_there_is_none_the_longest_waiting_have_their_row_too_early() -> None:
    rows = Rows(MAX)

    def again(now: int) -> list[str]:
        for number in range(2 * MAX):
            rows.offer(made(number, now))
        return [one.id for one in rows.due(now)]

    everything = again(NOW)
    assert len(everything) == 2 * MAX
    assert again(NOW + 1) == everything[:MAX]
    assert again(NOW + 2) == everything[MAX:]
