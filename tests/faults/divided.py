"""A centre in which each service reaches Kafka and the database over a line of its own.

Run as `python -m tests.faults.divided DATA PORTS` it is that centre's supervisor; PORTS is a JSON
document of the ports that servers and lines have.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from deploy.local import ports
from deploy.local.plan import Plan, Service
from deploy.local.postgres import database_url
from deploy.local.state import read_state
from deploy.local.supervisor import run_centre
from tests.centre import ROOT, SECONDS_MAX, Centre, stopped_at_end, until
from tests.faults.proxy import Line, opened
from tests.servers import server_directory

MODULES = {
    "ingest": ("services.ingest",),
    "count": ("services.aggregator", "--only", "count"),
    "evaluate": ("services.aggregator", "--only", "evaluate"),
    "api": ("services.api",),
}
SERVERS = ("kafka", "database")
_OPEN = "select count(*) from pg_stat_activity where application_name = %s and state <> 'idle'"
START_SECONDS_MAX = 300.0


class DividedCentre(Centre):
    """A centre whose lines a test breaks; `lines` has them by service and server."""

    def __init__(self, data: Path, lines: dict[tuple[str, str], Line]) -> None:
        super().__init__(data)
        self.lines = lines

    def mend(self) -> None:
        """Let everything pass again."""
        for line in self.lines.values():
            line.mend()

    async def answer(self, service: str, path: str) -> httpx.Response:
        """What a service itself answers, over the address that probes and Prometheus use."""
        state = read_state(self.data)
        assert state is not None
        address = f"http://{ports.LOOPBACK}:{state.ports[service]}"
        async with httpx.AsyncClient(base_url=address, timeout=5) as client:
            return await client.get(path)

    async def not_ready(self, service: str) -> str:
        """Wait until a service says that it is not ready, and return the reason that it gives."""

        async def said() -> str:
            found = await self.answer(service, "/readyz")
            return found.json()["detail"] if found.status_code == 503 else ""

        return await until(said, f"{service} says that it is not ready")

    async def ready_again(self, service: str) -> None:
        """Wait until a service says that it is ready."""

        async def said() -> bool:
            return (await self.answer(service, "/readyz")).status_code == 200

        await until(said, f"{service} is ready again")

    async def metric(self, service: str, sample: str) -> float:
        """The value of a sample such as `ioc_count_fenced_total`."""
        text = (await self.answer(service, "/metrics")).text
        (line,) = [each for each in text.splitlines() if each.startswith(f"{sample} ")]
        return float(line.split()[-1])

    def log_of(self, service: str) -> str:
        """Everything that a service has logged so far."""
        return (self.data / "logs" / f"{service}.log").read_text(errors="replace")

    async def logged(self, service: str, words: str, after: int) -> None:
        """Wait until these words stand in a service's log behind that many characters."""

        async def found() -> bool:
            return words in self.log_of(service)[after:]

        await until(found, f"{service} logs {words}")

    async def sessions_ended(self, application: str) -> None:
        """Wait until the server has given up on whatever this application had begun."""

        async def ended() -> bool:
            return await self.rows(_OPEN, [application]) == [(0,)]

        await until(ended, f"no transaction of {application} is open")

    def ends(self) -> list[str]:
        """Why services have ended, as far as they could say it."""
        logs = [self.log_of(service).splitlines() for service in MODULES]
        return [line for lines in logs for line in lines if "ended" in line]

    def pids(self) -> dict[str, int]:
        """The process of each service: another one means that it had to be started again."""
        return {service: self.pid(service) for service in MODULES}


@contextlib.contextmanager
def divided_centre() -> Iterator[DividedCentre]:
    """Run one in a directory of its own; at the end nothing of it is left."""
    names = [f"{service} {server}" for service in MODULES for server in SERVERS]
    chosen = ports.assign([*SERVERS, "controller", *names], {}, {})
    lines = {
        (service, server): Line(
            chosen[f"{service} {server}"], chosen[server], names_itself=server == "kafka"
        )
        for service in MODULES
        for server in SERVERS
    }
    with server_directory() as directory, opened(list(lines.values())):
        centre = DividedCentre(directory / "centre", lines)
        words = [sys.executable, "-m", "tests.faults.divided", str(centre.data), json.dumps(chosen)]
        environment = {**os.environ, "IOC_SESSION_TIMEOUT_SECONDS": "6"}
        with stopped_at_end(centre):
            supervisor = subprocess.Popen(
                words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
            )
            asyncio.run(_running(centre, supervisor))
            yield centre
        supervisor.wait(SECONDS_MAX)


async def _running(centre: DividedCentre, supervisor: subprocess.Popen[bytes]) -> None:
    async def running() -> bool:
        assert supervisor.poll() is None, "the supervisor has ended"
        state = read_state(centre.data)
        return state is not None and state.phase == "running"

    await until(running, "the divided centre runs", START_SECONDS_MAX)


def plan(data: Path, chosen: dict[str, int]) -> Plan:
    """Plan the centre: `env` puts each service's own lines over what all are told."""
    services = tuple(
        Service(
            service,
            service,
            (
                "env",
                f"IOC_KAFKA_BOOTSTRAP={ports.LOOPBACK}:{chosen[f'{service} kafka']}",
                f"IOC_DATABASE_URL={database_url(chosen[f'{service} database'])}",
                *(sys.executable, "-m", *words),
            ),
        )
        for service, words in MODULES.items()
    )
    fixed = {name: chosen[name] for name in (*SERVERS, "controller")}
    migrate = (sys.executable, "-m", "services.cli", "migrate")
    return Plan(data, migrate=migrate, services=services, fixed_ports=fixed)


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run_centre(plan(Path(sys.argv[1]), json.loads(sys.argv[2])), lambda _state: None)
