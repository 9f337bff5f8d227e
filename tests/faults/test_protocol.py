"""A commit without an answer, a zombie that speaks, another topic or database of the same name.

Each of these strikes at its exact moment: the line to the server is cut between a question and its
answer, or the log and the tables are changed behind the services' backs.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.adapters.topics import INDICATORS
from tests.acceptance.exactness import assert_exact, assert_receipt_settled
from tests.acceptance.screen import following, observation_id, topics_of, totals_of, watching
from tests.acceptance.senders import post, send
from tests.centre import until
from tests.faults.conftest import DrawLog
from tests.faults.divided import DividedCentre
from tests.faults.log_ends import assert_log_ends_right
from tests.faults.proxy import Line
from tests.ingest import event, read_topics
from tests.ingest import lines as as_lines
from tests.servers import with_database

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

BATCH = 50
STRIKE_SECONDS_MAX = 60
QUIET_TOPIC = "ioc.events.environment.v1"
DUE_SECONDS = 5
ADOPT = "--adopt-log"
_OF_ANOTHER = "update progress set cluster_id = 'another', owner = null returning 1"

Lines = dict[tuple[str, str], Line]


async def struck(line: Line) -> None:
    """Wait until what the line was told to do has happened."""
    assert await asyncio.to_thread(line.struck.wait, STRIKE_SECONDS_MAX)


@pytest.mark.parametrize("killed", [False, True], ids=["the worker lives", "the worker is killed"])
async def test_a_commit_without_an_answer(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog, killed: bool
) -> None:
    log = draw_small_log(111)
    pid = divided.pid("count")
    line = lines["count", "database"]
    async with watching(divided, log.totals, log.province):
        line.lose_answer(b"copy event", b"COMMIT")
        sending = asyncio.create_task(send(divided, log.events, batch=BATCH))
        await struck(line)
        if killed:
            await divided.kill("count")
        await sending
        await assert_exact(divided, log)
    await divided.ready_again("count")
    assert (divided.pid("count") == pid) is not killed


async def test_the_evaluator_dies_while_it_publishes(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(112)
    line = lines["evaluate", "kafka"]
    epochs = await divided.rows("select shard, epoch from evaluator order by shard")
    async with watching(divided, log.totals, log.province):
        line.lose_answer(b"PS-07.submitted|" + log.communes[0].encode())
        sending = asyncio.create_task(send(divided, log.events, batch=BATCH))
        await struck(line)
        await divided.replaced("evaluate", await divided.kill("evaluate"))
        await sending
        await assert_exact(divided, log)
    later = await divided.rows("select shard, epoch from evaluator order by shard")
    assert all(new[1] > old[1] for new, old in zip(later, epochs, strict=True))
    await assert_log_ends_right(divided)


async def test_an_answer_to_the_intake_is_lost(
    divided: DividedCentre, lines: Lines, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(113)
    line = lines["ingest", "kafka"]
    async with watching(divided, log.totals, log.province):
        line.lose_answer(log.events[-1]["id"].encode())
        await send(divided, log.events, batch=BATCH)
        await struck(line)
        await assert_exact(divided, log)
    await divided.ready_again("ingest")


async def test_a_zombie_evaluator_sends_late(
    divided: DividedCentre, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(114)
    half = len(log.events) // 2
    shown = observation_id("PS-07.submitted", log.province, "all")
    async with watching(divided, log.totals, log.province):  # it would see a number go down
        await send(divided, log.events[:half], batch=BATCH)
        await divided.settled()
        (late,) = [r for r in await _of_key(divided, shown) if r.value][-1:]
        document = msgspec.json.decode(late.value)
        of_a_predecessor = msgspec.json.encode(document | {"epoch": document["epoch"] - 1})
        await send(divided, log.events[half:], batch=BATCH)
        await divided.settled()
        await _say(divided, INDICATORS, of_a_predecessor, key=late.key, partition=late.partition)

        async def overwritten() -> bool:
            *_, before, last = await _of_key(divided, shown)
            said: list[bytes] = [before.value, last.value]
            return said[0] == of_a_predecessor != said[1]

        await until(overwritten, "the owner has the last word")
        await assert_exact(divided, log)
    await assert_log_ends_right(divided)


async def test_overdue_goes_on_while_nobody_counts(
    divided: DividedCentre, free_commune: str
) -> None:
    due_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=DUE_SECONDS)
    dossier = event(unit=free_commune, subject="due-while-nobody-counts")
    dossier["data"] |= {"due_at": due_at.isoformat(), "submitted_at": "2025-10-06T08:50:00+07:00"}
    assert await _overdue(divided, free_commune) == 0
    await post(divided, as_lines([dossier]))
    await divided.settled()
    pid = divided.pid("count")
    os.kill(pid, signal.SIGSTOP)
    try:

        async def counted_by_the_clock() -> bool:
            return await _overdue(divided, free_commune) == 1

        await until(counted_by_the_clock, "the dossier is overdue")
        assert datetime.now(UTC) > due_at
    finally:
        os.kill(pid, signal.SIGCONT)
    await divided.ready_again("count")


async def test_the_same_id_with_another_content(divided: DividedCentre, free_commune: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    first = event(unit=free_commune, time=now.isoformat(), recordedtime=now.isoformat())
    first["data"]["due_at"] = (now + timedelta(days=7)).isoformat()
    other = first | {"data": first["data"] | {"svc_level": "partial"}}
    told = await post(divided, as_lines([first, first, other]))
    receipt = await assert_receipt_settled(divided, told)
    assert (receipt["counted"], receipt["duplicate"]) == (1, 2)
    assert _notes(receipt) == [(2, "duplicate", None), (3, "duplicate", "duplicate_differs")]
    await divided.settled()
    again = await post(divided, as_lines([first, other]))
    receipt = await assert_receipt_settled(divided, again)
    assert (receipt["counted"], receipt["duplicate"]) == (0, 2)
    assert _notes(receipt) == [(1, "duplicate", None), (2, "duplicate", "duplicate_differs")]
    stored = await divided.rows("select body from event where id = %s", [first["id"]])
    assert [msgspec.json.decode(body)["data"] for (body,) in stored] == [first["data"]]


async def test_a_topic_made_anew_stops_counting_until_the_operator_decides(
    divided: DividedCentre, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(115)
    await _say(divided, QUIET_TOPIC, b"nothing that can be counted", partition=0)
    await divided.settled()
    behind = len(divided.log_of("count"))
    await _delete_topic(divided, QUIET_TOPIC)
    async with watching(divided, log.totals, log.province):
        assert divided.ioc("migrate").returncode == 0
        await divided.logged("count", "was made anew or lost its tail", behind)
        await divided.not_ready("count")
        await send(divided, log.events, batch=BATCH)
        assert f"{QUIET_TOPIC}/0: was at 1, goes on at 0" in divided.ioc("migrate", ADOPT).stderr
        await divided.ready_again("count")
        await assert_exact(divided, log)


async def test_another_cluster_is_not_counted_until_the_operator_decides(
    divided: DividedCentre, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(117)
    half = len(log.events) // 2
    await send(divided, log.events[:half], batch=BATCH)
    await divided.settled()
    behind = len(divided.log_of("count"))
    async with watching(divided, log.totals, log.province):
        await divided.rows(_OF_ANOTHER)
        await divided.logged("count", "was counted from the Kafka cluster another", behind)
        await divided.not_ready("count")
        await send(divided, log.events[half:], batch=BATCH)
        assert "was at" in divided.ioc("migrate", ADOPT).stderr
        await divided.ready_again("count")
        await assert_exact(divided, log)
    assert "another log: 0" in divided.ioc("migrate", ADOPT).stderr


async def test_the_database_is_restored_to_an_earlier_state(
    divided: DividedCentre, draw_small_log: DrawLog
) -> None:
    log = draw_small_log(116)
    third = len(log.events) // 3
    pids = divided.pids()
    async with following(divided, topics_of(log.province, log.totals)) as screen:
        sent = [await send(divided, log.events[:third], batch=BATCH)]
        await divided.settled()
        async with _closed(divided) as server:
            server.execute("create database earlier template ioc")
            for service in ("count", "evaluate"):
                await divided.not_ready(service)
        sent.append(await send(divided, log.events[third : 2 * third], batch=BATCH))
        await divided.settled()
        # The api has read what is going to be lost.
        assert await divided.observations(unit=log.province, period="2025-07")
        epochs = await divided.rows("select max(epoch) from evaluator")
        async with _closed(divided) as server:
            server.execute("drop database ioc with (force)")
            server.execute("alter database earlier rename to ioc")
        sent.append(await send(divided, log.events[2 * third :], batch=BATCH))
        await assert_exact(divided, log, *sent)
        for unit, totals in log.totals.items():
            await screen.shows(unit, totals)
    assert await divided.rows("select max(epoch) from evaluator") > epochs
    await assert_log_ends_right(divided)
    assert divided.pids() == pids


@asynccontextmanager
async def _closed(divided: DividedCentre) -> AsyncIterator[psycopg.Connection]:
    """The database server, whose database lets nobody in during the block."""
    url = with_database(divided.running.database, "postgres")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("alter database ioc with allow_connections false")
        server.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'ioc'"
        )
        yield server
        server.execute("alter database ioc with allow_connections true")


def _notes(receipt: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    return [(note["line"], note["state"], note.get("code")) for note in receipt["notes"]]


async def _overdue(divided: DividedCentre, commune: str) -> int:
    found = await divided.get("/v1/observations", unit=commune, window="instant")
    return totals_of({each["id"]: each for each in found["items"]}, commune).overdue


async def _of_key(divided: DividedCentre, key: str) -> list[Any]:
    """All records of a key, oldest first."""
    found = await read_topics(divided.running.kafka, INDICATORS)
    return [record for record in found if record.key == key.encode()]


async def _say(
    divided: DividedCentre, topic: str, value: bytes, *, partition: int, key: bytes | None = None
) -> None:
    """Put one record into a topic, past everybody."""
    producer = AIOKafkaProducer(bootstrap_servers=divided.running.kafka)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=key, partition=partition)
    finally:
        await producer.stop()


async def _delete_topic(divided: DividedCentre, topic: str) -> None:
    """Delete a topic and wait until it is gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=divided.running.kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])

        async def gone() -> bool:
            return topic not in await admin.list_topics()

        await until(gone, f"{topic} is gone")
    finally:
        await admin.close()
