"""The routes of what numbers are about: indicators, units and their boundaries."""

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.adapters.http import problem
from services.api.answers import answer, answer_list
from services.api.described import listed, one
from services.api.parameters import only, read_position
from services.api.procedures import Procedure, ProcedureSource
from services.api.standard import StandardInForce
from services.domain.engine.indicator import Indicator
from services.domain.instants import local_date, parse_date
from services.domain.letters import fold
from services.domain.query import QueryRefused, read_limit, write_cursor
from services.domain.units import Unit, UnitList

LIMIT_DEFAULT = 500
LIMIT_MAX = 5_000
LEVELS = ("N", "P", "D", "C")
UNIT_PARAMETERS = ("level", "parent", "q", "on", "limit", "cursor")
UNIT_COLUMNS = (
    *("code", "key", "level", "name_vi", "name_short_vi", "type", "parent"),
    *("valid_from", "valid_to", "lat", "lon"),
)
INDICATOR_COLUMNS = ("id", "vi", "en", "unit", "domain", "kind", "level", "form", "direction")

PROCEDURE_PARAMETERS = ("unit", "code", "limit", "cursor")
PROCEDURE_COLUMNS = (
    *("code", "title", "unit", "sector", "agency", "execution_level", "active", "since"),
)
CODES_MAX = 200
UNIT_WANTED = {
    "name": "unit",
    "in": "query",
    "required": True,
    "description": "province like P:33, or N:VN for the country's own catalogue",
    "schema": {"type": "string"},
}
CODES = {
    "name": "code",
    "in": "query",
    "required": False,
    "description": "only procedures with these codes",
    "schema": {"type": "array", "items": {"type": "string"}, "maxItems": CODES_MAX},
}
GEOJSON = {"type": "object", "description": "GeoJSON, a FeatureCollection"}

Boundaries = Callable[[str], dict[str, object] | None]
"""GeoJSON of a province's communes, None when it has none; called in a worker thread."""


def indicator_routes(standard: StandardInForce) -> APIRouter:
    """Make the routes of the catalogue."""
    router = APIRouter(tags=["standard"])

    @router.get("/v1/indicators", responses=listed(Indicator))
    async def indicators(request: Request) -> Response:
        """All indicators of the standard: names, formulas, windows, targets and levels."""
        only(request)
        return answer_list(request, standard.documents, None, INDICATOR_COLUMNS)

    @router.get("/v1/indicators/{indicator}", responses=one(Indicator, 404))
    async def indicator(request: Request, indicator: str) -> Response:
        """One indicator of the standard."""
        only(request)
        for document in standard.documents:
            if document["id"] == indicator:
                return answer(request, document)
        known = [document["id"] for document in standard.documents]
        raise QueryRefused("indicator", f"unknown indicator {indicator!r}", known, unknown=True)

    return router


def unit_routes(units: UnitList, boundaries: Boundaries, now: Callable[[], int]) -> APIRouter:
    """Make the routes of units. The list is of the day `on`, by default today in local time."""
    router = APIRouter(tags=["units"])

    @router.get("/v1/units", responses=listed(Unit, 404))
    async def list_units(
        request: Request,
        level: str | None = None,
        parent: str | None = None,
        q: str | None = None,
        on: str | None = None,
        limit: str | None = None,
        cursor: str | None = None,
    ) -> Response:
        """Units of a day, by level, by what they lie in, or by name without accents."""
        only(request, UNIT_PARAMETERS)
        if level is not None and level not in LEVELS:
            raise QueryRefused("level", f"unknown level {level!r}", LEVELS, unknown=True)
        day = local_date(now()) if on is None else _day(on)
        size = read_limit(limit, LIMIT_DEFAULT, LIMIT_MAX)
        found = _found(units, _parent_key(units, parent, day), q, day)
        if level is not None:
            found = [unit for unit in found if unit.level == level]
        begin = read_position(cursor)
        page = found[begin : begin + size]
        after = str(begin + size) if begin + size < len(found) else None
        return answer_list(request, page, write_cursor(after), UNIT_COLUMNS)

    @router.get("/v1/units/{province}/boundaries", responses=one(GEOJSON, 404, 503))
    async def unit_boundaries(request: Request, province: str) -> Response:
        """Boundaries of a province's communes (WGS 84), 404 when none were imported."""
        only(request)
        code = province if province.startswith("P:") else f"P:{province}"
        if not units.of_code(code):
            raise QueryRefused("province", f"unknown province {province!r}", unknown=True)
        found = await run_in_threadpool(boundaries, code.removeprefix("P:"))
        if found is None:
            return problem(404, f"no boundaries of {code}: ioc units import FILE.geojson adds them")
        return answer(request, found)

    return router


def procedure_routes(source: ProcedureSource, units: UnitList, now: Callable[[], int]) -> APIRouter:
    """Make the route of the procedures that breakdowns by `procedure` name by their code."""
    router = APIRouter(tags=["standard"])

    @router.get(
        "/v1/procedures",
        responses=listed(Procedure, 404, 503),
        openapi_extra={"parameters": [UNIT_WANTED, CODES]},
    )
    async def procedures(
        request: Request, limit: str | None = None, cursor: str | None = None
    ) -> Response:
        """Procedures of a province's catalogue with their names; `code` may be repeated.

        `unit` is the province, or N:VN for the country's own catalogue.
        """
        only(request, PROCEDURE_PARAMETERS, several=("code",))
        unit, codes = request.query_params.get("unit"), request.query_params.getlist("code")
        if len(codes) > CODES_MAX:
            raise QueryRefused("code", f"at most {CODES_MAX} codes at once")
        if unit is None:
            raise QueryRefused("unit", "unit is missing: a province like P:33, or N:VN")
        if not units.of_code(unit) or unit[0] not in "NP":
            raise QueryRefused("unit", f"unknown province {unit[:40]!r}: like P:33", unknown=True)
        found = await run_in_threadpool(source.of, unit, now())
        chosen = [each for each in found if not codes or each.code in codes]
        size, begin = read_limit(limit, LIMIT_DEFAULT, LIMIT_MAX), read_position(cursor)
        after = str(begin + size) if begin + size < len(chosen) else None
        page = chosen[begin : begin + size]
        return answer_list(request, page, write_cursor(after), PROCEDURE_COLUMNS)

    return router


def _found(units: UnitList, parent: str | None, text: str | None, day: date) -> list[Unit]:
    listed = list(units.current(day))
    if parent is not None:
        below = {unit.key for unit in units.children(parent)}
        listed = [unit for unit in listed if unit.key in below]
    if text is not None:
        wanted = fold(text)
        listed = [unit for unit in listed if wanted in fold(unit.name_vi) or wanted in unit.code]
    return listed


def _parent_key(units: UnitList, parent: str | None, day: date) -> str | None:
    if parent is None:
        return None
    unit = units.get(parent) if "@" in parent else units.at(parent, day)
    if unit is None:
        raise QueryRefused("parent", f"no unit {parent!r} on {day.isoformat()}", unknown=True)
    return unit.key


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise QueryRefused("on", f"on is a date like 2025-07-01, not {text!r}") from error
