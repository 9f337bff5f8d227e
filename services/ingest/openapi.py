"""The OpenAPI description of `POST /v1/events`, which the framework does not route."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.ingest.bodies import BATCH, JSON, NDJSON, STRUCTURED
from services.ingest.endpoint import PATH
from services.ingest.receipts import Answer

REFUSALS = {
    "400": "The request cannot be read: broken gzip, an empty body, a header that is no text.",
    "408": "The body did not arrive in time.",
    "413": "The body is too long, inflated or as sent, or has too many records.",
    "415": "The content type, charset or content encoding is not read.",
    "429": "Too much is in flight; send again after Retry-After.",
    "503": "Kafka did not acknowledge; send again after Retry-After. What was stored counts once.",
}


def describe(app: FastAPI) -> None:
    """Add the operation to the application's OpenAPI document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema, components = msgspec.json.schema_components(
                [Answer], ref_template="#/components/schemas/{name}"
            )
            described.setdefault("components", {})["schemas"] = components
            described["paths"][PATH] = {"post": _operation(schema[0])}
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the framework's documented way


def _operation(answer: dict[str, Any]) -> dict[str, Any]:
    event = {"type": "object", "description": "A CloudEvent; schemas/events has one schema a type."}
    verdict = {"content": {JSON: {"schema": answer}}}
    problems = {
        status: {"description": text, "content": {"application/problem+json": {}}}
        for status, text in REFUSALS.items()
    }
    return {
        "summary": "Send events",
        "description": "CloudEvents 1.0 over HTTP in structured, batch and binary mode, and NDJSON."
        " Answers after Kafka has acknowledged, with a receipt and a verdict for each record that"
        " is rejected or has warnings (`?verdicts=all`: for every record).",
        "parameters": [
            {"name": "verdicts", "in": "query", "schema": {"enum": ["exceptions", "all"]}}
        ],
        "requestBody": {
            "required": True,
            "content": {
                STRUCTURED: {"schema": event},
                BATCH: {"schema": {"type": "array", "items": event}},
                NDJSON: {"schema": {"type": "string"}},
                JSON: {"schema": {}},
            },
        },
        "responses": {
            "202": {"description": "At least one record was accepted.", **verdict},
            "422": {"description": "No record was accepted.", **verdict},
            **problems,
        },
    }
