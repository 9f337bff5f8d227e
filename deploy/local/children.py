"""The children of a supervisor: started in order, again when they die, stopped in reverse."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.local.identity import identify
from deploy.local.process import Process, Program, last_words, limit_log, start, stop
from deploy.local.progress import say
from deploy.local.restarts import Restarts, after_death
from deploy.local.state import ProcessState
from services.domain.errors import Unavailable

_FIRST_ATTEMPTS_MAX = 3
_PROBE_PAUSE_SECONDS = 0.1


@dataclass
class Child:
    """One program over all of its lives; `due_at` says when the next one begins, if it is dead."""

    program: Program
    process: Process | None = None
    restarts: Restarts = field(default_factory=Restarts)
    started_at: float = 0.0
    due_at: float | None = None

    def begin(self) -> Process:
        """Start the program now."""
        self.process, self.started_at, self.due_at = start(self.program), time.monotonic(), None
        return self.process

    def look(self, now: float) -> bool:
        """Notice a death and plan the next life; True if there was one."""
        status = None if self.process is None else self.process.popen.poll()
        if status is None:
            return False
        self.process = None
        if status == 0 and self.program.may_end:
            say(f"{self.program.name} has ended")
            return True
        self.restarts = after_death(self.restarts, now - self.started_at)
        self.due_at = now + self.restarts.pause_seconds
        pause = f"{self.restarts.pause_seconds:g} s"
        say(f"{self.program.name} ended with status {status}; starting it again in {pause}")
        return True

    def state(self) -> ProcessState:
        """Describe the child as it is now."""
        identity = None if self.process is None else identify(self.process.pid)
        program = self.program
        return ProcessState(
            program.name, program.role, identity, self.restarts.count, int(program.stop_signal)
        )


class Children:
    """All children, in the order of their start."""

    def __init__(self, wait: Callable[[float], object], changed: Callable[[], object]) -> None:
        """`wait` pauses and raises to give up; `changed` hears of every start and death."""
        self._wait = wait
        self._changed = changed
        self._children: list[Child] = []

    def start(self, *programs: Program) -> None:
        """Start programs side by side; return when all are ready, raise `Unavailable` if not.

        One that dies before it was ready gets another try: after a `kill -9` a server needs a
        moment until what it left behind is gone.
        """
        begun = [Child(program) for program in programs]
        for child in begun:
            self._children.append(child)
            child.begin()
        self._changed()
        for child in begun:
            self._until_ready(child)

    def revive(self) -> float | None:
        """Notice deaths and start again what is due; return when the next one is due."""
        now = time.monotonic()
        changed = False
        for child in self._children:
            changed |= child.look(now)
            if child.due_at is not None and child.due_at <= now:
                child.begin()
                changed = True
        if changed:
            self._changed()
        return min(
            (each.due_at for each in self._children if each.due_at is not None), default=None
        )

    def limit_logs(self) -> None:
        """Keep every log below its limit."""
        for child in self._children:
            limit_log(child.program.log)

    def states(self) -> tuple[ProcessState, ...]:
        """Describe all of them."""
        return tuple(child.state() for child in self._children)

    def stop(self) -> None:
        """Stop all, the last first, each within its bound."""
        for child in reversed(self._children):
            if child.process is not None and not stop(child.process):
                say(f"{child.program.name} did not end in time and was killed")

    def _until_ready(self, child: Child) -> None:
        program = child.program
        deadline = time.monotonic() + program.ready_seconds_max
        while (reason := program.probe()) is not None:
            self.revive()
            if child.restarts.count >= _FIRST_ATTEMPTS_MAX:
                raise Unavailable(f"{program.name} does not start{last_words(program.log)}")
            if time.monotonic() > deadline:
                waited = f"{program.ready_seconds_max:.0f} s"
                raise Unavailable(
                    f"{program.name} is not ready after {waited}: {reason}{last_words(program.log)}"
                )
            self._wait(_PROBE_PAUSE_SECONDS)
