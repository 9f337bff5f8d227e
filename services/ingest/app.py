"""The intake, wired by hand: settings in, an ASGI application out."""

import contextlib
import uuid
from collections.abc import AsyncIterator

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from services.adapters import clock
from services.adapters.http import health_routes, http_error
from services.adapters.kafka_producer import Publisher
from services.adapters.settings import Settings
from services.domain.events import UnitCodes
from services.ingest.budget import Budget
from services.ingest.endpoint import PATH, EventsEndpoint
from services.ingest.intake import Intake
from services.ingest.limits import IngestLimits, limits_of
from services.ingest.metrics import IngestMetrics
from services.ingest.openapi import describe
from services.ingest.records import TOPICS

STOP_SECONDS_MAX = 8.0
"""How long a stop waits for Kafka to acknowledge what was appended."""


def create_app(settings: Settings, units: UnitCodes, limits: IngestLimits | None = None) -> ASGIApp:
    """Build the intake; it connects to Kafka when its lifespan begins and needs no Kafka before."""
    limits = limits or limits_of(settings)
    registry = CollectorRegistry()
    budget = Budget(limits.in_flight_bytes_max, limits.retry_after_seconds)
    metrics = IngestMetrics(registry, lambda: budget.held_bytes)
    publisher = Publisher(settings.kafka_bootstrap, TOPICS)
    intake = Intake(publisher, units, limits, metrics, now=clock.now, new_receipt=uuid.uuid4)
    endpoint = EventsEndpoint(intake, publisher, limits, budget, metrics)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        publisher.start()
        try:
            yield
        finally:
            await publisher.stop(STOP_SECONDS_MAX)

    rest = FastAPI(
        title="IOC intake",
        version="1",
        lifespan=lifespan,
        routes=health_routes(publisher.trouble, registry),
    )
    rest.add_exception_handler(HTTPException, http_error)
    describe(rest)
    return _Dispatcher(endpoint, rest)


class _Dispatcher:
    """Sends events to the bare endpoint and everything else to the framework."""

    def __init__(self, events: EventsEndpoint, rest: ASGIApp) -> None:
        self._events = events
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await self._events(scope, receive, send)
        else:
            await self._rest(scope, receive, send)
