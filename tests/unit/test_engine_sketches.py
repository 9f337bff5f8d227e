"""Quantiles of sketches: within 2 % of the true order statistic, in any order, and taken back."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.engine.buckets import (
    BUCKETS,
    GROWTH,
    ZERO_BUCKET,
    bucket_of,
    measure_of,
    split_name,
    stored_name,
    value_of,
)
from services.domain.engine.shelf import Shelf
from services.domain.engine.sketches import Sketches
from tests.unit.asked_measures import read
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

STEADY = settings(deadline=None, max_examples=60, derandomize=True, database=None)
NOW = at("2025-10-15T12:00")
COMMUNE, PROVINCE = "C:11953@2025-07-01", "P:33@2025-07-01"


@pytest.mark.parametrize(
    ("value", "bucket"),
    [
        *((-5, ZERO_BUCKET), (0, ZERO_BUCKET), (0.001, ZERO_BUCKET)),
        *((0.00100001, -172), (1, 0), (100_000, 288), (10**12, 288)),
    ],
)
def test_buckets(value: float, bucket: int) -> None:
    assert bucket_of(value) == bucket
    assert bucket in BUCKETS


def test_there_are_461_buckets_beside_that_of_zero() -> None:
    assert len(BUCKETS) == 462
    assert value_of(ZERO_BUCKET) == 0
    assert value_of(10) == pytest.approx(2 * GROWTH**10 / (GROWTH + 1))


def test_a_bucket_is_part_of_the_stored_name() -> None:
    assert split_name(stored_name("response_sketch", -3)) == ("response_sketch", -3)
    assert split_name("guests") is None
    assert measure_of("response_sketch~12") == "response_sketch"


@STEADY
@given(
    st.lists(st.floats(0.002, 90_000), min_size=1, max_size=60),
    st.floats(0, 1),
    st.randoms(use_true_random=False),
)
def test_a_quantile_is_near_the_value_of_its_rank(
    values: list[float], q: float, shuffler: random.Random
) -> None:
    sketches, shelf = _filled(values)
    found = sketches.quantile(np.array([7]), "m", 0, 10, q)
    true = sorted(values)[math.floor(q * (len(values) - 1))]
    assert found[0] == pytest.approx(true, rel=0.0201)
    again, _ = _filled(shuffler.sample(values, len(values)))
    assert again.quantile(np.array([7]), "m", 0, 10, q)[0] == found[0]
    for value in values:
        key = sketches.number(7, "m", bucket_of(value))
        shelf.points.add(*(np.array([each]) for each in (key, 5, -1)))
    assert math.isnan(sketches.quantile(np.array([7]), "m", 0, 10, q)[0])


def _filled(values: list[float], laid_out_max: int = 16) -> tuple[Sketches, Shelf]:
    shelf = Shelf()
    sketches = Sketches(shelf, laid_out_max)
    for value in values:
        key = sketches.number(7, "m", bucket_of(value))
        shelf.points.add(*(np.array([each]) for each in (key, 5, 1)))
    return sketches, shelf


def test_each_cell_has_its_own_bounds() -> None:
    sketches, _ = _filled([4.0])
    cells = np.array([7, 7, 8])
    found = sketches.quantile(cells, "m", np.array([0, 6, 0]), np.array([6, 9, 9]), 0.5)
    assert found[0] == value_of(bucket_of(4.0))
    assert np.isnan(found[1:]).all()


def test_sets_of_cells_beyond_what_is_remembered_are_laid_out_anew() -> None:
    sketches, _ = _filled([4.0], laid_out_max=2)
    sets = [np.array([7, *range(20, 20 + more)]) for more in range(4)]
    for cells in sets * 2:
        found = sketches.quantile(cells, "m", 0, 9, 0.5)
        assert found[0] == value_of(bucket_of(4.0))
        assert np.isnan(found[1:]).all()


def call(number: int, minutes: int, unit: str) -> Document:
    data = {
        "service": "115",
        "received_at": "2025-10-14T08:00:00+07:00",
        "on_scene_at": f"2025-10-14T08:{minutes:02d}:00+07:00",
    }
    return document("emergency.call", "2025-10-14T10:00", f"K-{number}", data, unit=unit)


def test_sketches_roll_up_over_units_and_break_down() -> None:
    calls = [call(n, 10 + n, "C:11953" if n % 2 else "C:11977") for n in range(11)]
    state = read(calls, NOW, "response_sketch").state
    begin, end = at("2025-10-14T00:00") // 1_000_000, NOW // 1_000_000
    total, service = ("", ""), ("service", "115")
    places = [(COMMUNE, *total), (PROVINCE, *total), (PROVINCE, *service)]
    cells = np.array([state.cells.number(*place) for place in places])
    found = state.sketches.quantile(cells, "response_sketch", begin, end, 0.5)
    assert found == pytest.approx([15, 15, 15], rel=0.02)
    assert np.isnan(state.sketches.quantile(cells, "response_sketch", end, end + 1, 0.5)).all()
    keys = state.cells.keys(cells, state.numbers["response_sketch"])
    assert state.points.between(keys, begin, end).tolist() == [5, 11, 11]
