"""The filters of measures: what must hold of a case or a fact for it to count.

A comparison with an absent operand does not hold.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.domain.cases.fold import Attributes
from services.domain.errors import Refused

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right,
}
LISTS = ("top_procedures",)
"""Lists whose membership an attribute of the list's name tells: `top_procedures` is the set of
members in force for the case."""

Condition = Mapping[str, Any]
Filter = Callable[[Attributes], bool]


def compile_filter(conditions: Iterable[Condition]) -> Filter:
    """True when every condition holds."""
    tests = [compile_condition(condition) for condition in conditions]
    if len(tests) == 1:
        return tests[0]
    return lambda attributes: all(test(attributes) for test in tests)


def compile_condition(condition: Condition) -> Filter:
    """One condition as a function; raises `Refused` for an operator that does not exist."""
    if "any" in condition:
        options = [compile_condition(option) for option in condition["any"]]
        return lambda attributes: any(option(attributes) for option in options)
    name, op = condition["field"], condition["op"]
    if op == "present":
        return lambda attributes: attributes.get(name) is not None
    if op == "absent":
        return lambda attributes: attributes.get(name) is None
    if op == "in_list":
        return _against_other(name, COMPARE["in"], condition["value"])
    if op not in COMPARE:
        raise Refused(f"filter on {name}: operator {op!r} is not known")
    if "other" in condition:
        return _against_other(name, COMPARE[op], condition["other"])
    return _against_value(name, COMPARE[op], condition["value"])


def _against_other(name: str, compare: Callable[[Any, Any], bool], other: str) -> Filter:
    def holds(attributes: Attributes) -> bool:
        left, right = attributes.get(name), attributes.get(other)
        return left is not None and right is not None and compare(left, right)

    return holds


def _against_value(name: str, compare: Callable[[Any, Any], bool], wanted: Any) -> Filter:
    def holds(attributes: Attributes) -> bool:
        left = attributes.get(name)
        return left is not None and compare(left, wanted)

    return holds


def named(condition: Condition) -> Iterable[Condition]:
    """The plain conditions inside a condition: itself, or those of which any may hold."""
    if "any" in condition:
        for option in condition["any"]:
            yield from named(option)
    else:
        yield condition


def lists_asked(filters: Iterable[Iterable[Condition]]) -> tuple[str, ...]:
    """The lists whose members some filter asks for."""
    return tuple(
        sorted(
            {
                plain["value"]
                for conditions in filters
                for condition in conditions
                for plain in named(condition)
                if plain["op"] == "in_list"
            }
        )
    )
