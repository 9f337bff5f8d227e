"""A running evaluator takes over a changed catalogue, and keeps the one in force when refused."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.adapters.provision import fill_progress, make_topics
from services.adapters.settings import Settings
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import EvaluateMetrics
from tests.standard_folder import change

pytestmark = pytest.mark.servers

SECONDS_MAX = 60


async def until(condition: Callable[[], bool]) -> None:
    """Ask again and again until it holds."""
    async with asyncio.timeout(SECONDS_MAX):
        while not condition():  # noqa: ASYNC110 - files and metrics set no event
            await asyncio.sleep(0.05)


async def test_a_changed_catalogue_is_published_without_a_restart(
    kafka: str, database: str, folder: Path
) -> None:
    settings = Settings(kafka_bootstrap=kafka, database_url=database)
    fill_progress(database, await make_topics(settings), [])
    metrics = EvaluateMetrics(CollectorRegistry())
    catalogue = load_catalogue(folder)
    worker = EvaluateWorker(settings, catalogue, load_units(), metrics, folder)

    def seen(outcome: str) -> float:
        counter = metrics.catalogue.changes.labels(outcome)
        return float(counter._value.get())

    running = asyncio.create_task(worker.run())
    try:
        await until(lambda: worker.ready)
        change(folder, "PS-05", "scale: 1\n", "scale: one\n")
        await until(lambda: seen("refused") == 1)
        change(folder, "PS-05", "scale: one\n", "scale: 1\n")
        (folder / "indicators" / "PS-10.yaml").unlink()
        change(folder, "PS-12", "input: PS-10", "input: PS-01")
        await until(lambda: seen("adopted") == 1 and worker.ready)
        assert seen("refused") == 1
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
