"""The metrics of the intake: the whole vocabulary, declared once.

Labels are bounded: reasons are the codes of the event contract, statuses are HTTP's. Never a unit,
a source or a subject.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.domain.events import REASONS

SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class IngestMetrics:
    """Counters and gauges of one process, registered in the registry that is handed in."""

    def __init__(self, registry: CollectorRegistry, in_flight_bytes: Callable[[], int]) -> None:
        self.accepted = Counter(
            "ioc_ingest_records_accepted",
            "Records accepted and acknowledged by Kafka.",
            registry=registry,
        )
        self.rejected = Counter(
            "ioc_ingest_records_rejected",
            "Records rejected and kept as dead letters, by the first reason.",
            ["reason"],
            registry=registry,
        )
        for reason in REASONS:
            self.rejected.labels(reason)
        self.requests = Counter(
            "ioc_ingest_requests", "Requests answered, by status.", ["status"], registry=registry
        )
        self.body_bytes = Counter(
            "ioc_ingest_body_bytes", "Bytes of bodies received, as sent.", registry=registry
        )
        self.answer_seconds = Histogram(
            "ioc_ingest_answer_seconds",
            "Time from the first byte of a request to its answer.",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.in_flight_bytes = Gauge(
            "ioc_ingest_in_flight_bytes",
            "Bytes received and not yet acknowledged by Kafka.",
            registry=registry,
        )
        self.in_flight_bytes.set_function(in_flight_bytes)
