"""One real PostgreSQL with TimescaleDB, on loopback only."""

import os
import re
import shutil
import signal
import uuid
from itertools import chain
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.accounts import Account, can_reach, database_account, make_open
from deploy.local.command import run
from deploy.local.ports import LOOPBACK
from deploy.local.postgres_install import postgres_programs
from deploy.local.process import Program
from services.domain.errors import Refused

_USER = "ioc"
_DATABASE = "ioc"
_ROOT_HOME = Path("/var/lib/ioc")
_POINTER = "cluster-is-in"


def prepare(directory: Path, log: Path, port: int) -> Program:
    """Make the data directory at the first time, and say how to run the server."""
    directory.mkdir(parents=True, exist_ok=True)
    cluster = _place(directory)
    account = database_account(cluster)
    programs = postgres_programs(account)
    if not can_reach(cluster, account):
        cluster = _place_elsewhere(directory, account)
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster, programs, account)
    _check_version(cluster, programs)
    _forget_dead_postmaster(cluster)
    settings = (("-c", f"{name}={value}") for name, value in _settings(port).items())
    return Program(
        name="database",
        role="database",
        arguments=(str(programs / "postgres"), "-D", str(cluster), *chain.from_iterable(settings)),
        environment=_environment(),
        directory=Path("/"),
        log=log,
        probe=lambda: probe(database_url(port, "postgres")),
        ready_seconds_max=90,
        stop_signal=signal.SIGINT,  # fast shutdown: sessions are ended, a checkpoint is written
        stop_seconds_max=30,
        account=account,
    )


def create_database(port: int) -> str:
    """Create the centre's database if it is not there; return its URL."""
    with psycopg.connect(database_url(port, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_DATABASE,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
    url = database_url(port)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    return url


def database_url(port: int, database: str = _DATABASE) -> str:
    """Return the URL of a database of the server that listens on `port`."""
    return f"postgresql://{_USER}@{LOOPBACK}:{port}/{database}"


def probe(url: str) -> str | None:
    """None when the database of `url` answers a query, else why not."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return None


def _settings(port: int) -> dict[str, str]:
    return {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "fsync": "on",
        "jit": "off",
        "timezone": "GMT",
        "log_timezone": "GMT",
        "log_line_prefix": "%m [%p] ",
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
    }


def _place(directory: Path) -> Path:
    """Where the cluster is: in `directory`, or where a file in it says."""
    pointer = directory / _POINTER
    return Path(pointer.read_text().strip()) if pointer.exists() else directory / "cluster"


def _place_elsewhere(directory: Path, account: Account | None) -> Path:
    """Choose a place for the cluster that the server's account can enter, and write it down.

    Root's own folders are closed to others, and PostgreSQL does not run as root.
    """
    elsewhere = _ROOT_HOME / uuid.uuid4().hex[:12]
    make_open(_ROOT_HOME)
    make_open(elsewhere)
    if (directory / "cluster").exists() or not can_reach(elsewhere, account):
        raise Refused(
            f"PostgreSQL runs as account {account}, which cannot enter {directory}: "
            "use another --data, or run ioc as another user than root"
        )
    (directory / _POINTER).write_text(f"{elsewhere / 'cluster'}\n")
    return elsewhere / "cluster"


def _initialise(cluster: Path, programs: Path, account: Account | None) -> None:
    """Run initdb in a folder that gets its name only when it is complete."""
    unfinished = cluster.with_name("cluster.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account is not None:
        os.chown(unfinished, account.uid, account.gid)
    run(
        [
            *(programs / "initdb", "-D", unfinished, "-U", _USER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-instructions"),
        ],
        purpose="making the database's files",
        directory=Path("/"),
        environment=_environment(),
        account=account,
    )
    unfinished.rename(cluster)


def _check_version(cluster: Path, programs: Path) -> None:
    answer = run([programs / "postgres", "--version"], purpose="asking PostgreSQL for its version")
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if not re.search(rf"\b{made_by}\b", answer):
        raise Refused(
            f"{cluster} was made by PostgreSQL {made_by}, but here is {answer.strip()}: "
            f"install version {made_by} with TimescaleDB, or use another --data"
        )


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG... variable and no library path may reach the server."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}


def _forget_dead_postmaster(cluster: Path) -> None:
    """Remove the lock file of a killed server if its pid now belongs to something else."""
    lock = cluster / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
        holder = Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ValueError, IndexError, PermissionError):
        return  # no lock, no such process or not ours to judge: PostgreSQL decides
    if holder != cluster:
        lock.unlink()
