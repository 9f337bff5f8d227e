"""Makes the JSON Schema of each event type from its typed record.

A schema tells what one record must look like by itself. What needs a comparison (rules between
fields, the unit list, the clock) is named in the member `x-ioc` and judged by the intake.
"""

from typing import Any

import msgspec

from services.domain.events import CONTRACT, EventType
from services.domain.events.envelope import ENVELOPE_FIELDS
from services.domain.events.fields import Field
from services.domain.events.rules import Condition, Rule

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_JSON_TYPES = {"timestamp": "string", "date": "string"}
_FORMATS = {"timestamp": "date-time", "date": "date"}


def event_schemas() -> dict[str, Schema]:
    """The schema of each event type by name, in the order of the contract."""
    return {name: document_schema(kind) for name, kind in CONTRACT.types.items()}


def document_schema(kind: EventType) -> Schema:
    """The schema of the whole document, envelope and data, of one event type."""
    properties = {field.name: field_schema(field) for field in ENVELOPE_FIELDS}
    properties["type"] = {"const": kind.name}
    return {
        "$schema": DIALECT,
        "$id": f"urn:vn:ioc:schema:{kind.name}",
        "title": kind.vi,
        "description": (kind.record.__doc__ or "").strip(),
        "type": "object",
        "properties": properties,
        "required": [field.name for field in ENVELOPE_FIELDS if field.required],
        "if": _op_is("retract"),
        "then": _names_first_event(),
        "else": {
            "if": _op_is("correct"),
            "then": _names_first_event(),
            "else": {"properties": {"supersedes": {"type": "null"}}},
            "properties": {"data": {"$ref": "#/$defs/data"}, **_subject(kind)},
            "required": ["data"],
        },
        "$defs": {"data": data_schema(kind)},
        "x-ioc": _beside(kind),
    }


def data_schema(kind: EventType) -> Schema:
    """The schema of the data; members that the type does not have are allowed and not counted."""
    return {
        "type": "object",
        "properties": {field.name: field_schema(field) for field in kind.fields},
        "required": [field.name for field in kind.fields if field.required],
    }


def field_schema(field: Field) -> Schema:
    """The schema of one field; an optional one may be null, which is the same as absent."""
    schema: Schema = {"type": _JSON_TYPES.get(field.kind, field.kind)}
    if not field.required:
        schema["type"] = [schema["type"], "null"]
    if field.codes:
        schema["enum"] = [*field.codes, *([] if field.required else [None])]
    limits = ("minLength", "maxLength") if field.kind != "array" else ("minItems", "maxItems")
    for word, value in (
        ("format", _FORMATS.get(field.kind)),
        ("pattern", field.pattern),
        ("minimum", field.least),
        ("maximum", field.most),
        (limits[0], field.length_min),
        (limits[1], field.length_max),
        ("description", field.note),
        ("x-unit", field.unit),
    ):
        if value is not None:
            schema[word] = value
    if field.items is not None:
        schema["items"] = field_schema(field.items)
    return schema


def _op_is(op: str) -> Schema:
    return {"properties": {"op": {"const": op}}, "required": ["op"]}


def _names_first_event() -> Schema:
    return {"properties": {"supersedes": {"type": "string"}}, "required": ["supersedes"]}


def _subject(kind: EventType) -> Schema:
    if kind.subject_pattern is None:
        return {}
    return {"subject": {"pattern": kind.subject_pattern}}


def _beside(kind: EventType) -> Schema:
    """What a JSON Schema cannot say of an event type."""
    facts: Schema = {"topic": _topic(kind), "key": kind.key}
    for name in ("case_kind", "case_rank", "version_order"):
        value = getattr(kind, name)
        if value is not None:
            facts[name] = value
    if kind.subject_of:
        facts["subject_of"] = list(kind.subject_of)
    facts["rules"] = [_rule(rule) for rule in kind.rules]
    return facts


def _topic(kind: EventType) -> str:
    """Where events of the type are written; what goes out has topics with names of their own."""
    prefix = "ioc.events." if kind.direction == "in" else "ioc."
    return f"{prefix}{kind.topic_domain}.v1"


def _rule(rule: Rule) -> Schema:
    when = {"if": [_condition(one) for one in rule.when]} if rule.when else {}
    return {
        "text": rule.text,
        **when,
        "then": [_condition(one) for one in rule.then],
        "pointer": rule.pointer,
        "severity": rule.severity,
        "code": rule.code,
    }


def _condition(condition: Condition) -> Schema:
    written: Schema = msgspec.to_builtins(condition)
    shown = ("field", "op", "other", "value", "product_of")
    members = {name: written[name] for name in shown if written[name] is not None}
    return members | ({"pct": condition.pct} if condition.op == "within_pct" else {})
