"""The topics of the centre: names, partitions, settings.

Which partition an event lands in decides speed, never a number.
"""

import zlib
from typing import NamedTuple

from services.adapters.settings import Settings
from services.domain.events import CONTRACT

INDICATORS = "ioc.indicators.v1"
ALERTS = "ioc.alerts.v1"
ALERT_DAYS = 1827  # five years, clause 13.1.3
DEAD_LETTERS = "ioc.deadletter.v1"
RECEIPTS = "ioc.receipts.v1"
DAY_MS = 86_400_000


class TopicPlan(NamedTuple):
    """One topic as it is created; `counted` topics are read by stage 1."""

    name: str
    partitions: int
    replication: int
    settings: dict[str, str]
    counted: bool


def event_topic(domain: str) -> str:
    """The topic of a domain's events."""
    return f"ioc.events.{domain}.v1"


def topic_plans(settings: Settings) -> list[TopicPlan]:
    """Every topic of the centre."""
    copies = settings.replication
    keep = {"min.insync.replicas": str(max(1, copies - 1))}
    compact = {
        **keep,
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": "3600000",
        "segment.ms": "600000",
    }
    plans = [
        TopicPlan(
            event_topic(domain),
            settings.event_partitions,
            copies,
            {**keep, "retention.ms": str(7 * DAY_MS), "message.timestamp.type": "LogAppendTime"},
            counted=True,
        )
        for domain in CONTRACT.topic_domains
        if domain != "alerts"
    ]
    month = {**keep, "retention.ms": str(30 * DAY_MS)}
    plans += [
        TopicPlan(RECEIPTS, 1, copies, month, counted=True),
        TopicPlan(DEAD_LETTERS, 1, copies, month, counted=True),
        TopicPlan(INDICATORS, settings.indicator_partitions, copies, compact, counted=False),
        TopicPlan(
            ALERTS,
            settings.indicator_partitions,
            copies,
            {
                **compact,
                "cleanup.policy": "compact,delete",
                "retention.ms": str(ALERT_DAYS * DAY_MS),
            },
            counted=False,
        ),
    ]
    return plans


def partition_of(key: bytes, partitions: int) -> int:
    """A stable partition for a key."""
    return zlib.crc32(key) % partitions


def shard_of(province: str, partitions: int) -> int:
    """The partition of `ioc.indicators.v1` for a province's code; 0 is the country's."""
    return 0 if province == "VN" or partitions == 1 else 1 + int(province) % (partitions - 1)
