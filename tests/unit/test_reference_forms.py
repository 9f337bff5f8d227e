"""Sketches, air quality, composites, targets and baselines, by hand."""

from fractions import Fraction
from typing import Any

import pytest

from services.domain.events import Event
from services.reference.air import index, nowcast, station_index
from services.reference.sketches import ZERO_BUCKET, bucket, quantile
from services.reference.windows import calendar_window
from tests.unit.reference_documents import fact_measure, indicator, opinion
from tests.unit.reference_log import COMMUNE, PROVINCE, at, event

GUESTS = fact_measure("guests", "stay.checkin", "guests")


def checkin(time: str, guests: int) -> Event:
    said = {"guests": guests, "nights": 1, "nationality": "VN"}
    return event("stay.checkin", time, f"K-{time}", said)


def test_a_quantile_is_the_bucket_of_its_rank() -> None:
    """Rank floor(0.5 * 3) = 1 of four values is the second; within 2 %."""
    found = quantile([bucket(value) for value in (8, 1, 4, 2)], 0.5)
    assert found is not None
    assert float(found) == pytest.approx(2, rel=0.02)
    assert quantile([], 0.5) is None
    assert (bucket(0.001), bucket(0.0011) > ZERO_BUCKET) == (ZERO_BUCKET, True)
    assert bucket(200_000) == bucket(100_000)
    assert quantile([ZERO_BUCKET], 0.9) == 0


def test_the_nowcast_weighs_the_newest_hours() -> None:
    """w = 20 / 40 = 1/2: (40 + 20/2) / (1 + 1/2) = 100/3."""
    rest: list[Fraction | None] = [None] * 10
    assert nowcast([Fraction(40), Fraction(20), *rest]) == Fraction(100, 3)
    assert nowcast([Fraction(0), Fraction(0), *rest]) == 0
    assert nowcast([Fraction(40), None, None, Fraction(9), *rest[:8]]) is None


def test_the_index_is_on_the_line_of_its_band() -> None:
    """PM2.5 of 100/3: 50 + 2 * (100/3 - 25) = 66.67."""
    found = [index("PM2.5", level) for level in (Fraction(100, 3), Fraction(25), Fraction(501))]
    assert found == [67, 50, 500]


def test_a_station_without_particles_has_no_index() -> None:
    ozone = {("O3", 100): Fraction(200)}
    assert station_index(ozone, 100) is None
    particles = {("PM2.5", 100): Fraction(40), ("PM2.5", 99): Fraction(20)}
    assert station_index(particles, 100) == 67
    assert station_index(particles | ozone, 100) == 100


def reading(time: str, value: float, station: str = "S-1") -> Event:
    said = {"station_id": station, "pollutant": "PM2.5", "value": value, "averaging": "1h"}
    return event("env.reading", time, f"{station}/PM2.5", said | {"valid": True})


def test_air_quality_of_a_commune_is_that_of_its_worst_station_in_the_last_full_hour() -> None:
    made = fact_measure(
        "hours",
        "env.reading",
        "value",
        agg="last",
        quantum=None,
        dimensions={"station": "station_id"},
    )
    times = ("2025-10-06T08:00", "2025-10-06T09:00")
    events = [reading(time, 25) for time in times] + [reading(time, 50, "S-2") for time in times]
    looked = opinion(events, [made], [indicator("EN-01", "aqi", inputs=["hours"])])

    def air(unit: str, now: str, window: str = "1h", member: str | None = None) -> Any:
        dims = None if member is None else ("station", member)
        return looked.value("EN-01", unit, dims, window, at(f"2025-10-06T{now}")).value

    assert air(COMMUNE, "10:00") == 100
    assert air(COMMUNE, "10:59", member="S-1") == 50
    assert air(COMMUNE, "09:59") is None  # one hour of particles is not enough
    assert air(COMMUNE, "12:30") is None
    assert air(COMMUNE, "12:30", "24h") == 100
    assert air(PROVINCE, "10:00") is None


def test_a_composite_adds_the_points_of_the_criteria_that_have_a_value() -> None:
    """10 of 20 guests are half of 18 points, 10 of 5 all of 20: 29 of 38 points."""
    empty = fact_measure(
        "nothing", "stay.checkin", agg="max", filter=[{"field": "x", "op": "present"}]
    )
    half = {"input": "guests", "max_points": 18, "full_marks_at": 20}
    full = {"input": "guests", "max_points": 20, "full_marks_at": 5}
    none = {"input": "nothing", "max_points": 30, "full_marks_at": 1}
    criteria = [half, full, none]
    asked = [
        indicator("PS-12", "composite", criteria=criteria, min_points=38),
        indicator("PS-13", "composite", criteria=criteria, min_points=39),
    ]
    looked = opinion([checkin("2025-10-06T09:00", 10)], [GUESTS, empty], asked)
    now = at("2025-10-07T00:00")
    assert looked.value("PS-12", COMMUNE, None, "month", now).value == Fraction(2900, 38)
    assert looked.value("PS-13", COMMUNE, None, "month", now).value is None


def test_a_target_that_was_set_beats_the_bound_and_makes_a_line() -> None:
    """From 20 on 1 August to 80 on 31 August, 30 days: 2 points a day; on the 11th 40."""
    said: dict[str, Any] = {
        "indicator_id": "TO-01",
        "valid_from": "2025-08-01",
        "valid_to": "2025-08-31",
    }
    said |= {"value": 80, "start_value": 20, "document": "x"}
    events = [
        event("target.set", "2025-07-20T09:00", "TO-01/2025-08-01", said),
        checkin("2025-08-03T09:00", 50),
    ]
    bound = {"op": ">=", "value": 10}
    asked = indicator("TO-01", "sum", inputs=["guests"], target_bound=bound)
    looked = opinion(events, [GUESTS], [asked])
    place = ("TO-01", COMMUNE, None, "all")
    on_the_11th, after = at("2025-08-12T00:00"), at("2025-09-01T00:01")
    assert looked.comparison("target", *place, on_the_11th) == -30
    assert looked.comparison("path", *place, on_the_11th) == 10
    assert looked.comparison("target", *place, after) == 40
    assert looked.comparison("path", *place, after) is None


def test_a_baseline_is_the_mean_of_four_weeks() -> None:
    """Windows of 24 h of 1, 2, 3 and 4 guests have the mean 2.5; 5 guests are twice as many."""
    days = {"2025-10-29": 5, "2025-10-22": 1, "2025-10-15": 2, "2025-10-08": 3, "2025-10-01": 4}
    events = [checkin(f"{day}T09:00", guests) for day, guests in days.items()]
    looked = opinion(events, [GUESTS], [indicator("FB-05", "sum", inputs=["guests"])])
    place = ("FB-05", COMMUNE, None, "24h", at("2025-10-29T12:00"))
    assert looked.comparison("baseline_28d", *place) == 1


def test_a_baseline_of_five_years_needs_three() -> None:
    """The same weeks had 1, 2 and 3 guests: mean 2, deviation 1; 5 are 3 deviations above."""
    weeks = {"2028-10-06": 5, "2027-10-06": 3, "2026-10-06": 2, "2025-10-06": 1, "2025-08-01": 7}
    events = [checkin(f"{day}T09:00", guests) for day, guests in weeks.items()]
    asked = indicator("HE-01", "ratio", numerator=["guests"], denominator=["one"])
    one = fact_measure("one", "x", kind="stock", source="clock")
    looked = opinion(events, [GUESTS, one], [asked | {"denominator": ["one"]}])
    place = ("HE-01", COMMUNE, None, "7d", at("2028-10-07T00:00"))
    found = looked.comparison("baseline_5y", *place)
    assert found is not None
    assert found == pytest.approx(3, rel=0.05)  # years differ by a working day
    assert looked.comparison("baseline_5y", *place[:-1], at("2027-10-07T00:00")) is None


def test_school_terms_begin_in_september_and_on_16_january() -> None:
    first, second = (calendar_window("term", f"2025-T{n}", "school") for n in (1, 2))
    assert (first.start, first.end) == (at("2025-09-01"), at("2026-01-16"))
    assert (second.start, second.end) == (at("2026-01-16"), at("2026-06-01"))
