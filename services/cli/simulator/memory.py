"""What a feed remembers between two starts, so that a later start sends only what is new."""

from itertools import dropwhile
from pathlib import Path

import msgspec

from services.cli.simulator.emission import Sending
from services.cli.simulator.stream import Simulation, Window, resumed_windows, start_windows

FILE_NAME = "simulator.json"


class Memory(msgspec.Struct, frozen=True):
    """How far a plan has been sent: days from `history_from`, live from `live_from`."""

    plan: str
    history_from: int
    live_from: int
    sent_until: int


class Course(msgspec.Struct, frozen=True):
    """What a run sends: days and live windows, and of these what is due from `send_from`."""

    history_from: int
    live: tuple[Window, ...]
    send_from: int

    def events(self, simulation: Simulation, until: int) -> "dropwhile[Sending]":
        """Give the events of the run in order of sending."""
        found = simulation.events(self.history_from, self.live, until)
        return dropwhile(lambda sending: sending[0] < self.send_from, found)


def plan_course(
    memory: Memory | None, name: str, history_from: int, start: int, until: int
) -> Course:
    """Begin anew, or go on when the same plan was sent before and reached back as far."""
    if memory is None or memory.plan != name or history_from < memory.history_from:
        return Course(history_from, start_windows(start, until), history_from)
    live = resumed_windows(memory.live_from, memory.sent_until, start, until)
    return Course(history_from, live, memory.sent_until)


def read_memory(folder: Path) -> Memory | None:
    """Read what was remembered; None when there is nothing that can be understood."""
    try:
        return msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None


def write_memory(folder: Path, memory: Memory) -> None:
    """Replace what is remembered, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / (FILE_NAME + ".new")
    fresh.write_bytes(msgspec.json.encode(memory))
    fresh.replace(folder / FILE_NAME)
