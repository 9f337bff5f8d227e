"""What the OpenAPI document says of answers: their forms, and schemas made of their types."""

from typing import Any, Final

import msgspec

from services.adapters.http import PROBLEM_JSON
from services.api.procedures import Procedure
from services.domain.engine.differing import Difference
from services.domain.engine.indicator import Indicator
from services.domain.engine.observation import Observation
from services.domain.engine.versions import KnownVersion
from services.domain.units import Unit

TYPES: Final = (Observation, Difference, Indicator, KnownVersion, Unit, Procedure)
PLACE: Final = "#/components/schemas/"
TEXT: Final[dict[str, Any]] = {"type": "string"}
ABOUT: Final[dict[int | str, str]] = {
    400: "A parameter is wrong; `detail` says what is right",
    404: "A parameter is well formed, but names nothing",
    503: "Something that is needed does not answer; `Retry-After` says when to ask again",
    "default": "Any other error",
}
PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457. `allowed` are the values of `parameter`, where they can be listed.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "parameter": TEXT,
        "allowed": {"type": "array", "items": TEXT},
    },
    "required": ["type", "title", "status", "detail"],
}

Answers = dict[int | str, dict[str, Any]]


def components() -> dict[str, Any]:
    """The schemas that answers are described by, by name."""
    _, parts = msgspec.json.schema_components(TYPES, ref_template=PLACE + "{name}")
    return {**parts, "Problem": PROBLEM}


def listed(item: type, *refused: int, **more: dict[str, Any]) -> Answers:
    """Describe a page of a list, as JSON or as a table; `more` are further members of the page."""
    page = {
        "type": "object",
        "properties": {
            **more,
            "items": {"type": "array", "items": {"$ref": PLACE + item.__name__}},
            "next": {"type": ["string", "null"], "description": "`cursor` of the page behind"},
        },
        "required": [*more, "items", "next"],
    }
    forms = {"application/json": page, "text/csv": TEXT}
    headers = {"Link": {"description": 'Of a table: the page behind, rel="next"', "schema": TEXT}}
    return _answers(forms, refused, headers)


def one(document: type | dict[str, Any], *refused: int) -> Answers:
    """Describe an answer of one JSON document: a type of `TYPES`, or a schema."""
    schema = document if isinstance(document, dict) else {"$ref": PLACE + document.__name__}
    return _answers({"application/json": schema}, refused, {})


def _answers(
    forms: dict[str, dict[str, Any]], refused: tuple[int, ...], headers: dict[str, Any]
) -> Answers:
    tag = {"ETag": {"description": "Names this content, for `If-None-Match`", "schema": TEXT}}
    problem = {PROBLEM_JSON: {"schema": {"$ref": PLACE + "Problem"}}}
    content = {name: {"schema": schema} for name, schema in forms.items()}
    told: Answers = {
        200: {"description": "The answer", "headers": tag | headers, "content": content},
        304: {"description": "Whoever names the ETag in `If-None-Match` has it", "headers": tag},
    }
    statuses: tuple[int | str, ...] = (400, *refused, "default")
    for status in statuses:
        told[status] = {"description": ABOUT[status], "content": problem}
    return told
