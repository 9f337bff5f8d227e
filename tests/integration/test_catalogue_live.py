"""The standard changes while a centre runs: the api, its clients and the evaluator go along."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from services.adapters import clock
from services.adapters.provision import make_topics
from services.adapters.settings import Settings
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import EvaluateMetrics
from services.cli.main import assemble
from tests.integration.api_server import Running, Screen, ready, running_api, screen
from tests.integration.counted_documents import Counting, dossier
from tests.integration.explaining import address
from tests.standard_folder import change

pytestmark = pytest.mark.servers

SECONDS_MAX = 90
MONTH = "PS-01|P:33@2025-07-01||month:2025-10"
ALL = "indicators/33/P:33/PS-01/all"
ONLINE, COUNT = 3, 8
CSV = {"accept": "text/csv"}
Json = dict[str, Any]


@pytest.fixture(name="api")
async def _api(kafka: str, database: str, folder: Path) -> AsyncIterator[Running]:
    settings = Settings(kafka_bootstrap=kafka, database_url=database)
    await make_topics(settings)
    async with running_api(kafka, INDICATORS, database=database, standards=folder) as running:
        yield running


@pytest.fixture(name="http")
async def _http(api: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as client:
        yield client


@pytest.fixture(autouse=True)
def _counted(database: str) -> None:
    """Eight dossiers of October 2025, of which three were handled online."""
    with connect(database, "test") as connection:
        documents = [dossier(n) for n in range(COUNT)]
        for number, document in enumerate(documents):
            document["data"] |= {"channel": 2, "requires_paper_result": number >= ONLINE}
        Counting(database, connection).count(*documents, now=clock.now())


async def until(holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Ask again and again until it holds."""
    async with asyncio.timeout(SECONDS_MAX):
        while not await holds():  # noqa: ASYNC110 - files set no event
            await asyncio.sleep(0.1)


def further(folder: Path, number: int, **changed: object) -> Path:
    """A further version of PS-01 in a file of its own."""
    document = yaml.safe_load((folder / "indicators/PS-01.yaml").read_text(encoding="utf-8"))
    path = folder / f"indicators/PS-01.v{number}.yaml"
    text = yaml.safe_dump(document | {"formula_version": number} | changed, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


async def command(api: Running, *words: str) -> str:
    """What `ioc indicators` prints; it has to succeed."""
    arguments = ["indicators", *words, "--to", api.url]
    app = assemble("indicators")
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments, env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    return done.stdout


async def month(http: httpx.AsyncClient) -> Json:
    asked = {"indicator": "PS-01", "unit": "P:33", "window": "month", "period": "2025-10"}
    answer = await http.get("/v1/observations", params=asked)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    return dict(found)


async def standard_version(http: httpx.AsyncClient) -> str:
    return str((await http.get("/readyz")).json()["catalogue"])


@pytest.mark.clause("4.1.1", "4.1.2", "4.1.3")
async def test_a_changed_target_formula_and_window_are_answered(
    api: Running, http: httpx.AsyncClient, folder: Path
) -> None:
    await ready(api)
    assert (await month(http))["value"] == pytest.approx(100 * ONLINE / COUNT)
    before = await standard_version(http)
    async with screen(api) as wall:
        change(folder, "PS-01", "value: 50}", "value: 55}")
        change(folder, "PS-01", "windows: [24h, 30d,", "windows: [24h, 7d, 30d,")
        change(
            folder, "PS-01", "numerator: [dossiers_full_online]", "numerator: [dossiers_received]"
        )
        change(folder, "PS-01", "formula_version: 1", "formula_version: 2")
        told = await wall.hear_type("standard")
        while (await standard_version(http)) != told["standard_version"] or (await month(http))[
            "formula_version"
        ] != 2:
            told = await wall.hear_type("standard")
    assert told["standard_version"] != before
    found = await month(http)
    assert (found["value"], found["target"]["value"]) == (100, 55)
    asked = {"indicator": "PS-01", "unit": "P:33", "window": "7d"}
    assert (await http.get("/v1/observations", params=asked)).json()["items"]
    listed = (await http.get("/v1/indicators/PS-01")).json()
    assert (listed["formula_version"], listed["target_bound"]["value"]) == (2, 55)
    explained = (await http.get(address(MONTH))).json()
    assert explained["formula"]["version"] == explained["observation"]["formula_version"] == 2
    async with screen(api) as another:
        assert another.heard[0]["standard_version"] == told["standard_version"]


@pytest.mark.clause("4.1.3")
async def test_a_wrong_file_is_refused_and_seen_and_what_is_in_force_stays(
    api: Running, http: httpx.AsyncClient, folder: Path
) -> None:
    await ready(api)
    before, value = await standard_version(http), (await month(http))["value"]
    change(folder, "PS-01", "numerator: [dossiers_full_online]", "numerator: [dossiers_online]")

    async def warned() -> bool:
        return "warnings" in (await http.get("/readyz")).json()

    await until(warned)
    answer = await http.get("/readyz")
    (warning,) = answer.json()["warnings"]
    assert "PS-01.yaml:16: numerator: dossiers_online is neither a measure" in warning
    assert (answer.status_code, answer.json()["catalogue"]) == (200, before)
    assert "ioc_api_catalogue_refused 1.0" in (await http.get("/metrics")).text
    assert (await month(http))["value"] == value
    change(folder, "PS-01", "numerator: [dossiers_online]", "numerator: [dossiers_full_online]")

    async def healed() -> bool:
        return not await warned()

    await until(healed)
    assert "ioc_api_catalogue_refused 0.0" in (await http.get("/metrics")).text


async def test_a_shadow_is_read_beside_what_is_in_force(
    api: Running, http: httpx.AsyncClient, folder: Path
) -> None:
    await ready(api)
    before = await standard_version(http)
    nothing = await http.get("/v1/indicators/PS-01/shadow")
    assert nothing.status_code == 404
    assert "shadow: true" in nothing.json()["detail"]
    begin = {"effective_from": "2026-01-01"}
    path = further(folder, 2, shadow=True, numerator=["dossiers_received"], **begin)

    async def there() -> bool:
        return (await http.get("/v1/indicators/PS-01/shadow?unit=P:33")).status_code == 200

    await until(there)
    asked = {"unit": "P:33", "window": "month", "period": "2025-10"}
    page = (await http.get("/v1/indicators/PS-01/shadow", params=asked)).json()
    assert (page["old"]["formula_version"], page["new"]["formula_version"]) == (1, 2)
    assert page["changed"] == ["numerator"]
    (pair,) = page["items"]
    share = 100 * ONLINE / COUNT
    assert (pair["old"]["value"], pair["new"]["value"]) == (share, 100)
    assert (pair["difference"], pair["ratio"]) == (100 - share, pytest.approx(100 / share))
    assert (await month(http))["formula_version"] == 1
    assert await standard_version(http) == before
    listed = (await http.get("/v1/indicators/PS-01/versions")).json()["items"]
    assert [one["state"] for one in listed] == ["in_force", "shadow"]
    wrong = await http.get("/v1/indicators/PS-01/shadow?only=news")
    assert (wrong.status_code, wrong.json()["allowed"]) == (400, ["changed", "level"])
    then = await http.get("/v1/indicators/PS-01/shadow?known_at=2025-10-01")
    assert (then.status_code, then.json()["parameter"]) == (400, "known_at")
    course = {"unit": "P:33", "window": "month", "history": "true", "from": "2025-09-01"}
    months = (await http.get("/v1/indicators/PS-01/shadow", params=course)).json()["items"]
    assert [each["period"] for each in months[:2]] == ["2025-09", "2025-10"]
    assert months[1] == pair
    table = await http.get("/v1/indicators/PS-01/shadow", params=asked, headers=CSV)
    assert ",old.value," in table.text.splitlines()[0]
    month_of = ["--unit", "P:33", "--window", "month", "--period", "2025-10"]
    said = await command(api, "diff", "PS-01", *month_of)
    assert "PS-01 v2 (in shadow) beside v1; differ in numerator" in said
    assert "37.5" in said
    assert "1 pairs; 0 change their level" in said
    whole = json.loads(await command(api, "diff", "PS-01", *month_of, "--json"))
    assert whole["items"] == [pair]
    assert "PS-01 v2  shadow" in await command(api, "versions", "PS-01")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("shadow")), encoding="utf-8")

    async def in_force() -> bool:
        found = (await http.get("/v1/indicators/PS-01")).json()
        return bool(found["formula_version"] == 2)

    await until(in_force)
    old = await month(http)
    assert (old["formula_version"], old["value"]) == (1, share)
    explained = (await http.get(address(MONTH))).json()
    assert explained["formula"]["numerator"] == ["dossiers_full_online"]


async def test_the_evaluator_publishes_by_the_version_in_force(
    kafka: str, database: str, api: Running, http: httpx.AsyncClient, folder: Path
) -> None:
    settings = Settings(kafka_bootstrap=kafka, database_url=database, standards=folder)
    metrics = EvaluateMetrics(CollectorRegistry())
    worker = EvaluateWorker(settings, load_catalogue(folder), load_units(), metrics)
    running = asyncio.create_task(worker.run())
    try:
        await ready(api)
        async with screen(api) as wall:
            await wall.subscribe(ALL)
            await _seen(wall, formula_version=1, value=100 * ONLINE / COUNT)
            further(folder, 2, effective_from="2026-01-01", numerator=["dossiers_received"])
            await _seen(wall, formula_version=2, value=100)

        async def agree() -> bool:
            return worker.details["catalogue"] == await standard_version(http)

        await until(agree)  # each looks at the files for itself, once a second
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _seen(wall: Screen, **wanted: object) -> None:
    """Listen until the subscribed observation says this."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            message = await wall.hear()
            for item in message.get("items", ()):
                if {name: item.get(name) for name in wanted} == wanted:
                    return
