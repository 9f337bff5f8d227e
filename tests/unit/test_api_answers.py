"""What the read interface answers without any server behind it: refusals, HEAD, its document."""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from prometheus_client import CollectorRegistry

from services.api.application import Application, new_application
from services.api.metrics import ApiMetrics
from services.api.procedures import Procedure
from services.api.routes_observations import ObservationSources, observation_routes
from services.api.routes_receipts import receipt_routes
from services.api.routes_reference import indicator_routes, procedure_routes, unit_routes
from services.api.routes_shadow import shadow_routes
from services.api.standard import StandardInForce
from services.domain.query import PARAMETERS, ObservationQuery, Page
from tests.schema_references import references
from tests.unit.engine_centre import units
from tests.unit.reference_log import at

NOW = at("2026-03-05T12:00")
PROCEDURE = Procedure("1.001193", "Khai sinh", "P:33", "TP", "H33.15", "commune", True, "2026")


class NoRows:
    """Stands for tables without rows."""

    def of(self, unit: str, now: int) -> list[Procedure]:
        return [PROCEDURE] if (unit, now) == ("P:33", NOW) else []

    def find(self, query: ObservationQuery) -> Page:
        return Page(())

    def get(self, receipt: object) -> None:
        return None


def application() -> Application:
    standard = StandardInForce(ApiMetrics(CollectorRegistry()), lambda _: True)
    app = new_application()
    sources = ObservationSources(NoRows(), None)
    app.include_router(observation_routes(sources, lambda: standard.vocabulary))
    app.include_router(indicator_routes(standard))
    app.include_router(shadow_routes(standard, None))
    app.include_router(unit_routes(units(), lambda _: None, lambda: NOW))
    app.include_router(procedure_routes(NoRows(), units(), lambda: NOW))
    app.include_router(receipt_routes(NoRows()))

    @app.get("/counted", include_in_schema=False)
    async def counted(number: int) -> int:
        return number

    return app


@pytest.fixture(name="app", scope="module")
def _app() -> Application:
    return application()


@pytest.fixture
async def http(app: Application) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        yield client


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        (f"/v1/units?cursor={cursor('²')}", "cursor", "not one of this list"),
        (f"/v1/units?cursor={cursor('٣')}", "cursor", "not one of this list"),
        (f"/v1/units?cursor={cursor('-1')}", "cursor", "not one of this list"),
        ("/v1/units?level=C&level=P", "level", "may be given once"),
        ("/v1/units?limit=²", "limit", "whole number"),
        ("/v1/procedures", "unit", "like P:33"),
        ("/v1/procedures?unit=P:33&unit=P:34", "unit", "may be given once"),
        ("/v1/observations?known_at=0001-01-01", "known_at", "1900"),
        ("/v1/receipts/٠0000000-0000-0000-0000-000000000000", "receipt", "UUID"),
        ("/v1/receipts/00000000-0000-0000-0000-000000000000?x=1", "x", "unknown parameter"),
        ("/counted?number=many", "number", "number"),
        ("/counted", "number", "number"),
    ],
)
async def test_mistakes_are_told(
    http: httpx.AsyncClient, path: str, parameter: str, words: str
) -> None:
    answer = await http.get(path)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert words in problem["detail"]


async def test_codes_may_be_repeated(http: httpx.AsyncClient) -> None:
    for query, found in (("", 1), ("&code=1.001193&code=2", 1), ("&code=2", 0)):
        page = (await http.get(f"/v1/procedures?unit=P:33{query}")).json()
        assert len(page["items"]) == found


async def test_head_is_answered_where_get_is(http: httpx.AsyncClient) -> None:
    got, headed = await http.get("/v1/units?level=P"), await http.head("/v1/units?level=P")
    assert (got.status_code, headed.status_code) == (200, 200)
    assert headed.headers["etag"] == got.headers["etag"]
    assert (await http.head("/v1/units?level=X")).status_code == 404


async def test_who_goes_astray_is_told_the_way(http: httpx.AsyncClient) -> None:
    nothing = await http.get("/v1/unit")
    assert nothing.status_code == 404
    assert nothing.json()["detail"] == (
        "there is nothing at '/v1/unit': GET /openapi.json lists the addresses"
    )
    for way in ("OPTIONS", "POST", "DELETE"):
        answer = await http.request(way, "/v1/units")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert "GET /openapi.json" in answer.json()["detail"]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, ways in document["paths"].items():
        assert list(ways) == ["get"], path
        yield path, ways["get"]


@pytest.mark.clause("11.3.4")
async def test_the_document_describes_every_answer(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    tables = set()
    for path, operation in operations(document):
        answers = operation["responses"]
        assert {"200", "304", "400", "default"} <= set(answers), path
        assert "422" not in answers
        for status in set(answers) - {"200", "304"}:
            (form,) = answers[status]["content"]
            assert form == "application/problem+json"
        assert answers["200"]["content"]["application/json"]["schema"] != {}, path
        if "text/csv" in answers["200"]["content"]:
            tables.add(path)
    assert "/v1/observations" in tables
    assert "/v1/indicators/{indicator}" not in tables
    assert "503" in document["paths"]["/v1/observations"]["get"]["responses"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


async def test_the_document_names_every_parameter(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    named = {
        path: [each["name"] for each in way["get"].get("parameters", []) if each["in"] == "query"]
        for path, way in paths.items()
    }
    assert sorted(named["/v1/observations"]) == sorted((*PARAMETERS, "dims."))
    own = {*PARAMETERS, "dims.", "only"} - {"indicator", "known_at"}
    assert sorted(named["/v1/indicators/{indicator}/shadow"]) == sorted(own)
    procedures = {each["name"]: each for each in paths["/v1/procedures"]["get"]["parameters"]}
    assert set(procedures) == {"unit", "code", "limit", "cursor"}
    assert procedures["unit"]["required"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/units",
        "/v1/indicators",
        "/v1/indicators/PS-04",
        "/v1/indicators/PS-04/versions",
        "/v1/procedures?unit=P:33",
        "/v1/observations",
    ],
)
async def test_answers_are_as_the_document_says(http: httpx.AsyncClient, path: str) -> None:
    document = (await http.get("/openapi.json")).json()
    address = path.partition("?")[0].replace("PS-04", "{indicator}")
    answers = document["paths"][address]["get"]["responses"]
    schema = {**answers["200"]["content"]["application/json"]["schema"], **document}
    jsonschema.Draft202012Validator(schema).validate((await http.get(path)).json())
    refused = answers["400"]["content"]["application/problem+json"]["schema"]
    problem = (await http.get(f"{path.partition('?')[0]}?colour=red")).json()
    jsonschema.Draft202012Validator({**refused, **document}).validate(problem)
