"""`GET /v1/observations`: newest values from the board, any other from the database."""

from collections.abc import Callable

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.answers import answer_list
from services.api.described import listed
from services.api.filters import described_filters
from services.domain.engine.observation import Observation
from services.domain.errors import Unavailable
from services.domain.query import (
    ObservationQuery,
    ObservationSource,
    Page,
    parse_query,
    write_cursor,
)
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

    @router.get(
        "/v1/observations",
        responses=listed(Observation, 404, 503),
        openapi_extra={"parameters": described_filters(vocabulary())},
    )
    async def observations(request: Request) -> Response:
        """Observations by filters; every filter is optional and may be repeated."""
        query = parse_query(request.query_params.multi_items(), vocabulary())
        page = await run_in_threadpool(sources.find, query)
        return answer_list(request, page.items, write_cursor(page.after), COLUMNS)

    return router
