"""`ioc bench aggregate`: the shape of what it finds, and that its ratios are numbers."""

from math import isfinite

import msgspec
import pytest

from services.cli.benches.aggregate import SHARES, Result, Size, run
from services.cli.benches.batches import LOADS, STAGES
from services.domain.units import UnitList
from tests.unit.engine_centre import catalogue, units

SMALL = Size(points=1, history=2, every=1, events=60, rounds=1)


@pytest.fixture(name="few", scope="module")
def _few() -> UnitList:
    """The country, one province and four of its communes."""
    return units()


@pytest.fixture(name="found", scope="module")
def _found(few: UnitList) -> Result:
    told: list[str] = []
    found = run(catalogue(), few, SMALL, frozenset({"tick", "batch"}), told.append)
    assert told
    return found


def test_a_tick_is_measured_by_what_has_changed(found: Result) -> None:
    assert len(found.states) == 2
    less, more = found.states
    assert more.points > less.points
    assert more.keys == less.keys
    for state in found.states:
        assert [each.changed_share for each in state.changed] == list(SHARES)
        assert state.first.records > 0
        evaluated = [each.evaluated for each in state.changed]
        assert evaluated[0] < evaluated[-1]
        assert state.changed[-1].ratio == 1
        ratios = [each.ratio for each in (state.first, *state.changed)] + [state.idle_ratio]
        assert all(isfinite(ratio) and ratio >= 0 for ratio in ratios)
    assert found.history_ratio is not None
    assert isfinite(found.history_ratio)


def test_a_batch_is_measured_by_stage_beside_its_limit(found: Result) -> None:
    assert list(found.batches) == list(LOADS)
    for batch in found.batches.values():
        assert batch.events == SMALL.events
        assert list(batch.stages_us) == list(STAGES)
        assert batch.delta_bytes > 0
        assert 0 < batch.decode_ratio <= batch.floor_ratio
        assert isfinite(batch.floor_ratio)


def test_a_part_alone_leaves_the_others_out(few: UnitList) -> None:
    found = run(catalogue(), few, SMALL, frozenset({"batch"}), lambda _text: None)
    assert found.states == []
    assert found.history_ratio is None
    document = msgspec.to_builtins(found)
    assert set(document) >= {"communes", "indicators", "windows", "batches"}
