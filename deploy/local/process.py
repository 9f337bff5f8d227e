"""One child process: it cannot outlive us, is watched until ready, and stopped within a bound."""

import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.accounts import Account

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOG_BYTES_MAX = 20_000_000
_LINES_SHOWN = 8


@dataclass(frozen=True)
class Program:
    """What to run, how to know that it is ready, and how to end it."""

    name: str
    role: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    log: Path
    probe: Callable[[], str | None]  # None when ready, else the reason why not
    ready_seconds_max: float
    stop_signal: signal.Signals
    stop_seconds_max: float
    account: Account | None = None
    may_end: bool = False  # ending with status 0 is what it is for


@dataclass(frozen=True)
class Process:
    """A started program."""

    program: Program
    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process id; also that of its session."""
        return self.popen.pid


def start(program: Program) -> Process:
    """Start `program` in a session of its own, its output appended to its log."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    limit_log(program.log)
    account = "-" if program.account is None else str(program.account)
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    conditions = [str(int(program.stop_signal)), str(os.getpid()), account]
    with program.log.open("ab") as log:
        popen = subprocess.Popen(
            [*launcher, *conditions, *program.arguments],
            cwd=program.directory,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(program, popen)


def stop(process: Process) -> bool:
    """End the process, by force if it does not end in its time; False if force was needed."""
    popen = process.popen
    if popen.poll() is not None:
        return True
    popen.send_signal(process.program.stop_signal)
    try:
        popen.wait(process.program.stop_seconds_max)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()
        return False
    return True


def limit_log(log: Path) -> None:
    """Keep the last 20 to 40 MB of a log; what is written during the copy may be lost.

    Its writer holds the file open and appends, so it is emptied and not replaced.
    """
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)


def last_words(log: Path) -> str:
    """Return the end of a log, to be put behind an error."""
    if not log.exists():
        return ""
    with log.open(errors="replace") as file:
        lines = [line.rstrip() for line in deque(file, _LINES_SHOWN)]
    return f"; the end of {log}:\n  " + "\n  ".join(lines)
