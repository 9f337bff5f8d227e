"""Asks a centre over REST, and its intake with records that change no figure."""

import asyncio
import json
import uuid
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from services.cli.probes.survey import Answer, Item, Sent
from services.domain.errors import Unavailable

REFORM: Final = "2025-07-01"
BEFORE_REFORM: Final = "2025-06-30"
SAMPLE_OF_INDICATOR: Final = 100
ANSWER_SECONDS_MAX: Final = 30.0
RECEIPT_SECONDS_MAX: Final = 20.0
POLL_SECONDS: Final = 0.2
PARTS_MAX: Final = 5
NDJSON: Final = "application/x-ndjson"
SOURCE: Final = "/agency/ioc/conform"

QUESTIONS: Final[dict[str, str]] = {
    "openapi": "/openapi.json",
    "page": "/v1/observations?limit=2",
    "unknown indicator": "/v1/observations?indicator=XX-99",
    "unknown parameter": "/v1/observations?colour=red",
    "unknown path": "/v1/nothing-here",
    "provinces": f"/v1/units?level=P&on={REFORM}&limit=5000",
    "communes": f"/v1/units?level=C&on={REFORM}&limit=5000",
    "code before": f"/v1/units?level=C&q=26740&on={BEFORE_REFORM}",
    "code after": f"/v1/units?level=C&q=26740&on={REFORM}",
    "retyped before": "/v1/units?level=P&q=75&on=2026-04-29",
    "retyped after": "/v1/units?level=P&q=75&on=2026-04-30",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "metrics": "/metrics",
}
INTAKE_QUESTIONS: Final[dict[str, str]] = {
    "intake openapi": "/openapi.json",
    "intake healthz": "/healthz",
    "intake readyz": "/readyz",
    "intake metrics": "/metrics",
}


async def ask_api(http: httpx.AsyncClient) -> dict[str, Answer]:
    """The answers to all questions, to a repeated one, to one for CSV, and page by page."""
    found = {name: await _get(http, path) for name, path in QUESTIONS.items()}
    page = found["page"]
    tag = {"If-None-Match": page.headers.get("etag", '"none"')}
    provinces = QUESTIONS["provinces"]
    unchanged = (await _get(http, provinces)).headers.get("etag", '"none"')
    found["unchanged"] = await _get(http, provinces, {"If-None-Match": unchanged})
    found["changed"] = await _get(http, provinces, {"If-None-Match": '"another"'})
    found["page again"] = await _get(http, QUESTIONS["page"], tag)
    found["csv"] = await _get(http, QUESTIONS["page"], {"Accept": "text/csv"})
    return found | await _parts(http)


async def _parts(http: httpx.AsyncClient) -> dict[str, Answer]:
    """The provinces page by page; a list that does not end is left after some pages."""
    first = path = f"/v1/units?level=P&on={REFORM}&limit=8"
    found: dict[str, Answer] = {}
    while path and len(found) < PARTS_MAX:
        answer = found[f"part {len(found)}"] = await _get(http, path)
        cursor = answer.members.get("next")
        path = f"{first}&cursor={cursor}" if cursor else ""
    return found


async def sample(http: httpx.AsyncClient, indicators: tuple[Item, ...]) -> tuple[Item, ...]:
    """Some observations of each indicator and of its components, those of the country first.

    In the order of ids communes come before it, and of them there may be thousands.
    """
    names = [str(document["id"]) for document in indicators]
    names += [
        f"{one['id']}.{part['id']}" for one in indicators for part in one.get("components", [])
    ]
    found: dict[str, Item] = {}
    for name in names:
        path = f"/v1/observations?indicator={name}&limit={SAMPLE_OF_INDICATOR}"
        for asked in (f"{path}&unit=N:VN", path):
            found |= {item["id"]: item for item in (await _get(http, asked)).items}
    return tuple(found.values())


async def ask_for(http: httpx.AsyncClient, observation: Item) -> dict[str, Answer]:
    """The same observation by its filters, and its series."""
    name, unit, window = (observation[each] for each in ("indicator", "unit", "window"))
    path = f"/v1/observations?indicator={name}&unit={unit}&window={window}"
    day = str(observation["start"])[:10]
    return {
        "by filters": await _get(
            http, f"{path}&calendar={observation['calendar']}&period={observation['period']}"
        ),
        "series": await _get(http, f"{path}&history=true&from={day}"),
    }


async def post_wrong_body(ingest: httpx.AsyncClient) -> Answer:
    """The answer to a body of a kind that no intake reads."""
    return await _answered(ingest, "POST", "/v1/events", b"x", {"content-type": "image/png"})


async def send(ingest: httpx.AsyncClient, api: httpx.AsyncClient, lines: list[bytes]) -> Sent:
    """Send lines and wait for their receipt to be settled; None when that takes too long."""
    headers = {"content-type": NDJSON}
    answer = await _answered(ingest, "POST", "/v1/events", b"\n".join(lines), headers)
    number = answer.members.get("receipt")
    deadline = asyncio.get_running_loop().time() + RECEIPT_SECONDS_MAX
    while number and asyncio.get_running_loop().time() < deadline:
        receipt = await _get(api, f"/v1/receipts/{number}")
        if receipt.status == 200 and receipt.members.get("state") == "settled":
            return Sent(answer, receipt)
        await asyncio.sleep(POLL_SECONDS)
    return Sent(answer, None)


def harmless_lines() -> list[bytes]:
    """One record that the intake accepts and five that it must refuse; none changes a figure.

    The first takes back a list that was never sent, so it waits for ever and counts nowhere.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    first = {
        "specversion": "1.0",
        "id": f"conform-{uuid.uuid4().hex[:12]}",
        "source": SOURCE,
        "type": "vn.ioc.reference.list.v1",
        "time": now,
        "recordedtime": now,
        "subject": "conform",
        "unit": "N:VN",
        "op": "retract",
        "supersedes": "conform-never-sent",
    }
    wrong: list[dict[str, Any]] = [
        {**first, "id": "conform-alert", "type": "vn.ioc.alert.raised.v1"},
        {**first, "id": "conform-future", "time": "2999-01-01T00:00:00+07:00"},
        {**first, "id": "conform-offset", "time": "2026-01-01T00:00:00"},
        {**first, "id": "conform-unit", "unit": "C:99999"},
    ]
    return [json.dumps(each).encode() for each in (first, *wrong)] + [b'{"specversion":"1.0",']


async def get_many(http: httpx.AsyncClient, paths: dict[str, str]) -> dict[str, Answer]:
    """The answers by the names of their questions."""
    return {name: await _get(http, path) for name, path in paths.items()}


async def _get(http: httpx.AsyncClient, path: str, headers: dict[str, str] | None = None) -> Answer:
    return await _answered(http, "GET", path, None, headers)


async def _answered(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str] | None,
) -> Answer:
    try:
        response = await http.request(method, path, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"{http.base_url} does not answer: {error!r}") from error
    told = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, told, response.content)
