"""The versions of an indicator, and what its next one would say beside the one in force."""

from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.answers import answer_list
from services.api.described import listed
from services.api.filters import described_filters, parameter
from services.api.parameters import only
from services.api.standard import StandardInForce
from services.domain.engine.differing import ONLY, Difference, VersionsCompared
from services.domain.engine.versions import KnownVersion, known_versions
from services.domain.errors import Unavailable
from services.domain.query import (
    PARAMETERS,
    ObservationQuery,
    Page,
    QueryRefused,
    parse_query,
    write_cursor,
)

NOT_HERE = {
    "indicator": "the indicator is named by the path",
    "known_at": "both versions are computed from what is known now",
}
"""Filters of observations that this comparison does not have, and why."""
OWN_PARAMETERS = tuple(name for name in PARAMETERS if name not in NOT_HERE)
CHOICE = parameter(
    "only", "leaves out what did not change: value and level, or the level", enum=[*ONLY]
)
COMPARED: dict[str, dict[str, Any]] = {
    "indicator": {"type": "string"},
    "old": {"type": ["object", "null"], "description": "the version in force; null: new indicator"},
    "new": {"type": "object", "description": "the version in shadow or still to come"},
    "changed": {"type": "array", "items": {"type": "string"}},
    "also_changes": {"type": "array", "items": {"type": "string"}},
}
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

    @router.get("/v1/indicators/{indicator}/versions", responses=listed(KnownVersion, 404))
    async def versions(request: Request, indicator: str) -> Response:
        """All versions of an indicator, in order: past, in force, coming and in shadow."""
        only(request)
        found = known_versions(standard.catalogue, indicator)
        if not found:
            raise _unknown(standard, indicator)
        return answer_list(request, found, None, VERSION_COLUMNS)

    @router.get(
        "/v1/indicators/{indicator}/shadow",
        responses=listed(Difference, 404, 503, **COMPARED),
        openapi_extra={"parameters": [*described_filters(standard.vocabulary, NOT_HERE), CHOICE]},
    )
    async def shadow(request: Request, indicator: str) -> Response:
        """What the next version says beside the one in force, by unit and window.

        The filters are those of `/v1/observations` but `known_at`; `only=changed` leaves out pairs
        of equal value and level, `only=level` those of equal level. Then a page may hold less than
        `limit`.
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
        query, choice = _read(request, standard)
        if source is None:
            raise Unavailable("this replica has no database to compute both versions from")
        compared, page = await run_in_threadpool(source.differences, indicator, query, choice)
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
        if name in NOT_HERE:
            raise QueryRefused(name, NOT_HERE[name], (*OWN_PARAMETERS, "only"))
    return parse_query(rest, standard.vocabulary), choices[0] if choices else None


def _unknown(standard: StandardInForce, indicator: str) -> QueryRefused:
    known = sorted(standard.catalogue.indicators)
    return QueryRefused("indicator", f"unknown indicator {indicator!r}", known, unknown=True)
