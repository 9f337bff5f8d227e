"""Evaluating only what was touched gives what evaluating everything gives."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.unit.engine_centre import Counting
from tests.unit.engine_documents import NOWS, RECEIPT, document
from tests.unit.engine_logs import logs
from tests.unit.live_board import Board, differences, moved, remembered_wrongly
from tests.unit.reference_log import at, series, stamp, written

STEADY = settings(
    deadline=None,
    max_examples=8,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MOVES = (0, SECOND, SECOND, 5 * SECOND, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 40 * DAY, -SECOND)


def wrong(log: list[dict[str, Any]], now: int, chooser: random.Random) -> list[str]:
    """What is shown wrongly at any time while a log comes in and the clock goes on."""
    centre = Counting()
    board = Board(centre)
    waiting = [*log]
    chooser.shuffle(waiting)
    for _ in range(8):
        size = chooser.choice([0, 1, 3, 10])
        batch, waiting = waiting[:size], waiting[size:]
        centre.count(batch, chooser.randint(0, 1), now)
        centre.tick(now)
        if found := differences(board, now):
            return [f"at {now}", *found]
        now += chooser.choice(MOVES)
    return remembered_wrongly(centre, board, now)


@STEADY
@given(st.data(), st.sampled_from(NOWS), st.randoms(use_true_random=False))
def test_what_is_shown_is_what_is_right(
    data: st.DataObject, now: int, chooser: random.Random
) -> None:
    log = data.draw(logs(now, 3))
    assert wrong(log, now, chooser) == []


@pytest.mark.clause("8.2.5")
def test_the_next_deadline_gives_way_to_the_one_after_it() -> None:
    log = [
        document("dossier.received", "2026-03-02T09:00", number, RECEIPT | {"due_at": stamp(due)})
        for number, due in (("A-1", "2026-03-04T09:00"), ("A-2", "2026-03-05T09:00"))
    ]
    key = "PS-05.countdown|C:11953@2025-07-01||instant"
    shown = [
        board[key]["value"]
        for board, _ in moved(
            log, "2026-03-04T08:59", "2026-03-04T09:00", "2026-03-04T09:01", "2026-03-05T09:01"
        )
    ]
    assert shown == [
        "2026-03-04T09:00:00+07:00",
        "2026-03-04T09:00:00+07:00",
        "2026-03-05T09:00:00+07:00",
        None,
    ]


def test_a_base_is_of_the_boundaries_of_today_from_the_hour_of_the_reform() -> None:
    days = ("2025-07-10T09:00", "2026-07-10T09:00", "2026-07-12T09:00")
    log = [document("dossier.received", day, f"A-{day}", RECEIPT) for day in days]
    moments = [f"2026-07-{rest}" for rest in ("30T23:30", "31T00:00", "31T00:30", "31T01:00")]
    key = "PS-01|C:11953@2025-07-01||30d"
    found = [board[key]["comparisons"][0] for board, _ in moved(log, *moments)]
    assert [each.get("boundaries") for each in found] == ["constant", None, None, None]


def test_a_target_at_the_lower_edge_of_a_band_is_another_target() -> None:
    now = at("2026-03-20T09:00")
    beds = {"facility_id": "H-1", "ward": "general", "beds_available": 10, "beds_occupied": 9}
    plan = {
        "indicator_id": "HE-02",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        "value": 80,
        "document": "QD-1",
    }
    centre = Counting()
    board, key, found = Board(centre), "HE-02|C:11953@2025-07-01||month", []
    for more in (
        document("health.bed", "2026-03-19T09:00", "H-1/general", beds),
        document("target.set", "2026-03-19T10:00", "HE-02/2026-01-01", plan),
    ):
        centre.count([more], 0, now)
        assert differences(board, now) == []
        found.append(board.shown[key]["target"])
    assert [(target["op"], target["gap"]) for target in found] == [("band", 0), (">=", 10)]


def test_a_value_that_went_and_came_back_as_it_was_is_told_again() -> None:
    """Its figures are the same; what is counted beside them went to another month and back."""
    now = at("2026-03-20T09:00")
    received = document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)

    def moved_to(time: str, recorded: str) -> dict[str, Any]:
        more = {"op": "correct", "supersedes": received["id"], "recordedtime": stamp(recorded)}
        return document("dossier.received", time, "A-1", RECEIPT, **more)

    centre = Counting()
    board, key, found = Board(centre), "PS-07.official|C:11953@2025-07-01||month", []
    counts = ("portal_dossiers", "reporting_system_dossiers", "synced_dossiers")
    released = "2026-03-15T08:00"
    log = [written(series(name, "C:11953", "2026-03", 4, released=released)) for name in counts]
    for more in (
        [*log, received],
        [moved_to("2026-02-02T09:00", "2026-03-03T09:00")],
        [moved_to("2026-03-02T09:00", "2026-03-04T09:00")],
    ):
        centre.count(more, 0, now)
        assert differences(board, now) == []
        found.append(board.shown.get(key, {}).get("value"))
    assert found == [100, None, 100]


def test_a_break_leaves_a_rolling_window_with_the_day_of_the_reform() -> None:
    log = [document("dossier.received", "2025-07-30T09:00", "A-1", RECEIPT)]
    key = "PS-01|P:33@2025-07-01||30d"
    breaks = [
        board[key].get("break")
        for board, _ in moved(log, "2025-07-30T23:30", "2025-07-31T00:30", "2025-07-31T01:30")
    ]
    reform = {"mark": "B", "at": "2025-07-01", "reason": "boundary"}
    assert breaks == [reform, reform, None]


def test_a_reported_month_closes_with_its_last_day() -> None:
    figure = {
        "sector": "IT_INDUSTRY",
        "flow": "revenue",
        "origin": "all",
        "amount_vnd": 10**12,
        "period": "2026-03",
        "period_calendar": "statistical",
        "vn_level": "uoc_tinh",
        "vintage_no": 1,
        "released_at": stamp("2026-03-29T08:00"),
    }
    subject = "IT_INDUSTRY/revenue/all/2026-03/statistical"
    log = [document("sector.revenue", "2026-03-29T08:00", subject, figure, unit="P:33")]
    key = "DE-01|P:33@2025-07-01||month"
    states = [
        (board[key]["finality"], board[key].get("closes_at"))
        for board, _ in moved(log, "2026-03-31T23:00", "2026-04-01T00:00", "2026-04-01T00:01")
    ]
    assert states == [
        ("provisional", "2026-04-01T00:00:00+07:00"),
        ("final", None),
        ("final", None),
    ]


def test_a_reference_value_holds_from_its_day() -> None:
    subscriptions = {
        "subs_mobile_bb": 90,
        "subs_fixed_bb": 1,
        "households_fibre": 1,
        "period": "2026-03",
        "period_calendar": "statistical",
        "vn_level": "uoc_tinh",
        "vintage_no": 1,
        "released_at": stamp("2026-03-02T08:00"),
    }
    log = [
        document("telecom.subscription", "2026-03-02T08:00", "2026-03/statistical", subscriptions)
    ]
    for day, value in (("2026-01-01", 100), ("2026-03-10", 90)):
        said = {"series_id": "population", "ref_date": day, "value": value}
        log.append(document("reference.value", "2026-01-01T00:00", f"population/{day}", said))
    key = "TI-01|C:11953@2025-07-01||month"
    shown = [
        board[key]["value"]
        for board, _ in moved(log, "2026-03-09T23:59", "2026-03-10T00:00", "2026-03-10T00:01")
    ]
    assert shown == [90, 90, 100]


@pytest.mark.clause("5.4.8")
def test_a_simulated_dossier_marks_what_it_touches_before_it_counts_there() -> None:
    log = [
        document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT, quality="simulated"),
    ]
    ((board, _),) = moved(log, "2026-03-02T10:00")
    assert board["PS-04.finished|P:33@2025-07-01||month"]["quality"] == ("simulated",)
    assert "quality" not in board["PS-05|P:34@2025-07-01||instant"]


@pytest.mark.clause("6.2.3")
def test_a_clock_that_stood_still_or_went_back_moves_every_window() -> None:
    log = [document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)]
    moved(log, "2026-03-02T10:00", "2026-03-02T09:30", "2026-03-09T00:00", "2026-05-01T00:00")
