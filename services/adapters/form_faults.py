"""What does not have the form of a type, told to the author of a file: the member, and what to do.

The types say what is allowed; msgspec finds the first thing that is not.
"""

import difflib
import re
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

_AT = re.compile(r"(.*?) - at (?:`key` in )?`\$(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_MEMBER = re.compile(r"Object (contains unknown|missing required) field `(.*)`")
_ADVICE = (
    (r"Expected `str.*got `(int|float|bool)`", "put it in quotes"),
    (r"Expected `bool.*", "write true or false"),
    (r"Expected `array.*got `str`", "put it in brackets, [a, b]"),
    (r"Expected `(float|int).*got `str`", "a number has no quotes and no comma"),
)


class FormFault(NamedTuple):
    """Where something stands and what is wrong with it."""

    path: tuple[str | int, ...]
    reason: str


def form_fault(error: msgspec.ValidationError, kind: type) -> FormFault:
    """What a failed conversion to `kind` says."""
    found = _AT.fullmatch(str(error))
    reason, place = (found[1], found[2]) if found else (str(error), "")
    path = tuple(name or int(index) for name, index in _STEP.findall(place))
    meant = _below(inspect.type_info(kind), path)
    member = _MEMBER.fullmatch(reason)
    if member is None:
        return FormFault(path, f"{reason}{_help(reason, meant)}")
    if member[1].startswith("missing"):
        return FormFault(path, f"{member[2]} is missing")
    near = difflib.get_close_matches(member[2], _members(meant), n=1)
    return FormFault((*path, member[2]), "is no member" + "".join(f": {n} is one" for n in near))


def _help(reason: str, meant: inspect.Type | None) -> str:
    if reason.startswith("Invalid enum value"):
        allowed = [
            str(v) for t in _kinds(meant) if isinstance(t, inspect.LiteralType) for v in t.values
        ]
        return f": allowed are {', '.join(allowed)}"
    if "matching regex" in reason:
        return "".join(f": as in {example}" for example in _examples(meant))
    for pattern, advice in _ADVICE:
        if re.fullmatch(pattern, reason):
            return f": {advice}"
    return ""


def _below(kind: inspect.Type | None, path: tuple[str | int, ...]) -> inspect.Type | None:
    """The type of what stands at a path, None when the types do not know the place."""
    for step in path:
        steps = (_step(each, step) for each in _kinds(kind))
        kind = next((found for found in steps if found is not None), None)
    return kind


def _step(kind: inspect.Type, step: str | int) -> inspect.Type | None:
    if isinstance(kind, inspect.StructType):
        return next((f.type for f in kind.fields if f.encode_name == step), None)
    if isinstance(kind, inspect.VarTupleType):
        return kind.item_type
    if isinstance(kind, inspect.TupleType) and isinstance(step, int):
        return kind.item_types[step]
    return None


def _kinds(kind: inspect.Type | None) -> tuple[inspect.Type, ...]:
    """The plain types that a type allows."""
    if isinstance(kind, inspect.Metadata):
        return _kinds(kind.type)
    if isinstance(kind, inspect.UnionType):
        return tuple(plain for each in kind.types for plain in _kinds(each))
    return () if kind is None else (kind,)


def _examples(kind: inspect.Type | None) -> list[Any]:
    if isinstance(kind, inspect.UnionType):
        return [example for each in kind.types for example in _examples(each)]
    if isinstance(kind, inspect.Metadata):
        return list((kind.extra_json_schema or {}).get("examples", ()))
    return []


def _members(kind: inspect.Type | None) -> list[str]:
    return [
        field.encode_name
        for each in _kinds(kind)
        if isinstance(each, inspect.StructType)
        for field in each.fields
    ]
