"""The servers that tests get are real: a broker that keeps records, a database with TimescaleDB."""

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

pytestmark = pytest.mark.servers


async def test_kafka_acknowledges_an_idempotent_record(kafka: str, topic_prefix: str) -> None:
    topic = f"{topic_prefix}records"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        written = await producer.send_and_wait(topic, b"value", key=b"key", partition=1)
    finally:
        await producer.stop()
    assert (written.partition, written.offset) == (1, 0)


def test_timescaledb_makes_a_hypertable(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE reading (at timestamptz NOT NULL, value bigint)")
        connection.execute("SELECT create_hypertable('reading', by_range('at'))")
        connection.execute("INSERT INTO reading VALUES ('2026-01-01T00:00:00Z', 1)")
        counted = connection.execute(
            "SELECT time_bucket('1 day', at), sum(value) FROM reading GROUP BY 1"
        )
        assert [total for _, total in counted] == [1]


def test_each_test_has_a_database_of_its_own(database: str) -> None:
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT to_regclass('reading')").fetchone()
    assert found == (None,)


def test_the_database_listens_on_loopback_only_and_writes_through(database: str) -> None:
    with psycopg.connect(database) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "fsync", "jit", "timescaledb.telemetry_level")
        ]
    assert shown == [("127.0.0.1",), ("on",), ("off",), ("off",)]
