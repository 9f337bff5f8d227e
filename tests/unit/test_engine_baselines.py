"""Earlier weeks and years, targets, paths and the levels that rest on them, by hand."""

from math import factorial

import numpy as np
import pytest

from services.domain.engine.baselines import poisson_tail
from services.domain.engine.goals import Goals
from services.domain.engine.targets import Target, on_line
from services.domain.worktime import local_day
from tests.unit.filled_state import Filled
from tests.unit.reference_log import at

NOW = "2026-03-05T12:00"
WEEKS = ("2026-02-26", "2026-02-19", "2026-02-12", "2026-02-05")


def day(date: str) -> int:
    return local_day(at(f"{date}T00:00"))


def populated() -> Filled:
    filled = Filled()
    filled.figure("population", "2019-01-01", 100_000, calendar="rows")
    return filled


@pytest.mark.parametrize(
    ("count", "mean", "chance"),
    [
        (0, 2.0, 1.0),
        (1, 2.0, 1 - np.exp(-2)),
        (2, 2.0, 1 - 3 * np.exp(-2)),
        (3, 0.25, 1 - np.exp(-0.25) * (1 + 0.25 + 0.25**2 / 2)),
        (5, 0.25, 1 - np.exp(-0.25) * sum(0.25**k / factorial(k) for k in range(5))),
        (3, 3.0, 1 - np.exp(-3) * (1 + 3 + 4.5)),
    ],
)
def test_the_tail_of_a_poisson_distribution(count: int, mean: float, chance: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(chance, rel=1e-6)


def feedback(*today: int, weeks: tuple[int, ...]) -> Filled:
    filled = populated()
    filled.count("feedback_received", {f"{w}T09:00": n for w, n in zip(WEEKS, weeks, strict=True)})
    filled.count("feedback_received", {"2026-03-05T09:00": sum(today)})
    return filled


def test_a_value_is_held_against_four_weeks() -> None:
    filled = feedback(6, weeks=(1, 2, 3, 2))
    # 6 per 100,000 today, 2 on average: per 10,000 inhabitants 0.6 and 0.2
    assert filled.comparison("FB-05", "24h", NOW, "baseline_28d") == (pytest.approx(2), "ratio")
    quiet = feedback(6, weeks=(0, 0, 0, 0))
    assert quiet.comparison("FB-05", "24h", NOW, "baseline_28d") is None


@pytest.mark.parametrize(
    ("today", "weeks", "level"),
    [
        (4, (1, 0, 0, 0), 0),  # fewer than five are no hotspot
        (5, (0, 0, 0, 1), 4),  # mean 0.25: 6.6e-6
        (6, (1, 1, 1, 1), 3),  # mean 1: 5.9e-4
        (5, (1, 1, 1, 1), 0),  # mean 1: 3.7e-3
        (9, (1, 1, 1, 1), 4),  # mean 1: 1.1e-6
    ],
)
def test_a_hotspot_is_a_count_that_chance_does_not_explain(
    today: int, weeks: tuple[int, ...], level: int
) -> None:
    filled = feedback(today, weeks=weeks)
    filled.count("feedback_received", {"2026-01-01T09:00": 1})
    assert filled.level("FB-05", "24h", NOW) == level


def test_a_unit_that_is_new_to_feedback_is_not_judged() -> None:
    filled = feedback(50, weeks=(1, 1, 1, 0))
    assert filled.level("FB-05", "24h", NOW) == -1
    filled.count("feedback_received", {"2026-02-05T12:00": 1})  # just 28 days back
    assert filled.level("FB-05", "24h", NOW) == 4


def cases(now: int, years: dict[int, int], first: str = "2019-01-01") -> Filled:
    filled = populated()
    filled.count("disease_cases", {f"{first}T00:00": 1, "2026-03-03T00:00": now})
    filled.count("disease_cases", {f"{year}-03-03T00:00": n for year, n in years.items()})
    return filled


USUAL = {2025: 2, 2024: 4, 2023: 6, 2022: 4, 2021: 4}
"""Mean 4, sample standard deviation the square root of 2."""


@pytest.mark.parametrize(
    ("now", "level"),
    [(4, 0), (5, 0), (6, 2), (7, 3), (8, 3), (9, 4)],  # bounds 5.41, 6.83, 8.24
)
def test_an_incidence_is_held_against_the_years_before(now: int, level: int) -> None:
    filled = cases(now, USUAL)
    assert filled.level("HE-01", "7d", NOW) == level
    change = filled.comparison("HE-01", "7d", NOW, "baseline_5y")
    assert change == (pytest.approx((now - 4) / 2**0.5), "sd")


def test_a_year_counts_from_the_first_case_and_three_are_needed() -> None:
    two = cases(9, {2025: 2, 2024: 4, 2023: 6}, first="2023-06-01")
    assert two.level("HE-01", "7d", NOW) == -1
    assert two.comparison("HE-01", "7d", NOW, "baseline_5y") is None
    three = cases(9, {2025: 2, 2024: 4, 2023: 6}, first="2023-02-01")
    assert three.level("HE-01", "7d", NOW) == 3  # mean 4, deviation 2: bounds 6, 8, 10
    assert three.comparison("HE-01", "7d", NOW, "baseline_5y") == (pytest.approx(2.5), "sd")
    alike = cases(9, dict.fromkeys(USUAL, 4))
    assert alike.comparison("HE-01", "7d", NOW, "baseline_5y") is None


def test_a_target_that_was_set_goes_before_the_bound_of_the_standard() -> None:
    filled = Filled()
    filled.count("dossiers_received", {"2026-03-01T09:00": 100})
    filled.count("dossiers_full_online", {"2026-03-01T09:00": 60})
    stated = filled.observe("PS-01", "30d", NOW).target
    assert stated is not None
    assert (stated.value, stated.gap) == (50, 10)
    assert stated.achieved == pytest.approx(120)
    filled.target("PS-01", "2026-01-01", Target(day("2026-01-01"), day("2026-12-31"), 80, None))
    ours = filled.observe("PS-01", "30d", NOW).target
    assert ours is not None
    assert (ours.value, ours.op, ours.gap) == (80, ">=", -20)
    later = filled.observe("PS-01", "30d", "2027-01-01T00:00").target
    assert later is None or later.value == 80  # the day before is the last of the year


def test_a_path_is_a_straight_line_by_calendar_days() -> None:
    line = Target(day("2026-01-01"), day("2026-12-31"), 100, 0)
    assert on_line(line, day("2026-01-01")) == 0
    assert on_line(line, day("2026-12-31")) == 100
    assert on_line(line, day("2026-07-02")) == pytest.approx(50)
    assert on_line(Target(5, 5, 9, 1), 5) == 9
    assert on_line(Target(5, 9, 9, None), 5) is None


@pytest.mark.parametrize(("disbursed", "level"), [(50, 0), (45, 2), (39, 3), (29, 4)])
def test_a_level_may_look_at_the_distance_to_the_path(disbursed: int, level: int) -> None:
    filled = Filled()
    filled.count("invest_plan", {"2026-01-02T00:00": 100})
    filled.count("invest_disbursed", {"2026-05-01T00:00": disbursed})
    assert filled.level("EC-06", "ytd", "2026-07-03T00:00") == -1
    span = Target(day("2026-01-01"), day("2026-12-31"), 100, 0)
    filled.target("EC-06", "2026-01-01", span)
    assert filled.level("EC-06", "ytd", "2026-07-03T00:00") == level
    change = filled.comparison("EC-06", "ytd", "2026-07-03T00:00", "path")
    assert change == (pytest.approx(disbursed - 50), "pp")


@pytest.mark.parametrize(("growth", "level"), [(9, 0), (7.5, 2), (6.5, 3), (5, 4)])
def test_a_level_may_look_at_the_distance_to_the_target(growth: float, level: int) -> None:
    filled = Filled()
    filled.figure("grdp_constant", "2025-Q1", 100)
    filled.figure("grdp_constant", "2026-Q1", 100 + growth)
    assert filled.level("EC-01", "ytd", "2026-05-01T00:00") == -1
    filled.target("EC-01", "2026-01-01", Target(day("2026-01-01"), day("2026-12-31"), 8, None))
    assert filled.level("EC-01", "ytd", "2026-05-01T00:00") == level


def goals(op: str, target: float, high: float = np.nan, count: int = 1) -> Goals:
    return Goals([op] * count, *(np.full(count, each) for each in (target, high, np.nan)))


def test_a_band_has_a_gap_and_no_achievement() -> None:
    band = goals("band", 80, 95, count=5)
    values = np.array([70.0, 80.0, 90.0, 95.0, 97.0])
    assert band.gaps(values).tolist() == [-10, 0, 0, 0, 2]
    assert np.isnan(band.achieved(values)).all()
    assert goals("<=", 10).achieved(np.array([20.0])).tolist() == [50]
    assert np.isnan(goals("<=", 10).achieved(np.array([0.0]))).all()
    assert np.isnan(goals(">=", 0).achieved(np.array([5.0]))).all()
