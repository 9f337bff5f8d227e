"""Running sums over time are plain sums, whatever the order in which points came."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.engine.ordered import Ints
from services.domain.engine.points import REMEMBERED_FROM, Points
from services.domain.engine.seconds import SECOND_MAX, SECOND_MIN

STEADY = settings(deadline=None, max_examples=100, derandomize=True, database=None)

keys = st.integers(0, 6)
seconds = st.one_of(
    st.integers(-5, 25), st.sampled_from([SECOND_MIN, SECOND_MIN - 9, SECOND_MAX, 1 << 40])
)
triples = st.tuples(keys, seconds, st.integers(-(1 << 45), 1 << 45))
batches = st.lists(st.lists(triples, max_size=12), max_size=12)


def ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


MANY = REMEMBERED_FROM // 7 + 1
"""Every key so often asks for as many sums as are remembered."""


def filled(given_batches: list[list[tuple[int, int, int]]], remembered_max: int = 100) -> Points:
    points = Points(remembered_max)
    for batch in given_batches:
        points.add(*(ints([triple[i] for triple in batch]) for i in range(3)))
    return points


def clamped(second: int) -> int:
    return min(max(second, SECOND_MIN), SECOND_MAX)


@STEADY
@given(batches, seconds, seconds)
def test_any_interval_is_a_plain_sum(
    given_batches: list[list[tuple[int, int, int]]], begin: int, end: int
) -> None:
    points, every = filled(given_batches), [t for batch in given_batches for t in batch]
    first, last = clamped(begin), clamped(end)
    expected = [
        sum(value for k, at, value in every if k == key and first <= clamped(at) < last)
        for key in range(7)
    ]
    assert points.between(ints(list(range(7))), begin, end).tolist() == expected
    for _ in range(2):  # asked again, and beyond what is remembered
        for low, high in ((begin, end), (end, begin), (begin, SECOND_MAX)):
            wide = points.between(ints(list(range(7)) * MANY), low, high)
            assert wide.tolist() == points.between(ints(list(range(7))), low, high).tolist() * MANY
    until = [sum(v for k, at, v in every if k == key and clamped(at) < last) for key in range(7)]
    assert points.until(ints(list(range(7))), end).tolist() == until


@STEADY
@given(batches, st.lists(st.tuples(keys, seconds, seconds), min_size=1, max_size=8))
def test_every_key_may_have_its_own_interval(
    given_batches: list[list[tuple[int, int, int]]], asked: list[tuple[int, int, int]]
) -> None:
    points = filled(given_batches)
    together = points.between(*(ints([one[i] for one in asked]) for i in range(3)))
    apart = [points.between(ints([key]), begin, end)[0] for key, begin, end in asked]
    assert together.tolist() == apart


@STEADY
@given(batches)
@pytest.mark.clause("8.4.1", "8.4.2")
def test_order_and_splitting_change_nothing_and_taking_back_leaves_nothing(
    given_batches: list[list[tuple[int, int, int]]],
) -> None:
    every = [triple for batch in given_batches for triple in batch]
    again = filled([[triple] for triple in reversed(every)])
    points = filled(given_batches)
    everywhere = (ints(list(range(7))), SECOND_MIN, SECOND_MAX)
    assert points.between(*everywhere).tolist() == again.between(*everywhere).tolist()
    taken = [(key, second, -value) for key, second, value in every]
    assert not filled([*given_batches, taken]).between(*everywhere).any()


@STEADY
@given(batches, seconds, seconds)
def test_the_keys_of_an_interval_are_found(
    given_batches: list[list[tuple[int, int, int]]], begin: int, end: int
) -> None:
    sums: dict[tuple[int, int], int] = {}
    every = [triple for batch in given_batches for triple in batch]
    for key, at, value in every:
        sums[key, clamped(at)] = sums.get((key, clamped(at)), 0) + value
    needed = {key for (key, at), value in sums.items() if value and begin <= at < end}
    possible = {key for key, at, _ in every if begin <= clamped(at) < end}
    found = set(filled(given_batches).keys_within(begin, end).tolist())
    assert needed <= found <= possible


def test_what_cancels_is_not_held() -> None:
    points = filled([[(1, 5, 7)], [(1, 5, -7), (2, 5, 1)]])
    assert len(points) == 1
    assert points.keys_within(0, 10).tolist() == [2]
    assert len(Points()) == 0
    assert Points().keys_within(0, 10).tolist() == []


def test_sums_are_exact_beyond_what_floats_hold() -> None:
    points = filled([[(0, second, (1 << 52) + 1)] for second in range(64)])
    assert points.until(ints([0]), 64).tolist() == [64 * ((1 << 52) + 1)]
