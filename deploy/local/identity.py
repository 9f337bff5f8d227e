"""Tells a process from another one that was given the same number later."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

_POLL_SECONDS = 0.05


class Identity(msgspec.Struct, frozen=True):
    """A process: its number, when it started (clock ticks after boot), and of which boot."""

    pid: int
    started_ticks: int
    boot: str


def identify(pid: int) -> Identity | None:
    """Return the identity of the process that has this number now; None if there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # also when it vanishes between opening and reading
        return None
    if fields[0] in "ZX":  # dead, only not yet collected by its parent
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return Identity(pid, int(fields[19]), boot)


def is_alive(identity: Identity) -> bool:
    """Whether this very process still runs."""
    return identify(identity.pid) == identity


def end(
    processes: Sequence[tuple[Identity, signal.Signals]], *, seconds_max: float
) -> list[Identity]:
    """Ask processes that are not our children to end; after `seconds_max` kill those left.

    Returns those that had to be killed.
    """
    deadline = time.monotonic() + seconds_max
    waiting = [(identity, wish) for identity, wish in processes if is_alive(identity)]
    for identity, wish in waiting:
        _send(identity, wish)
    while (left := [identity for identity, _ in waiting if is_alive(identity)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(_POLL_SECONDS)
    for identity in left:
        _send(identity, signal.SIGKILL)
    return left


def _send(identity: Identity, wish: signal.Signals) -> None:
    if is_alive(identity):
        try:
            os.kill(identity.pid, wish)
        except ProcessLookupError:
            return  # it ended in between, which is what was wanted
