"""Two aggregators share the partitions, lose them to each other and get them back: exact."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.acceptance.exactness import assert_exact
from tests.acceptance.screen import watching
from tests.acceptance.senders import seeded_points, send
from tests.centre import Centre, until
from tests.faults.conftest import DrawLog
from tests.faults.log_ends import assert_log_ends_right

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

_OWNERS = (
    "select count(distinct owner) from progress"
    " where backend_pid in (select pid from pg_stat_activity)"
)


async def shared_by(centre: Centre, workers: int) -> None:
    """Wait until so many connected aggregators own the partitions among them."""

    async def shared() -> bool:
        return await centre.rows(_OWNERS) == [(workers,)]

    await until(shared, f"{workers} aggregators own the partitions")


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that does nothing during the block, as on a machine that was suspended."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_one_is_killed_and_comes_back(centre: Centre, draw_log: DrawLog) -> None:
    log = draw_log(71)
    await shared_by(centre, 2)

    async def strike() -> None:
        await centre.in_transaction()
        await centre.replaced("aggregator", await centre.kill("aggregator", 1))

    (point,) = seeded_points(71, len(log.events), count=1)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.shuffled(71).events, {point: strike})
        await assert_exact(centre, log, sent)
    await shared_by(centre, 2)
    await assert_log_ends_right(centre)


async def test_one_sleeps_longer_than_its_session(centre: Centre, draw_log: DrawLog) -> None:
    log = draw_log(72)
    third = len(log.events) // 3
    await shared_by(centre, 2)
    async with watching(centre, log.totals, log.province):
        await send(centre, log.events[:third])
        await centre.in_transaction()
        with stopped(centre.pid("aggregator")):
            await send(centre, log.events[third : 2 * third])
            await shared_by(centre, 1)
            await centre.settled()
        await send(centre, log.events[2 * third :])
        await assert_exact(centre, log)
    await shared_by(centre, 2)
    await centre.ready()
    await assert_log_ends_right(centre)


@pytest.mark.clause("8.4.4")
async def test_both_are_killed_in_turns(centre: Centre, draw_log: DrawLog) -> None:
    log = draw_log(73)
    twice = replace(log, events=[*log.events, *log.shuffled(73).events])
    turns = iter(range(2))

    async def strike() -> None:
        await centre.in_transaction()
        await centre.kill("aggregator", next(turns))

    points = seeded_points(73, len(twice.events), count=2)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, twice.events, dict.fromkeys(points, strike))
        await assert_exact(centre, twice, sent)
    await shared_by(centre, 2)
