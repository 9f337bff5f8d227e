"""CPU seconds of the centre's processes, by role; the database's backends count as the database."""

import os
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Mapping[str, list[int]]) -> dict[str, float]:
    """User and system time so far of each role's processes and their children."""
    children = _children()
    return {
        role: sum(_seconds(pid) for root in roots for pid in _tree(root, children))
        for role, roots in pids.items()
    }


def _tree(root: int, children: Mapping[int, list[int]]) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def _seconds(pid: int) -> float:
    """Its own time and that of children that have ended."""
    fields = _stat(pid)
    return sum(int(fields[index]) for index in (11, 12, 13, 14)) / _TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields behind the command's name: state, parent, ..."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
