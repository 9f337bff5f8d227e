"""The running centre as the other commands see it: its addresses, processes and readiness."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import psycopg
import typer

from deploy.local import identity, kafka, postgres
from deploy.local.ports import LOOPBACK
from deploy.local.readiness import ask_details, probe_service
from deploy.local.state import CentreState, read_state
from services.adapters.settings import Settings
from services.domain.errors import Refused, Unavailable

DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="IOC_DATA",
        metavar="DIR",
        help="The directory of the centre that is meant.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DEFAULT_DATA = Path(".ioc")


class RunningProcess(msgspec.Struct, frozen=True):
    """One process of the centre, and how often it was started again."""

    pid: int
    restarts: int


class Centre(msgspec.Struct, frozen=True):
    """Where a centre is reached and what it runs; `lag` counts records accepted but not counted.

    `warnings` are what somebody should look at although the centre does its work.
    """

    ready: bool
    api: str
    ingest: str
    wall: str
    live: str
    kafka: str
    database: str
    processes: dict[str, list[RunningProcess]]
    lag: int
    warnings: tuple[str, ...] = ()

    @classmethod
    def stopped(cls) -> "Centre":
        """Describe a centre that does not run."""
        return cls(False, "", "", "", "", "", "", _no_processes(), 0)


def load_centre(data: Path) -> Centre:
    """Return the centre that runs on `data`, without asking whether it is ready.

    Raises `Refused` when none runs there.
    """
    return describe(running_state(data), ready=False, lag=0)


def running_state(data: Path) -> CentreState:
    """Return what the supervisor on `data` says; raise `Refused` when there is no supervisor."""
    state = read_state(data)
    if state is None or not identity.is_alive(state.supervisor):
        raise Refused(f"No centre runs on {data}. Start one with: ioc up --data {data}")
    return state


def inspect(state: CentreState) -> tuple[Centre, dict[str, str]]:
    """Ask every part of the centre; return the centre, and by name why a part is not ready."""
    reasons = problems(state)
    ready = state.phase == "running" and not reasons
    centre = describe(state, ready=ready, lag=measure_lag(state) if ready else 0)
    return msgspec.structs.replace(centre, warnings=tuple(warnings_of(state.ports))), reasons


def warnings_of(ports: Mapping[str, int]) -> list[str]:
    """What the services on these ports warn of, and whether they compute by different standards.

    What several of them say is said once, with all their names.
    """
    servers = {"kafka", "controller", "database"}
    said = {n: ask_details(LOOPBACK, port) for n, port in ports.items() if n not in servers}
    by: dict[str, list[str]] = {}
    for name, details in said.items():
        listed = details.get("warnings")
        for text in listed if isinstance(listed, list) else ():
            by.setdefault(str(text), []).append(name)
    warnings = [f"{', '.join(names)}: {text}" for text, names in by.items()]
    return warnings + disagreements(said)


def disagreements(said: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Whether services (by name, what `/readyz` says) name more than one standard."""
    standards: dict[str, list[str]] = {}
    for name, details in said.items():
        if isinstance(details.get("catalogue"), str):
            standards.setdefault(str(details["catalogue"]), []).append(name)
    if len(standards) < 2:
        return []
    by = "; ".join(f"{version} {', '.join(names)}" for version, names in standards.items())
    return [f"services compute by different standards: {by}"]


def describe(state: CentreState, *, ready: bool, lag: int) -> Centre:
    """Put the addresses together; a part that has no port yet has an empty address."""
    processes = _no_processes()
    for item in state.processes:
        running = processes.setdefault(item.role, [])
        if item.identity is not None:
            running.append(RunningProcess(item.identity.pid, item.restarts))
    api, ingest = _address(state, "api"), _address(state, "ingest")
    return Centre(
        ready=ready,
        api=f"http://{api}" if api else "",
        ingest=f"http://{ingest}" if ingest else "",
        wall=f"http://{api}/wall/" if api else "",
        live=f"ws://{api}/v1/live" if api else "",
        kafka=state.kafka,
        database=state.database,
        processes=processes,
        lag=lag,
    )


def problems(state: CentreState) -> dict[str, str]:
    """By name, why a part is not ready; empty when all are."""
    found: dict[str, str | None] = {}
    if not state.kafka or not state.database:
        return {"centre": f"{state.phase}, the servers are not up"}
    host, _, port = state.kafka.split(",")[0].rpartition(":")
    found["kafka"] = kafka.probe(host, int(port))
    found["database"] = postgres.probe(state.database)
    for name, service_port in state.ports.items():
        if name not in {"kafka", "controller", "database"}:
            found[name] = probe_service(LOOPBACK, service_port)
    return {name: reason for name, reason in found.items() if reason is not None}


def measure_lag(state: CentreState) -> int:
    """Count what ingest has accepted and no wall shows yet; -1 when that cannot be told now."""
    settings = Settings(kafka_bootstrap=state.kafka, database_url=state.database)
    try:
        # Late, as the Kafka client is slow to import and only `status` needs it.
        return int(importlib.import_module("services.adapters.lag").lag(settings))
    except ModuleNotFoundError:
        return 0
    except (Unavailable, psycopg.Error, RuntimeError):  # aiokafka's errors are RuntimeErrors
        return -1


def _address(state: CentreState, name: str) -> str:
    port = state.ports.get(name)
    return f"{LOOPBACK}:{port}" if port else ""


def _no_processes() -> dict[str, list[RunningProcess]]:
    return {role: [] for role in ("kafka", "database", "ingest", "aggregator", "api")}
