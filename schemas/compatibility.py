"""Finds what a change of a published schema would break: only optional fields may be added.

Full transitive: every record that was ever valid stays valid, and every record that is valid now
was valid, perhaps with an unknown member, under each earlier version.
"""

from typing import Any

Schema = dict[str, Any]

DESCRIPTIVE = frozenset({"$id", "$schema", "title", "description", "x-unit", "text"})
"""Words that tell people something and bind no record."""


def breaking_changes(published: Schema, current: Schema) -> list[str]:
    """One sentence for each change other than an added optional field."""
    return _changes(_binding(published), _binding(current), "")


def _binding(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            word: {name: _binding(inner) for name, inner in value.items()}
            if word == "properties"
            else _binding(value)
            for word, value in schema.items()
            if word not in DESCRIPTIVE
        }
    if isinstance(schema, list):
        return [_binding(item) for item in schema]
    return schema


def _changes(published: Any, current: Any, pointer: str) -> list[str]:
    if not (isinstance(published, dict) and isinstance(current, dict)):
        return [] if published == current else [f"{pointer} was {published} and is {current}."]
    found = []
    for name in published.keys() | current.keys():
        place = f"{pointer}/{name}"
        if name not in current:
            found.append(f"{place} is gone.")
        elif name not in published:
            if not (pointer.endswith("/properties") and _is_optional(current[name])):
                found.append(f"{place} is new and is no optional field.")
        else:
            found.extend(_changes(published[name], current[name], place))
    return sorted(found)


def _is_optional(field: Any) -> bool:
    return isinstance(field, dict) and "null" in field.get("type", ())
