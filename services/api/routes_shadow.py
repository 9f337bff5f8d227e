"""The versions of an indicator, and what its next one would say beside the one in force."""

from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.answers import answer_list
from services.api.standard import StandardInForce
from services.domain.engine.differing import ONLY, VersionsCompared
from services.domain.engine.versions import known_versions
from services.domain.errors import Unavailable
from services.domain.query import (
    PARAMETERS,
    ObservationQuery,
    Page,
    QueryRefused,
    parse_query,
    write_cursor,
)

OWN_PARAMETERS = tuple(name for name in PARAMETERS if name != "indicator")
DIFFERENCE_COLUMNS = (
    *("id", "indicator", "unit", "valid_from", "dims", "window", "period", "calendar"),
    *("start", "end", "old.formula_version", "old.value", "old.level", "old.target"),
    *("new.formula_version", "new.value", "new.level", "new.target"),
    *("difference", "ratio", "level_changes"),
)
VERSION_COLUMNS = ("id", "formula_version", "effective_from", "effective_to", "state")


class DifferenceSource(Protocol):
    """Computes both sides; called in a worker thread.

    Raises Unavailable while it cannot, Refused where there is nothing to compare.
    """

    def differences(
        self, indicator: str, query: ObservationQuery, only: str | None
    ) -> tuple[VersionsCompared, Page]:
        """At most `query.limit` differences of an indicator."""
        ...


def shadow_routes(standard: StandardInForce, source: DifferenceSource | None) -> APIRouter:
    """Make the routes of versions; without a database there is nothing to compare."""
    router = APIRouter(tags=["standard"])

    @router.get("/v1/indicators/{indicator}/versions")
    async def versions(request: Request, indicator: str) -> Response:
        """All versions of an indicator, in order: past, in force, coming and in shadow."""
        for name in request.query_params:
            raise QueryRefused(name, f"unknown parameter {name!r}")
        found = known_versions(standard.catalogue, indicator)
        if not found:
            raise _unknown(standard, indicator)
        return answer_list(request, found, None, VERSION_COLUMNS)

    @router.get("/v1/indicators/{indicator}/shadow", openapi_extra=_documentation())
    async def shadow(request: Request, indicator: str) -> Response:
        """What the next version says beside the one in force, by unit and window.

        The filters are those of `/v1/observations`; `only=changed` leaves out pairs of equal value
        and level, `only=level` those of equal level. Then a page may hold less than `limit`.
        """
        catalogue = standard.catalogue
        if indicator not in catalogue.trials:
            if not known_versions(catalogue, indicator):
                raise _unknown(standard, indicator)
            waiting = sorted(catalogue.trials)
            detail = (
                f"{indicator} has no version in shadow and none that is still to come: add "
                f"standards/indicators/{indicator}.v2.yaml with `shadow: true`"
            )
            raise QueryRefused("indicator", detail, waiting, unknown=True)
        query, only = _read(request, standard)
        if source is None:
            raise Unavailable("this replica has no database to compute both versions from")
        compared, page = await run_in_threadpool(source.differences, indicator, query, only)
        return answer_list(
            request,
            page.items,
            write_cursor(page.after),
            DIFFERENCE_COLUMNS,
            indicator=indicator,
            old=compared.old,
            new=compared.new,
            changed=compared.changed,
            also_changes=compared.also_changes,
        )

    return router


def _read(request: Request, standard: StandardInForce) -> tuple[ObservationQuery, str | None]:
    given = request.query_params.multi_items()
    choices = [value for name, value in given if name == "only"]
    if any(choice not in ONLY for choice in choices) or len(choices) > 1:
        raise QueryRefused("only", f"only may be given once: {' or '.join(ONLY)}", ONLY)
    rest = [(name, value) for name, value in given if name != "only"]
    for name, _ in rest:
        if name == "indicator":
            raise QueryRefused(
                name, "the indicator is named by the path", (*OWN_PARAMETERS, "only")
            )
    return parse_query(rest, standard.vocabulary), choices[0] if choices else None


def _unknown(standard: StandardInForce, indicator: str) -> QueryRefused:
    known = sorted(standard.catalogue.indicators)
    return QueryRefused("indicator", f"unknown indicator {indicator!r}", known, unknown=True)


def _documentation() -> dict[str, Any]:
    names = {
        "unit": "unit, with or without its date",
        "within": "all units below this one, at any depth",
        "window": "window",
        "period": "named period of any age; without: the newest",
        "only": "changed or level",
        "limit": "items of a page",
        "cursor": "`next` of the page before",
    }
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": about,
                "schema": {"type": "string"},
            }
            for name, about in names.items()
        ]
    }
