"""Makes the outside ready.

The database's tables, the unit lists, the topics and a position for each of their partitions.

Everything here may be run again at any time and by several at once.
"""

import asyncio
import contextlib
from pathlib import Path

import psycopg
import sqlalchemy
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from alembic import command
from alembic.config import Config

from services.adapters.settings import Settings
from services.adapters.topics import INDICATORS, TopicPlan, topic_plans
from services.adapters.units import fill_units
from services.domain.errors import Unavailable

MIGRATION_LOCK = 7_310_025
TOPIC_TIMEOUT_MS = 30_000
LOOK_SECONDS = 0.1


def migrate_database(url: str) -> None:
    """Bring the database to the newest version and fill its unit lists."""
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"select pg_advisory_lock({MIGRATION_LOCK})")
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"select pg_advisory_unlock({MIGRATION_LOCK})")
            connection.commit()
    finally:
        engine.dispose()
    with psycopg.connect(url) as connection:
        fill_units(connection)


async def make_topics(settings: Settings) -> dict[str, int]:
    """Create the topics that are missing; returns the partitions of each topic of events."""
    plans = topic_plans(settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        known = set(await admin.list_topics())
        missing = [plan for plan in plans if plan.name not in known]
        if missing:
            with contextlib.suppress(TopicAlreadyExistsError):
                await admin.create_topics(
                    [_new(plan) for plan in missing], timeout_ms=TOPIC_TIMEOUT_MS
                )
        made = {plan.name for plan in missing}
        least = {plan.name: plan.partitions if plan.name in made else 1 for plan in plans}
        return await _partitions(admin, least)
    finally:
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, least: dict[str, int]) -> dict[str, int]:
    """Partitions of each topic, as soon as all have so many.

    The broker that is asked may not know yet what another one has created.
    """
    try:
        async with asyncio.timeout(TOPIC_TIMEOUT_MS / 1000):
            while True:
                described = await admin.describe_topics(list(least))
                found = {each["topic"]: len(each["partitions"]) for each in described}
                if all(found.get(name, 0) >= count for name, count in least.items()):
                    return found
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable("the topics were created, and no broker shows them: try again") from None


def _new(plan: TopicPlan) -> NewTopic:
    return NewTopic(
        name=plan.name,
        num_partitions=plan.partitions,
        replication_factor=plan.replication,
        topic_configs=plan.settings,
    )


def fill_progress(url: str, partitions: dict[str, int], counted: list[str]) -> None:
    """Give every partition of the counted topics a position, and every shard an evaluator row."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into progress (topic, part) values (%s, %s) on conflict do nothing",
            [(topic, part) for topic in counted for part in range(partitions[topic])],
        )
        cursor.executemany(
            "insert into evaluator (shard) values (%s) on conflict do nothing",
            [(shard,) for shard in range(partitions[INDICATORS])],
        )


def provision(settings: Settings) -> None:
    """Database, topics and positions."""
    migrate_database(settings.database_url)
    partitions = asyncio.run(make_topics(settings))
    counted = [plan.name for plan in topic_plans(settings) if plan.counted]
    fill_progress(settings.database_url, partitions, counted)
