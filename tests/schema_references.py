"""What a document with JSON Schemas in it refers to."""

from collections.abc import Iterator
from typing import Any


def references(part: Any) -> Iterator[str]:
    """Every `$ref` at and below a part."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)
