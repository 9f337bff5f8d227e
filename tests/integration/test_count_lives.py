"""Cases of every kind through the real database: folded, changed by the clock, read back."""

from collections.abc import Iterator

import numpy as np
import pytest

from services.domain.cases.newest_rows import EVENTS_MAX, ROWS_KEPT
from services.domain.instants import MINUTE, format_instant
from tests.integration.counting import COMMUNE, Centre, centre_over
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at

NAMES = (
    "dossiers_received_top",
    "feedback_bad",
    "response_sketch",
    "reports_received",
    "feeds_active",
    "feeds_fresh",
)
MORNING = at("2025-10-06T09:00")

pytestmark = pytest.mark.servers


@pytest.fixture(name="centre")
def _centre(database: str) -> Iterator[Centre]:
    with centre_over(database, *NAMES) as centre:
        yield centre


def test_a_list_that_comes_later_marks_the_dossiers_of_its_days(centre: Centre) -> None:
    dossiers = [document("dossier.received", "2025-10-06T09:00", f"H-{n}", RECEIPT) for n in "12"]
    listed = {"list_id": "top_procedures", "valid_from": "2025-10-01", "valid_to": "2025-12-31"}
    one = document(
        "reference.list",
        "2025-10-01T00:00",
        "top_procedures/2025-10-01",
        listed | {"members": ["1.001193"]},
        unit="P:33",
    )
    later = MORNING + 60_000_000
    centre.count(dossiers[:1], later)
    assert centre.total("dossiers_received_top") == 0
    centre.count([one, dossiers[1]], later)
    assert centre.total("dossiers_received_top") == 1
    centre.tick(later)
    assert centre.total("dossiers_received_top") == 2
    retracted = one | {"id": "r", "op": "retract", "supersedes": one["id"]}
    centre.count([retracted], later)
    centre.tick(later)
    assert centre.total("dossiers_received_top") == 0


def test_the_clock_makes_an_item_bad_without_an_event(centre: Centre) -> None:
    item = document(
        "feedback.submitted", "2025-10-06T09:00", "F-1", {"channel": "app", "category": "transport"}
    )
    due = at("2025-10-27T17:30")
    centre.count([item], MORNING + 1)
    centre.tick(due)
    assert centre.total("feedback_bad") == 0
    centre.tick(due + 1)
    assert centre.total("feedback_bad") == 1


def test_a_day_off_that_is_told_ahead_of_its_time_moves_the_terms_when_it_comes(
    centre: Centre,
) -> None:
    said = {"channel": "app", "category": "transport"}
    item = document("feedback.submitted", "2025-10-06T09:00", "F-1", said)
    off = {"date": "2025-10-27", "working": False}
    told = document("reference.calendar_day", "2025-10-06T09:05", "2025-10-27", off, unit="P:33")
    due, moved = at("2025-10-27T17:30"), at("2025-10-28T17:30")
    centre.count([item, told], MORNING + 1)
    centre.tick(at("2025-10-06T09:06"))
    centre.tick(at("2025-10-06T09:07"))
    for now, bad in ((due + 1, 0), (moved, 0), (moved + 1, 1)):
        centre.tick(now)
        assert centre.total("feedback_bad") == bad


def test_sketches_come_back_from_the_database_whole(centre: Centre) -> None:
    calls = [
        document(
            "emergency.call",
            "2025-10-06T09:00",
            f"K-{n}",
            {
                "service": "115",
                "received_at": "2025-10-06T08:00:00+07:00",
                "on_scene_at": f"2025-10-06T08:{n:02d}:00+07:00",
            },
        )
        for n in (10, 20, 30)
    ]
    centre.count(calls[:2], MORNING + 1)
    centre.compact()
    centre.count(calls[2:], MORNING + 1)
    state = centre.state()
    cells = np.array([state.cells.number(COMMUNE), state.cells.number("P:33@2025-07-01")])
    found = state.sketches.quantile(cells, "response_sketch", 0, 1 << 32, 0.5)
    assert found == pytest.approx([20, 20], rel=0.02)


def _heartbeats(count: int) -> list[Document]:
    """A heartbeat each minute from MORNING on, of a feed that promises data every ten."""
    return [
        document("feed.heartbeat", "2025-10-06T09:00", "F1", data)
        | {"time": time, "recordedtime": time}
        for time in (format_instant(MORNING + minute * MINUTE) for minute in range(count))
        for data in (
            {
                "feed_id": "F1",
                "agency_id": "H33.1",
                "domain": "health",
                "contract_interval": 600,
                "active": True,
                "last_occurred_at": time,
            },
        )
    ]


def test_a_feed_that_beats_for_long_is_a_short_case_and_read_back_right(centre: Centre) -> None:
    beats = _heartbeats(200)
    now = MORNING + 300 * MINUTE
    for begin in range(0, len(beats), 7):
        centre.count(beats[begin : begin + 7], now)
    centre.compact()
    assert ROWS_KEPT <= centre.events_of("F1") <= EVENTS_MAX
    assert (centre.total("feeds_active"), centre.total("feeds_fresh")) == (1, 0)
    newest = beats[-1]
    gone = {name: value for name, value in newest.items() if name != "data"}
    gone |= {"id": "gone", "op": "retract", "supersedes": newest["id"]}
    centre.count([gone], now)
    late_at = MORNING + (198 + 10) * MINUTE
    for state in (centre.state(), centre.anew()):
        (overdue,) = state.feeds.picture(late_at + 1).overdue
        assert (overdue.feed.name, overdue.state, overdue.since) == ("F1", "late", late_at)
    assert (centre.total("feeds_active"), centre.total("feeds_fresh")) == (1, 0)
