"""Runs a whole centre: servers, tables, services, feed; keeps them running; stops them in order.

One supervisor holds the lock of its data directory for its life. The kernel ends its children when
it dies, however it dies; what is still ending then is waited for by the next start. Signals are
blocked and taken one by one, so that no death of a child and no wish to end goes unnoticed.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from deploy.local import identity, kafka, ports, postgres
from deploy.local.children import Children
from deploy.local.plan import Plan, Service, service_program
from deploy.local.process import Program, last_words, start, stop
from deploy.local.progress import say, step
from deploy.local.state import CentreState, Phase, read_state, write_state
from services.domain.errors import IocError, Refused, Unavailable

_SESSION_SECONDS = "10"  # a member that died is replaced in a second: its group need not wait long
_IDLE_SECONDS = 60.0
_MIGRATE_SECONDS_MAX = 120.0
_LEFTOVER_SECONDS_MAX = 40.0


class AlreadyRunning(IocError):
    """Another supervisor holds this data directory."""


class _EndAsked(Exception):
    """Somebody wants the centre to end."""


def run_centre(plan: Plan, on_ready: Callable[[CentreState], None]) -> None:
    """Run the centre until SIGINT, SIGTERM or SIGHUP; call `on_ready` once when all is up."""
    plan = replace(plan, data=plan.data.absolute())
    plan.data.mkdir(parents=True, exist_ok=True)
    with _exclusive(plan.data):
        previous = read_state(plan.data)
        if previous is not None:
            end_leftovers(previous)
        Supervisor(plan, previous).run(on_ready)


def end_leftovers(state: CentreState) -> None:
    """End what a killed supervisor left: mostly it is ending already, servers take a moment."""
    left = [
        (item.name, item.identity, signal.Signals(item.stop_signal))
        for item in state.processes
        if item.identity is not None and identity.is_alive(item.identity)
    ]
    if left:
        names = ", ".join(name for name, _, _ in left)
        with step(f"stopped what was left of the last run: {names}"):
            identity.end([item[1:] for item in left], seconds_max=_LEFTOVER_SECONDS_MAX)


class Supervisor:
    """One run of a centre."""

    def __init__(self, plan: Plan, previous: CentreState | None) -> None:
        self._plan = plan
        remembered = {} if previous is None else previous.ports
        for name, port in plan.fixed_ports.items():
            if not ports.is_free(port):
                raise Refused(f"port {port} for {name} is taken: name another, or leave it out")
        myself = identity.identify(os.getpid())
        if myself is None:
            raise Refused("/proc does not show this process: mount it, the supervisor needs it")
        self._state = CentreState(
            phase="starting",
            supervisor=myself,
            ports=ports.assign(plan.port_names, remembered, dict(plan.fixed_ports)),
        )
        self._children = Children(_wait, lambda: self._save(self._state.phase))

    def run(self, on_ready: Callable[[CentreState], None]) -> None:
        """Start everything, watch it, and stop it when asked or when the start fails."""
        self._save("starting")
        # Fetching runs with ordinary signals, so that Ctrl-C ends it and what it started.
        servers = self._prepare_servers()
        with _signals_blocked():
            try:
                self._start_servers(servers)
                self._migrate()
                self._start_services()
                self._save("running")
                on_ready(self._state)
                self._watch()
            except _EndAsked as asked:
                say(f"stopping ({asked})")
            finally:
                self._save("stopping")
                with step("stopped"):
                    self._children.stop()
                self._save("stopped")

    def _prepare_servers(self) -> list[Program]:
        chosen, data, logs = self._state.ports, self._plan.data, self._plan.data / "logs"
        with ThreadPoolExecutor(2) as both:
            wanted = []
            if self._plan.kafka is None:
                pair = chosen["kafka"], chosen["controller"]
                wanted.append(both.submit(kafka.prepare, data / "kafka", logs / "kafka.log", *pair))
            if self._plan.database is None:
                log, port = logs / "database.log", chosen["database"]
                wanted.append(both.submit(postgres.prepare, data / "database", log, port))
            return [each.result() for each in wanted]

    def _start_servers(self, servers: list[Program]) -> None:
        if servers:
            with step(f"{' and '.join(program.name for program in servers)}: ready"):
                self._children.start(*servers)
        database = self._plan.database or postgres.create_database(self._state.ports["database"])
        bootstrap = self._plan.kafka or f"{ports.LOOPBACK}:{self._state.ports['kafka']}"
        self._state = msgspec.structs.replace(self._state, kafka=bootstrap, database=database)

    def _migrate(self) -> None:
        """Run the step that makes tables and topics; it is no child, as it ends by itself."""
        service = Service("migrate", "migrate", self._plan.migrate, has_port=False)
        program = self._program(service)
        with step("tables and topics: ready"):
            process = start(program)
            deadline = time.monotonic() + _MIGRATE_SECONDS_MAX
            try:
                while (status := process.popen.poll()) is None and time.monotonic() < deadline:
                    _wait(_MIGRATE_SECONDS_MAX)
            finally:
                stop(process)
            if status != 0:
                raise Unavailable(f"migrate ended with status {status}{last_words(program.log)}")

    def _start_services(self) -> None:
        services = [self._program(service) for service in self._plan.services]
        with step(f"{', '.join(program.name for program in services)}: ready"):
            self._children.start(*services)
        if self._plan.feed is not None:
            self._children.start(self._program(self._plan.feed))

    def _program(self, service: Service) -> Program:
        environment = {
            **os.environ,
            "IOC_KAFKA_BOOTSTRAP": self._state.kafka,
            "IOC_DATABASE_URL": self._state.database,
            "IOC_DATA": str(self._plan.data),
            "IOC_HOST": ports.LOOPBACK,
            "IOC_SESSION_TIMEOUT_SECONDS": os.environ.get(
                "IOC_SESSION_TIMEOUT_SECONDS", _SESSION_SECONDS
            ),
        }
        if service.has_port:
            environment["IOC_PORT"] = str(self._state.ports[service.name])
        log = self._plan.data / "logs" / f"{service.name}.log"
        return service_program(service, environment, log)

    def _watch(self) -> None:
        while True:
            due_at = self._children.revive()
            self._children.limit_logs()
            pause = _IDLE_SECONDS if due_at is None else max(due_at - time.monotonic(), 0.0)
            _wait(pause)

    def _save(self, phase: Phase) -> None:
        self._state = msgspec.structs.replace(
            self._state, phase=phase, processes=self._children.states()
        )
        write_state(self._plan.data, self._state)


@contextmanager
def _exclusive(data: Path) -> Iterator[None]:
    with (data / "centre.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"a centre runs on {data} already") from error
        yield


@contextmanager
def _signals_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _endings() | {signal.SIGCHLD})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _endings() -> frozenset[signal.Signals]:
    """What ends the centre; under nohup the end of the terminal does not."""
    hangup_counts = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return frozenset(
        {signal.SIGINT, signal.SIGTERM} | ({signal.SIGHUP} if hangup_counts else set())
    )


def _wait(seconds: float) -> None:
    """Pause until a child changes or the time is over; raise when the end is asked for."""
    received = signal.sigtimedwait(_endings() | {signal.SIGCHLD}, seconds)
    if received is not None and received.si_signo != signal.SIGCHLD:
        raise _EndAsked(signal.Signals(received.si_signo).name)
