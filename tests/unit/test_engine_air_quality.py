"""VN_AQI worked out by hand: NowCast, breakpoints, stations, the greatest of 24 hours."""

import numpy as np
import pytest

from services.domain.engine.air_quality import (
    BREAKPOINTS,
    StationIndexes,
    hourly_index,
    index_of,
    nowcast,
)
from services.domain.engine.readings import Place
from tests.unit.filled_state import Filled
from tests.unit.reference_log import COMMUNE, SECOND_COMMUNE, at, indicators

NONE = float("nan")


def hours(*given: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([*given, *[NONE] * (12 - len(given))])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((40, 20), (40 + 0.5 * 20) / 1.5),  # w = 20/40
        ((40, 10), (40 + 0.5 * 10) / 1.5),  # w is never below 0.5
        ((40, NONE, 30), (40 + 0.75**2 * 30) / (1 + 0.75**2)),
        ((NONE, 40, 40), 40),
        ((0, 0, 0), 0),
        ((40, NONE, NONE, 40), NONE),  # two of the newest three
        ((NONE, NONE, 40, 40), NONE),
    ],
)
def test_nowcast(given: tuple[float, ...], expected: float) -> None:
    assert nowcast(hours(*given)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [
        ("PM2.5", 0, 0),
        ("PM2.5", 25, 50),
        ("PM2.5", 38.4, 77),  # 50 + 50/25 * 13.4 = 76.8
        ("PM2.5", 50.25, 100),  # 100.4
        ("PM2.5", 12.75, 26),  # 25.5 half away from zero
        ("PM10", 100, 75),
        ("O3", 180, 75),
        ("CO", 150_000, 500),
        ("NO2", 9_999, 500),
    ],
)
def test_an_index_lies_between_the_breakpoints(
    pollutant: str, concentration: float, index: float
) -> None:
    assert index_of(pollutant, concentration) == index


def test_there_are_as_many_breakpoints_as_values_of_the_index() -> None:
    assert {len(points) for points in BREAKPOINTS.values()} == {8}


def test_an_hour_has_the_greatest_index_and_none_without_particles() -> None:
    assert hourly_index({"PM10": hours(50, 50), "O3": hours(180)}) == 75
    assert hourly_index({"PM10": hours(50, 50), "O3": hours(NONE)}) == 50
    assert np.isnan(hourly_index({"O3": hours(180)}))


def stations() -> Filled:
    """Two stations: at 08:00 and 09:00 one has PM2.5 of 25, the other of 50; before that 150."""
    filled = Filled()
    for hour in range(20, 24):
        filled.reading("HY01", "PM2.5", f"2026-03-04T{hour}:00", 150, COMMUNE)
    for time in ("2026-03-05T08:00", "2026-03-05T09:00"):
        filled.reading("HY01", "PM2.5", time, 25, COMMUNE)
        filled.reading("HY02", "PM2.5", time, 50, COMMUNE)
    return filled


def test_a_commune_has_the_greatest_index_of_its_stations() -> None:
    filled = stations()
    # HY01 at 10:00: w = 0.5, hours 1 and 2 are 25, hours 11 and 12 are 150
    weights = 1 + 0.5 + 0.5**10 + 0.5**11
    assert weights > 1.5
    assert filled.value("EN-01", "1h", "2026-03-05T10:00", COMMUNE) == 100
    assert filled.value("EN-01", "1h", "2026-03-05T10:59", COMMUNE) == 100
    assert filled.value("EN-01", "1h", "2026-03-05T10:00", COMMUNE, ("station", "HY01")) == 50
    assert filled.value("EN-01", "1h", "2026-03-05T10:00", COMMUNE, ("station", "HY09")) is None
    assert filled.value("EN-01", "1h", "2026-03-05T09:59", COMMUNE) is None
    assert filled.value("EN-01", "1h", "2026-03-05T12:00", COMMUNE) is None
    assert filled.value("EN-01", "1h", "2026-03-05T10:00", SECOND_COMMUNE) is None


def test_indexes_beyond_what_is_remembered_are_computed_anew() -> None:
    readings = stations().state.readings
    few, many = StationIndexes(readings, remembered_max=1), StationIndexes(readings)
    places = [Place("pollutant_hour", COMMUNE, name) for name in ("HY01", "HY02")]
    cut = at("2026-03-05T10:00") // 1_000_000
    for place in places * 2:
        assert few.greatest(place, cut, 1) == many.greatest(place, cut, 1)
    assert {few.greatest(place, cut, 1) for place in places} == {50, 100}


@pytest.mark.clause("9.1.4")
def test_the_index_has_the_six_colours_of_the_law_and_no_other_scale() -> None:
    (said,) = [each for each in indicators() if each["id"] == "EN-01"]
    bands = said["alert_levels"]["bands"]
    assert [(band["to"], *band["rgb"]) for band in bands] == [
        (50, 0, 228, 0),
        (100, 255, 255, 0),
        (150, 255, 126, 0),
        (200, 255, 0, 0),
        (300, 143, 63, 151),
        (500, 126, 0, 35),
    ]
    assert "levels" not in said["alert_levels"]


def test_a_day_has_its_greatest_hour_and_the_band_is_the_level() -> None:
    filled = stations()
    assert filled.value("EN-01", "24h", "2026-03-05T10:00", COMMUNE) == 200
    assert filled.value("EN-01", "24h", "2026-03-06T01:00", COMMUNE) == 100
    found = filled.observe("EN-01", "1h", "2026-03-05T10:00", COMMUNE)
    assert found.level is not None
    assert found.level.value == 2  # up to 100: the second of six bands
    assert found.target is not None
    assert found.target.gap == 0
    assert filled.level("EN-01", "1h", "2026-03-05T12:00", COMMUNE) == -1
