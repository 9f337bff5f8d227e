"""The two servers, without the services: for tests and for trying things.

    python -m deploy.local.servers --data DIR

prints their addresses as one JSON document when both are ready; SIGINT or SIGTERM stops them.
"""

import argparse
import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local import kafka, ports, postgres
from deploy.local.children import Children
from deploy.local.progress import say, step


@dataclass(frozen=True)
class Addresses:
    """Where the two servers are reached."""

    kafka: str
    database: str


@contextmanager
def running_servers(data: Path) -> Iterator[Addresses]:
    """Run a broker and a database with their files under `data`; stop them at the end."""
    chosen = ports.assign(("kafka", "controller", "database"), {}, {})
    with ThreadPoolExecutor(2) as both:
        broker = both.submit(
            kafka.prepare,
            *(data / "kafka", data / "logs" / "kafka.log", chosen["kafka"], chosen["controller"]),
        )
        database = both.submit(
            postgres.prepare, data / "database", data / "logs" / "database.log", chosen["database"]
        )
        programs = (broker.result(), database.result())
    children = Children(wait=time.sleep, changed=lambda: None)
    try:
        with step("kafka and database: ready"):
            children.start(*programs)
        bootstrap = f"{ports.LOOPBACK}:{chosen['kafka']}"
        yield Addresses(bootstrap, postgres.create_database(chosen["database"]))
    finally:
        children.stop()


def main() -> None:
    """Run both servers until asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.servers", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".ioc"))
    data: Path = parser.parse_args().data.absolute()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    with running_servers(data) as addresses:
        print(json.dumps(asdict(addresses)), flush=True)
        received = signal.sigwait(_ENDINGS)
        say(f"stopping ({signal.Signals(received).name})")


_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

if __name__ == "__main__":
    main()
