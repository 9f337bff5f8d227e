"""Whose offsets the positions are, and what an operator decides when the log is another one.

A topic that was made anew, or a cluster that was, begins at offset 0 again: what is counted stays,
and what the new log holds is counted from its beginning. Nothing counts twice, since an event is
known by its identity and not by its offset.
"""

import asyncio
from typing import NamedTuple

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.adapters.settings import Settings
from services.domain.errors import Unavailable


class Adopted(NamedTuple):
    """A partition whose position was not of this log: where it stood, and where it goes on."""

    topic: str
    part: int
    position: int
    begin: int


async def cluster_id(bootstrap: str) -> str:
    """The name that a Kafka cluster gave itself when it was made."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


def adopt_log(settings: Settings) -> list[Adopted]:
    """Let every position that is not of this log go on at its beginning; returns those.

    Raises `Unavailable` while the broker or the database does not answer.
    """
    try:
        with psycopg.connect(
            settings.database_url, autocommit=True, connect_timeout=5
        ) as connection:
            partitions = [TopicPartition(*row[:2]) for row in connection.execute(_POSITIONS)]
            cluster, begins, ends = asyncio.run(_bounds(settings.kafka_bootstrap, partitions))
            with connection.transaction():
                adopted = [
                    Adopted(topic, part, position, begins[tp])
                    for topic, part, position, known in connection.execute(_POSITIONS + _LOCKED)
                    if (tp := TopicPartition(topic, part)) in begins
                    and (known not in {None, cluster} or not begins[tp] <= position <= ends[tp])
                ]
                for one in adopted:
                    connection.execute(_ADOPT, (one.begin, cluster, one.topic, one.part))
    except (psycopg.Error, KafkaError, OSError) as error:
        raise Unavailable(f"the log can not be adopted: {str(error).strip()[:200]}") from error
    return adopted


async def _bounds(
    bootstrap: str, partitions: list[TopicPartition]
) -> tuple[str, dict[TopicPartition, int], dict[TopicPartition, int]]:
    """The cluster's id, and where the log of each partition begins and ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        return (
            await cluster_id(bootstrap),
            await consumer.beginning_offsets(partitions),
            await consumer.end_offsets(partitions),
        )
    finally:
        await consumer.stop()


_POSITIONS = "select topic, part, position, cluster_id from progress order by topic, part"
_LOCKED = " for update"
_ADOPT = (
    "update progress set position = %s, cluster_id = %s, owner = null"
    " where topic = %s and part = %s"
)
"""Without an owner: whoever still counts there drops what it remembers and takes over anew."""
