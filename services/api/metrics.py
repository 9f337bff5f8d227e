"""The vocabulary of the api's metrics: every name, unit and label it will ever write."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.adapters.catalogue_metrics import CatalogueMetrics
from services.api.live.board import Verdict
from services.api.live.limits import CloseCode


class ApiMetrics:
    """Metrics of one replica, in the registry that is handed in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter(
            "ioc_api_records",
            "Records of ioc.indicators.v1 by what became of them",
            ["verdict"],
            registry=registry,
        )
        self.board_keys = Gauge("ioc_api_board_keys", "Keys on the board", registry=registry)
        self.board_seq = Gauge(
            "ioc_api_board_seq", "Changes since this replica began", registry=registry
        )
        self.feed_lag_records = Gauge(
            "ioc_api_feed_lag_records", "Records of the topic not read yet", registry=registry
        )
        self.feed_restarts = Counter(
            "ioc_api_feed_restarts",
            "New beginnings of the consumer, by reason",
            ["reason"],
            registry=registry,
        )
        self.clients = Gauge("ioc_api_clients", "Connected live clients", registry=registry)
        self.messages_sent = Counter(
            "ioc_api_messages_sent", "Live messages handed to connections", registry=registry
        )
        self.characters_sent = Counter(
            "ioc_api_characters_sent", "Characters of live messages", registry=registry
        )
        self.closes = Counter(
            "ioc_api_closes", "Live connections closed by us, by code", ["code"], registry=registry
        )
        self.tick_seconds = Histogram(
            "ioc_api_tick_seconds",
            "Time to wake all clients",
            registry=registry,
            buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.5),
        )
        self.painted_behind = Histogram(
            "ioc_api_painted_behind_changes",
            "Changes between the board and what a screen painted",
            registry=registry,
            buckets=(0, 1, 10, 100, 1_000, 10_000),
        )
        self.catalogue = CatalogueMetrics(registry, "ioc_api")
        for verdict in Verdict:
            self.records.labels(verdict.value)
        for code in CloseCode:
            self.closes.labels(str(code.value))
