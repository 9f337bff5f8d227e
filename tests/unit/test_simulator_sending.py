"""Sending simulated events: on time, in batches, again when the intake was away; over real HTTP."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import msgspec
import pytest

from services.cli.simulator.pacing import BATCH_RECORDS_MAX, Pacer
from services.cli.simulator.sending import FileSink, HttpSink, Tally
from services.domain.errors import Refused, Unavailable
from services.domain.instants import SECOND

Answer = Callable[[list[bytes]], tuple[int, dict[str, str], object]]


def accept(lines: list[bytes]) -> tuple[int, dict[str, str], object]:
    return 202, {}, {"accepted": len(lines), "rejected": 0, "verdicts": []}


def status(code: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (code, named, {"detail": "as told"})


@contextmanager
def intake(*answers: Answer) -> Iterator[tuple[str, list[list[bytes]]]]:
    """A server that gives these answers in order, then accepts; what it took is in the list."""
    waiting = list(answers)
    taken: list[list[bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            lines = body.splitlines()
            answer = waiting.pop(0) if waiting else accept
            code, headers, document = answer(lines)
            if code == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if code in (202, 422):
                assert self.headers["content-type"] == "application/x-ndjson"
                assert self.path == "/v1/events"
                taken.append(lines)
            content = msgspec.json.encode(document)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Hands:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0
        self.slept: list[float] = []
        self.told: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)

    def seconds(self) -> float:
        return self.now / SECOND


def sink_for(client: httpx.Client, url: str, hands: Hands, patience: float | None) -> HttpSink:
    return HttpSink(client, url, patience, hands.told.append, hands.sleep, hands.seconds)


def test_a_busy_or_lost_intake_is_asked_again() -> None:
    busy = [status(429, retry_after="3"), status(503), lambda _: (0, {}, None), status(502)]
    hands, tally = Hands(), Tally()
    with intake(*busy) as (url, taken), httpx.Client() as client:
        sink_for(client, url, hands, None).send([b'{"a":1}', b'{"b":2}'], tally)
    assert taken == [[b'{"a":1}', b'{"b":2}']]
    assert (tally.accepted, tally.rejected, tally.retries) == (2, 0, 4)
    assert hands.slept[0] == 3.0
    assert len(hands.told) == 1
    assert "429 as told" in hands.told[0]
    assert hands.slept[1:] == [0.5, 1.0, 2.0]


def test_patience_ends() -> None:
    hands = Hands()
    with (
        intake(*[status(503)] * 50) as (url, _),
        httpx.Client() as client,
        pytest.raises(Unavailable, match="503"),
    ):
        sink_for(client, url, hands, 5.0).send([b"{}"], Tally())
    assert hands.seconds() <= 5.0


def test_an_intake_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as reserved, httpx.Client() as client:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(Unavailable, match="does not answer"):
            sink_for(client, url, Hands(), 1.0).send([b"{}"], Tally())


def test_what_does_not_help_is_not_repeated() -> None:
    hands = Hands()
    with (
        intake(status(413)) as (url, _),
        httpx.Client() as client,
        pytest.raises(Refused, match="413"),
    ):
        sink_for(client, url, hands, None).send([b"{}"], Tally())
    assert hands.slept == []


def test_another_server_is_recognised() -> None:
    with (
        intake(lambda _: (202, {}, "welcome")) as (url, _),
        httpx.Client() as client,
        pytest.raises(Refused, match="not an intake"),
    ):
        sink_for(client, url, Hands(), None).send([b"{}"], Tally())


def test_rejections_are_counted_and_their_reasons_kept() -> None:
    reasons = [{"code": "bad_format", "pointer": "/time", "detail": "not a timestamp"}]
    verdicts = [{"line": 2, "id": "x", "state": "rejected", "reasons": reasons}]
    answer = {"receipt": "r", "accepted": 1, "rejected": 1, "verdicts": verdicts}
    tally = Tally()
    with intake(lambda _: (202, {}, answer)) as (url, _), httpx.Client() as client:
        sink_for(client, url, Hands(), None).send([b"{}", b'{"bad":1}'], tally)
    assert (tally.accepted, tally.rejected) == (1, 1)
    assert len(tally.reasons) == 1
    assert "bad_format at /time" in tally.reasons[0]
    assert '{"bad":1}' in tally.reasons[0]


class Basket:
    """Takes batches and notes when."""

    def __init__(self, hands: Hands) -> None:
        self.batches: list[tuple[int, list[bytes]]] = []
        self._hands = hands

    def send(self, batch: list[bytes], tally: Tally) -> None:
        self.batches.append((self._hands.now, list(batch)))


def run_pacer(events: list[tuple[int, bytes]], now: int) -> tuple[Basket, list[int], Tally]:
    hands = Hands()
    hands.now = now
    basket, safe, tally = Basket(hands), list[int](), Tally()
    pacer = Pacer(basket, lambda: hands.now, hands.sleep, lambda at, _: safe.append(at))
    pacer.run(events, tally)
    return basket, safe, tally


def test_the_past_is_sent_at_once_in_batches() -> None:
    events = [(n, b"%d" % n) for n in range(1, 1201)]
    basket, safe, tally = run_pacer(events, now=5_000)
    assert [len(batch) for _, batch in basket.batches] == [BATCH_RECORDS_MAX] * 2 + [200]
    assert {at for at, _ in basket.batches} == {5_000}
    assert safe == [500, 1000, 1200]
    assert (tally.events, tally.first_at, tally.last_at) == (1200, 1, 1200)


def test_the_future_is_sent_on_time_and_never_early() -> None:
    events = [(second * SECOND // 4, b"%d" % second) for second in range(40)]
    basket, _, _ = run_pacer(events, now=3 * SECOND)
    due = {document: at for at, document in events}
    sent = [(at, document) for at, batch in basket.batches for document in batch]
    assert [document for _, document in sent] == [document for _, document in events]
    for at, document in sent:
        assert due[document] <= at <= max(3 * SECOND, due[document] + SECOND // 5)


def test_many_events_of_a_moment_travel_together() -> None:
    events = [(SECOND + n * 1000, b"x") for n in range(1000)]
    basket, _, _ = run_pacer(events, now=0)
    assert len(basket.batches) <= 12


def test_nothing_to_send_sends_nothing() -> None:
    basket, safe, tally = run_pacer([], now=0)
    assert (basket.batches, safe, tally.events) == ([], [], 0)


def test_a_file_takes_lines() -> None:
    file, tally = io.BytesIO(), Tally()
    sink = FileSink(file)
    sink.send([b"a", b"b"], tally)
    sink.send([b"c"], tally)
    assert file.getvalue() == b"a\nb\nc\n"
    assert tally.accepted == 3
