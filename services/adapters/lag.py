"""How far the centre is behind.

What the intake has accepted and what is counted, computed and published of it.
"""

import asyncio
from typing import NamedTuple

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.adapters.settings import Settings


class Lag(NamedTuple):
    """Records not yet counted, and commits not yet published."""

    records: int
    commits: int

    @property
    def total(self) -> int:
        """0 when everything that was accepted is on the walls."""
        return self.records + self.commits


async def measure(settings: Settings) -> Lag:
    """Compare the log's ends with the committed positions, and those with what was published."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
    await consumer.start()
    try:
        with psycopg.connect(
            settings.database_url, autocommit=True, connect_timeout=5
        ) as connection:
            rows = connection.execute("select topic, part from progress").fetchall()
            tps = [TopicPartition(topic, part) for topic, part in rows]
            ends = await consumer.end_offsets(tps)
            positions = connection.execute(
                "select topic, part, position, commits from progress"
            ).fetchall()
            applied = connection.execute(
                "select coalesce(min(applied), 0) from evaluator"
            ).fetchone()
    finally:
        await consumer.stop()
    records = sum(
        max(0, ends.get(TopicPartition(topic, part), 0) - position)
        for topic, part, position, _ in positions
    )
    commits = sum(commits for *_, commits in positions)
    return Lag(records, max(0, commits - (applied[0] if applied else 0)))


def lag(settings: Settings) -> int:
    """Records and commits that are still on their way."""
    return asyncio.run(measure(settings)).total
