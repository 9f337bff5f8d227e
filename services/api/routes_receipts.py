"""`GET /v1/receipts/{id}`: what became of each record of a request to the intake."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.adapters.http import problem
from services.api.answers import answer
from services.api.described import one
from services.api.parameters import only
from services.api.receipts import ReceiptSource
from services.domain.query import QueryRefused

RECEIPT = {"type": "object", "description": "Counters of a receipt, and `notes` of its records"}


def receipt_routes(receipts: ReceiptSource) -> APIRouter:
    """Make the routes of receipts."""
    router = APIRouter(tags=["receipts"])

    @router.get("/v1/receipts/{receipt}", responses=one(RECEIPT, 404, 503))
    async def get_receipt(request: Request, receipt: str) -> Response:
        """Counters of a receipt, and each record that was not simply counted, with its reason.

        `state` is `pending` until every accepted record is settled.
        """
        only(request)
        number = _number(receipt)
        found = await run_in_threadpool(receipts.get, number)
        if found is None:
            detail = f"no receipt {number}: it may not be stored yet, or never was given"
            return problem(404, detail)
        return answer(request, found)

    return router


def _number(text: str) -> UUID:
    try:
        return UUID(text if text.isascii() else "")
    except ValueError as error:
        detail = f"{text[:40]!r} is not a receipt's id (a UUID)"
        raise QueryRefused("receipt", detail) from error
