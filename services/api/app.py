"""Builds a replica of the api from its settings, by hand, once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, FastAPI, WebSocket
from prometheus_client import CollectorRegistry
from psycopg_pool import ConnectionPool, PoolTimeout

from services.adapters import clock
from services.adapters.http import health_routes
from services.adapters.kept_standard import KeptStandard
from services.adapters.logs import logger
from services.adapters.observations import DatabaseObservations
from services.adapters.settings import Settings
from services.adapters.timescale import PatientConnection
from services.adapters.topics import INDICATORS
from services.adapters.units import boundaries, load_units
from services.api.application import new_application
from services.api.breakdown_keeper import BreakdownKeeper
from services.api.courses import Courses
from services.api.explain import DatabaseExplanations
from services.api.feed import Feed
from services.api.live.board import Board
from services.api.live.hub import Greeting, Hub
from services.api.live.limits import Limits
from services.api.live.trend_keeper import TrendKeeper
from services.api.metrics import ApiMetrics
from services.api.newest import NewestObservations
from services.api.places import Places
from services.api.procedures import DatabaseProcedures
from services.api.receipts import DatabaseReceipts
from services.api.routes_explain import Explainer, explain_routes
from services.api.routes_observations import ObservationSources, observation_routes
from services.api.routes_receipts import receipt_routes
from services.api.routes_reference import indicator_routes, procedure_routes, unit_routes
from services.api.routes_shadow import shadow_routes
from services.api.standard import StandardInForce
from services.api.wall import add_wall, build_id
from services.domain.errors import Refused, Unavailable
from services.domain.instants import local_date
from services.domain.query import ObservationSource

POOL_CONNECTIONS_MAX = 4
POOL_WAIT_S = 5.0
RETRY_AFTER_S = 2.0
FRESHEN_S = 20.0
"""Deltas stay for two minutes after they were compacted."""


class Replica:
    """One replica: its application, its board and what keeps it alive."""

    def __init__(
        self,
        settings: Settings,
        limits: Limits | None = None,
        topic: str = INDICATORS,
        computed: Callable[[StandardInForce], ObservationSource] | None = None,
    ) -> None:
        limits = limits or Limits()
        units = load_units()
        self._places = places = Places(units, local_date(clock.now()))
        registry = CollectorRegistry()
        self.metrics = metrics = ApiMetrics(registry)
        kept = KeptStandard(settings.database_url)
        self.standard = standard = StandardInForce(metrics, places.knows, settings.standards, kept)
        self.board = Board(uuid4().hex, places.segments, limits)
        screen: dict[str, object] = {"id": "wall", "province": settings.province}
        greeting = Greeting(build_id(), lambda: standard.version, screen)
        named = (clock.now, metrics, lambda: standard.vocabulary)
        self.hub = Hub(self.board, limits, greeting, *named)
        standard.on_change(lambda _changed: self.hub.tell_standard())
        self.ready = asyncio.Event()
        self.lost = asyncio.Event()
        self.feed = Feed(settings.kafka_bootstrap, self.board, metrics, self._begin, topic=topic)
        self._pool = _pool(settings.database_url)
        self._log = logger("api")
        history = None if computed is None else computed(standard)
        courses = None if history is None else Courses(history)
        self._keeper = TrendKeeper(self.hub.trends, self.board, courses, clock.now)

        self._breakdowns = BreakdownKeeper(
            self.hub.breakdowns,
            self.board,
            history,
            lambda: standard.vocabulary.dimensions,
            limits,
        )
        newest = NewestObservations(self.board, places)
        sources = ObservationSources(newest, history, self.ready.is_set)
        self.app = new_application(
            health_routes(self._trouble, registry, standard.details), self._lifespan
        )
        self.app.include_router(observation_routes(sources, lambda: standard.vocabulary))
        tables = DatabaseExplanations(self._pool)
        explainer = Explainer(sources, tables, standard, units, clock.now)
        self.app.include_router(explain_routes(explainer))
        self.app.include_router(indicator_routes(standard))
        self._counted = history if isinstance(history, DatabaseObservations) else None
        self.app.include_router(shadow_routes(standard, self._counted))
        self.app.include_router(unit_routes(units, self._boundaries, clock.now))
        procedures = DatabaseProcedures(self._pool)
        self.app.include_router(procedure_routes(procedures, units, clock.now))
        self.app.include_router(receipt_routes(DatabaseReceipts(self._pool)))
        self.app.include_router(_live_route(self.hub))
        add_wall(self.app)

    async def close(self) -> None:
        """Tell the clients that the replica stops; called before the server closes connections."""
        await self.hub.close(RETRY_AFTER_S)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        self._pool.open(wait=False)
        work = {
            "feed": self.feed.run(),
            "hub": self.hub.run(),
            "trends": self._keeper.run(),
            "breakdowns": self._breakdowns.run(),
            "standard": self.standard.run(),
            "units": self._places.outlive(clock.now),
            "counted": self._freshen(),
        }
        tasks = [asyncio.create_task(self._keep(name, run)) for name, run in work.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._pool.close, 2.0)

    async def _keep(self, part: str, run: Coroutine[Any, Any, None]) -> None:
        """Run a part; when it ends by itself the replica is of no use and ends as well."""
        try:
            await run
        except Exception as error:  # noqa: BLE001  # whatever it was: say so and begin anew
            self._log.error("part_ended", part=part, error=repr(error), exc_info=error)
        finally:
            self.lost.set()

    async def _freshen(self) -> None:
        """Keep up with what is counted; whoever falls behind its deltas has to read all of it."""
        await self.ready.wait()
        while True:
            if self._counted is not None:
                await asyncio.to_thread(self._counted.freshen)
            await asyncio.sleep(FRESHEN_S)

    def _begin(self) -> None:
        self.hub.open()
        self.ready.set()

    async def _trouble(self) -> str | None:
        return self.feed.trouble

    def _boundaries(self, province: str) -> dict[str, object] | None:
        try:
            with self._pool.connection() as connection:
                return boundaries(connection, province)
        except Refused as error:
            raise Unavailable(str(error)) from error
        except PoolTimeout as error:
            raise Unavailable(f"the database does not answer: {error}") from error


class _QuickConnection(PatientConnection[tuple[Any, ...]]):
    """For short questions: somebody waits for the answer."""

    answer_seconds_max = POOL_WAIT_S


def _pool(url: str) -> ConnectionPool:
    return ConnectionPool(
        url,
        connection_class=_QuickConnection,
        min_size=0,
        max_size=POOL_CONNECTIONS_MAX,
        timeout=POOL_WAIT_S,
        open=False,
        kwargs={"autocommit": True, "connect_timeout": round(POOL_WAIT_S)},
    )


def _live_route(hub: Hub) -> APIRouter:
    router = APIRouter()

    @router.websocket("/v1/live")
    async def live(websocket: WebSocket) -> None:
        await hub.serve(websocket)

    return router
