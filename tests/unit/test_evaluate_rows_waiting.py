"""Observations that wait for their row: none is left out, and only so many wait."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.evaluate.records import Records, told_of
from services.aggregator.evaluate.rows import ROWS_MAX, Rows
from services.domain.engine.cell_names import CellNames
from services.domain.engine.observation import Observation
from services.domain.engine.revisions import Revision, Said, observed
from services.domain.instants import HOUR, MINUTE
from tests.unit.reference_log import at

NOW = at("2025-11-01T00:10")
MAX = 40


def named() -> CellNames:
    names = CellNames()
    for number in range(ROWS_MAX + 10 * MAX):
        names.put(number, f"C:{number:05}@2025-07-01", "", "")
    return names


NAMES = named()


def offer(
    rows: Rows, number: int, value: float, period: str | None = None, *, final: bool = True
) -> Observation:
    """Offer what is published of a cell, as the evaluator does."""
    window = "24h" if period is None else "month"
    name = f"PS-01|{NAMES.keys(np.array([number]))[0]}|{window}"
    said = Revision(name if period is None else f"{name}:{period}", 1, NOW, Said(value), 1)
    found = observed(said, final=final)
    records = Records("PS-01", window, NAMES, np.array([number]), told_of(found))
    rows.offer(records, period, final=final)
    return found


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
            one = offer(rows, number, count)
            newest[one.id] = count
        written |= {one.id: one.value for one in rows.due(NOW + tick * pause)}
        assert len(rows) <= MAX
    written |= {one.id: one.value for one in rows.due(NOW + HOUR)}
    assert written == newest


def test_more_than_may_wait_are_written_at_once() -> None:
    rows = Rows(MAX)
    for number in range(ROWS_MAX + 10 * MAX):
        offer(rows, number, 1)
    assert len(rows.due(NOW)) == ROWS_MAX + 9 * MAX
    assert len(rows) == MAX


def test_a_window_waits_a_minute_and_an_open_period_an_hour_while_there_is_room() -> None:
    rows = Rows(MAX)

    def again(now: int) -> set[str]:
        offer(rows, 1, now)
        offer(rows, 1, now, "2025-11", final=False)
        return {one.window for one in rows.due(now)}

    assert again(NOW) == {"24h", "month"}
    assert again(NOW + MINUTE - 1) == set()
    assert again(NOW + MINUTE) == {"24h"}
    assert again(NOW + HOUR) == {"24h", "month"}


def test_where_there_is_none_the_longest_waiting_have_their_row_too_early() -> None:
    rows = Rows(MAX)

    def again(now: int) -> list[str]:
        for number in range(2 * MAX):
            offer(rows, number, now)
        return [one.id for one in rows.due(now)]

    everything = again(NOW)
    assert len(everything) == 2 * MAX
    assert again(NOW + 1) == everything[:MAX]
    assert again(NOW + 2) == everything[MAX:]
