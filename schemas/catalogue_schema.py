"""The JSON Schema of a file of `standards/indicators`, made of the types that open it.

It says what form a file has; whether it fits together with the rest, the loading of the catalogue
says.
"""

from typing import Any

import msgspec

from services.domain.engine.indicator import Indicator


def indicator_schema() -> dict[str, Any]:
    """The schema of one indicator's file."""
    (body,), parts = msgspec.json.schema_components([Indicator], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An indicator of the standard",
        **body,
        "$defs": parts,
    }
