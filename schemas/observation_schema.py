"""The JSON Schema of an observation, made of the type that REST, WebSocket and Kafka give.

Members may be added to it: a reader ignores those that it does not know.
"""

from typing import Any

import msgspec

from services.domain.engine.observation import Observation


def observation_schema() -> dict[str, Any]:
    """The schema of one observation."""
    (body,), parts = msgspec.json.schema_components([Observation], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An observation",
        **body,
        "$defs": parts,
    }
