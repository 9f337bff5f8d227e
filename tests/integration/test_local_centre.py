"""A supervised centre on real servers: what is killed comes back, and what was written is there."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.identity import Identity, is_alive
from deploy.local.state import CentreState, read_state
from services.cli.centre import describe, load_centre, problems
from services.domain.errors import Refused
from tests.servers import server_directory

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

_CENTRE = (sys.executable, "-m", "tests.stand_ins", "centre")
_SECONDS_MAX = 60.0
_TOPIC = "survivors"


def _state(data: Path) -> CentreState:
    state = read_state(data)
    assert state is not None
    return state


def _identity(data: Path, name: str) -> Identity | None:
    return next(item.identity for item in _state(data).processes if item.name == name)


def _await(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.05)


def _start(data: Path) -> subprocess.Popen[str]:
    supervisor = subprocess.Popen([*_CENTRE, str(data)], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline().startswith("up ")
    return supervisor


def _end(supervisor: subprocess.Popen[str], wish: signal.Signals = signal.SIGTERM) -> int:
    supervisor.send_signal(wish)
    assert supervisor.stdout is not None
    supervisor.stdout.close()
    return supervisor.wait(_SECONDS_MAX)


@contextmanager
def _centre(data: Path) -> Iterator[subprocess.Popen[str]]:
    supervisor = _start(data)
    try:
        yield supervisor
    finally:
        if supervisor.poll() is None:
            _end(supervisor)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One data directory for all tests here: each finds what the one before left."""
    with server_directory() as directory:
        yield directory


async def _write(state: CentreState, text: str) -> None:
    """Add a row and an acknowledged record."""
    with psycopg.connect(state.database) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survivor (text text)")
        connection.execute("INSERT INTO survivor VALUES (%s)", (text,))
    admin = AIOKafkaAdminClient(bootstrap_servers=state.kafka)
    await admin.start()
    if _TOPIC not in await admin.list_topics():
        await admin.create_topics([NewTopic(_TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=state.kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(_TOPIC, text.encode())
    await producer.stop()


async def _read(state: CentreState) -> tuple[list[str], list[str]]:
    """Return all rows and all records, sorted."""
    with psycopg.connect(state.database) as connection:
        rows = [row[0] for row in connection.execute("SELECT text FROM survivor ORDER BY text")]
    consumer = AIOKafkaConsumer(bootstrap_servers=state.kafka, auto_offset_reset="earliest")
    await consumer.start()
    partition = TopicPartition(_TOPIC, 0)
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    await consumer.seek_to_beginning(partition)
    records = [(await consumer.getone()).value.decode() for _ in range(end)]
    await consumer.stop()
    return rows, sorted(records)


async def _gained(data: Path, text: str) -> None:
    """Write one more row and record, and find both among all that was ever written."""
    rows_before, records_before = await _read(_state(data))
    await _write(_state(data), text)
    assert await _read(_state(data)) == (
        sorted([*rows_before, text]),
        sorted([*records_before, text]),
    )


@pytest.mark.parametrize("name", ["aggregator-2", "kafka", "database"])
async def test_what_is_killed_comes_back_and_is_counted(data: Path, name: str) -> None:
    with _centre(data):
        await _write(_state(data), f"before {name}")
        killed = _identity(data, name)
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        _await(lambda: _identity(data, name) not in {None, killed}, f"{name} is started again")
        _await(lambda: not problems(_state(data)), f"{name} is ready")
        centre = describe(_state(data), ready=True, lag=0)
        role = name.partition("-")[0]
        assert sum(process.restarts for process in centre.processes[role]) == 1
        await _gained(data, f"after {name}")


async def test_a_killed_supervisor_leaves_nothing_that_the_next_one_minds(data: Path) -> None:
    with _centre(data) as supervisor:
        await _write(_state(data), "before the supervisor")
        first = _state(data)
        _end(supervisor, signal.SIGKILL)
        with pytest.raises(Refused, match="ioc up"):
            load_centre(data)
    with _centre(data):
        assert _state(data).ports == first.ports
        assert not any(is_alive(item.identity) for item in first.processes if item.identity)
        await _gained(data, "after the supervisor")


def test_all_killed_at_once_recovers(data: Path) -> None:
    with _centre(data) as supervisor:
        first = _state(data)
        supervisor.kill()
        for item in first.processes:
            if item.identity is not None and is_alive(item.identity):
                os.kill(item.identity.pid, signal.SIGKILL)
        _end(supervisor, signal.SIGKILL)
    with _centre(data):
        assert problems(_state(data)) == {}


def test_a_second_supervisor_leaves_the_first_alone(data: Path) -> None:
    with _centre(data):
        second = subprocess.run([*_CENTRE, str(data)], capture_output=True, text=True, check=False)
        assert second.returncode != 0
        assert "already" in second.stderr
        assert problems(_state(data)) == {}


def test_two_centres_run_side_by_side(data: Path) -> None:
    with server_directory() as other, _centre(data), _centre(other):
        assert problems(_state(data)) == problems(_state(other)) == {}
        assert not set(_state(data).ports.values()) & set(_state(other).ports.values())


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGHUP])
def test_the_end_is_clean(data: Path, wish: signal.Signals) -> None:
    with _centre(data) as supervisor:
        running = _state(data)
        assert _end(supervisor, wish) == 0
    assert _state(data).phase == "stopped"
    assert not any(is_alive(item.identity) for item in running.processes if item.identity)
    database_log = (data / "logs" / "database.log").read_text().splitlines()
    assert database_log[-1].endswith("database system is shut down")
