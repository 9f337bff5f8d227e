"""`ioc up`, `status` and `down` with the real services, as a person types them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.identity import identify
from tests.servers import server_directory

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]


def _ioc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _pids(document: dict[str, Any]) -> set[int]:
    return {process["pid"] for role in document["processes"].values() for process in role}


@pytest.fixture
def data() -> Iterator[Path]:
    """The directory of a centre that is down again afterwards."""
    with server_directory() as directory:
        yield directory
        _ioc("down", "--data", str(directory))


def test_a_centre_comes_up_says_how_it_is_and_goes_down(data: Path) -> None:
    here = ("--data", str(data))
    up = _ioc("up", "--detach", "--json", "--aggregators", "2", *here)
    assert up.returncode == 0, up.stderr
    started = json.loads(up.stdout)
    assert started["ready"] is True
    assert "kafka and database: ready" in up.stderr
    assert [len(started["processes"][role]) for role in ("ingest", "aggregator", "api")] == [
        1,
        2,
        1,
    ]

    status = json.loads(_ioc("status", "--json", *here).stdout)
    assert status == started
    assert status["wall"] == f"{status['api']}/wall/"
    assert status["live"] == f"{status['api'].replace('http', 'ws')}/v1/live"

    again = _ioc("up", "--json", *here)
    assert again.returncode == 0
    assert "already" in again.stderr
    assert _pids(json.loads(again.stdout)) == _pids(started)

    down = _ioc("down", *here)
    assert down.returncode == 0, down.stderr
    assert not any(identify(pid) for pid in _pids(started))
    assert _ioc("status", *here).returncode == 1


def test_a_centre_that_cannot_start_says_why_and_leaves_nothing(data: Path) -> None:
    (data / "kafka").mkdir()
    (data / "kafka" / "log").write_text("not a directory")
    up = _ioc("up", "--detach", "--data", str(data))
    assert up.returncode == 1
    assert "Kafka" in up.stderr
    assert "Traceback" not in up.stderr
    assert _ioc("status", "--data", str(data)).returncode == 1
