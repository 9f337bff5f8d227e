"""What every HTTP service of the centre answers alike: health, metrics and errors.

Errors are RFC 9457 problem documents. `/healthz` says that the process lives, `/readyz` that it can
do its work (503 and the reason when it cannot), `/metrics` is the text format of Prometheus.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 2
"""What a caller is told to wait when a service is not ready."""

ReadyCheck = Callable[[], Awaitable[str | None]]
"""None when the service can do its work, else the reason in one sentence; answers in seconds."""

Details = Callable[[], Mapping[str, object]]
"""More members of `/readyz`: `catalogue`, the version of the standard in force, and `warnings`,
what somebody should look at although the service does its work."""


def problem_body(status: int, detail: str, **members: object) -> bytes:
    """Encode an RFC 9457 document; `detail` says what happened and what to do."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **members,
    }
    return msgspec.json.encode(document)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """Answer with `problem_body`; `headers` are added, e.g. `Retry-After`."""
    return Response(
        problem_body(status, detail, **members),
        status_code=status,
        headers=dict(headers or {}),
        media_type=PROBLEM_JSON,
    )


def http_error(_request: Request, error: Exception) -> Response:
    """Turn the framework's own errors (404, 405) into problems."""
    if not isinstance(error, HTTPException):
        return problem(500, "the request failed")
    return problem(error.status_code, error.detail, headers=error.headers)


def health_routes(
    ready: ReadyCheck, registry: CollectorRegistry, details: Details = dict
) -> list[BaseRoute]:
    """Make the routes `/healthz`, `/readyz` and `/metrics`, for `FastAPI(routes=...)`."""

    async def healthz(_request: Request) -> Response:
        return _document(200, {"status": "alive"})

    async def readyz(_request: Request) -> Response:
        reason = await ready()
        if reason is None:
            return _document(200, {"status": "ready", **details()})
        return problem(503, reason, headers={"Retry-After": str(RETRY_SECONDS)}, **details())

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        Route("/healthz", healthz, include_in_schema=False),
        Route("/readyz", readyz, include_in_schema=False),
        Route("/metrics", metrics, include_in_schema=False),
    ]


def _document(status: int, document: object) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
