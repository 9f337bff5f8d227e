"""The small language of measures: filters, expressions, quanta, and durations in hours."""

import math
from typing import Any

import pytest

from services.reference.conditions import (
    evaluate,
    greater,
    microseconds,
    passes,
    quanta,
    smaller,
)

NAMED = {"early": 1, "late": 5, "never": math.inf, "absent": None, "channel": 2}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"field": "early", "op": "<", "other": "late"}, True),
        ({"field": "early", "op": ">=", "other": "late"}, False),
        ({"field": "early", "op": "<=", "other": "never"}, True),
        ({"field": "early", "op": "<=", "other": "absent"}, False),
        ({"field": "absent", "op": "!=", "value": 2}, False),
        ({"field": "never", "op": "present"}, True),
        ({"field": "absent", "op": "absent"}, True),
        ({"field": "channel", "op": "in", "value": [1, 2]}, True),
        (
            {
                "any": [
                    {"field": "channel", "op": "=", "value": 3},
                    {"field": "early", "op": "present"},
                ]
            },
            True,
        ),
    ],
)
def test_conditions(condition: dict[str, Any], holds: bool) -> None:
    assert passes([condition], NAMED) is holds


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1", 1),
        ("late", 5),
        ("min(late, early, absent)", 1),
        ("max(early, min(never, late))", 5),
        ("min(absent)", None),
        ("min(never, absent)", math.inf),
    ],
)
def test_expressions(expression: str, value: float | None) -> None:
    assert evaluate(expression, NAMED, {"min": smaller, "max": greater}) == value


def test_what_is_not_in_the_language_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the language"):
        evaluate("late.real", NAMED, {})


@pytest.mark.parametrize(
    ("value", "quantum", "count"),
    [
        (2.5, 1, 3),
        (-2.5, 1, -3),
        (0.49, 1, 0),
        (1_499_999, 1_000_000, 1),
        (1_500_000, 1_000_000, 2),
        (1.005, 0.01, 100),
        (14_640_000_000.0, 0.01, 1_464_000_000_000),
    ],
)
def test_quanta_are_rounded_half_away_from_zero(value: float, quantum: float, count: int) -> None:
    assert quanta(value, quantum) == count


@pytest.mark.parametrize(
    ("hours", "expected"), [(0.5, 1_800_000_000), (0.7, 2_520_000_000), (40, 144_000_000_000)]
)
def test_hours_are_whole_microseconds(hours: float, expected: int) -> None:
    assert microseconds(hours) == expected
