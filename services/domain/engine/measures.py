"""Measures as data, compiled to functions over the attributes of a case.

The definitions are those of `standards/measures.yaml`. A flow contributes at an instant; a stock
over (from, to] in each state of the case; `min` and `max` stocks keep their values apart, because
the smaller of two numbers can not be taken back.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.domain.cases.fold import NEVER, Attributes
from services.domain.errors import Refused
from services.domain.instants import HOUR
from services.domain.worktime import WorkingCalendar

Expression = Callable[[Attributes, WorkingCalendar], Any]
"""The value of an expression, or None when an operand is absent."""


class Measure(msgspec.Struct, frozen=True):
    """One measure of the standard. `quantum` is None for figures that are never added."""

    id: str
    kind: str
    source: str
    agg: str
    unit: str
    event_types: tuple[str, ...]
    rollup: str
    value: str = "1"
    case: str | None = None
    filter: tuple[dict[str, Any], ...] = ()
    at: str | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    period: str | None = None
    parts: tuple[str, ...] = ()
    quantum: float | None = 1
    dimensions: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a definition that its kind does not allow."""
        needed = {"flow": self.at, "report": self.period}.get(self.kind, "")
        if self.kind not in {"flow", "stock", "report", "schedule"} or needed is None:
            raise Refused(f"measure {self.id}: kind {self.kind} lacks a member it needs")


def quanta(value: float, quantum: float) -> int:
    """Whole quanta of a number, rounded half away from zero.

    >>> quanta(2.5, 1), quanta(-2.5, 1), quanta(0.125, 0.01)
    (3, -3, 13)
    """
    if isinstance(value, int) and quantum == 1:
        return value
    steps = abs(value) * round(1 / quantum) if quantum < 1 else abs(value) / quantum
    whole = int(steps + 0.5)
    return whole if value >= 0 else -whole


def _smallest(values: list[Any]) -> Any:
    given = [value for value in values if value is not None]
    return min(given) if given else None


def _greatest(values: list[Any]) -> Any:
    given = [value for value in values if value is not None]
    return max(given) if given else None


def _working_before(values: list[Any], calendar: WorkingCalendar) -> Any:
    instant, hours = values
    if instant is None or instant == NEVER:
        return instant
    return calendar.before(instant, round(hours * HOUR))


def compile_expression(text: str) -> Expression:
    """A function for an expression of names, numbers and the functions min, max and working_before.

    Raises `Refused` for anything else.
    """
    return _compile(ast.parse(text, mode="eval").body, text)


def _compile(node: ast.expr, text: str) -> Expression:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        constant = node.value
        return lambda _attributes, _calendar: constant
    if isinstance(node, ast.Name):
        name = node.id
        return lambda attributes, _calendar: attributes.get(name)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        parts = [_compile(part, text) for part in node.args]
        if node.func.id == "min":
            return lambda a, c: _smallest([part(a, c) for part in parts])
        if node.func.id == "max":
            return lambda a, c: _greatest([part(a, c) for part in parts])
        if node.func.id == "working_before":
            return lambda a, c: _working_before([part(a, c) for part in parts], c)
    raise Refused(f"expression {text!r}: {ast.unparse(node)!r} is not known")


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right,
}

Filter = Callable[[Attributes], bool]


def compile_filter(conditions: tuple[dict[str, Any], ...]) -> Filter:
    """True when every condition holds; a comparison with an absent operand does not hold."""
    tests = [_condition(condition) for condition in conditions]
    return lambda attributes: all(test(attributes) for test in tests)


def _condition(condition: Mapping[str, Any]) -> Filter:
    if "any" in condition:
        options = [_condition(option) for option in condition["any"]]
        return lambda attributes: any(option(attributes) for option in options)
    name, op = condition["field"], condition["op"]
    if op == "present":
        return lambda attributes: attributes.get(name) is not None
    if op == "absent":
        return lambda attributes: attributes.get(name) is None
    if op not in COMPARE:
        raise Refused(f"filter on {name}: operator {op!r} is not known")
    compare = COMPARE[op]
    if "other" in condition:
        other = condition["other"]

        def against_other(attributes: Attributes) -> bool:
            left, right = attributes.get(name), attributes.get(other)
            return left is not None and right is not None and compare(left, right)

        return against_other
    wanted = condition["value"]

    def against_value(attributes: Attributes) -> bool:
        left = attributes.get(name)
        return left is not None and compare(left, wanted)

    return against_value
