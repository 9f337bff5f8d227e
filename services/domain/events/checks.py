"""Checks a JSON object against declared fields and names every fault."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.domain.events.fields import WHOLE_MAX, Field, matcher
from services.domain.events.findings import Finding, pointer_to, shown
from services.domain.instants import parse_date, parse_instant

_WANTED = {
    "boolean": "true or false",
    "timestamp": "an RFC 3339 timestamp such as 2025-10-06T09:15:00+07:00",
    "date": "a day of the calendar written YYYY-MM-DD",
}


class Checked(msgspec.Struct, frozen=True):
    """The good values as their record wants them, and the faults in the order of the fields."""

    values: dict[str, Any]
    faults: tuple[Finding, ...]


def check_object(fields: tuple[Field, ...], given: Mapping[str, Any], base: str) -> Checked:
    """Every declared field of the object at the pointer `base`; a member that is null is absent."""
    values: dict[str, Any] = {}
    faults: list[Finding] = []
    for field in fields:
        value = given.get(field.name)
        if value is None:
            if field.required:
                detail = f"{field.name} is missing; it is required and must be {wanted(field)}."
                faults.append(Finding("missing_field", pointer_to(base, field.name), detail))
            continue
        code, good = _check_value(field, value)
        if code is None:
            values[field.name] = good
        else:
            detail = f"{field.name} is {shown(value)}; it must be {wanted(field)}."
            faults.append(Finding(code, pointer_to(base, field.name), detail))
    return Checked(values, tuple(faults))


def wanted(field: Field) -> str:
    """What the field allows, as the end of a sentence."""
    if field.codes:
        codes = ", ".join(str(code) for code in field.codes)
        return f"one of {codes}" if len(field.codes) > 1 else codes
    if field.kind in ("integer", "number"):
        return _wanted_number(field)
    lengths = f"{field.length_min or 0} to {field.length_max}"
    if field.items is not None:
        return f"an array of {lengths} items, each {wanted(field.items)}"
    if field.kind == "string":
        form = f" that matches {field.pattern}" if field.pattern is not None else ""
        return f"a string of {lengths} characters{form}"
    return _WANTED[field.kind]


def _wanted_number(field: Field) -> str:
    name = "a whole number" if field.kind == "integer" else "a finite number"
    least = None if field.least == -WHOLE_MAX else field.least
    most = None if field.most == WHOLE_MAX else field.most
    if least is not None and most is not None:
        return f"{name} from {least:g} to {most:g}"
    if least is not None:
        return f"{name} of at least {least:g}"
    return f"{name} that JSON readers keep exactly" if field.kind == "integer" else name


Verdict = tuple[str | None, object]
"""A reason code and nothing, or no code and the value as the record wants it."""


def _check_value(field: Field, value: Any) -> Verdict:
    return _CHECKS[field.kind](field, value)


def _check_boolean(_field: Field, value: Any) -> Verdict:
    return (None, value) if isinstance(value, bool) else ("wrong_type", None)


def _check_integer(field: Field, value: Any) -> Verdict:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "wrong_type", None
    if abs(value) > WHOLE_MAX:
        return "out_of_range", None
    if value != int(value):
        return "wrong_type", None
    if field.codes:
        return (None, int(value)) if value in field.codes else ("not_in_list", None)
    return ("out_of_range", None) if _outside(field, value) else (None, int(value))


def _check_number(field: Field, value: Any) -> Verdict:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "wrong_type", None
    if math.isinf(value) or _outside(field, value):
        return "out_of_range", None
    return None, value


def _outside(field: Field, value: float) -> bool:
    return (field.least is not None and value < field.least) or (
        field.most is not None and value > field.most
    )


def _check_array(field: Field, value: Any) -> Verdict:
    if not isinstance(value, list) or field.items is None:
        return "wrong_type", None
    if not (field.length_min or 0) <= len(value) <= (field.length_max or len(value)):
        return "out_of_range", None
    verdicts = [_check_value(field.items, item) for item in value]
    code = next((code for code, _ in verdicts if code is not None), None)
    return (code, None) if code is not None else (None, tuple(good for _, good in verdicts))


def _check_timestamp(_field: Field, value: Any) -> Verdict:
    return _check_parsed(value, parse_instant)


def _check_date(_field: Field, value: Any) -> Verdict:
    return _check_parsed(value, parse_date)


def _check_parsed(value: Any, parse: Callable[[str], object]) -> Verdict:
    if not isinstance(value, str):
        return "wrong_type", None
    try:
        parse(value)
    except ValueError:
        return "bad_format", None
    return None, value


def _check_string(field: Field, value: Any) -> Verdict:
    if not isinstance(value, str):
        return "wrong_type", None
    if field.codes:
        return (None, value) if value in field.codes else ("not_in_list", None)
    if field.pattern is not None and not matcher(field.pattern)(value):
        return "bad_format", None
    if not (field.length_min or 0) <= len(value) <= (field.length_max or len(value)):
        return "out_of_range", None
    return None, value


_CHECKS: dict[str, Callable[[Field, Any], Verdict]] = {
    "string": _check_string,
    "integer": _check_integer,
    "number": _check_number,
    "boolean": _check_boolean,
    "timestamp": _check_timestamp,
    "date": _check_date,
    "array": _check_array,
}
