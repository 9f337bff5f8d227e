"""Sending records to the intake over HTTP: several requests at once, repeated until answered.

Sending again is always safe: an event that was stored before is a duplicate and counts once. Of two
events with one name and different content the first in the file counts, so a request waits for
those before it that carry one of its names.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import httpx
import msgspec

from services.cli.sources import SourceRecord
from services.domain.errors import Refused, Unavailable

EVENTS_PATH = "/v1/events"
NDJSON = "application/x-ndjson"
REPEATABLE = frozenset({408, 429, 502, 503, 504})


class SendLimits(msgspec.Struct, frozen=True):
    """The bounds of one sending."""

    batch_records: int = 1_000
    batch_bytes: int = 1024 * 1024
    requests_in_flight: int = 4
    request_seconds_max: float = 60.0
    patience_seconds: float = 120.0
    pause_seconds_min: float = 0.2
    pause_seconds_max: float = 10.0
    rejections_listed_max: int = 10_000


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault of one record; `line` is the line of the file."""

    line: int
    code: str
    pointer: str
    detail: str
    file: str = ""


class Summary(msgspec.Struct):
    """What became of everything that was sent; each rejected record has one rejection or more."""

    records: int = 0
    accepted: int = 0
    rejected: int = 0
    receipts: list[str] = []
    rejections: list[Rejection] = []


class _Finding(msgspec.Struct):
    code: str
    pointer: str
    detail: str


class _Verdict(msgspec.Struct):
    line: int
    state: str
    reasons: list[_Finding] = []


class _Answer(msgspec.Struct):
    receipt: str
    records: int
    accepted: int
    rejected: int
    verdicts: list[_Verdict]


class _Problem(msgspec.Struct):
    detail: str = ""


class _Name(msgspec.Struct, frozen=True):
    source: str = ""
    id: str = ""


_NAME = msgspec.json.Decoder(_Name)


class Sender:
    """Sends records to one intake and adds up what became of them."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        limits: SendLimits,
        *,
        name_file: bool = False,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.summary = Summary()
        self._client = client
        self._limits = limits
        self._name_file = name_file
        self._jitter = jitter
        self._under_way: list[tuple[set[_Name], asyncio.Event]] = []

    async def send(self, records: Iterable[SourceRecord], file: str = "") -> None:
        """Send all records of a file.

        Raises Unavailable when the intake has not answered a request for `patience_seconds`, and
        Refused when it will never take it. The summary holds what was answered until then.
        """
        batches = self._batches(records, file)
        workers = [
            asyncio.create_task(self._work(batches, file))
            for _ in range(self._limits.requests_in_flight)
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, batches: Iterator[list[SourceRecord]], file: str) -> None:
        for batch in batches:
            names = _names(batch)
            before = [done for others, done in self._under_way if not names.isdisjoint(others)]
            mine = (names, asyncio.Event())
            self._under_way.append(mine)
            for done in before:
                await done.wait()
            self._add(batch, await self._send_batch(batch), file)
            mine[1].set()
            self._under_way.remove(mine)

    def _batches(self, records: Iterable[SourceRecord], file: str) -> Iterator[list[SourceRecord]]:
        batch: list[SourceRecord] = []
        length = 0
        for record in records:
            if record.fault:
                self._reject_here(record, file)
                continue
            full = length + len(record.raw) > self._limits.batch_bytes
            if batch and (full or len(batch) >= self._limits.batch_records):
                yield batch
                batch, length = [], 0
            batch.append(record)
            length += len(record.raw) + 1
        if batch:
            yield batch

    async def _send_batch(self, batch: list[SourceRecord]) -> _Answer:
        body = b"\n".join(record.raw for record in batch)
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._limits.patience_seconds
        pause = self._limits.pause_seconds_min
        while True:
            asked_pause = 0.0
            try:
                response = await self._client.post(
                    EVENTS_PATH, content=body, headers={"content-type": NDJSON}
                )
            except httpx.TransportError as failure:
                trouble = f"{type(failure).__name__} {failure}".strip()
            else:
                if response.status_code not in REPEATABLE:
                    return _read_answer(response)
                trouble = _detail(response)
                asked_pause = _retry_after(response)
            wait = max(asked_pause, pause * (0.5 + self._jitter()))
            if clock() + wait > deadline:
                seconds = self._limits.patience_seconds
                raise Unavailable(
                    f"{self._client.base_url} has not taken the records for {seconds:.0f} s"
                    f" ({trouble}); look at `ioc status`, then send the file again."
                )
            await asyncio.sleep(wait)
            pause = min(2 * pause, self._limits.pause_seconds_max)

    def _add(self, batch: list[SourceRecord], answer: _Answer, file: str) -> None:
        summary = self.summary
        summary.records += answer.records
        summary.accepted += answer.accepted
        summary.rejected += answer.rejected
        summary.receipts.append(answer.receipt)
        for verdict in answer.verdicts:
            if verdict.state == "rejected":
                line = batch[verdict.line - 1].line
                for reason in verdict.reasons:
                    self._list(line, reason.code, reason.pointer, reason.detail, file)

    def _reject_here(self, record: SourceRecord, file: str) -> None:
        self.summary.records += 1
        self.summary.rejected += 1
        self._list(record.line, "bad_format", "", record.fault, file)

    def _list(self, line: int, code: str, pointer: str, detail: str, file: str) -> None:
        if len(self.summary.rejections) < self._limits.rejections_listed_max:
            named = file if self._name_file else ""
            self.summary.rejections.append(Rejection(line, code, pointer, detail, named))


def _names(batch: list[SourceRecord]) -> set[_Name]:
    names: set[_Name] = set()
    for record in batch:
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            names.add(_NAME.decode(record.raw))
    return names


def _read_answer(response: httpx.Response) -> _Answer:
    if response.status_code in {202, 422}:
        try:
            return msgspec.json.decode(response.content, type=_Answer)
        except msgspec.DecodeError as failure:
            raise Refused(f"{response.url} is not an intake: {failure}.") from failure
    raise Refused(f"{response.url} refused the records: {_detail(response)}")


def _detail(response: httpx.Response) -> str:
    try:
        detail = msgspec.json.decode(response.content, type=_Problem).detail
    except msgspec.DecodeError:
        detail = ""
    return f"{response.status_code} {detail or response.reason_phrase}"


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else 0.0
