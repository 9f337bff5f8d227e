"""What every test may ask for: the real servers; a database, topic names, a standard of its own."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.local.servers import Addresses
from services.adapters.standards import FOLDER
from tests import servers

# A merge is judged by the same examples at every run; at a desk new ones are drawn each time.
settings.register_profile("merge", derandomize=True, deadline=None, database=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("merge" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def running_servers() -> Iterator[Addresses]:
    """Both servers, started once for the run."""
    with servers.servers_of_the_run() as addresses:
        yield addresses


@pytest.fixture(scope="session")
def kafka(running_servers: Addresses) -> str:
    """The bootstrap address of the run's broker."""
    return running_servers.kafka


@pytest.fixture(scope="session")
def postgres(running_servers: Addresses) -> str:
    """The URL of the run's database server; tests use `database` and leave this one as it is."""
    return running_servers.database


@pytest.fixture(scope="session")
def template(postgres: str) -> Iterator[str]:
    """The name of the database that holds our tables and nothing else."""
    name = servers.make_template(postgres)
    yield name
    servers.drop_database(postgres, name)


@pytest.fixture
def database(postgres: str, template: str) -> Iterator[str]:
    """The URL of a database with our tables, for one test alone."""
    with servers.fresh_database(postgres, template) as url:
        yield url


@pytest.fixture
def topic_prefix() -> str:
    """Put this before a topic's name, and no other test writes to it."""
    return f"test-{uuid.uuid4().hex[:8]}."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A standard of its own for the test to change."""
    shutil.copy(FOLDER / "measures.yaml", tmp_path)
    shutil.copytree(FOLDER / "indicators", tmp_path / "indicators")
    return tmp_path
