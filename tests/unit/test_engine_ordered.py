"""Points added up by key and second say the same as a dictionary of sums, packed or not."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.engine.ordered import added_up, distinct

POINTS = st.tuples(st.integers(0, 3), st.integers(-5, 5), st.integers(-2, 2))


@pytest.mark.parametrize("far", [0, 1 << 40])
@given(st.lists(POINTS))
def test_points_are_added_up_in_order(far: int, points: list[tuple[int, int, int]]) -> None:
    moved = [(key * (far + 1), second * (far // 8 + 1), value) for key, second, value in points]
    sums = Counter[tuple[int, int]]()
    for key, second, value in moved:
        sums[key, second] += value
    table = np.array(moved, dtype=np.int64).reshape(-1, 3)
    added = added_up(*table.T)
    found = list(zip(*(column.tolist() for column in added), strict=True))
    assert found == sorted((*name, value) for name, value in sums.items() if value)


@given(st.lists(st.integers(-9, 9)))
def test_each_number_comes_once_in_order(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))
