"""Looks at a centre's topics: their names and settings, and the newest observations."""

import asyncio
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from services.adapters.topics import INDICATORS
from services.cli.probes.survey import Item
from services.domain.errors import Unavailable

NEWEST_RECORDS: Final = 200
READ_MILLISECONDS: Final = 1_000
ANSWER_SECONDS_MAX: Final = 30.0


async def look(bootstrap: str) -> tuple[dict[str, dict[str, str]], dict[str, Item]]:
    """The settings of each topic of the centre, and observations by id from the end of theirs."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await _settings(bootstrap), await _newest(bootstrap)
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(f"Kafka at {bootstrap} does not answer: {error!r}") from error


async def _settings(bootstrap: str) -> dict[str, dict[str, str]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        names = [name for name in await admin.list_topics() if name.startswith("ioc.")]
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, str]] = {}
        for response in await admin.describe_configs(wanted) if wanted else ():
            for _error, _message, _kind, name, entries in response.resources:
                found[name] = {entry[0]: entry[1] for entry in entries}
        return found
    finally:
        await admin.close()


async def _newest(bootstrap: str) -> dict[str, Item]:
    consumer = AIOKafkaConsumer(INDICATORS, bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = sorted(consumer.assignment())  # all of them, as it is in no group
        ends = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, max(begins[partition], ends[partition] - NEWEST_RECORDS))
        found: dict[str, Item] = {}
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            batch = await consumer.getmany(timeout_ms=READ_MILLISECONDS)
            for records in batch.values():
                found |= {item["id"]: item for item in _observations(records)}
        return found
    finally:
        await consumer.stop()


def _observations(records: list[Any]) -> list[Item]:
    return [msgspec.json.decode(record.value) for record in records if record.value is not None]
