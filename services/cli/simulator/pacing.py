"""When simulated events are sent: what lies in the past at once in batches, the future on time."""

from collections.abc import Callable, Iterable

from services.cli.simulator.emission import Sending
from services.cli.simulator.sending import Sink, Tally
from services.domain.instants import SECOND

BATCH_RECORDS_MAX = 500
TICK_SECONDS = 0.1


class Pacer:
    """Drives a stream of events into a sink by a clock; holds one batch and no queue.

    `sent` is told the instant up to which everything is safe, and the tally, after each batch.
    """

    def __init__(
        self,
        sink: Sink,
        clock: Callable[[], int],
        sleep: Callable[[float], None],
        sent: Callable[[int, Tally], None],
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._sleep = sleep
        self._sent = sent

    def run(self, events: Iterable[Sending], tally: Tally) -> None:
        """Send all events, each when its instant has come; those due within a tick together."""
        batch: list[bytes] = []
        now = self._clock()
        for at, document in events:
            if at > now:
                now = self._clock()
            while at > now:
                self._deliver(batch, tally)
                self._sleep(max(TICK_SECONDS, min(1.0, (at - now) / SECOND)))
                now = self._clock()
            batch.append(document)
            tally.events += 1
            tally.first_at = at if tally.first_at is None else tally.first_at
            tally.last_at = at
            if len(batch) >= BATCH_RECORDS_MAX:
                self._deliver(batch, tally)
        self._deliver(batch, tally)

    def _deliver(self, batch: list[bytes], tally: Tally) -> None:
        if not batch:
            return
        self._sink.send(batch, tally)
        batch.clear()
        if tally.last_at is not None:
            self._sent(tally.last_at, tally)
