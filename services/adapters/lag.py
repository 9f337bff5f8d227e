"""How far the centre is behind.

What the intake has accepted and what is counted, computed and published of it.
"""

import asyncio
from typing import NamedTuple

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.adapters.settings import Settings
from services.domain.errors import Unavailable


class Lag(NamedTuple):
    """Records not yet counted, and commits not yet published."""

    records: int
    commits: int

    @property
    def total(self) -> int:
        """0 when everything that was accepted is on the walls."""
        return self.records + self.commits


async def measure(settings: Settings) -> Lag:
    """How far the centre is behind all that is accepted now."""
    return await Accepted().measure(settings)


class Accepted:
    """What was accepted when it was first asked about; what comes later does not matter."""

    def __init__(self) -> None:
        self._ends: dict[TopicPartition, int] | None = None
        self._commits: int | None = None

    async def measure(self, settings: Settings) -> Lag:
        """Compare the log's ends with the committed positions, and those with what was published.

        Raises `Unavailable` while the broker or the database does not answer.
        """
        try:
            with psycopg.connect(
                settings.database_url, autocommit=True, connect_timeout=5
            ) as connection:
                if self._ends is None:
                    rows = connection.execute("select topic, part from progress").fetchall()
                    parts = [TopicPartition(topic, part) for topic, part in rows]
                    self._ends = await _ends(settings, parts)
                positions = connection.execute(_POSITIONS).fetchall()
                applied = connection.execute(_APPLIED).fetchone()
        except (psycopg.Error, KafkaError, OSError) as error:
            raise Unavailable(f"the lag can not be measured: {str(error).strip()[:200]}") from error
        records = sum(
            max(0, self._ends.get(TopicPartition(topic, part), 0) - position)
            for topic, part, position, _ in positions
        )
        commits = self._commits or sum(commits for *_, commits in positions)
        if not records:
            self._commits = commits
        return Lag(records, max(0, commits - (applied[0] if applied else 0)))


_POSITIONS = "select topic, part, position, commits from progress"
_APPLIED = "select coalesce(min(applied), 0) from evaluator"


async def _ends(settings: Settings, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """The next offset of each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
    try:
        await consumer.start()
        found: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        return found
    finally:
        await consumer.stop()


def lag(settings: Settings) -> int:
    """Records and commits that are still on their way."""
    return asyncio.run(measure(settings)).total
