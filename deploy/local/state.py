"""What a centre says of itself in `<data>/centre.json`, for `status`, `down` and the next start."""

from pathlib import Path
from typing import Literal

import msgspec

from deploy.local.identity import Identity
from services.domain.errors import Refused

_FILE = "centre.json"

Phase = Literal["starting", "running", "stopping", "stopped"]


class ProcessState(msgspec.Struct, frozen=True):
    """One child: which, with what part, and how often it was started again.

    It has no identity while it is dead and waits to be started again.
    """

    name: str
    role: str
    identity: Identity | None
    restarts: int
    stop_signal: int


class CentreState(msgspec.Struct, frozen=True):
    """A centre as its supervisor last saw it; `ports` outlive it, so that addresses stay."""

    phase: Phase
    supervisor: Identity
    ports: dict[str, int]
    kafka: str = ""
    database: str = ""
    processes: tuple[ProcessState, ...] = ()


def read_state(data: Path) -> CentreState | None:
    """Return the last state of the centre in `data`; None if there never was one."""
    path = data / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=CentreState)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Refused(f"{path} is damaged ({error}): remove it, the data are elsewhere") from error


def write_state(data: Path, state: CentreState) -> None:
    """Replace the state in one step: a reader sees the old or the new one."""
    unfinished = data / f"{_FILE}.unfinished"
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    unfinished.replace(data / _FILE)
