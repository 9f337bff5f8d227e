"""The expressions of measures: compiled once, their kinds checked, evaluated without a parser.

Names are attributes of a case or fields of a fact; instants and dates are microseconds, `NEVER` is
an instant that does not come. A timestamp minus a timestamp is seconds. An absent operand makes the
result absent, as does a division by zero; only `min` and `max` leave absent arguments out.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from services.domain.cases.fold import NEVER, Attributes
from services.domain.cases.kinds import Kind
from services.domain.engine.windows import local_midnight, local_parts
from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR, SECOND
from services.domain.worktime import WorkingCalendar

Kinds = Mapping[str, Kind]
Expression = Callable[[Attributes, WorkingCalendar], Any]
"""The value of an expression, or None when an operand is absent."""


class Typed(NamedTuple):
    """An expression and the kind of its values."""

    kind: Kind
    of: Expression


def _working_before(calendar: WorkingCalendar, instant: int, hours: float) -> int | None:
    return calendar.before(instant, round(hours * HOUR))


def _working_days_after(calendar: WorkingCalendar, instant: int, count: float) -> int | None:
    return calendar.days_after(instant, int(count))


class _Function(NamedTuple):
    """A function of the standard: the kinds of its arguments, of its value, and what it does.

    An instant that never comes passes through a function that gives an instant.
    """

    arguments: tuple[Kind, ...]
    kind: Kind
    of: Callable[..., Any]
    by_calendar: bool = False


FUNCTIONS: Mapping[str, _Function] = {
    "hours": _Function(("number",), "number", lambda seconds: seconds / 3600),
    "minutes": _Function(("number",), "number", lambda seconds: seconds / 60),
    "seconds": _Function(("number",), "duration", lambda count: round(count * SECOND)),
    "days": _Function(("number",), "duration", lambda count: round(count * DAY)),
    "seconds_between": _Function(
        ("instant", "instant"), "number", lambda begin, end: _seconds(end, begin)
    ),
    "year": _Function(("instant",), "number", lambda at: local_parts(at)[0]),
    "start_of_year": _Function(
        ("number",), "instant", lambda year: local_midnight(int(year), 1, 1)
    ),
    "end_of_year": _Function(
        ("number",), "instant", lambda year: local_midnight(int(year) + 1, 1, 1)
    ),
    "working_before": _Function(
        ("instant", "number"), "instant", _working_before, by_calendar=True
    ),
    "working_days_after": _Function(
        ("instant", "number"), "instant", _working_days_after, by_calendar=True
    ),
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compile_expression(text: str, kinds: Kinds) -> Typed:
    """The function of an expression over names of these kinds.

    Raises `Refused` for an unknown name or function, and for operands that do not fit.
    """
    try:
        return _compile(ast.parse(text, mode="eval").body, kinds)
    except SyntaxError as error:
        raise Refused(f"expression {text!r}: {error.msg}") from error
    except Refused as error:
        raise Refused(f"expression {text!r}: {error}") from error


def _compile(node: ast.expr, kinds: Kinds) -> Typed:
    match node:
        case ast.Constant(value=bool() | str()):
            raise Refused(f"{ast.unparse(node)} is not a number")
        case ast.Constant(value=int() | float() as constant):
            if not abs(constant) < math.inf:
                raise Refused(f"{ast.unparse(node)} is no finite number")
            return Typed("number", lambda _attributes, _calendar: constant)
        case ast.Name(id=name):
            if name not in kinds:
                raise Refused(f"{name!r} is neither a field nor an attribute")
            return Typed(kinds[name], lambda attributes, _calendar: attributes.get(name))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_compile(left, kinds), op, _compile(right, kinds))
        case ast.Call(func=ast.Name(id="one_if")):
            return Typed("number", _one_if(node, kinds))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, [_compile(each, kinds) for each in args])
    raise Refused(f"{ast.unparse(node)!r} is not known")


def _call(name: str, parts: list[Typed]) -> Typed:
    if name in {"min", "max"}:
        return _pick(name, parts)
    if name not in FUNCTIONS:
        raise Refused(f"there is no function {name!r}")
    function = FUNCTIONS[name]
    if tuple(part.kind for part in parts) != function.arguments:
        raise Refused(f"{name} wants ({', '.join(function.arguments)})")
    return Typed(function.kind, _applied(function, [part.of for part in parts]))


def _applied(function: _Function, parts: Sequence[Expression]) -> Expression:
    of, by_calendar = function.of, function.by_calendar
    passes_never = function.kind == "instant"

    def apply(attributes: Attributes, calendar: WorkingCalendar) -> Any:
        values = [part(attributes, calendar) for part in parts]
        if None in values:
            return None
        if NEVER in values:
            return NEVER if passes_never else None
        return of(calendar, *values) if by_calendar else of(*values)

    return apply


def _pick(name: str, parts: list[Typed]) -> Typed:
    if not parts or len({part.kind for part in parts}) > 1:
        raise Refused(f"{name} wants arguments of one kind")
    choose = min if name == "min" else max
    if len(parts) != 2:
        functions = [part.of for part in parts]

        def of_many(attributes: Attributes, calendar: WorkingCalendar) -> Any:
            values = [value for of in functions if (value := of(attributes, calendar)) is not None]
            return choose(values) if values else None

        return Typed(parts[0].kind, of_many)
    first, second = parts[0].of, parts[1].of

    def of_two(attributes: Attributes, calendar: WorkingCalendar) -> Any:
        left, right = first(attributes, calendar), second(attributes, calendar)
        if left is None or right is None:
            return left if right is None else right
        return choose(left, right)

    return Typed(parts[0].kind, of_two)


def _seconds(left: int, right: int) -> float:
    return (left - right) / SECOND


def _divided(left: float, right: float) -> float | None:
    return left / right if right else None


_BINARY: Mapping[tuple[Kind, type[ast.operator], Kind], tuple[Kind, Callable[[Any, Any], Any]]] = {
    ("number", ast.Add, "number"): ("number", operator.add),
    ("number", ast.Sub, "number"): ("number", operator.sub),
    ("number", ast.Mult, "number"): ("number", operator.mul),
    ("number", ast.Div, "number"): ("number", _divided),
    ("instant", ast.Add, "duration"): ("instant", operator.add),
    ("instant", ast.Sub, "duration"): ("instant", operator.sub),
    ("instant", ast.Sub, "instant"): ("number", _seconds),
}


def _binary(left: Typed, op: ast.operator, right: Typed) -> Typed:
    found = _BINARY.get((left.kind, type(op), right.kind))
    if found is None:
        raise Refused(f"{type(op).__name__} of {left.kind} and {right.kind} is not known")
    kind, apply = found
    return Typed(kind, _applied(_Function((), kind, apply), [left.of, right.of]))


def _one_if(node: ast.Call, kinds: Kinds) -> Expression:
    """1 when the comparison holds, else 0, also when an operand is absent.

    The standard writes equality as `=`, which reads as a named argument.
    """
    match node:
        case ast.Call(args=[], keywords=[ast.keyword(arg=str() as name, value=value)]):
            left, compare, right = ast.Name(name), operator.eq, value
        case ast.Call(args=[ast.Compare(left=ast.expr() as left, ops=[op], comparators=[right])]):
            if type(op) not in COMPARISONS:
                raise Refused(f"{ast.unparse(node)!r} is no comparison")
            compare = COMPARISONS[type(op)]
        case _:
            raise Refused(f"{ast.unparse(node)!r} is no comparison")
    one, other = _compile(left, kinds), _compile(right, kinds)
    if one.kind != other.kind:
        raise Refused(f"{ast.unparse(node)!r} compares {one.kind} with {other.kind}")

    def holds(attributes: Attributes, calendar: WorkingCalendar) -> int:
        first, second = one.of(attributes, calendar), other.of(attributes, calendar)
        return int(first is not None and second is not None and compare(first, second))

    return holds
