"""The aggregator's vocabulary of metrics; the registry is handed in."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.adapters.catalogue_metrics import CatalogueMetrics
from services.aggregator.count.receipts import STATES


class CountMetrics:
    """What stage 1 counts, and how long a commit takes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "ioc_count_events", "Events by what became of them.", ["state"], registry=registry
        )
        for state in STATES:
            self.events.labels(state)
        self.dead_letters = Counter(
            "ioc_count_dead_letters", "Records that could not be decoded.", registry=registry
        )
        self.cases = Counter("ioc_count_cases", "Cases folded.", registry=registry)
        self.remeasured = Counter(
            "ioc_count_remeasured", "Cases counted anew by other measures.", registry=registry
        )
        self.commit_seconds = Histogram(
            "ioc_count_commit_seconds",
            "Time of one micro-batch's transaction.",
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=registry,
        )
        self.fenced = Counter(
            "ioc_count_fenced", "Times that state was dropped for another owner.", registry=registry
        )
        self.partitions = Gauge("ioc_count_partitions", "Partitions owned.", registry=registry)
        self.lag = Gauge(
            "ioc_count_lag_records",
            "Records in the logs of its partitions that are not counted yet.",
            registry=registry,
        )
        self.up = Gauge(
            "ioc_count_up", "1 while counting, 0 while waiting for the database.", registry=registry
        )


class EvaluateMetrics:
    """What stage 2 evaluates and publishes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.tick_seconds = Histogram(
            "ioc_evaluate_tick_seconds",
            "Time of one tick that had anything to do.",
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
            registry=registry,
        )
        self.published = Counter(
            "ioc_evaluate_observations", "Observations published.", registry=registry
        )
        self.backlog = Gauge(
            "ioc_evaluate_backlog_cells",
            "Breakdown cells waiting for their turn.",
            registry=registry,
        )
        self.keys = Gauge("ioc_evaluate_cells", "Cells held.", registry=registry)
        self.reloads = Counter(
            "ioc_evaluate_reloads", "Times that state was read anew.", registry=registry
        )
        self.catalogue = CatalogueMetrics(registry, "ioc_evaluate")
