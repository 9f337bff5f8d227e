"""A broker of one test alone, to be killed, hung, started again or made anew."""

import os
import shutil
import signal
import time
from pathlib import Path

from deploy.local import kafka, ports
from deploy.local.process import Process, start, stop

LOOK_S = 0.1


class OwnBroker:
    """Keeps its port and its files when it is started again."""

    def __init__(self, directory: Path) -> None:
        self._files = directory / "kafka"
        self._log = directory / "kafka.log"
        self._ports = ports.assign(("kafka", "controller"), {}, {})
        self._process: Process | None = None
        self.bootstrap = f"{ports.LOOPBACK}:{self._ports['kafka']}"

    def start(self) -> None:
        """Start it; to be called in the main thread, for it ends with the thread that did."""
        chosen = self._ports
        self._program = kafka.prepare(self._files, self._log, chosen["kafka"], chosen["controller"])
        self._process = start(self._program)

    def wait(self) -> None:
        """Wait until it answers."""
        assert self._process is not None
        deadline = time.monotonic() + self._program.ready_seconds_max
        while (reason := self._program.probe()) is not None:
            assert self._process.popen.poll() is None, "the broker has ended"
            assert time.monotonic() < deadline, reason
            time.sleep(LOOK_S)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the broker itself."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """Kill it as a power failure would."""
        assert self._process is not None
        self.signal(signal.SIGKILL)
        self._process.popen.wait()

    def forget(self) -> None:
        """Remove its files, while it does not run."""
        shutil.rmtree(self._files)

    def end(self) -> None:
        """Stop it for good."""
        if self._process is not None:
            stop(self._process)
