"""The kinds of field that records are made of, and what a record says of its own fields.

A record declares each field once, as a type. msgspec checks by it on the fast path, and `fields_of`
reads the same declaration for the path that explains and for the JSON Schemas.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, inspect

from services.domain.instants import DATE_PATTERN, INSTANT_PATTERN

Kind = Literal["string", "integer", "number", "boolean", "timestamp", "date", "array"]

TEXT_LENGTH_MAX = 200
WHOLE_MAX = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""


def text(
    pattern: str | None = None, *, length_max: int = TEXT_LENGTH_MAX, note: str | None = None
) -> Meta:
    """Text that is never empty; `pattern` is written `^...$` and holds for the whole of it."""
    return Meta(
        pattern=None if pattern is None else pattern.removesuffix("$") + r"\Z",
        min_length=1,
        max_length=length_max,
        extra={"kind": "string", "pattern": pattern, "note": note},
    )


def whole(
    least: int = -WHOLE_MAX,
    most: int = WHOLE_MAX,
    *,
    unit: str | None = None,
    note: str | None = None,
) -> Meta:
    """A whole number between two bounds, both included."""
    return Meta(ge=least, le=most, extra={"kind": "integer", "unit": unit, "note": note})


def number(
    least: float | None = None,
    most: float | None = None,
    *,
    unit: str | None = None,
    note: str | None = None,
) -> Meta:
    """A finite number, with bounds that are included."""
    return Meta(ge=least, le=most, extra={"kind": "number", "unit": unit, "note": note})


def said(note: str) -> Meta:
    """A remark on a field that needs no other constraint."""
    return Meta(extra={"note": note})


Timestamp = Annotated[str, Meta(extra={"kind": "timestamp", "pattern": INSTANT_PATTERN})]
Date = Annotated[str, Meta(extra={"kind": "date", "pattern": DATE_PATTERN})]
Text = Annotated[str, text()]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field as its record declares it; bounds are inclusive, lengths are of text or arrays."""

    name: str
    kind: Kind
    required: bool
    codes: tuple[str | int, ...] = ()
    pattern: str | None = None
    least: float | None = None
    most: float | None = None
    length_min: int | None = None
    length_max: int | None = None
    items: "Field | None" = None
    unit: str | None = None
    note: str | None = None


def fields_of(record: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a record in the order in which it declares them."""
    described = inspect.type_info(record)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{record.__name__} is not a record")
    return tuple(
        _field(field.name, field.type, required=field.required) for field in described.fields
    )


def matcher(pattern: str) -> Callable[[str], object]:
    """A function that is true for a text all of which matches, a trailing line feed included."""
    return re.compile(pattern.removesuffix("$") + r"\Z").match


def _field(name: str, declared: inspect.Type, *, required: bool) -> Field:
    extra: dict[str, Any] = {}
    while isinstance(declared, inspect.UnionType | inspect.Metadata):
        if isinstance(declared, inspect.Metadata):
            extra |= declared.extra or {}
            declared = declared.type
        else:
            declared = next(t for t in declared.types if not isinstance(t, inspect.NoneType))
    about: dict[str, Any] = {
        "name": name,
        "required": required,
        "unit": extra.get("unit"),
        "note": extra.get("note"),
    }
    match declared:
        case inspect.LiteralType(values=values):
            kind: Kind = "integer" if isinstance(values[0], int) else "string"
            codes = tuple(value for value in values if isinstance(value, str | int))
            return Field(**about, kind=kind, codes=codes)
        case inspect.BoolType():
            return Field(**about, kind="boolean")
        case inspect.IntType(ge=least, le=most) | inspect.FloatType(ge=least, le=most):
            return Field(**about, kind=extra["kind"], least=least, most=most)
        case inspect.StrType(min_length=least, max_length=most):
            return Field(
                **about,
                kind=extra["kind"],
                pattern=extra["pattern"],
                length_min=least,
                length_max=most,
            )
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            items = _field(name, item, required=True)
            return Field(**about, kind="array", items=items, length_min=least, length_max=most)
    raise TypeError(f"{name}: a field cannot be {declared}")
