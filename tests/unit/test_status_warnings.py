"""What `ioc status` warns of: refused files, and services that compute by different standards."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.readiness import ask_details
from services.cli.centre import disagreements, warnings_of

LOOPBACK = "127.0.0.1"


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A service that answers everything with this; gives its port."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Answer)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def test_what_services_warn_of_is_said_with_their_names() -> None:
    refused = {"status": "ready", "catalogue": "a", "warnings": ["catalogue refused: X.yaml:1: no"]}
    sound = {"status": "ready", "catalogue": "a"}
    with (
        answering(json.dumps(refused).encode()) as first,
        answering(json.dumps(sound).encode()) as second,
        answering(b"[1") as third,
    ):
        ports = {"kafka": 1, "api": first, "aggregator-2": second, "ingest": third}
        assert warnings_of(ports) == ["api: catalogue refused: X.yaml:1: no"]
        ports = {"api": first, "aggregator": second, "evaluate": first}
        assert warnings_of(ports) == ["api, evaluate: catalogue refused: X.yaml:1: no"]


def test_different_standards_are_said() -> None:
    found = disagreements({"api": {"catalogue": "b"}, "evaluate": {"catalogue": "a"}, "count": {}})
    assert found == ["services compute by different standards: b api; a evaluate"]
    assert disagreements({"api": {"catalogue": "b"}, "evaluate": {"catalogue": "b"}}) == []


def test_who_does_not_answer_says_nothing() -> None:
    with answering(b"") as port:
        pass
    assert ask_details(LOOPBACK, port) == {}
