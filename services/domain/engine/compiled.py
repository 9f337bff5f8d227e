"""Measures of one kind of case as two Python functions, written once when the catalogue is read.

Asking each measure its conditions one by one costs most of the time of counting. Here every
attribute is looked up once and every condition asked once for all measures. The text of a function
holds only names made here; attributes, values and expressions are bound to them.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.domain.cases.attributes import attributes_of, instants_of
from services.domain.cases.fold import NEVER, Attributes
from services.domain.engine.buckets import bucket_of, stored_name
from services.domain.engine.conditions import Condition, compile_condition
from services.domain.engine.expressions import compile_expression
from services.domain.engine.measures import Measure, quanta_text
from services.domain.engine.seconds import SECOND_MAX, second_text
from services.domain.events import Event
from services.domain.instants import SECOND
from services.domain.worktime import WorkingCalendar

QUANTA_MAX = 1 << 62
"""A number of quanta beyond this is as good as infinite: it is no contribution."""

Point = tuple[str, int, int]
Extent = tuple[str, int, int, int]
AddFlows = Callable[[Attributes, WorkingCalendar, list[Point]], None]
AddFact = Callable[[Event, WorkingCalendar, list[Point]], dict[str, str]]
AddStocks = Callable[[Attributes, WorkingCalendar, int, int, list[Point], list[Extent]], None]

_SIGNS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "in"}


_ABSENT = "None if {x} is None or {y} is None"
_NUMBERS = {
    ast.Add: _ABSENT + " else {x} + {y}",
    ast.Sub: _ABSENT + " else {x} - {y}",
    ast.Mult: _ABSENT + " else {x} * {y}",
    ast.Div: _ABSENT + " or not {y} else {x} / {y}",
}
_CALLS = {
    "min": "{x} if {y} is None else {y} if {x} is None or not {x} <= {y} else {x}",
    "max": "{x} if {y} is None else {y} if {x} is None or not {x} >= {y} else {x}",
    "seconds_between": _ABSENT + " or {x} == NEVER or {y} == NEVER else ({y} - {x}) / SECOND",
    "hours": "None if {x} is None else {x} / 3600",
    "minutes": "None if {x} is None else {x} / 60",
}
"""What is met at every event, with the meaning that `expressions` gives it."""


def compile_flows(measures: Sequence[Measure]) -> AddFlows:
    """A function that adds the points of all these flows for one state of a case."""
    text = _Text()
    _add_flows(text, measures)
    return text.function("attributes, calendar, points")


def compile_fact(
    measures: Sequence[Measure], event_type: str, dimensions: Mapping[str, str]
) -> AddFact:
    """A function that adds the points of all these flows for one fact of a type.

    It reads the fields of the record itself and answers with the member of each dimension, whose
    origin is a field; an absent one is written `-`.
    """
    text = _FactText(event_type)
    _add_flows(text, measures)
    text.add(1, f"return {{{', '.join(map(text.member, dimensions.items()))}}}")
    return text.function("fact, calendar, points")


def compile_passes(conditions: Sequence[Condition], event_type: str) -> Callable[[Event], bool]:
    """A function that says whether all conditions hold of a fact of a type."""
    text = _FactText(event_type)
    text.add(1, f"return {text.conditions(conditions)}")
    return text.function("fact")


def _add_flows(text: "_Text", measures: Sequence[Measure]) -> None:
    by_instant: dict[str, list[Measure]] = {}
    for measure in measures:
        by_instant.setdefault(measure.at or "", []).append(measure)
    for at, found in by_instant.items():
        text.add(1, f"at = {text.expression(at, found[0], 1)}")
        text.add(1, "if at is not None and at != NEVER:")
        text.add(2, f"second = {second_text('at')}")
        for measure in found:
            text.add(2, f"if {text.conditions(measure.filter)}:")
            _add_flow(text, measure)


def _add_flow(text: "_Text", measure: Measure) -> None:
    name = text.bind(measure.id)
    if measure.value == "1" and measure.agg == "sum" and measure.quantum == 1:
        text.add(3, f"points.append(({name}, second, 1))")
        return
    value = text.expression(measure.value, measure, 3)
    text.add(3, f"if {value} is not None and -NEVER < {value} < NEVER:")
    if measure.agg == "sketch":
        bucket = text.bind(_bucket_name(measure.id))
        text.add(4, f"points.append(({bucket}({value}), second, 1))")
        return
    text.add(4, f"amount = {quanta_text(value, measure.quantum or 1)}")
    text.add(4, "if -QUANTA_MAX < amount < QUANTA_MAX:")
    text.add(5, f"points.append(({name}, second, amount))")


def _bucket_name(measure: str) -> Callable[[float], str]:
    return lambda value: stored_name(measure, bucket_of(value))


def compile_stocks(measures: Sequence[Measure]) -> AddStocks:
    """A function that adds what all these stocks hold within (after, until] in one state.

    A stock adds two points, or an extent when it is none of a sum.
    """
    text = _Text()
    for measure in measures:
        text.add(1, f"if {text.conditions(measure.filter)}:")
        begin = text.expression(measure.from_ or "", measure, 2)
        text.add(2, f"if {begin} is not None and {begin} != NEVER:")
        end = text.expression(measure.to or "", measure, 3)
        text.add(3, f"begin = {begin} if {begin} > after else after")
        text.add(3, f"end = until if {end} is None or {end} > until else {end}")
        text.add(3, "if end > begin:")
        _add_stock(text, measure)
    return text.function("attributes, calendar, after, until, points, extents")


def _add_stock(text: "_Text", measure: Measure) -> None:
    name, depth = text.bind(measure.id), 4
    if measure.value == "1" and measure.quantum == 1:
        text.add(depth, "amount = 1")
    else:
        value = text.expression(measure.value, measure, depth)
        text.add(depth, f"if {value} is not None and -NEVER < {value} < NEVER:")
        text.add(depth + 1, f"amount = {quanta_text(value, measure.quantum or 1)}")
        text.add(depth + 1, "if -QUANTA_MAX < amount < QUANTA_MAX:")
        depth += 2
    if measure.agg != "sum":
        text.add(depth, f"extents.append(({name}, begin, end, amount))")
        return
    text.add(depth, f"points.append(({name}, {second_text('begin')}, amount))")
    text.add(depth, f"second = {second_text('end')}")
    text.add(depth, "if second < SECOND_MAX:")
    text.add(depth + 1, f"points.append(({name}, second, -amount))")


class _Text:
    """The text of one function, and what its names are bound to."""

    _BEGIN = "    get = attributes.get"

    def __init__(self) -> None:
        self._bound: dict[str, object] = {
            "NEVER": NEVER,
            "QUANTA_MAX": QUANTA_MAX,
            "SECOND": SECOND,
            "SECOND_MAX": SECOND_MAX,
        }
        self._attributes: dict[str, str] = {}
        self._conditions: dict[str, str] = {}
        self._first: list[str] = []
        self._lines: list[str] = []
        self._variables = 0

    def add(self, depth: int, line: str) -> None:
        self._lines.append("    " * depth + line)

    def bind(self, value: object) -> str:
        name = f"k{len(self._bound)}"
        self._bound[name] = value
        return name

    def attribute(self, name: str) -> str:
        """The variable that holds an attribute; None in it when there is none."""
        if name not in self._attributes:
            variable = self._attributes[name] = f"a{len(self._attributes)}"
            self._first.append(f"    {variable} = {self._read(name)}")
        return self._attributes[name]

    def _read(self, name: str) -> str:
        return f"get({self.bind(name)})"

    def _all_attributes(self) -> str:
        """The text of a mapping of all attributes."""
        return "attributes"

    def expression(self, text: str, measure: Measure, depth: int) -> str:
        """The variable that holds an expression of the standard once its lines have run."""
        compile_expression(text, measure.kinds)  # which refuses what is not known
        return self._expression(ast.parse(text, mode="eval").body, measure, depth)

    def _expression(self, node: ast.expr, measure: Measure, depth: int) -> str:
        """What is met at every event is written out, everything else is called."""
        line = ""
        parts: list[ast.expr] = []
        match node:
            case ast.Name(id=name):
                return self.attribute(name)
            case ast.Constant(value=constant):
                return self.bind(constant)
            case ast.Call(func=ast.Name(id=name), args=parts) if len(parts) <= 2:
                line = _CALLS.get(name, "")
            case ast.BinOp(left=left, op=op, right=right):
                parts = [left, right]
                if all(self._is_number(part, measure) for part in parts):
                    line = _NUMBERS.get(type(op), "")
        if line:
            names = [self._expression(part, measure, depth) for part in parts]
            return self._let(line.format(x=names[0], y=names[-1]), depth)
        of = self.bind(compile_expression(ast.unparse(node), measure.kinds).of)
        return self._let(f"{of}({self._all_attributes()}, calendar)", depth)

    def _is_number(self, node: ast.expr, measure: Measure) -> bool:
        return compile_expression(ast.unparse(node), measure.kinds).kind == "number"

    def _let(self, text: str, depth: int) -> str:
        self._variables += 1
        variable = f"v{self._variables}"
        self.add(depth, f"{variable} = {text}")
        return variable

    def conditions(self, given: Sequence[Condition]) -> str:
        """Whether all conditions hold; each is asked once for all measures."""
        return " and ".join(map(self._condition, given)) or "True"

    def _condition(self, condition: Condition) -> str:
        name = repr(condition)
        if name not in self._conditions:
            compile_condition(condition)  # which refuses what is not known
            text = self._plain(condition)
            variable = self._conditions[name] = f"c{len(self._conditions)}"
            self._first.append(f"    {variable} = {text}")
        return self._conditions[name]

    def _plain(self, condition: Condition) -> str:
        if "any" in condition:
            return " or ".join(f"({self._plain(option)})" for option in condition["any"])
        left, op = self.attribute(condition["field"]), condition["op"]
        if op == "present":
            return f"{left} is not None"
        if op == "absent":
            return f"{left} is None"
        if op == "in_list" or "other" in condition:
            right = self.attribute(condition["value" if op == "in_list" else "other"])
            sign = "in" if op == "in_list" else _SIGNS[op]
            return f"{left} is not None and {right} is not None and {left} {sign} {right}"
        return f"{left} is not None and {left} {_SIGNS[op]} {self.bind(condition['value'])}"

    def function(self, arguments: str) -> Callable[..., Any]:
        lines = [f"def add({arguments}):", self._BEGIN, *self._first, *self._lines]
        made: dict[str, Any] = dict(self._bound)
        exec("\n".join(lines), made)  # noqa: S102 - it holds only names that were made here
        function: Callable[..., Any] = made["add"]
        return function


class _FactText(_Text):
    """The same, of a function that reads the record of a fact of one type."""

    _BEGIN = "    data = fact.data"
    _OF_ENVELOPE: Mapping[str, str] = {"time": "fact.at", "recordedtime": "fact.recorded_at"}

    def __init__(self, event_type: str) -> None:
        super().__init__()
        self._instants = dict(instants_of(event_type))

    def member(self, dimension: tuple[str, str]) -> str:
        """The text of a dimension and its member; what is no field has none."""
        name, origin = dimension
        if not origin.isidentifier():
            return f"{name!r}: '-'"
        value = self.attribute(origin)
        return f"{name!r}: '-' if {value} is None else str({value})"

    def _read(self, name: str) -> str:
        if name in self._OF_ENVELOPE:
            return self._OF_ENVELOPE[name]
        if name in self._instants:
            read = self.bind(self._instants[name])
            return f"None if data.{name} is None else {read}(data.{name})"
        return f"data.{name}"

    def _all_attributes(self) -> str:
        return f"{self.bind(attributes_of)}(fact)"
