"""The contract of events and topics as others read it: JSON Schemas by event type, and AsyncAPI.

The documents are generated from the typed records (`python -m schemas.generate`) and held equal to
them by a test; this package only opens them.
"""

import json
from importlib.resources import files
from typing import Any


def event_schema(event_type: str) -> dict[str, Any]:
    """The JSON Schema of the whole document of an event type; KeyError for one without a schema."""
    place = files(__name__) / "events" / f"{event_type}.json"
    if not place.is_file():
        raise KeyError(event_type)
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema


def event_types() -> tuple[str, ...]:
    """The event types that have a schema, in the order of their names."""
    names = (place.name for place in (files(__name__) / "events").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def asyncapi_text() -> str:
    """The AsyncAPI document of all topics, as YAML."""
    return (files(__name__) / "asyncapi.yaml").read_text(encoding="utf-8")
