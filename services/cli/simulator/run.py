"""One run of the feed: sends a course, remembers how far it came, tells what it does."""

import signal
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from services.adapters import clock
from services.cli.simulator.documents import stamp
from services.cli.simulator.memory import Course, Memory, write_memory
from services.cli.simulator.pacing import Pacer
from services.cli.simulator.sending import Sink, Tally
from services.cli.simulator.stream import Simulation
from services.domain.instants import SECOND

REMEMBER_SECONDS = 1.0
TELL_SECONDS = 2.0
TELL_LIVE_SECONDS = 60.0
LIVE_WITHIN = 10 * SECOND


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run sends, at most `count` events beside the first; `memory`: where it remembers."""

    simulation: Simulation
    course: Course
    until: int
    count: int | None
    memory: Path | None
    tell: Callable[[str], None]

    def feed(self, sink: Sink, first: Sequence[bytes]) -> Tally:
        """Send `first`, then the course, until its end or an interruption; give what was sent."""
        tally = Tally()
        previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            if first:
                sink.send(list(first), tally)
                tally.events += len(first)
                self.tell(f"the ministry's figures: {len(first)} events sent")
            events = self.course.events(self.simulation, self.until)
            journal = _Journal(self)
            Pacer(sink, clock.now, time.sleep, journal.note).run(islice(events, self.count), tally)
        except KeyboardInterrupt:
            self.tell("interrupted")
        finally:
            signal.signal(signal.SIGTERM, previous)
        return tally


class _Journal:
    """Notes progress, each kind of note at most once in its time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._remember_at = 0.0
        self._tell_at = 0.0
        self._live = False

    def note(self, sent_until: int, tally: Tally) -> None:
        """Everything up to `sent_until` is safe."""
        now = time.monotonic()
        if self._run.memory is not None and now >= self._remember_at:
            self._remember_at = now + REMEMBER_SECONDS
            write_memory(self._run.memory, self._memory(sent_until))
        live = sent_until > clock.now() - LIVE_WITHIN
        if now >= self._tell_at or live != self._live:
            self._live = live
            self._tell_at = now + (TELL_LIVE_SECONDS if live else TELL_SECONDS)
            where = "live" if live else "history"
            self._run.tell(f"{where}: {tally.events:,} events sent, up to {stamp(sent_until)}")

    def _memory(self, sent_until: int) -> Memory:
        course = self._run.course
        return Memory(
            plan=self._run.simulation.name,
            history_from=course.history_from,
            live_from=course.live[0].begin,
            sent_until=sent_until,
        )
