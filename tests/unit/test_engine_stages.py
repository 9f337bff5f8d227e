"""Stages of an open case of 40 working hours, Monday 07:30 to Friday 17:30."""

import pytest

from services.domain.engine.stages import stage_of
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import catalogue
from tests.unit.reference_log import at


@pytest.mark.parametrize(
    ("now", "level"),
    [
        ("2026-03-02T07:30", None),
        ("2026-03-04T11:29", None),  # half of it is left at 11:30
        ("2026-03-04T11:30", 1),
        ("2026-03-05T15:29", 1),
        ("2026-03-05T15:30", 2),  # 10 of 40 hours are left
        ("2026-03-06T07:30", 3),  # 8 hours
        ("2026-03-06T17:30", 3),
        ("2026-03-06T17:31", 4),
        ("2026-03-13T17:30", 4),
        ("2026-03-16T07:31", 5),  # more than 40 hours late
    ],
)
def test_stages(now: str, level: int | None) -> None:
    stages = catalogue().indicators["PS-05"].case_stages
    assert stages is not None
    opened, deadline = at("2026-03-02T07:30"), at("2026-03-06T17:30")
    found = stage_of(stages, opened, deadline, at(now), WorkingCalendar())
    assert (found.level if found else None) == level
