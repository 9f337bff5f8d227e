"""How lists are answered: JSON or CSV by `Accept`, with an ETag, and problems for every error."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.adapters.http import http_error, problem
from services.api.accepted import prefers
from services.domain.errors import Refused, Unavailable
from services.domain.query import QueryRefused

RETRY_AFTER_S = 2
PATH_SHOWN_MAX = 80
ADDRESSES = "GET /openapi.json"


def answer_list(
    request: Request,
    items: Sequence[object],
    after: str | None,
    columns: Sequence[str],
    **more: object,
) -> Response:
    """Answer `{"items", "next"}`, or a table of `columns` to who prefers `text/csv`.

    `more` are further members of the document. In a table `next` is the `Link` header's rel="next";
    a column `a.b` is the member b of a.
    """
    if prefers(request.headers.get("accept", ""), "text/csv", "application/json"):
        rows = msgspec.json.decode(msgspec.json.encode(items))
        links = {}
        if after is not None:
            links["Link"] = f'<{request.url.include_query_params(cursor=after)}>; rel="next"'
        return _tagged(request, _table(rows, columns), "text/csv; charset=utf-8", links)
    return answer(request, {**more, "items": items, "next": after})


def answer(request: Request, document: object) -> Response:
    """Answer one JSON document, or 304 to who has it already."""
    return _tagged(request, msgspec.json.encode(document), "application/json", {})


def refusal(_request: Request, error: Exception) -> Response:
    """Turn a refused request into 400, or 404 when it names something that does not exist."""
    if isinstance(error, QueryRefused):
        detail = str(error)
        if error.allowed:
            detail = f"{detail}; allowed: {', '.join(error.allowed)}"
        status = 404 if error.unknown else 400
        return problem(status, detail, parameter=error.parameter, allowed=list(error.allowed))
    return problem(400, str(error))


def unavailable(_request: Request, error: Exception) -> Response:
    """Turn an outage behind us into 503 with `Retry-After`."""
    return problem(503, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})


def invalid(_request: Request, error: Exception) -> Response:
    """Turn what the framework refuses by the types of parameters into the same 400."""
    if not isinstance(error, RequestValidationError):
        return problem(400, str(error))
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return problem(400, f"{name}: {first['msg']}", parameter=name, allowed=[])


def astray(request: Request, error: Exception) -> Response:
    """Say to who asks in vain for an address, or in a way that it does not have, what there is."""
    path = repr(request.url.path[:PATH_SHOWN_MAX])
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return problem(404, f"there is nothing at {path}: {ADDRESSES} lists the addresses")
    if status == 405:
        detail = f"{path} is only read, with GET or HEAD: {ADDRESSES} describes it"
        return problem(405, detail, headers={"Allow": "GET, HEAD"})
    return http_error(request, error)


def broken(_request: Request, _error: Exception) -> Response:
    """Answer a defect of ours without telling its insides; the log has them."""
    return problem(500, "the centre made a mistake; its log says which")


HANDLERS: Mapping[int | type[Exception], Any] = {
    Refused: refusal,
    Unavailable: unavailable,
    HTTPException: astray,
    RequestValidationError: invalid,
    Exception: broken,
}


def _tagged(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    # no-cache: keep it, but ask each time
    told = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept", **headers}
    asked = request.headers.get("if-none-match", "")
    if tag in {part.strip().removeprefix("W/") for part in asked.split(",")}:
        return Response(status_code=304, headers=told)
    return Response(body, media_type=media_type, headers=told)


def _table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row, column) for column in columns])
    return target.getvalue().encode()


def _cell(row: Mapping[str, object], column: str) -> object:
    value: object = row
    for member in column.split("."):
        value = value.get(member) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        return ",".join(f"{name}={member}" for name, member in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
