"""Published observations against the second opinion: every difference has a name."""

from typing import Any

import pytest

from services.reference.compare import Difference, compare
from services.reference.instants import instant
from tests.unit.reference_log import received, reference, step

LOG = [
    received("2025-10-06T09:00", "A-100", channel=2, due="2025-10-07T09:00"),
    received("2025-10-06T09:00", "A-200", due="2025-10-20T09:00", agency_id="H33.16"),
    received("2025-09-06T09:00", "A-300", due="2025-09-20T09:00"),
    step("finished", "2025-10-08T09:00", "A-100"),
]


def now_of(observation: Any) -> int:
    return instant(observation["as_of"])


def observation(**said: Any) -> dict[str, Any]:
    return {
        "id": "PS-07.submitted|P:33@2025-07-01||month:2025-10",
        "indicator": "PS-07.submitted",
        "unit": "P:33",
        "valid_from": "2025-07-01",
        "dims": {},
        "window": "month",
        "period": "2025-10",
        "calendar": "statistical",
        "value": 50.0,
        "numerator": 1,
        "denominator": 2,
        "null_reason": None,
        "as_of": "2025-10-09T09:00:00+07:00",
        "comparisons": [],
    } | said


def members(*observations: dict[str, Any]) -> list[str]:
    return [found.member for found in compare(observations, reference(*LOG), now_of)]


def test_equal_observations_have_no_difference() -> None:
    assert (
        members(
            observation(),
            observation(dims={"agency": "H33.16"}, value=0.0, numerator=0, denominator=1),
            observation(
                window="24h",
                period=None,
                value=None,
                numerator=0,
                denominator=0,
                null_reason="zero_denominator",
            ),
            observation(
                indicator="PS-05",
                window="instant",
                period=None,
                value=1,
                rank={"pos": 2, "of": 2},
                numerator=None,
                denominator=None,
                target={"value": 0, "gap": 1},
            ),
            observation(
                indicator="PS-05.countdown",
                window="instant",
                period=None,
                value="2025-10-20T09:00:00+07:00",
                numerator=None,
                denominator=None,
            ),
            observation(indicator="PS-04", window="all", period=None, value=100 / 3, denominator=3),
        )
        == []
    )


def test_each_observation_is_judged_at_its_own_instant() -> None:
    early = "2025-10-06T09:00:00+07:00"
    before = observation(
        as_of=early, value=None, numerator=0, denominator=0, null_reason="zero_denominator"
    )
    assert members(before, observation()) == []
    assert members(observation(as_of=early)) == ["value", "numerator", "denominator"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"value": 50.0001}, ["value"]),
        ({"numerator": 2}, ["numerator"]),
        ({"denominator": 4, "value": 25.0}, ["value", "denominator"]),
        ({"value": None, "null_reason": "missing"}, ["value"]),
        ({"value": None, "null_reason": "suppressed"}, []),
        (
            {
                "dims": {"agency": "X"},
                "value": None,
                "numerator": 0,
                "denominator": 0,
                "null_reason": "missing",
            },
            ["null_reason"],
        ),
        ({"comparisons": [{"kind": "mom", "delta": 1.0, "unit": "pp"}]}, ["comparisons.mom"]),
        ({"rank": {"pos": 2, "of": 2}}, ["rank"]),
    ],
)
def test_differences_are_named_by_member(said: dict[str, Any], expected: list[str]) -> None:
    assert members(observation(**said)) == expected


def test_a_difference_says_what_was_expected_and_what_was_found() -> None:
    found = compare([observation(value=51.0)], reference(*LOG), now_of)
    assert found == [Difference(observation()["id"], "value", 50.0, 51.0)]


def test_the_gap_to_the_target_is_checked() -> None:
    said = {"indicator": "PS-07", "target": {"value": 50, "op": ">=", "gap": 3}}
    assert members(observation(**said)) == ["target.gap"]
