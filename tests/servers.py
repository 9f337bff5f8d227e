"""The real servers of a test run: one broker, one database server, a fresh database for each test.

With `IOC_KAFKA_BOOTSTRAP` and `IOC_DATABASE_URL` set, those servers are used instead of new ones.
"""

import importlib
import importlib.util
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from deploy.local.servers import Addresses, running_servers

_TEMPLATE = "ioc_template"
_PROVISION = "services.adapters.provision"


@contextmanager
def servers_of_the_run() -> Iterator[Addresses]:
    """Start both servers in a temporary directory, or use the ones that the environment names."""
    kafka, database = os.environ.get("IOC_KAFKA_BOOTSTRAP"), os.environ.get("IOC_DATABASE_URL")
    if kafka and database:
        yield Addresses(kafka, database)
        return
    with server_directory() as data, running_servers(data) as addresses:
        yield addresses


@contextmanager
def server_directory() -> Iterator[Path]:
    """Make a temporary directory in which servers may keep their files."""
    data = Path(tempfile.mkdtemp(prefix="ioc-test-"))
    data.chmod(0o711)  # as root, PostgreSQL runs under another account, which must come through
    try:
        yield data
    finally:
        shutil.rmtree(data)


def make_template(server_url: str) -> str:
    """Make the database that each test gets a copy of, with our tables; return its name."""
    name = f"{_TEMPLATE}_{uuid.uuid4().hex[:8]}"
    _execute(server_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = with_database(server_url, name)
    _execute(url, sql.SQL("CREATE EXTENSION IF NOT EXISTS timescaledb"))
    if importlib.util.find_spec(_PROVISION) is not None:
        importlib.import_module(_PROVISION).migrate_database(url)
    close = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false")
    _execute(server_url, close.format(sql.Identifier(name)))
    # A database can be copied only while nobody is connected to it, TimescaleDB's workers included.
    expel = sql.SQL(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}"
    )
    _execute(server_url, expel.format(sql.Literal(name)))
    return name


@contextmanager
def fresh_database(server_url: str, template: str) -> Iterator[str]:
    """Copy the template for one test; the copy is dropped afterwards, with whoever uses it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _execute(server_url, create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield with_database(server_url, name)
    finally:
        drop_database(server_url, name)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, ending its sessions."""
    _execute(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _execute(url: str, statement: sql.SQL | sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
