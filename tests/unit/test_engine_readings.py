"""What is kept one by one: readings by their hour, days and duties and tasks in their versions."""

import pytest

from services.domain.engine.figures import Figure
from services.domain.engine.linked import LinkedTask, LinkedTasks, figure_of
from services.domain.engine.live import Live
from services.domain.engine.readings import Place, Readings
from services.domain.engine.roster import Roster, Terms
from services.domain.engine.workdays import WorkDays
from services.domain.worktime import local_day
from tests.unit.asked_measures import amount, read
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

NOW = at("2025-10-06T12:00")
COMMUNE = "C:11953@2025-07-01"
PLACE = Place("pollutant_hour", COMMUNE, "ST1")
HOUR = at("2025-10-06T08:00") // 1_000_000


def reading(time: str, value: float) -> Document:
    data = {"station_id": "ST1", "pollutant": "PM10", "value": value, "averaging": "1h"}
    return document("env.reading", time, "ST1/PM10", data | {"valid": True})


def test_readings_are_asked_by_station_pollutant_and_hour() -> None:
    sent = [reading("2025-10-06T08:00", 30.5), reading("2025-10-06T10:00", 41)]
    found = read(sent, NOW, "pollutant_hour")
    readings = found.state.readings
    assert readings.members("pollutant_hour", COMMUNE) == ["ST1"]
    assert readings.members("pollutant_hour", "P:33@2025-07-01") == []
    assert readings.at(PLACE, "PM10", HOUR) == 30.5
    assert readings.at(PLACE, "PM10", HOUR + 3600) is None
    assert readings.at(PLACE, "O3", HOUR) is None
    assert readings.last(PLACE, "PM10", HOUR, HOUR + 7200) == 30.5
    assert readings.last(PLACE, "PM10", HOUR, HOUR + 7201) == 41
    assert readings.last(PLACE, "PM10", 0, HOUR) is None
    assert found.state.cells.find(COMMUNE, "station", "ST1") is not None
    assert amount(found, "pollutant_hour", NOW, COMMUNE, ("24h", None)) is None


def test_a_reading_that_is_taken_back_is_gone_and_an_older_version_changes_nothing() -> None:
    readings = Readings()
    assert readings.put(PLACE, "PM10", HOUR, 5.0, 1)
    assert not readings.put(PLACE, "PM10", HOUR, 6.0, 1)
    assert readings.at(PLACE, "PM10", HOUR) == 5.0
    assert readings.put(PLACE, "PM10", HOUR, None, 2)
    assert readings.at(PLACE, "PM10", HOUR) is None


def test_an_older_version_of_a_task_a_duty_or_a_day_changes_nothing() -> None:
    tasks, task = LinkedTasks(lambda _unit: ()), LinkedTask(COMMUNE, "PS-01", "", 1, 2, 3, {})
    assert tasks.put(COMMUNE, "T-1", figure_of(task), 2)
    assert not tasks.put(COMMUNE, "T-1", None, 1)
    assert tasks.completed(COMMUNE, 3, 4) == [task]
    roster, terms = Roster(lambda _unit: ()), Terms("economy", "M", 5)
    assert roster.put("w", COMMUNE, terms, 1, 9, 2)
    assert not roster.put("w", COMMUNE, terms, 1, None, 1)
    assert [duty.end for duty in roster.duties(COMMUNE)] == [9]
    days, friday = WorkDays(lambda _unit: ()), local_day(at("2025-10-03T12:00"))
    span = (at("2025-10-03T00:00"), at("2025-10-04T00:00"))
    assert days.put("P:33", friday, 0, 2)
    assert not days.put("P:33", friday, None, 1)
    assert days.elapsed("P:33", *span) == 0
    assert days.put("P:33", friday, None, 3)
    assert days.elapsed("P:33", *span) == 1
    assert Figure(1, 0).until is None


@pytest.mark.parametrize(
    ("name", "before", "after", "touched"),
    [
        ("pollutant_hour", "12:30", "12:59:59", False),
        ("pollutant_hour", "12:59:59", "13:00:01", True),
        ("working_days_elapsed", "17:00", "17:30", False),
        ("working_days_elapsed", "17:30", "17:31", True),
        ("working_days_elapsed", "17:31", "18:00", False),
        ("reports_expected", "17:30", "17:31", False),
        ("reports_expected", "23:59", "24:01", True),
        ("guests", "12:59:59", "13:00:01", False),
    ],
)
def test_the_clock_alone_moves_what_rests_on_full_hours_days_or_working_days(
    name: str, before: str, after: str, *, touched: bool
) -> None:
    state = read([], NOW, name).state
    state.cells.number(COMMUNE)
    live = Live(state)
    live.advance(moment(before), NOW)
    assert list(live.take_totals())
    live.advance(moment(after), NOW)
    assert bool(list(live.take_totals())) is touched


def moment(time: str) -> int:
    hours, _, rest = time.partition(":")
    return at(f"2025-10-06T00:{rest}") + int(hours) * 3_600_000_000
