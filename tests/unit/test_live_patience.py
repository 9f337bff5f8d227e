"""Under load windows of days rest for a second; what is to be seen at once does not."""

from services.domain.engine.live import Live
from services.domain.engine.waiting import AT_ONCE, NOTHING, PATIENCE, Reached, Task, Waiting
from services.domain.instants import HOUR, SECOND
from tests.unit.engine_centre import Counting, Reading
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

NOW = at("2026-03-02T10:00")


class Load:
    """A centre into which a dossier comes before each look."""

    def __init__(self) -> None:
        self._centre = Counting()
        self._reading = Reading()
        self._opened = 0
        self.live = Live(self._reading.state, patience=PATIENCE)

    def windows(self, now: int) -> list[str]:
        """The windows of dossiers on time that are handed out, in order."""
        self._opened += 1
        name = f"A-{self._opened}"
        opened = document("dossier.received", "2026-03-02T09:00", name, RECEIPT)
        self._centre.count([opened], 0, now)
        keys, figures = self._reading.read(self._centre)
        self.live.touch_keys(keys)
        self.live.touch_figures(figures)
        self.live.advance(now, now)
        return [t.window for t, _ in self.live.take_totals() if t.formula in {"PS-05", "PS-01"}]


def test_what_has_rested_is_evaluated_at_once() -> None:
    load = Load()
    assert {"instant", "30d"} <= set(load.windows(NOW))
    assert {"instant", "30d"} <= set(load.windows(NOW + SECOND))


def test_long_windows_rest_while_short_ones_go_on() -> None:
    load = Load()
    load.windows(NOW)
    for step in range(1, 4):
        found = set(load.windows(NOW + step * SECOND // 4))
        assert found
        assert found <= AT_ONCE
    assert len(load.live), "the others are not forgotten"
    assert not load.live.totals_wait, "nor do they hurry anybody"
    assert "30d" in load.windows(NOW + SECOND)


def test_what_is_seen_at_once_goes_first() -> None:
    found = Load().windows(NOW)
    assert {found.index(name) < found.index("30d") for name in found if name in AT_ONCE} == {True}


def test_nobody_rests_until_a_clock_that_went_back_is_there_again() -> None:
    load = Load()
    load.windows(NOW)
    load.windows(NOW + SECOND // 4)
    assert "30d" in load.windows(NOW - HOUR)


def test_published_is_what_nothing_that_waits_was_touched_before() -> None:
    load = Load()
    waiting = load.live.waiting
    load.windows(NOW)
    waiting.reached = Reached(1, 0)
    assert waiting.published == NOTHING, "breakdowns of new cells still wait"
    list(load.live.take_breakdowns(1_000_000))
    assert waiting.published == Reached(1, 0)
    load.windows(NOW + SECOND // 4)
    waiting.reached = Reached(2, 5)
    list(load.live.take_breakdowns(1_000_000))
    assert waiting.published == Reached(1, 0), "30 days rest with the second dossier"
    load.live.advance(NOW + SECOND, NOW)
    assert list(load.live.take_totals())
    assert waiting.published == Reached(2, 5)


def test_after_a_takeover_nothing_is_published() -> None:
    load = Load()
    load.windows(NOW)
    load.live.waiting.reached = Reached(3, 0)
    list(load.live.take_breakdowns(1_000_000))
    assert load.live.waiting.published == Reached(3, 0)
    load.live.touch_all()
    assert load.live.waiting.published == NOTHING
    assert load.live.waiting.reached == Reached(3, 0)


def test_breakdowns_that_have_waited_longest_go_first() -> None:
    often, once = Task("PS-01", "30d", "statistical"), Task("PS-04", "30d", "statistical")
    waiting = Waiting([often, once], PATIENCE)
    waiting.put(often, (), [1, 2, 3])
    waiting.reached = Reached(1, 0)
    waiting.put(once, (), [4])
    assert [task for task, _ in waiting.take_breakdowns(3)] == [often]
    waiting.reached = Reached(2, 0)
    waiting.put(often, (), [1, 2, 3])
    assert waiting.published == Reached(1, 0)
    assert [task for task, _ in waiting.take_breakdowns(1)] == [once]
    assert waiting.published == Reached(2, 0)
