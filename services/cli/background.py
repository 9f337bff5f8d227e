"""Starts a supervisor that outlives the command, and follows it until its centre is up."""

import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from deploy.local.progress import say
from deploy.local.state import CentreState, read_state
from services.cli.centre import running_state
from services.domain.errors import Unavailable

_START_SECONDS_MAX = 900.0  # a first start fetches the servers, maybe slowly
_POLL_SECONDS = 0.1


def start_in_background(data: Path, arguments: list[str]) -> CentreState:
    """Run `ioc up` with `arguments` in a session of its own; return when its centre is up.

    What it says is shown meanwhile and kept in `<data>/logs/supervisor.log`.
    """
    log = data / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, log.open(errors="replace") as said:
        said.seek(output.tell())
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "up", "--background", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _follow(supervisor, data, said)
        except BaseException:
            supervisor.terminate()  # it stops its children in order
            raise
    return wait_until_running(data)


def wait_until_running(data: Path) -> CentreState:
    """Wait for a centre that somebody else starts; raise `Refused` when its supervisor is gone."""
    deadline = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < deadline:
        state = running_state(data)
        if state.phase == "running":
            return state
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        f"the centre was not up after {_START_SECONDS_MAX:.0f} s: see {data / 'logs'}"
    )


def _follow(supervisor: subprocess.Popen[bytes], data: Path, said: TextIO) -> None:
    """Show what the supervisor says until its centre is up, or another one turns out to be."""
    deadline = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < deadline:
        status = supervisor.poll()
        for line in said:
            say(line.rstrip())
        if status is not None and status != 0:
            raise Unavailable(f"the centre did not start; its logs are in {data / 'logs'}")
        if status == 0 or _runs(data, supervisor.pid):
            return
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        f"the centre was not up after {_START_SECONDS_MAX:.0f} s: see {data / 'logs'}"
    )


def _runs(data: Path, pid: int) -> bool:
    state = read_state(data)
    return state is not None and state.supervisor.pid == pid and state.phase == "running"
