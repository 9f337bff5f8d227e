"""The working calendar changed and changed back in mid-month: deadlines move, and move back."""

import itertools

import msgspec
import pytest

from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.events import Event
from services.reference.compare import compare
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.reference_log import (
    PROVINCE,
    at,
    changed_day,
    event,
    received,
    reference,
    step,
    written,
)

MONTH = "2025-10"
OFF = changed_day("2025-10-15", working=False, unit="P:33")
BACK = event(
    "reference.calendar_day",
    "2025-10-14T12:00",
    "2025-10-15",
    unit="P:33",
    op="retract",
    supersedes=OFF.id,
    recordedtime="2025-10-16T08:00",
)
# Eight working hours each: due on the 15th at 10:00, or a day later when that is a day off.
DOSSIERS = [
    event_of
    for number, finished in enumerate(("2025-10-15T09:30", "2025-10-16T09:30", None))
    for event_of in (
        received("2025-10-14T10:00", f"H-{number}", limit_working_hours=8),
        *([step("finished", finished, f"H-{number}")] if finished else []),
    )
]


def observed(now: int, *batches: list[Event]) -> tuple[float | None, float | None]:
    """PS-04 of the month and PS-05 of now; each batch is followed by a tick of the clock."""
    centre, reading = Counting(), Reading()
    for batch in batches:
        centre.count([written(each) for each in batch], 0, now)
        centre.tick(now)
    reading.read(centre)
    cell, opinion = reading.state.cells.number(PROVINCE), reference(*itertools.chain(*batches))
    found = []
    for formula, window, period in (("PS-04", "month", MONTH), ("PS-05", "instant", None)):
        (one,) = Observer(reading.state).observe(
            catalogue().formulas[formula], window, "statistical", [cell], Moment(now, now), period
        )
        document = msgspec.json.decode(msgspec.json.encode(one))
        assert compare([document], opinion, lambda _: now) == []
        assert not isinstance(one.value, str)
        found.append(one.value)
    return found[0], found[1]


@pytest.mark.clause("8.3.1")
def test_a_day_off_told_in_mid_month_moves_the_deadlines_of_open_dossiers() -> None:
    late = at("2025-10-16T09:45")
    on_time, overdue = observed(late, DOSSIERS)
    assert on_time == pytest.approx(100 / 3)
    assert overdue == 1
    assert observed(late, DOSSIERS, [OFF]) == (100, 0)
    assert observed(late, [OFF], DOSSIERS) == (100, 0)


@pytest.mark.clause("8.3.1")
def test_a_day_off_that_is_taken_back_moves_them_back() -> None:
    late = at("2025-10-16T09:45")
    plain = observed(late, DOSSIERS)
    assert observed(late, DOSSIERS, [OFF], [BACK]) == plain
    assert observed(late, [BACK], DOSSIERS, [OFF]) == plain
