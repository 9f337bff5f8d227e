"""Values are late and stale by the newest heartbeats of the feeds behind them, and by the clock."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.engine.feeds import SOURCES_MAX, Standing, figure_of_feed
from services.domain.engine.live import Live
from services.domain.engine.observation import Freshness, Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.said import Said
from services.domain.engine.state import FigureRecord, State
from services.domain.engine.windows import STATISTICAL
from services.domain.instants import DAY, HOUR, MINUTE, SECOND, format_instant
from tests.unit.engine_centre import Counting, Reading, catalogue, units
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at

COUNTRY, PROVINCE, COMMUNE = "N:VN@1900-01-01", "P:33@2025-07-01", "C:11953@2025-07-01"
OTHER = "C:11977@2025-07-01"
BEGUN = at("2025-10-06T09:00")
HEARD = at("2025-10-06T08:50")
LATE_AT = HEARD + HOUR
STALE_AT = HEARD + HOUR + 30 * MINUTE


def filled(*feeds: tuple[str, str, str], heard_at: int = HEARD) -> State:
    """A state with these feeds (unit, domain, name) of an hourly contract."""
    state = State(catalogue(), units())
    for number, feed in enumerate(feeds, 1):
        put(state, feed, heard_at, number)
    return state


def put(
    state: State,
    feed: tuple[str, str, str],
    heard_at: int,
    version: int,
    interval: int = 3600,
) -> None:
    unit, domain, name = feed
    figure = figure_of_feed(heard_at + 10 * MINUTE, heard_at, interval)
    record = FigureRecord("feed", unit, domain, name, "feeds", "", figure, version)
    assert state.put_figures([record]) == set()


def standing(state: State, now: int, formula: str = "PS-04", unit: str = PROVINCE) -> Any:
    return state.feeds.standings(formula, [unit], now)[0]


SHOP = (PROVINCE, "public-service", "mot-cua")


@pytest.mark.clause("6.2.2")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BEGUN - MINUTE, None),
        (LATE_AT, None),
        (LATE_AT + 1, Standing("late", LATE_AT, ("mot-cua",))),
        (STALE_AT, Standing("late", LATE_AT, ("mot-cua",))),
        (STALE_AT + 1, Standing("stale", STALE_AT, ("mot-cua",))),
        (STALE_AT + 400 * DAY, Standing("stale", STALE_AT, ("mot-cua",))),
    ],
)
def test_a_feed_is_late_after_its_interval_and_stale_after_half_of_it_more(
    now: int, expected: Standing | None
) -> None:
    assert standing(filled(SHOP), now) == expected


def test_it_is_said_of_its_domain_in_its_unit_below_and_above() -> None:
    state = filled((PROVINCE, "public-service", "mot-cua"))
    now = LATE_AT + 1
    for unit in (COUNTRY, PROVINCE, COMMUNE, OTHER):
        assert standing(state, now, unit=unit).state == "late"
    assert standing(state, now, "FB-01") is None
    local = filled((COMMUNE, "public-service", "xa"))
    for unit in (COUNTRY, PROVINCE, COMMUNE):
        assert standing(local, now, unit=unit).sources == ("xa",)
    assert standing(local, now, unit=OTHER) is None


def test_a_formula_rests_on_the_domains_of_its_events_too() -> None:
    state = filled(
        (PROVINCE, "citizen-feedback", "phan-anh"), (PROVINCE, "ioc-quality", "giam-sat")
    )
    assert standing(state, LATE_AT + 1, "PS-12").sources == ("phan-anh",)
    # Silence is what fresh feeds are counted by, and the year goes on by the clock alone.
    assert state.feeds.domains("DQ-01") == state.feeds.domains("EC-05.elapsed_share") == ()
    assert standing(state, LATE_AT + 1, "DQ-04").sources == ("giam-sat",)
    assert state.feeds.domains("EC-05") == ("economy",)


def test_the_worst_counts_and_is_named_first() -> None:
    state = filled(SHOP)
    put(state, (COMMUNE, "public-service", "xa"), HEARD + 30 * MINUTE, 9)
    now = STALE_AT + 1
    assert standing(state, now) == Standing("stale", STALE_AT, ("mot-cua", "xa"))
    assert standing(state, STALE_AT) == Standing("late", LATE_AT, ("mot-cua",))


def test_of_many_feeds_the_longest_overdue_are_named() -> None:
    state = State(catalogue(), units())
    for number in range(SOURCES_MAX + 5):
        feed = (PROVINCE, "public-service", f"f{number:02d}")
        put(state, feed, HEARD - number * MINUTE, 1)
    found = standing(state, STALE_AT + HOUR)
    assert len(found.sources) == SOURCES_MAX
    assert found.sources[0] == f"f{SOURCES_MAX + 4:02d}"
    assert found.since == STALE_AT - (SOURCES_MAX + 4) * MINUTE


def test_a_feed_that_is_taken_away_says_nothing_and_an_older_word_does_not_count() -> None:
    state = filled(SHOP)
    put(state, SHOP, HEARD + DAY, 7)
    put(state, SHOP, HEARD, 6)
    assert standing(state, STALE_AT + 1) is None
    record = FigureRecord("feed", *SHOP, "feeds", "", None, 8)
    state.put_figures([record])
    assert standing(state, HEARD + 9 * DAY) is None


def test_numbers_of_standings_differ_when_anything_differs() -> None:
    feeds = filled(SHOP).feeds
    ones = [
        Standing("late", 1, ("a",)),
        Standing("stale", 1, ("a",)),
        Standing("late", 2, ("a",)),
        Standing("late", 1, ("b",)),
        None,
    ]
    numbers = feeds.numbers(ones)
    assert len(set(numbers)) == len(ones)
    assert feeds.numbers(ones) == numbers
    assert numbers[-1] == 0


def heartbeat(time: str, seen: str, *, active: bool = True, **more: Any) -> Document:
    data = {
        "feed_id": "F1",
        "agency_id": "H33.15",
        "domain": "public-service",
        "contract_interval": 3600,
        "active": active,
        "last_occurred_at": format_instant(at(seen)),
    }
    return document("feed.heartbeat", time, "F1", data, unit="P:33", **more)


class Watched:
    """A centre whose published values are kept as a wall keeps them."""

    def __init__(self) -> None:
        self.centre = Counting()
        self._reading = Reading()
        self._live = Live(self._reading.state)
        self._observer = Observer(self._reading.state, Said())
        self._live.touch_all()
        self.shown: dict[str, Observation] = {}

    def tick(self, now: int, *documents: Document) -> int:
        """Count, and evaluate what is touched; gives how many cells that were."""
        if documents:
            self.centre.count(documents, 0, now)
        keys, figures = self._reading.read(self.centre)
        self._live.touch_keys(keys)
        self._live.touch_figures(figures)
        self._live.advance(now, now)
        evaluated = 0
        for work in (self._live.take_totals(), self._live.take_breakdowns(100_000)):
            for task, cells in work:
                evaluated += len(cells)
                formula = catalogue().formulas[task.formula]
                moment = Moment(now, now)
                for found in self._observer.each(
                    formula, task.window, task.calendar, cells, moment
                ):
                    if found[1] is not None:
                        self.shown[found[1].id] = found[1]
        return evaluated

    def freshness(self, name: str) -> Freshness:
        return self.shown[name].freshness


ALL = f"PS-04|{PROVINCE}||30d"
MONTH = f"PS-04|{PROVINCE}||month:2025-10"


@pytest.mark.clause("6.2.2")
def test_a_feed_that_falls_silent_and_comes_back() -> None:
    watched = Watched()
    receipt = document("dossier.received", "2025-10-06T08:50", "D-1", RECEIPT)
    watched.tick(BEGUN + 1, receipt, heartbeat("2025-10-06T09:00", "2025-10-06T08:50"))
    assert watched.freshness(ALL) == Freshness("live")
    assert watched.freshness(MONTH) == Freshness("provisional")
    watched.tick(LATE_AT)
    assert watched.freshness(ALL) == Freshness("live")
    watched.tick(LATE_AT + 1)
    late = Freshness("late", format_instant(LATE_AT), sources_late=("F1",))
    assert watched.freshness(ALL) == watched.freshness(MONTH) == late
    watched.tick(STALE_AT + 1)
    stale = Freshness("stale", format_instant(STALE_AT), sources_late=("F1",))
    assert watched.freshness(ALL) == watched.freshness(MONTH) == stale
    back = heartbeat("2025-10-06T10:30", "2025-10-06T10:29")
    watched.tick(STALE_AT + 20 * MINUTE, back)
    assert watched.freshness(ALL) == Freshness("live")
    assert watched.freshness(MONTH) == Freshness("provisional")
    gone = {name: value for name, value in back.items() if name != "data"}
    gone |= {"id": "gone", "op": "retract", "supersedes": back["id"]}
    watched.tick(STALE_AT + 21 * MINUTE, gone)
    assert watched.freshness(ALL) == stale
    watched.tick(STALE_AT + HOUR, heartbeat("2025-10-06T11:00", "2025-10-06T08:50", active=False))
    assert watched.freshness(ALL) == Freshness("live")


def test_stale_exactly_when_it_does_not_count_as_fresh() -> None:
    watched = Watched()
    watched.tick(BEGUN + 1, heartbeat("2025-10-06T09:00", "2025-10-06T08:50"))
    fresh = f"DQ-01|{PROVINCE}||instant"
    for now, share in ((STALE_AT, 100), (STALE_AT + SECOND, 0)):
        watched.tick(now)
        assert watched.shown[fresh].value == share
        assert (watched.freshness(ALL).state == "stale") == (share == 0)
        assert watched.freshness(fresh) == Freshness("live")


def test_nothing_is_looked_at_between_two_turns() -> None:
    watched = Watched()
    watched.tick(BEGUN + 1, heartbeat("2025-10-06T09:00", "2025-10-06T08:50"))
    watched.tick(LATE_AT - 2 * SECOND)
    assert watched.tick(LATE_AT - SECOND) == 0
    turned = watched.tick(LATE_AT + 1)
    assert turned > 0
    assert watched.tick(LATE_AT + 2) == 0
    assert watched.tick(LATE_AT + SECOND) == 0


def test_a_heartbeat_in_time_touches_no_value_but_that_of_fresh_feeds() -> None:
    watched = Watched()
    watched.tick(BEGUN + 1, heartbeat("2025-10-06T09:00", "2025-10-06T08:50"))
    watched.tick(BEGUN + 2 * MINUTE)
    touched = watched.tick(BEGUN + 2 * MINUTE, heartbeat("2025-10-06T09:01", "2025-10-06T09:00"))
    assert touched <= 8


def test_a_closed_period_is_final_whatever_becomes_of_its_feeds() -> None:
    watched = Watched()
    watched.tick(BEGUN + 1, heartbeat("2025-10-06T09:00", "2025-10-06T08:50"))
    state = watched._reading.state
    formula = catalogue().formulas["PS-04"]
    cell = state.cells.number(PROVINCE)
    moment = Moment(STALE_AT + 1, STALE_AT)
    (closed,) = Observer(state).observe(formula, "month", STATISTICAL, [cell], moment, "2025-09")
    assert closed.freshness == Freshness("final")
    (open_,) = Observer(state).observe(formula, "month", STATISTICAL, [cell], moment, "2025-10")
    assert open_.freshness.state == "stale"


def test_without_a_heartbeat_nothing_is_said() -> None:
    watched = Watched()
    watched.tick(BEGUN, document("dossier.received", "2025-10-06T08:50", "D-1", RECEIPT))
    watched.tick(BEGUN + 400 * DAY)
    states = {found.freshness.state for found in watched.shown.values()}
    assert states <= {"live", "provisional", "final", "partial"}


@given(st.data())
def test_what_is_remembered_is_what_looking_anew_would_give(data: st.DataObject) -> None:
    """Heartbeats of any order and age between questions at any instants."""
    state = State(catalogue(), units())
    heard: dict[str, tuple[int, int]] = {}
    for version in range(1, data.draw(st.integers(2, 12))):
        name = data.draw(st.sampled_from(["a", "b", "c"]))
        heard[name] = (data.draw(st.integers(0, 30)), version)
        put(state, (PROVINCE, "public-service", name), heard[name][0] * MINUTE, version, 600)
        now = data.draw(st.integers(0, 60)) * MINUTE + data.draw(st.integers(0, 1))
        anew = State(catalogue(), units())
        for each, (minute, number) in heard.items():
            put(anew, (PROVINCE, "public-service", each), minute * MINUTE, number, 600)
        assert standing(state, now) == standing(anew, now)
