"""A whole centre for acceptance and fault tests: started, fed, asked, and broken on purpose.

Its services are real processes under the supervisor of `ioc up`, on embedded servers of their own,
in a temporary directory. Nothing here looks into a process: tests see what senders, walls and
operators see, and the tables.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
from aiokafka.errors import KafkaError

from deploy.local.identity import is_alive
from deploy.local.state import read_state
from services.adapters.lag import measure
from services.adapters.settings import Settings
from services.cli.centre import Centre as Running
from services.cli.centre import inspect, load_centre, running_state
from services.domain.errors import Unavailable
from tests.servers import server_directory

ROOT = Path(__file__).resolve().parents[1]
SECONDS_MAX = 180.0
SESSION_SECONDS = 6
"""How long Kafka waits for a silent aggregator here; the default is made for slow networks."""
POLL_SECONDS = 0.1
PAGE = 500
DEFECT = '"defect": true'
"""Stands in the log line of a statement of ours that is itself wrong."""
LOOKS, LOOK_SECONDS = 1_000, 0.002

_OPEN_TRANSACTIONS = (
    "select count(*) from pg_stat_activity"
    " where application_name = %s and xact_start is not null and state <> 'idle'"
)

Found = TypeVar("Found")
Document = dict[str, Any]


async def until(
    condition: Callable[[], Awaitable[Found]], what: str, seconds_max: float = SECONDS_MAX
) -> Found:
    """Return what `condition` gives as soon as it is true; what is away meanwhile may be away."""
    deadline = time.monotonic() + seconds_max
    last: object = None
    while time.monotonic() < deadline:
        try:
            last = found = await condition()
            if found:
                return found
        except (httpx.TransportError, psycopg.OperationalError, KafkaError, Unavailable) as away:
            last = away
        await asyncio.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {seconds_max:.0f} s until {what}; at last: {last!r}"[:2000])


class Centre:
    """A running centre."""

    def __init__(self, data: Path) -> None:
        self.data = data

    @property
    def running(self) -> Running:
        """Addresses and processes as the supervisor sees them now."""
        return load_centre(self.data)

    def ioc(
        self, *words: str, seconds_max: float = SECONDS_MAX
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on this centre, whatever its status."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *words, "--data", str(self.data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds_max,
            check=False,
        )

    def ioc_json(self, *words: str, seconds_max: float = SECONDS_MAX) -> Document:
        """Run a command that must succeed and return its document."""
        done = self.ioc(*words, "--json", seconds_max=seconds_max)
        assert done.returncode == 0, f"ioc {' '.join(words)}: {done.stdout}\n{done.stderr}"
        document: Document = json.loads(done.stdout)
        return document

    def pid(self, role: str, number: int = 0) -> int:
        """The process that has this role now; of several, the one with this number."""
        return self.running.processes[role][number].pid

    async def kill(self, role: str, number: int = 0) -> int:
        """Kill a process as the kernel does, as soon as there is one; returns its pid."""

        async def killed() -> int:
            processes = self.running.processes[role]
            if number >= len(processes):
                return 0
            with contextlib.suppress(ProcessLookupError):
                os.kill(processes[number].pid, signal.SIGKILL)
                return processes[number].pid
            return 0

        return await until(killed, f"{role} runs and can be killed")

    async def in_transaction(self, application: str = "ioc-count") -> None:
        """Wait until a process of the centre has a transaction open, and return at once."""

        async def seen() -> bool:
            connecting = psycopg.AsyncConnection.connect(self.running.database, autocommit=True)
            async with await connecting as connection:
                for _ in range(LOOKS):
                    cursor = await connection.execute(_OPEN_TRANSACTIONS, (application,))
                    if await cursor.fetchone() != (0,):
                        return True
                    await asyncio.sleep(LOOK_SECONDS)
            return False

        await until(seen, f"{application} has a transaction open")

    async def replaced(self, role: str, pid: int) -> None:
        """Wait until the supervisor has put another process in the place of this one."""

        async def gone() -> bool:
            pids = {process.pid for process in self.running.processes[role]}
            return bool(pids) and pid not in pids

        await until(gone, f"{role} {pid} is started again")

    async def ready(self) -> None:
        """Wait until every part of the centre answers that it is ready."""

        async def all_ready() -> bool:
            return (await asyncio.to_thread(inspect, running_state(self.data)))[0].ready

        await until(all_ready, "the centre is ready")

    async def settled(self, seconds_max: float = SECONDS_MAX) -> None:
        """Wait until everything that was accepted is counted, computed and published."""
        running = self.running
        settings = Settings(kafka_bootstrap=running.kafka, database_url=running.database)

        async def nothing_left() -> bool:
            # A task of its own: while a server is away the client lets cancellations of its inner
            # tasks escape, which would look as if the test were cancelled.
            asking = asyncio.create_task(measure(settings))
            await asyncio.wait({asking})
            return not asking.cancelled() and asking.result().total == 0

        await until(nothing_left, "everything is counted and published", seconds_max)

    async def get(self, path: str, **query: str | list[str]) -> Document:
        """One document of the API, which must answer 200 before the deadline."""

        async def answer() -> Document | None:
            async with httpx.AsyncClient(base_url=self.running.api, timeout=20) as client:
                response = await client.get(path, params=query)
            document: Document = response.json()
            return document if response.status_code == 200 else None

        found = await until(answer, f"{path} {query} is answered")
        assert found is not None
        return found

    async def observations(self, **query: str | list[str]) -> list[Document]:
        """All observations that a query finds, page by page."""
        found: list[Document] = []
        page = await self.get("/v1/observations", limit=str(PAGE), **query)
        found += page["items"]
        while page["next"]:
            page = await self.get("/v1/observations", limit=str(PAGE), cursor=page["next"], **query)
            found += page["items"]
        return found

    async def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """What the database answers, asked until it answers."""

        async def answer() -> tuple[list[Any]]:
            connecting = psycopg.AsyncConnection.connect(self.running.database, autocommit=True)
            async with await connecting as connection:
                cursor = await connection.execute(statement.encode(), parameters)
                return (await cursor.fetchall(),)

        return (await until(answer, f"the database answers {statement}"))[0]

    def reconcile(self) -> list[Any]:
        """What the slow reference computes differently from the same events: nothing, hopefully."""
        found = self.ioc("reconcile", "--json", seconds_max=280)
        assert found.stdout, found.stderr
        document = json.loads(found.stdout)
        assert document["checked"] > 0
        assert (found.returncode == 0) == (not document["differences"])
        differences: list[Any] = document["differences"]
        return differences

    def last_words(self) -> str:
        """The ends of all logs, for the report of a failure."""
        logs = sorted((self.data / "logs").glob("*.log"))
        ends = (log.read_text(errors="replace").splitlines()[-15:] for log in logs)
        return "\n".join(
            f"== {log.name}\n" + "\n".join(end) for log, end in zip(logs, ends, strict=True)
        )

    def defects(self) -> list[str]:
        """Log lines that say that the program is wrong, not its surroundings."""
        logs = (log.read_text(errors="replace") for log in (self.data / "logs").glob("*.log"))
        return [line for text in logs for line in text.splitlines() if DEFECT in line]


@contextlib.contextmanager
def running_centre(*arguments: str, **environment: str) -> Iterator[Centre]:
    """Start a centre in a directory of its own; at the end nothing of it is left."""
    with server_directory() as directory:
        centre = Centre(directory / "centre")
        start = ["up", "--detach", "--feed", "none", *arguments, "--data", str(centre.data)]
        with stopped_at_end(centre):
            subprocess.run(
                [sys.executable, "-m", "services.cli", *start],
                cwd=ROOT,
                env=_without_servers(environment),
                stdout=subprocess.DEVNULL,
                timeout=600,
                check=True,
            )
            yield centre


@contextlib.contextmanager
def stopped_at_end(centre: Centre) -> Iterator[None]:
    """Stop the centre at the end of the block; after a failure its logs' ends are shown."""
    try:
        yield
        assert not centre.defects(), centre.defects()
    except BaseException:
        sys.stderr.write(centre.last_words())
        raise
    finally:
        _stop(centre)


def _without_servers(environment: Mapping[str, str]) -> dict[str, str]:
    """Our environment, without servers that others may use: those here are killed."""
    session = {"IOC_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS)}
    merged = {**os.environ, **session, **environment}
    for name in ("IOC_KAFKA_BOOTSTRAP", "IOC_DATABASE_URL"):
        merged.pop(name, None)
    return merged


def _stop(centre: Centre) -> None:
    """Stop in order; who does not want to is killed, which ends its children as well."""
    state = read_state(centre.data)
    if state is None:
        return
    for process in state.processes:  # one that a test has stopped could not hear the wish to end
        if process.identity is not None and is_alive(process.identity):
            os.kill(process.identity.pid, signal.SIGCONT)
    if centre.ioc("down").returncode != 0 and is_alive(state.supervisor):
        os.kill(state.supervisor.pid, signal.SIGKILL)
