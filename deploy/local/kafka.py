"""One real Kafka broker in KRaft mode, configured for a single machine."""

import os
import signal
import socket
import struct
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from deploy.local.command import run
from deploy.local.kafka_install import java, kafka_libraries
from deploy.local.ports import LOOPBACK
from deploy.local.process import Program

_LOGGING = Path(__file__).with_name("kafka.log4j2.properties")
_API_VERSIONS = 18
_PROBE_SECONDS = 2.0


def prepare(directory: Path, log: Path, port: int, controller_port: int) -> Program:
    """Write the configuration, format the storage if it is new, and say how to run the broker."""
    jvm, libraries = str(java()), kafka_libraries()
    directory.mkdir(parents=True, exist_ok=True)
    configuration = directory / "server.properties"
    configuration.write_text(_properties(directory / "log", port, controller_port))
    command = (jvm, "-cp", f"{libraries}/*", f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}")
    if not (directory / "log" / "meta.properties").exists():
        identity = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        run(
            [
                *(*command, "-Xmx256m", "kafka.tools.StorageTool", "format", "--standalone"),
                *("-t", f"A{identity[1:]}", "-c", configuration),
            ],
            purpose="formatting Kafka's storage",
        )
    return Program(
        name="kafka",
        role="kafka",
        arguments=(
            *(*command, "-Xms256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError"),
            *("kafka.Kafka", str(configuration)),
        ),
        environment=dict(os.environ),
        directory=directory,
        log=log,
        probe=lambda: probe(LOOPBACK, port),
        ready_seconds_max=90,
        stop_signal=signal.SIGTERM,
        stop_seconds_max=30,
    )


def probe(host: str, port: int) -> str | None:
    """None when a broker answers a request for its API versions, else why not.

    An open port is not enough: the broker listens before it serves.
    """
    body = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
    try:
        with socket.create_connection((host, port), _PROBE_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            answer = connection.recv(10)
    except OSError as error:
        return f"{host}:{port} does not answer: {error.strerror or error}"
    return None if len(answer) == 10 else f"{host}:{port} closed the connection"


def _properties(storage: Path, port: int, controller_port: int) -> str:
    """Replication factors of one, as there is one broker; small buffers on a shared machine."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": (
            f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}"
        ),
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller_port}",
        "log.dirs": storage,
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
        # After a kill -9 the broker is let in again only when its old session is over.
        "broker.session.timeout.ms": 6_000,
        "broker.heartbeat.interval.ms": 1_500,
        "num.network.threads": 2,
        "num.io.threads": 4,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
