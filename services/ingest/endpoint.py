"""`POST /v1/events` as a bare ASGI function: reads the body, has it taken, answers.

Bare, because a framework's route costs ten times what a small request does.
"""

import asyncio
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope, Send

from services.adapters.http import PROBLEM_JSON, problem_body
from services.adapters.kafka_producer import Publisher
from services.domain.errors import Unavailable
from services.ingest.bodies import HttpHeaders, Record, header, inflate, records_of
from services.ingest.budget import Budget, Hold
from services.ingest.intake import Intake
from services.ingest.limits import IngestLimits
from services.ingest.metrics import IngestMetrics
from services.ingest.problems import RequestRefused

PATH = "/v1/events"
OFF_LOOP_BYTES = 128 * 1024
"""Longer bodies are inflated and cut in a thread: the loop has other requests to serve."""
VERDICTS = {"": False, "exceptions": False, "all": True}
"""What `?verdicts=` may say, and whether accepted records are listed then."""

ResponseHeaders = list[tuple[bytes, bytes]]


class SenderGone(Exception):
    """The sender closed the connection before the body was complete."""


class EventsEndpoint:
    """Takes events over HTTP; one instance for all requests of a process."""

    def __init__(
        self,
        intake: Intake,
        publisher: Publisher,
        limits: IngestLimits,
        budget: Budget,
        metrics: IngestMetrics,
    ) -> None:
        self._intake = intake
        self._publisher = publisher
        self._limits = limits
        self._budget = budget
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        headers: ResponseHeaders = [(b"content-type", b"application/json")]
        try:
            status, body = await self._answer(scope, receive)
        except RequestRefused as refused:
            status, body = refused.status, problem_body(refused.status, refused.detail)
            headers = _problem_headers(refused.retry_after_seconds)
        except Unavailable as failure:
            status, body = 503, problem_body(503, str(failure))
            headers = _problem_headers(self._limits.retry_after_seconds)
        except SenderGone:
            return
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self._metrics.requests.labels(str(status)).inc()
        self._metrics.answer_seconds.observe(loop.time() - began)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        if scope["method"] != "POST":
            raise RequestRefused(405, "Send events with POST.")
        list_all = _list_all(scope["query_string"])
        if self._publisher.stalled():
            raise Unavailable("Kafka does not acknowledge records; send this again later.")
        with self._budget.hold() as hold:
            records = await self._records(scope["headers"], receive, hold)
            answer = await self._intake.take(records, hold, list_all=list_all)
        usable = answer.accepted or not answer.records
        return 202 if usable else 422, msgspec.json.encode(answer)

    async def _records(self, headers: HttpHeaders, receive: Receive, hold: Hold) -> list[Record]:
        body = await self._body(headers, receive, hold)

        def cut() -> list[Record]:
            inflated = inflate(body, headers, self._limits.body_bytes_max)
            return records_of(headers, inflated, self._limits)

        if len(body) < OFF_LOOP_BYTES and not header(headers, b"content-encoding"):
            return cut()
        records = await asyncio.to_thread(cut)
        hold.take(max(0, sum(len(raw) for _, raw in records) - len(body)))
        return records

    async def _body(self, headers: HttpHeaders, receive: Receive, hold: Hold) -> bytes:
        announced = header(headers, b"content-length")
        self._check_length(int(announced) if announced.isdecimal() else 0)
        pieces: list[bytes] = []
        length = 0
        more = True
        try:
            async with asyncio.timeout(self._limits.body_seconds_max):
                while more:
                    piece, more = await _next_piece(receive)
                    length += len(piece)
                    self._check_length(length)
                    hold.take(len(piece))
                    pieces.append(piece)
        except TimeoutError:
            raise RequestRefused(408, "The body did not arrive in time.") from None
        self._metrics.body_bytes.inc(length)
        return b"".join(pieces)

    def _check_length(self, length: int) -> None:
        bytes_max = self._limits.body_bytes_max
        if length > bytes_max:
            raise RequestRefused(413, f"The body is longer than {bytes_max} bytes; split it.")


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise SenderGone
    return message.get("body", b""), message.get("more_body", False)


def _list_all(query: bytes) -> bool:
    asked = parse_qs(query.decode("latin-1")).get("verdicts", [""])[-1]
    if asked not in VERDICTS:
        raise RequestRefused(
            400, f"verdicts={asked} is not known; use verdicts=all or leave it out."
        )
    return VERDICTS[asked]


def _problem_headers(retry_after_seconds: int | None) -> ResponseHeaders:
    headers = [(b"content-type", PROBLEM_JSON.encode())]
    if retry_after_seconds is not None:
        headers.append((b"retry-after", str(retry_after_seconds).encode()))
    return headers
