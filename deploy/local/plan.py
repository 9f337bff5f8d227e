"""What a centre consists of: the servers it starts or uses, its services, and what feeds it."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from deploy.local.cache import CHECKOUT
from deploy.local.ports import LOOPBACK
from deploy.local.process import Program
from deploy.local.readiness import probe_service

EVALUATE_NICENESS = 5
"""A third of the weight of the other processes."""


class Feed(StrEnum):
    """Where events come from when nobody sends any."""

    SIMULATE = "simulate"
    EXAMPLE = "example"
    NONE = "none"


@dataclass(frozen=True)
class Service:
    """A child process beside the servers; the feed has no port and may end."""

    name: str
    role: str
    arguments: tuple[str, ...]
    has_port: bool = True
    may_end: bool = False
    stop_seconds_max: float = 15.0


@dataclass(frozen=True)
class Plan:
    """A centre to be run; `kafka` and `database` name existing servers, None means our own."""

    data: Path
    migrate: tuple[str, ...]
    services: tuple[Service, ...]
    feed: Service | None = None
    kafka: str | None = None
    database: str | None = None
    fixed_ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def port_names(self) -> tuple[str, ...]:
        """Everything of this centre that listens."""
        kafka = () if self.kafka else ("kafka", "controller")
        database = () if self.database else ("database",)
        return (*kafka, *database, *(item.name for item in self.services if item.has_port))


def plan_centre(
    data: Path,
    *,
    feed: Feed = Feed.NONE,
    rate: float | None = None,
    aggregators: int = 1,
    port: int | None = None,
) -> Plan:
    """Plan the centre in `data`; existing servers come from the environment."""
    services = (
        Service("ingest", "ingest", _module("services.ingest")),
        *(Service(name, "aggregator", words) for name, words in _aggregators(aggregators)),
        Service("api", "api", _module("services.api")),
    )
    return Plan(
        data=data,
        migrate=_module("services.cli", "migrate"),
        services=services,
        feed=_feed(feed, rate),
        kafka=os.environ.get("IOC_KAFKA_BOOTSTRAP") or None,
        database=os.environ.get("IOC_DATABASE_URL") or None,
        fixed_ports={} if port is None else {"api": port},
    )


def service_program(service: Service, environment: Mapping[str, str], log: Path) -> Program:
    """Say how to run a service whose `IOC_PORT`, if it has one, is in `environment`."""
    port = int(environment["IOC_PORT"]) if service.has_port else 0
    return Program(
        name=service.name,
        role=service.role,
        arguments=service.arguments,
        environment=environment,
        directory=CHECKOUT,
        log=log,
        probe=lambda: probe_service(LOOPBACK, port) if port else None,
        ready_seconds_max=60,
        stop_signal=signal.SIGTERM,
        stop_seconds_max=service.stop_seconds_max,
        may_end=service.may_end,
    )


def _feed(feed: Feed, rate: float | None) -> Service | None:
    pace = () if rate is None else ("--rate", f"{rate:g}")
    match feed:
        case Feed.NONE:
            return None
        case Feed.SIMULATE:
            arguments = ("--ministry", "--domains", "--follow", *pace)
        case Feed.EXAMPLE:
            arguments = ("--ministry", "--backfill", "30", "--events", "2000", *pace)
    words = _module("services.cli", "simulate", *arguments)
    return Service("feed", "feed", words, has_port=False, may_end=True, stop_seconds_max=5.0)


def _aggregators(number: int) -> list[tuple[str, tuple[str, ...]]]:
    """One aggregator is a process for each stage, for two cores; several share both stages.

    Where the stages are apart, counting goes first when there is more work than there are cores:
    values over events that still wait are out of date in any case.
    """
    aggregator = _module("services.aggregator")
    if number == 1:
        evaluate = ("nice", "-n", str(EVALUATE_NICENESS), *aggregator, "--only", "evaluate")
        return [("aggregator-1", (*aggregator, "--only", "count")), ("aggregator-2", evaluate)]
    return [(f"aggregator-{each}", aggregator) for each in range(1, number + 1)]


def _module(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *words)
