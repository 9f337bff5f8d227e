"""Measures as data: what is counted, and when, checked against the events and cases it names.

The definitions are those of `standards/measures.yaml`. A flow contributes at an instant, a stock
over (from, to], a report is a figure for a period; a schedule is made by the clock from the duties
to report. Everything a definition can get wrong is refused with the measure and the member.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from services.domain.cases.kinds import (
    FOLDS,
    INSTANT,
    NUMBER,
    ROW_TYPES,
    Word,
    attributes_of_case,
    fields_of_type,
)
from services.domain.cases.series import SERIES
from services.domain.engine.conditions import COMPARE, LISTS, named
from services.domain.engine.expressions import Kinds, compile_expression
from services.domain.errors import Refused
from services.domain.events import CONTRACT

KINDS: Mapping[str, tuple[str, ...]] = {
    "flow": ("at",),
    "stock": ("from", "to"),
    "report": ("period",),
    "schedule": ("at",),
}
"""The kinds of measure, and the members that each needs."""
SOURCES: Mapping[str, tuple[str, ...]] = {
    "event": ("flow",),
    "case": ("flow", "stock"),
    "rows": ("stock",),
    "report": ("report",),
    "schedule": ("schedule",),
    "clock": ("flow", "stock"),
}
"""The sources, and the kinds that each can have."""
AGGREGATIONS: Mapping[str, tuple[str, ...]] = {
    "flow": ("sum", "sketch", "last"),
    "stock": ("sum", "min", "max"),
    "report": ("sum", "last"),
    "schedule": ("sum",),
}
ROLLUPS = ("sum", "sketch", "min", "max", "last", "none")
PARTS = ("sectors", "units", "periods", "last_month")
CONDITION = ("field", "op", "value", "other")
"""The members of a condition."""
ORDERING, ORDERED = {"<", "<=", ">", ">="}, {"number", "duration", "instant"}
EVERY_TYPE = "*"
"""Stands for every event that the intake accepts."""
REFERENCE_VALUE = "vn.ioc.reference.value.v1"


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measure of the standard. `quantum` is None for sketches and figures never added."""

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
        """Refuse a definition that does not fit together."""
        try:
            _check(self)
        except Refused as error:
            raise Refused(f"measure {self.id}: {error}") from error

    @property
    def words(self) -> Mapping[str, Word]:
        """What its expressions, filters and breakdowns may name."""
        return _words(self)

    @property
    def kinds(self) -> Kinds:
        """The kinds of those names."""
        return {name: word.kind for name, word in self.words.items()}


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


def quanta_text(value: str, quantum: float) -> str:
    """The same as the text of a Python expression; `value` names a variable.

    >>> quanta_text("x", 0.01)
    '(int(abs(x) * 100 + 0.5) if x >= 0 else -int(abs(x) * 100 + 0.5))'
    """
    steps = f"* {round(1 / quantum)}" if quantum < 1 else f"/ {quantum!r}"
    whole = f"int(abs({value}) {steps} + 0.5)"
    signed = f"({whole} if {value} >= 0 else -{whole})"
    return f"({value} if isinstance({value}, int) else {signed})" if quantum == 1 else signed


def _words(measure: Measure) -> Mapping[str, Word]:
    if measure.source == "case":
        return attributes_of_case(measure.case or "")
    if measure.source == "clock":
        instants = ("end_of_working_day", "start_of_year", "end_of_year")
        return {**dict.fromkeys(instants, INSTANT), "working_days_in_year": NUMBER}
    if EVERY_TYPE in measure.event_types:
        return {"time": INSTANT, "ingestedtime": INSTANT}
    own = {"rows": {"next_row": INSTANT}, "schedule": {"end_of_period": INSTANT}}
    found = [fields_of_type(name) for name in measure.event_types]
    common = set.intersection(*(set(fields) for fields in found))
    return {name: found[0][name] for name in common} | own.get(measure.source, {})


def _check(measure: Measure) -> None:
    if measure.kind not in KINDS:
        raise Refused(f"kind {measure.kind} is not one of {', '.join(KINDS)}")
    if measure.kind not in SOURCES.get(measure.source, ()):
        raise Refused(f"source {measure.source} has no measures of kind {measure.kind}")
    for member in KINDS[measure.kind]:
        if getattr(measure, "from_" if member == "from" else member) is None:
            raise Refused(f"kind {measure.kind} lacks a member it needs, {member}")
    if measure.agg not in AGGREGATIONS[measure.kind]:
        raise Refused(f"agg {measure.agg} is none of a {measure.kind}")
    if measure.rollup not in ROLLUPS:
        raise Refused(f"rollup {measure.rollup} is not one of {', '.join(ROLLUPS)}")
    if measure.agg in {"sum", "min", "max"} and not _is_quantum(measure.quantum):
        raise Refused(
            f"quantum {measure.quantum} is none of an agg {measure.agg}: it is a whole number, or"
            " one divided by a whole number (0.01)"
        )
    _check_types(measure)
    _check_filter(measure)
    _check_expressions(measure)
    for part in measure.parts:
        if part not in PARTS and not part.startswith("dim:"):
            raise Refused(f"part {part!r} is not known")
    for dim, origin in measure.dimensions.items():
        if not origin.startswith("dim=") and origin not in measure.words:
            raise Refused(f"dimensions: {dim} is taken from {origin}, which does not exist")


def _is_quantum(quantum: float | None) -> bool:
    """Whether amounts can be counted in it exactly: n or 1/n."""
    if quantum is None or not 0 < quantum < math.inf:
        return False
    steps = 1 / quantum if quantum < 1 else quantum
    return math.isclose(steps, round(steps), rel_tol=1e-9)


def _check_types(measure: Measure) -> None:
    if measure.source == "case" and measure.case not in {*FOLDS, SERIES}:
        raise Refused(f"case {measure.case} is not one of {', '.join((*FOLDS, SERIES))}")
    if not measure.event_types and measure.source != "clock":
        raise Refused("event_types: there is none")
    for name in measure.event_types:
        if name == EVERY_TYPE and measure.source == "event":
            continue
        declared = CONTRACT.types.get(name)
        if declared is None:
            raise Refused(f"event_types: {name} is not in the contract")
        if measure.source == "case" and measure.case != (declared.case_kind or SERIES):
            raise Refused(f"event_types: {name} is not of case {measure.case}")
        holds = name in ROW_TYPES or name == REFERENCE_VALUE
        if measure.source in {"event", "rows"} and holds != (measure.source == "rows"):
            raise Refused(f"event_types: {name} is no source {measure.source}")


def _check_filter(measure: Measure) -> None:
    if any("any" in given and (len(given) > 1 or not given["any"]) for given in measure.filter):
        raise Refused("filter: any stands alone, with conditions below it")
    for condition in (plain for given in measure.filter for plain in named(given)):
        name, op = condition.get("field"), condition.get("op")
        for member in condition.keys() - CONDITION:
            raise Refused(f"filter on {name}: there is no {member}, only {', '.join(CONDITION)}")
        if name not in measure.words:
            raise Refused(f"filter: {name} does not exist")
        _check_other(measure.words, condition)
        if op == "in_list":
            if condition.get("value") not in LISTS:
                raise Refused(f"filter on {name}: there is no list {condition.get('value')!r}")
            continue
        if op in {"present", "absent"}:
            continue
        if op not in COMPARE:
            raise Refused(f"filter on {name}: operator {op!r} is not known")
        if op in ORDERING and measure.words[str(name)].kind not in ORDERED:
            raise Refused(f"filter on {name}: {op} is of numbers and instants")
        if "other" not in condition:
            _check_wanted(str(name), measure.words[str(name)], condition)


def _check_other(words: Mapping[str, Word], condition: Mapping[str, Any]) -> None:
    """Whether the attribute that another one is compared with exists and is of the same kind."""
    if "other" not in condition:
        return
    name, other = condition["field"], condition["other"]
    if other not in words:
        raise Refused(f"filter: {other} does not exist")
    if "value" in condition or condition.get("op") in {"present", "absent", "in", "in_list"}:
        raise Refused(f"filter on {name}: other stands beside a comparison alone")
    if words[name].kind != words[other].kind:
        kinds = f"a {words[name].kind} and a {words[other].kind}"
        raise Refused(f"filter on {name}: it and {other} are {kinds}")


def _check_wanted(name: str, word: Word, condition: Mapping[str, Any]) -> None:
    if condition.get("value") in (None, []):
        raise Refused(f"filter on {name}: there is nothing to compare with")
    wanted = condition["value"]
    if (condition["op"] == "in") != isinstance(wanted, list):
        raise Refused(f"filter on {name}: in is of a list, every other operator of one value")
    values: Iterable[Any] = wanted if isinstance(wanted, list) else [wanted]
    types: dict[str, type | tuple[type, ...]] = {
        "number": (int, float),
        "boolean": bool,
        "text": str,
    }
    for value in values:
        if isinstance(value, bool) != (word.kind == "boolean") or not isinstance(
            value, types.get(word.kind, ())
        ):
            raise Refused(f"filter on {name}: {value!r} is no {word.kind}")
        if word.codes and value not in word.codes:
            raise Refused(f"filter on {name}: {value!r} is not one of its codes")


def _check_expressions(measure: Measure) -> None:
    wanted = {"at": "instant", "from_": "instant", "to": "instant", "value": None}
    for member, kind in wanted.items():
        text = getattr(measure, member)
        if text is None:
            continue
        found = compile_expression(text, measure.kinds).kind
        if kind is None and found in {"number", "instant"}:
            continue
        if found != kind:
            raise Refused(f"{member.rstrip('_')}: {text!r} is a {found}")
