"""The small language of measures: filters, and expressions such as `min(late_from, closed_at)`."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, TypeAlias

Named: TypeAlias = Mapping[str, Any]
Functions: TypeAlias = Mapping[str, Callable[..., Any]]


def passes(conditions: Sequence[Mapping[str, Any]], named: Named) -> bool:
    """Say whether all conditions hold; a comparison with an absent operand does not hold."""
    return all(_holds(condition, named) for condition in conditions)


def evaluate(expression: str, named: Named, functions: Functions) -> Any:
    """Return the value of an expression; None when it is absent, `math.inf` when it is infinite."""
    return _evaluate(ast.parse(expression, mode="eval").body, named, functions)


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


def exact(number: float | str) -> Fraction:
    """Return the fraction that a decimal number of the contract or the catalogue means."""
    return Fraction(str(number))


def microseconds(hours: float) -> int:
    """Return a duration given in hours to the nearest microsecond."""
    return int((Decimal(str(hours)) * 3_600_000_000).to_integral_value(ROUND_HALF_UP))


def _holds(condition: Mapping[str, Any], named: Named) -> bool:
    if "any" in condition:
        return any(_holds(choice, named) for choice in condition["any"])
    left, op = named.get(condition["field"]), condition["op"]
    if op in ("present", "absent"):
        return bool((left is not None) == (op == "present"))
    right = named.get(condition["other"]) if "other" in condition else condition["value"]
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
}


def _evaluate(node: ast.expr, named: Named, functions: Functions) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return named.get(node.id)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        arguments = [_evaluate(argument, named, functions) for argument in node.args]
        return functions[node.func.id](*arguments)
    raise ValueError(f"not in the language of measures: {ast.unparse(node)}")
