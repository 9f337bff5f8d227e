"""What a service shows in its metrics of the standard that it works by."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class CatalogueMetrics:
    """Metrics of one service; `prefix` begins their names: `ioc_api`, `ioc_evaluate`."""

    def __init__(self, registry: CollectorRegistry, prefix: str) -> None:
        self.changes = Counter(
            f"{prefix}_catalogues",
            "Changed catalogues, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self.refused = Gauge(
            f"{prefix}_catalogue_refused",
            "1 while the files of the standard are refused and an earlier version is in force.",
            registry=registry,
        )
        self._info = Gauge(
            f"{prefix}_catalogue_info",
            "The version of the standard in force, as its label.",
            ["version"],
            registry=registry,
        )
        for outcome in ("adopted", "refused"):
            self.changes.labels(outcome)

    def in_force(self, version: str) -> None:
        """Show one version of the standard and no other."""
        self._info.clear()
        self._info.labels(version).set(1)

    def adopted(self, version: str, *, refused: bool) -> None:
        """A version came into force; by the clock it can while the files are still refused."""
        self.changes.labels("adopted").inc()
        self.refused.set(refused)
        self.in_force(version)

    def was_refused(self) -> None:
        """A changed version was refused, the one in force stays."""
        self.changes.labels("refused").inc()
        self.refused.set(1)
