"""The small language of measures: filters, and expressions such as `min(late_from, closed_at)`."""

import ast
import functools
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from services.reference.instants import HOUR, SECOND

Named: TypeAlias = Mapping[str, Any]
Functions: TypeAlias = Mapping[str, Callable[..., Any]]

CACHED_MAX = 4096  # numbers and expressions that stay read


class Instant(int):
    """Microseconds since 1970 in an expression: one less another is seconds."""


class Duration(int):
    """Microseconds that can be added to an instant."""


def passes(conditions: Sequence[Mapping[str, Any]], named: Named) -> bool:
    """Say whether all conditions hold; a comparison with an absent operand does not hold."""
    return all(_holds(condition, named) for condition in conditions)


def evaluate(expression: str, named: Named, functions: Functions) -> Any:
    """Return the value of an expression; None when it is absent, `math.inf` when it is infinite.

    A single `=` compares. Without one of its operands a value is absent.
    """
    return _evaluate(_parsed(expression), named, {**PLAIN_FUNCTIONS, **functions})


@functools.lru_cache(maxsize=CACHED_MAX)
def names_in(expression: str) -> tuple[str, ...]:
    """Return the names in an expression, those of functions included."""
    nodes = ast.walk(_parsed(expression))
    return tuple({node.id for node in nodes if isinstance(node, ast.Name)})


def smaller(*values: Any) -> Any:
    """Return the smallest argument; absent ones are left out."""
    return min((value for value in values if value is not None), default=None)


def greater(*values: Any) -> Any:
    """Return the greatest argument; absent ones are left out."""
    return max((value for value in values if value is not None), default=None)


def quanta(value: float, quantum: float) -> int:
    """Round half away from zero to whole quanta, in double precision as the standard says."""
    size = abs(value) * round(1 / quantum) if quantum < 1 else abs(value) / quantum
    count = math.floor(size + 0.5)
    return -count if value < 0 else count


@functools.lru_cache(maxsize=CACHED_MAX)
def exact(number: float | str) -> Fraction:
    """Return the fraction that a decimal number of the contract or the catalogue means."""
    return Fraction(str(number))


def microseconds(hours: float) -> int:
    """Return a duration given in hours to the nearest microsecond."""
    return int((Decimal(str(hours)) * 3_600_000_000).to_integral_value(ROUND_HALF_UP))


@functools.lru_cache(maxsize=CACHED_MAX)
def _parsed(expression: str) -> ast.expr:
    return ast.parse(re.sub(r"(?<![<>=!])=(?!=)", "==", expression), mode="eval").body


def _holds(condition: Mapping[str, Any], named: Named) -> bool:
    if "any" in condition:
        return any(_holds(choice, named) for choice in condition["any"])
    left, op = named.get(condition["field"]), condition["op"]
    if op in ("present", "absent"):
        return bool((left is not None) == (op == "present"))
    right = named.get(condition["other"]) if "other" in condition else condition["value"]
    if op == "in_list":  # the list of that name that is in force, if there is one
        right = named.get(condition["value"])
    if left is None or right is None:
        return False
    return bool(_COMPARISONS[op](left, right))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right,
    "in_list": lambda left, right: left in right,
}


def _evaluate(node: ast.expr, named: Named, functions: Functions) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return named.get(name)
        case ast.Call(ast.Name(name), arguments):
            values = [_evaluate(argument, named, functions) for argument in arguments]
            return functions[name](*values)
        case ast.BinOp(left, op, right):
            sides = _evaluate(left, named, functions), _evaluate(right, named, functions)
            return _calculated(op, *sides)
        case ast.Compare(left, [op], [right]):
            sides = _evaluate(left, named, functions), _evaluate(right, named, functions)
            return None not in sides and _ORDERS[type(op)](*sides)
    raise ValueError(f"not in the language of measures: {ast.unparse(node)}")


def _calculated(op: ast.operator, left: Any, right: Any) -> Any:
    """Return a number, or an instant moved on; absent when a side is, or the divisor is 0."""
    if left is None or right is None:
        return None
    if isinstance(left, Instant) and isinstance(right, Instant):
        return (int(left) - int(right)) / SECOND
    if isinstance(op, ast.Div):
        return None if right == 0 else left / right
    result = _ARITHMETIC[type(op)](left, right)
    return Instant(result) if isinstance(left, Instant) else result


def _over(divisor: float) -> Callable[[float | None], float | None]:
    return lambda value: None if value is None else value / divisor


def _lasting(unit: int) -> Callable[[float], Duration]:
    return lambda count: Duration(math.floor(count * unit + 0.5))


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
PLAIN_FUNCTIONS: Functions = {
    "min": smaller,
    "max": greater,
    "hours": _over(3600),
    "minutes": _over(60),
    "seconds": _lasting(SECOND),
    "days": _lasting(24 * HOUR),
    "seconds_between": lambda a, b: None if a is None or b is None else (int(b) - int(a)) / SECOND,
    "one_if": int,
}
