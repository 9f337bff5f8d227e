"""Tells the person who waits what is done: one line per step, with size and seconds, on stderr."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WRITE_LOCK = threading.Lock()


def say(text: str) -> None:
    """Print one whole line at once, also when two steps run side by side."""
    with _WRITE_LOCK:
        print(text, file=sys.stderr, flush=True)


class Step:
    """A running step; `detail` is appended to its line."""

    def __init__(self) -> None:
        self.detail = ""


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step when it has ended well; a failure is told by its error instead."""
    started_at = time.monotonic()
    running = Step()
    yield running
    detail = f", {running.detail}" if running.detail else ""
    say(f"{title}{detail} ({time.monotonic() - started_at:.1f} s)")


def megabytes(*paths: Path) -> str:
    """Add up the sizes of files and folders, links not followed: `43 MB`."""
    files = [
        file
        for path in paths
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file() and not file.is_symlink()
    ]
    return f"{sum(file.stat().st_size for file in files) / 1e6:.0f} MB"
