"""`GET /v1/observations`: newest values from the board, any other from the database."""

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.answers import answer_list
from services.domain.errors import Unavailable
from services.domain.query import (
    BOUNDARIES,
    CALENDARS,
    LIMIT_DEFAULT,
    LIMIT_MAX,
    ObservationQuery,
    ObservationSource,
    Page,
    parse_query,
    write_cursor,
)
from services.domain.times_asked import STEPS
from services.domain.vocabulary import Vocabulary

COLUMNS = (
    *("id", "indicator", "unit", "valid_from", "dims", "window", "period", "calendar"),
    *("start", "end", "value", "numerator", "denominator", "null_reason", "status", "finality"),
    *("revision", "level.value", "coverage.reported", "coverage.expected", "boundaries.view"),
    *("as_of", "event_time", "published_at", "break.at", "break.reason"),
)


class ObservationSources(msgspec.Struct, frozen=True):
    """Who answers: `newest` once `complete`, `computed` what needs the database (None: not there).

    Before it has read the whole topic a replica would tell what it knows as if it were all.
    """

    newest: ObservationSource
    computed: ObservationSource | None
    complete: Callable[[], bool] = lambda: True

    def find(self, query: ObservationQuery) -> Page:
        """Compute the answer from what is counted; without the database the newest published."""
        if self.computed is not None:
            try:
                return self.computed.find(query)
            except Unavailable:
                if not query.newest:
                    raise
        if not query.newest:
            raise Unavailable(
                "this replica has no database: ask without period, history and known_at"
            )
        if not self.complete():
            raise Unavailable("this replica is still reading the newest observations")
        return self.newest.find(query)


def observation_routes(
    sources: ObservationSources, vocabulary: Callable[[], Vocabulary]
) -> APIRouter:
    """Make the routes of observations; the documentation names what is known at the start."""
    router = APIRouter(tags=["observations"])

    @router.get("/v1/observations", openapi_extra=_documentation(vocabulary()))
    async def observations(request: Request) -> Response:
        """Observations by filters; every filter is optional and may be repeated."""
        query = parse_query(request.query_params.multi_items(), vocabulary())
        page = await run_in_threadpool(sources.find, query)
        return answer_list(request, page.items, write_cursor(page.after), COLUMNS)

    return router


def _documentation(vocabulary: Vocabulary) -> dict[str, Any]:
    def parameter(
        name: str, about: str, example: object = None, **schema: object
    ) -> dict[str, Any]:
        return {
            "name": name,
            "in": "query",
            "required": False,
            "description": about,
            "schema": {"type": "string", **schema},
            **({} if example is None else {"example": example}),
        }

    def several(
        name: str, about: str, example: str, enum: list[str] | None = None
    ) -> dict[str, Any]:
        items = {"type": "string", **({} if enum is None else {"enum": enum})}
        return parameter(name, about, [example], type="array", items=items)

    members = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "parameters": [
            several("indicator", "indicator or component", "PS-04", sorted(vocabulary.indicators)),
            several("unit", "unit, with or without its date", "P:33"),
            several("within", "all units below this one, at any depth", "P:33"),
            several("window", "window", "month", sorted(vocabulary.windows)),
            several("period", "named period of any age; without: the newest", "2026-10"),
            several("calendar", "calendar; without: statistical", "statistical", list(CALENDARS)),
            several("dims", "all members of a breakdown", "agency", sorted(vocabulary.dimensions)),
            {
                **parameter("dims.", "one member of a breakdown, as in dims.agency=H33.15"),
                "style": "form",
                "explode": True,
                "schema": members,
            },
            parameter(
                "boundaries",
                "`as-then`: units of the time; `constant`: history moved to the units of today",
                enum=list(BOUNDARIES),
                default=BOUNDARIES[0],
            ),
            parameter("history", "a series instead of one value", type="boolean"),
            parameter("from", "begin of the series: date or instant", "2026-10-01"),
            parameter("to", "end of the series, exclusive", "2026-11-01"),
            parameter("step", "distance of its points", "1d", enum=list(STEPS)),
            parameter("known_at", "calendar periods as known at a date or instant", "2026-10-15"),
            parameter(
                "limit",
                "items of a page",
                type="integer",
                minimum=1,
                maximum=LIMIT_MAX,
                default=LIMIT_DEFAULT,
            ),
            parameter("cursor", "`next` of the page before"),
        ]
    }
