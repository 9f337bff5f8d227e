"""Quantiles, scores, checked outcomes, school terms and levels of the standard, by hand."""

import numpy as np
import pytest

from services.domain.engine.buckets import bucket_of, value_of
from services.domain.engine.linked import LinkedTask
from services.domain.engine.state import ExtentRecord
from services.domain.engine.windows import (
    SCHOOL,
    STATISTICAL,
    period_at,
    period_bounds,
    place,
    year_base,
    year_before,
)
from services.domain.errors import Refused
from services.domain.instants import SECOND
from tests.unit.filled_state import Filled
from tests.unit.reference_log import COMMUNE, COUNTRY, PROVINCE, at

NOW = "2026-07-10T12:00"


def sketched(measure: str, values: dict[float, int], time: str = "2026-07-05T09:00") -> Filled:
    """A sketch with so many of each value, and their count as the engine keeps it beside."""
    filled = Filled()
    cell = filled.state.cells.number(PROVINCE)
    for value, count in values.items():
        key = filled.state.sketches.number(cell, measure, bucket_of(value))
        for _ in range(count):
            keys, seconds = np.array([key]), np.array([at(time) // SECOND])
            filled.state.shelf.points.add(keys, seconds, np.array([1]))
    filled.count(measure, {time: sum(values.values())})
    return filled


def test_a_quantile_is_the_value_of_its_bucket() -> None:
    filled = sketched("response_sketch", {5.0: 8, 20.0: 2})
    assert filled.value("TR-03.median", "30d", NOW) == value_of(bucket_of(5.0))
    # rank floor(0.9 * 9) = 8 counting from 0: the first of the two
    assert filled.value("TR-03", "30d", NOW) == value_of(bucket_of(20.0))
    assert filled.value("TR-03", "24h", NOW) is None
    assert filled.value("TR-03", "30d", NOW, COMMUNE) is None


@pytest.mark.parametrize(("count", "level"), [(4, -1), (5, 3)])
def test_a_quantile_is_judged_by_the_number_of_its_values(count: int, level: int) -> None:
    assert sketched("response_sketch", {25.0: count}).level("TR-03", "30d", NOW) == level


def scored() -> Filled:
    """PS-04 at 90 % (20 points), PS-09 at 40 of 80 (11), PS-10 at 100 of 80 (11), PS-07 6 of 6."""
    filled = Filled()
    when = "2026-07-02T09:00"
    for measure, value in {
        "dossiers_received": 100,
        "dossiers_digitised": 40,
        "dossiers_reusing": 100,
        "dossiers_online_eresult": 60,
        "dossiers_closed_on_time": 90,
        "dossiers_closed_late": 10,
    }.items():
        filled.count(measure, {when: value})
    return filled


def test_a_score_is_scaled_to_what_has_a_value() -> None:
    filled = scored()
    assert filled.value("PS-12", "month", NOW) is None  # 20 + 11 + 11 + 6 + 6 = 54 of 60
    filled.count("dossiers_with_fee", {"2026-07-02T09:00": 10})
    filled.count("dossiers_paid_online", {"2026-07-02T09:00": 3})
    # PS-08 30 of 60: 5 of 10 points; PS-11: 100 - 0 of 90, 6 points of 6
    points, available = 18 + 5.5 + 11 + 6 + 5 + 6, 20 + 11 + 11 + 6 + 10 + 6
    assert filled.value("PS-12", "month", NOW) == pytest.approx(100 * points / available)


def test_a_criterion_without_the_breakdown_is_left_out() -> None:
    filled = scored()
    member = ("agency", "H33.15")
    filled.count("procedures_eligible", {"2026-07-01T09:00": 10})
    filled.count("dossiers_received", {"2026-07-02T09:00": 10}, member=member)
    assert filled.value("PS-02", "month", NOW) == 0
    assert filled.value("PS-12", "month", NOW, member=member) is None


def task(declared: float, **said: object) -> LinkedTask:
    given = {
        "unit": PROVINCE,
        "indicator": "EC-03",
        "window": "month",
        "declared_change": declared,
        "assigned_at": at("2026-02-10T08:00"),
        "completed_at": at("2026-05-20T16:00"),
        "members": {"resolution": "NQ57", "agency": "H33.7"},
    } | said
    return LinkedTask(**given)  # type: ignore[arg-type]  # the members are those of the defaults


def tasks(*given: LinkedTask, completed: int | None = None) -> Filled:
    """IIP 100 in January, 104 in June, 110 in July."""
    filled = Filled()
    for number, each in enumerate(given):
        filled.task(f"T{number}", each)
    filled.count("tasks_completed", {"2026-05-20T16:00": completed or len(given)})
    for period, value in (("2026-01", 100), ("2026-02", 90), ("2026-06", 104), ("2026-07", 110)):
        filled.figure("iip_yoy", period, value)
    return filled


@pytest.mark.parametrize(("declared", "moved"), [(4, 100), (4.5, 0)])
def test_an_outcome_moved_between_two_whole_windows(declared: float, moved: float) -> None:
    """January is the last whole month before 10 February, June the last before 10 July."""
    filled = tasks(task(declared))
    assert filled.value("TK-03", "year", NOW) == moved
    assert filled.value("TK-03", "year", "2026-08-01T00:00") == 100  # July has ended
    assert filled.value("TK-03", "quarter", NOW) is None  # none completed since 1 July


def test_a_task_without_a_link_did_not_move_anything() -> None:
    filled = tasks(task(4), task(4, completed_at=at("2025-12-01T00:00")), completed=4)
    assert filled.value("TK-03", "year", NOW) == 25
    found = filled.observe("TK-03", "year", NOW)
    assert (found.numerator, found.denominator) == (1, 4)
    filled.count("tasks_completed", {"2026-05-20T16:00": 2}, member=("agency", "H33.7"))
    filled.count("tasks_completed", {"2026-05-20T16:00": 2}, member=("agency", "H33.8"))
    assert filled.value("TK-03", "year", NOW, member=("agency", "H33.7")) == 50
    assert filled.value("TK-03", "year", NOW, member=("agency", "H33.8")) == 0


@pytest.mark.parametrize(
    "said",
    [
        {"indicator": "PS-01"},  # not an outcome
        {"indicator": "HE-02"},  # neither up nor down, and intermediate
        {"indicator": "TK-03"},  # asks tasks itself
        {"indicator": "ZZ-99"},
        {"unit": COMMUNE},  # EC-03 has no values of communes
        {"assigned_at": at("2026-01-31T23:59")},  # December has no value
    ],
)
def test_what_can_not_be_measured_did_not_move(said: dict[str, object]) -> None:
    assert tasks(task(1, **said), completed=1).value("TK-03", "year", NOW) == 0


def test_less_is_better_where_the_direction_is_down() -> None:
    filled = tasks(task(3, indicator="SL-02", window="quarter"))
    filled.figure("unemployment_rate", "2025-Q4", 5.0)
    filled.figure("unemployment_rate", "2026-Q2", 2.0)
    assert filled.value("TK-03", "year", NOW) == 100


@pytest.mark.parametrize(
    ("now", "period", "begin", "end"),
    [
        ("2025-09-01T00:00", "2025-T1", "2025-09-01", "2026-01-16"),
        ("2026-01-15T23:59", "2025-T1", "2025-09-01", "2026-01-16"),
        ("2026-01-16T00:00", "2025-T2", "2026-01-16", "2026-06-01"),
        ("2026-05-31T23:59", "2025-T2", "2026-01-16", "2026-06-01"),
        ("2026-06-01T00:00", "2026-T1", "2026-09-01", "2027-01-16"),
        ("2026-08-31T23:59", "2026-T1", "2026-09-01", "2027-01-16"),
    ],
)
def test_school_terms(now: str, period: str, begin: str, end: str) -> None:
    assert period_at("term", SCHOOL, at(now)) == period
    assert period_bounds(period, SCHOOL) == (at(f"{begin}T00:00"), at(f"{end}T00:00"))


def test_a_term_is_of_the_school_calendar_and_has_a_year_before() -> None:
    base = year_base(place("term", SCHOOL, at("2027-02-01T00:00"), "2026-T1"))
    assert base is not None
    assert base.period == "2025-T1"
    with pytest.raises(Refused, match="in the school calendar"):
        period_bounds("2026-T1", STATISTICAL)


def test_reports_of_a_term() -> None:
    filled = Filled()
    for period, able in (("2025-T1", 80), ("2024-T1", 60)):
        filled.figure("students", period, 100, COMMUNE, SCHOOL)
        filled.figure("students_with_ict", period, able, COMMUNE, SCHOOL)
    found = filled.observe("ED-01", "term", NOW)
    assert (found.value, found.period, found.calendar) == (80, "2025-T1", "school")
    assert [(c.kind, c.delta, c.unit) for c in found.comparisons] == [("yoy_points", 20, "pp")]
    assert filled.observe("ED-01", "term", NOW, COUNTRY).value == 80


def test_the_same_day_of_earlier_years() -> None:
    leap = at("2028-02-29T10:00")
    assert year_before(leap) == at("2027-02-28T10:00")
    assert year_before(leap, 4) == at("2024-02-29T10:00")


@pytest.mark.clause("9.1.4")
def test_the_level_may_be_the_value_itself() -> None:
    filled = Filled()
    assert filled.level("EN-02", "instant", NOW) == -1
    span = (at("2026-07-09T00:00"), at("2026-07-11T00:00"))
    filled.state.add_extents([ExtentRecord("hazard_level", COMMUNE, "", "", *span, 3, 1)])
    assert filled.level("EN-02", "instant", NOW) == 3
    assert filled.level("EN-02", "instant", "2026-07-12T00:00") == -1


@pytest.mark.parametrize(
    ("overdue", "due", "level"), [(0, 10, 0), (1, 100, 2), (3, 100, 3), (6, 100, 4)]
)
def test_levels_may_look_at_different_windows(overdue: int, due: int, level: int) -> None:
    filled = Filled()
    filled.count("tasks_overdue", {"2026-07-01T09:00": overdue})
    filled.count("tasks_due", {"2026-07-01T09:00": due})
    filled.count("tasks_due_not_done", {"2026-07-01T09:00": overdue})
    assert filled.level("TK-02", "instant", NOW) == level


@pytest.mark.parametrize(("since", "level"), [("2026-05-01T09:00", 3), ("2026-06-20T09:00", 2)])
def test_a_bound_may_have_to_stay_broken(since: str, level: int) -> None:
    """More firms leave than come: orange when it has been so for a month."""
    filled = Filled()
    filled.count("enterprises_left", {since: 1, "2026-06-05T09:00": 1, "2026-07-01T09:00": 1})
    filled.count("enterprises_entered", {"2026-05-15T09:00": 0 if level == 3 else 5})
    assert filled.level("EC-08", "30d", NOW) == level


def test_differences_in_number_have_a_base_of_nothing() -> None:
    filled = Filled()
    filled.count("enterprises_entered", {"2026-07-05T09:00": 7})
    assert filled.comparison("EC-08", "month", NOW, "yoy") == (7, "firms")


def test_a_limit_is_a_component() -> None:
    filled = Filled()
    for measure, value in {
        "dossier_handling_time": 72_000,
        "dossiers_handled": 20,
        "dossier_limited_handling_time": 72_000,
        "dossier_limit_time": 80_000,
    }.items():
        filled.count(measure, {"2026-07-01T09:00": value})
    found = filled.observe("PS-06", "30d", NOW)
    assert found.value == 1
    assert [(c.kind, c.delta, c.unit, c.base_value) for c in found.comparisons] == [
        ("limit", 90, "%", None)
    ]
    assert filled.level("PS-06", "30d", NOW) == 2
    filled.count("dossiers_handled", {"2026-07-01T09:00": -1})
    assert filled.level("PS-06", "30d", NOW) == -1


def test_growth_is_compared_with_that_of_the_whole_economy() -> None:
    filled = Filled()
    for series, now in (("digital_va_constant", 112), ("grdp_constant", 108)):
        filled.figure(series, "2025-Q1", 100)
        filled.figure(series, "2026-Q1", now)
    change = filled.comparison("DE-04", "quarter", NOW, "share_of_grdp_growth")
    assert change == (pytest.approx(1.5), "ratio")
