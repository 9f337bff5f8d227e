"""The aggregator, wired by hand.

Counting, evaluating and a small HTTP server for health and metrics.
"""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Generator, Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.adapters.http import health_routes
from services.adapters.kept_standard import KeptStandard
from services.adapters.logs import logger
from services.adapters.settings import Settings
from services.adapters.topics import topic_plans
from services.adapters.units import load_units
from services.adapters.watched_standard import WatchedStandard
from services.aggregator.count.worker import CountWorker
from services.aggregator.evaluate.worker import EvaluateWorker
from services.aggregator.metrics import CountMetrics, EvaluateMetrics

STAGES = ("count", "evaluate")


class _Server(uvicorn.Server):
    """Leaves signals to `run`: the stages have to stop with the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


def _warnings(details: Mapping[str, object]) -> list[object]:
    found = details.get("warnings")
    return found if isinstance(found, list) else []


async def run(settings: Settings, stages: tuple[str, ...] = STAGES) -> None:
    """Run the stages until SIGTERM or SIGINT; a stage that ends on its own ends the process."""
    registry = CollectorRegistry()
    kept = KeptStandard(settings.database_url)
    standard, units = WatchedStandard(settings.standards, kept=kept), load_units()
    work: list[Coroutine[Any, Any, None]] = []
    workers: list[CountWorker | EvaluateWorker] = []
    if "count" in stages:
        topics = [plan.name for plan in topic_plans(settings) if plan.counted]
        counter = CountWorker(settings, topics, standard, units, CountMetrics(registry))
        workers.append(counter)
        work.append(counter.run())
    if "evaluate" in stages:
        evaluator = EvaluateWorker(
            settings, standard.present.catalogue, units, EvaluateMetrics(registry)
        )
        workers.append(evaluator)
        work.append(evaluator.run())

    async def ready() -> str | None:
        waiting = [type(worker).__name__ for worker in workers if not worker.ready]
        return f"{' and '.join(waiting)} is not ready yet" if waiting else None

    def details() -> dict[str, object]:
        found = [worker.details for worker in workers]
        warnings = [each for said in found for each in _warnings(said)]
        return {**found[-1], **({"warnings": warnings} if warnings else {})}

    app = FastAPI(routes=health_routes(ready, registry, details), openapi_url=None)
    server = _Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.port, log_config=None, access_log=False
        )
    )
    tasks = [asyncio.create_task(part) for part in (*work, server.serve())]
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (*tasks[:-1], ended):
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            logger("aggregator").error("stage_ended", detail=repr(result))
            raise result
