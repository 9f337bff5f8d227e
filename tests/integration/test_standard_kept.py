"""Services that start while files are refused work by the last sound standard, and say so."""

import asyncio
import contextlib
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.adapters.kept_standard import KeptStandard
from services.adapters.provision import make_topics
from services.adapters.settings import Settings
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.adapters.watched_standard import WatchedStandard
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import EvaluateMetrics
from services.domain.errors import Refused
from tests.integration.api_server import ready, running_api

pytestmark = pytest.mark.servers

SECONDS_MAX = 60
NOWHERE = "postgresql://ioc@127.0.0.1:1/ioc"
REFUSED = "catalogue refused: PS-04.yaml:1: is empty"


def emptied(folder: Path) -> bytes:
    """Empty a file as a save in two steps does; gives what stood in it."""
    path = folder / "indicators/PS-04.yaml"
    whole = path.read_bytes()
    path.write_bytes(b"")
    return whole


def test_what_was_kept_is_in_force_until_the_files_are_sound(database: str, folder: Path) -> None:
    before = WatchedStandard(folder, kept=KeptStandard(database))
    before.keep()
    whole = emptied(folder)
    watched = WatchedStandard(folder, kept=KeptStandard(database))
    assert watched.present.version == before.present.version
    assert watched.present.documents == before.present.documents
    assert watched.details["warnings"] == [REFUSED]
    assert watched.next() is None
    (folder / "indicators/PS-04.yaml").write_bytes(whole.replace(b"value: 100}", b"value: 99}"))
    found = watched.next()
    assert found is not None
    assert found.version != before.present.version
    assert "warnings" not in watched.details


def test_the_newest_is_kept_also_what_runs_in_shadow(database: str, folder: Path) -> None:
    watched = WatchedStandard(folder, kept=KeptStandard(database))
    watched.keep()
    text = (folder / "indicators/PS-04.yaml").read_text(encoding="utf-8")
    further = text.replace("formula_version: 1", "formula_version: 2\nshadow: true")
    further = further.replace("'2025-07-01'", "'2026-01-01'")
    (folder / "indicators/PS-04.v2.yaml").write_text(further, encoding="utf-8")
    assert watched.next() is not None
    watched.keep()
    (folder / "measures.yaml").unlink()
    found = WatchedStandard(folder, kept=KeptStandard(database)).present
    assert list(found.catalogue.trials) == ["PS-04"]


def test_without_a_kept_one_the_files_are_refused(database: str, folder: Path) -> None:
    emptied(folder)
    for url in (database, NOWHERE):
        with pytest.raises(Refused, match=r"^PS-04.yaml:1: is empty$"):
            WatchedStandard(folder, kept=KeptStandard(url))


def test_one_of_another_release_is_not_taken(database: str, folder: Path) -> None:
    KeptStandard(database).keep("another", {"measures.yaml": "counted: []\n"})
    emptied(folder)
    with pytest.raises(Refused, match=r"^PS-04.yaml:1: is empty$"):
        WatchedStandard(folder, kept=KeptStandard(database))


def test_a_database_that_is_away_keeps_nothing_and_ends_nothing(folder: Path) -> None:
    watched = WatchedStandard(folder, kept=KeptStandard(NOWHERE))
    watched.keep()
    assert watched.present.documents


async def test_the_evaluator_keeps_it_and_the_api_starts_with_it(
    kafka: str, database: str, folder: Path
) -> None:
    settings = Settings(kafka_bootstrap=kafka, database_url=database, standards=folder)
    await make_topics(settings)
    metrics = EvaluateMetrics(CollectorRegistry())
    worker = EvaluateWorker(settings, load_catalogue(folder), load_units(), metrics)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while not _kept(database):  # noqa: ASYNC110 - a row sets no event
                await asyncio.sleep(0.1)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    emptied(folder)
    async with (
        running_api(kafka, INDICATORS, database=database, standards=folder) as api,
        httpx.AsyncClient(base_url=api.url, timeout=60) as http,
    ):
        await ready(api)
        said = (await http.get("/readyz")).json()
        assert said["warnings"] == [REFUSED]
        assert len((await http.get("/v1/indicators")).json()["items"]) == 60
        assert "ioc_api_catalogue_refused 1.0" in (await http.get("/metrics")).text


def _kept(database: str) -> bool:
    with connect(database, "test") as connection:
        return bool(connection.execute("select 1 from standard_kept").fetchall())
