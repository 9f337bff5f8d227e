"""Rules between the fields of a record, declared as data on the record and compiled once.

A condition whose operand is absent says nothing: a comparison with a field that was not sent
neither holds nor fails.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from services.domain.events.findings import Finding, shown

Operation = Literal["=", "!=", "<", "<=", ">", ">=", "in", "absent", "present", "within_pct"]
Scalar = str | int | float | bool
Values = Mapping[str, object]
Holds = Callable[[Values, Values], bool | None]

ENVELOPE_INSTANTS = ("time", "recordedtime")
"""Members of the envelope that a rule may name beside the fields of its record."""

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Condition(msgspec.Struct, frozen=True):
    """Compares a field with `other` (a field), with `value`, or with a product within `pct` %."""

    field: str
    op: Operation
    other: str | None = None
    value: Scalar | tuple[Scalar, ...] | None = None
    product_of: tuple[str, str] | None = None
    pct: float = 0.0

    def fields(self) -> tuple[str, ...]:
        """Every field that the condition names."""
        other = (self.other,) if self.other is not None else ()
        return (self.field, *other, *(self.product_of or ()))


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Where all of `when` hold, none of `then` may fail; `text` says so to the sender."""

    text: str
    then: tuple[Condition, ...]
    pointer: str
    when: tuple[Condition, ...] = ()
    code: str = "rule_violated"
    severity: Literal["reject", "warn"] = "reject"

    def fields(self) -> tuple[str, ...]:
        """Every field that the rule names, once, in the order of its conditions."""
        named = (name for condition in (*self.then, *self.when) for name in condition.fields())
        return tuple(dict.fromkeys(named))


DUE_LATER = Rule(
    text="due_at must not be before time",
    then=(Condition("due_at", ">=", "time"),),
    pointer="/data/due_at",
)
"""No deadline lies before the event that sets it."""


class CompiledRule:
    """A rule ready to be asked."""

    __slots__ = ("_then", "_when", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._when = tuple(_compile(condition) for condition in rule.when)
        self._then = tuple(_compile(condition) for condition in rule.then)

    def broken(self, values: Values, sent: Values) -> bool:
        """Whether the rule applies and fails.

        `values` holds what can be compared, instants as microseconds, without the faulty members;
        `sent` holds every member as it was sent, for conditions that only ask for presence.
        """
        for holds in self._when:
            if not holds(values, sent):
                return False
        for holds in self._then:  # noqa: SIM110 - a generator costs twice as much for each record
            if holds(values, sent) is False:
                return True
        return False

    def finding(self, sent: Values) -> Finding:
        """The finding for a record that breaks the rule."""
        named = ", ".join(
            f"{name} is {shown(sent[name])}" if sent.get(name) is not None else f"{name} is absent"
            for name in self.rule.fields()
        )
        return Finding(self.rule.code, self.rule.pointer, f"{self.rule.text}; {named}.")


def findings(rules: Iterable[CompiledRule], values: Values, sent: Values) -> list[Finding]:
    """A finding for each rule that is broken, in the order of the rules."""
    return [rule.finding(sent) for rule in rules if rule.broken(values, sent)]


def _compile(condition: Condition) -> Holds:
    field, op = condition.field, condition.op
    if op == "present":
        return lambda _values, sent: sent.get(field) is not None
    if op == "absent":
        return lambda _values, sent: sent.get(field) is None
    if op == "within_pct":
        return _within(condition)
    if op == "in":
        return _member(field, condition.value)
    if condition.other is not None:
        return _compare_fields(field, _COMPARISONS[op], condition.other)
    return _compare_value(field, _COMPARISONS[op], condition.value)


def _member(field: str, allowed: object) -> Holds:
    if not isinstance(allowed, tuple):
        raise TypeError(f"{field}: `in` needs a list of values")
    codes = frozenset(allowed)

    def holds(values: Values, _sent: Values) -> bool | None:
        left = values.get(field)
        return None if left is None else left in codes

    return holds


def _compare_value(field: str, compare: Callable[[Any, Any], bool], right: object) -> Holds:
    def holds(values: Values, _sent: Values) -> bool | None:
        left = values.get(field)
        return None if left is None else compare(left, right)

    return holds


def _compare_fields(field: str, compare: Callable[[Any, Any], bool], other: str) -> Holds:
    def holds(values: Values, _sent: Values) -> bool | None:
        left, right = values.get(field), values.get(other)
        return None if left is None or right is None else compare(left, right)

    return holds


def _within(condition: Condition) -> Holds:
    if condition.product_of is None:
        raise TypeError(f"{condition.field}: `within_pct` needs two factors")
    field, (first, second), share = condition.field, condition.product_of, condition.pct / 100

    def holds(values: Values, _sent: Values) -> bool | None:
        whole, one, two = values.get(field), values.get(first), values.get(second)
        if not (
            isinstance(whole, int | float)
            and isinstance(one, int | float)
            and isinstance(two, int | float)
        ):
            return None
        product = one * two
        return abs(whole - product) <= share * abs(product)

    return holds
