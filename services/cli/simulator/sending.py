"""Where simulated events go: to the intake, or as NDJSON into a file.

The edge of the simulator: it waits, writes and speaks HTTP, and decides nothing about what happens
in the province. Sending again is harmless, for every event keeps its id.
"""

import math
import time
from collections.abc import Callable
from typing import BinaryIO, Protocol

import httpx
import msgspec

from services.domain.errors import Refused, Unavailable

PAUSE_FIRST_SECONDS = 0.25
PAUSE_MAX_SECONDS = 10.0
REASONS_SHOWN_MAX = 5
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
VERDICTS = frozenset({200, 202, 422})


class Tally(msgspec.Struct):
    """What has been sent so far; the first reasons of rejection in words."""

    events: int = 0
    accepted: int = 0
    rejected: int = 0
    retries: int = 0
    first_at: int | None = None
    last_at: int | None = None
    reasons: list[str] = msgspec.field(default_factory=list)


class Sink(Protocol):
    """Takes batches of events and returns when they are safe."""

    def send(self, batch: list[bytes], tally: Tally) -> None:
        """Deliver the batch and count what became of it."""


class FileSink:
    """Writes NDJSON."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def send(self, batch: list[bytes], tally: Tally) -> None:
        """Write one event a line and flush."""
        self._file.write(b"\n".join(batch) + b"\n")
        self._file.flush()
        tally.accepted += len(batch)


class _Reason(msgspec.Struct):
    code: str
    pointer: str = ""
    detail: str = ""


class _Verdict(msgspec.Struct):
    line: int = 0
    state: str = ""
    reasons: list[_Reason] = msgspec.field(default_factory=list)


class _Receipt(msgspec.Struct):
    accepted: int
    rejected: int
    verdicts: list[_Verdict] = msgspec.field(default_factory=list)


class _Problem(msgspec.Struct):
    detail: str = ""


class _Busy(msgspec.Struct, frozen=True):
    """The intake cannot take the batch now."""

    reason: str
    wait_seconds: float = 0.0


class HttpSink:
    """Posts NDJSON to the intake until it has acknowledged.

    An intake that is away or busy is asked again with growing pauses, for at most
    `patience_seconds` a batch; None: without end, as a feed that follows the clock has to. Nothing
    is generated while it waits.
    """

    def __init__(
        self,
        client: httpx.Client,
        intake: str,
        patience_seconds: float | None,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._url = intake.rstrip("/") + "/v1/events"
        self._patience_seconds = patience_seconds
        self._tell = tell
        self._sleep = sleep
        self._clock = clock

    def send(self, batch: list[bytes], tally: Tally) -> None:
        """Deliver the batch.

        Raises Unavailable when patience is at an end, Refused when asking again is of no use.
        """
        body = b"\n".join(batch) + b"\n"
        patience = math.inf if self._patience_seconds is None else self._patience_seconds
        give_up_at = self._clock() + patience
        pause = PAUSE_FIRST_SECONDS
        while isinstance(answer := self._post(body), _Busy):
            if self._clock() + pause > give_up_at:
                raise Unavailable(f"The intake takes no events: {answer.reason.rstrip('.')}.")
            if pause == PAUSE_FIRST_SECONDS:
                self._tell(f"waiting, {answer.reason}")
            tally.retries += 1
            self._sleep(max(pause, answer.wait_seconds))
            pause = min(pause * 2, PAUSE_MAX_SECONDS)
        _count(answer, batch, tally)

    def _post(self, body: bytes) -> _Receipt | _Busy:
        headers = {"content-type": "application/x-ndjson"}
        try:
            response = self._client.post(self._url, content=body, headers=headers)
        except httpx.TransportError as error:
            return _Busy(f"{self._url} does not answer ({type(error).__name__})")
        if response.status_code in TRY_AGAIN:
            said = f"{self._url} answers {response.status_code} {_detail(response)}".strip()
            return _Busy(said, _retry_after(response))
        if response.status_code not in VERDICTS:
            raise Refused(
                f"{self._url} refuses a batch with {response.status_code}: {response.text[:300]}"
            )
        try:
            return msgspec.json.decode(response.content, type=_Receipt)
        except msgspec.DecodeError as error:
            raise Refused(f"{self._url} is not an intake of events: {error}") from error


def _detail(response: httpx.Response) -> str:
    try:
        return msgspec.json.decode(response.content, type=_Problem).detail
    except msgspec.DecodeError:
        return ""


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), 60.0) if text.isdigit() else 0.0


def _count(receipt: _Receipt, batch: list[bytes], tally: Tally) -> None:
    tally.accepted += receipt.accepted
    tally.rejected += receipt.rejected
    for verdict in receipt.verdicts:
        if verdict.state != "rejected" or len(tally.reasons) >= REASONS_SHOWN_MAX:
            continue
        line = batch[verdict.line - 1] if 0 < verdict.line <= len(batch) else b""
        tally.reasons += [
            f"{reason.code} at {reason.pointer or 'the record'}: {reason.detail} <- {line[:200]!r}"
            for reason in verdict.reasons
        ]
