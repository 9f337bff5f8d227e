"""The broker and the database killed and cut off under load: everything goes on where it stood."""

import pytest

from tests.acceptance.exactness import assert_exact
from tests.acceptance.screen import watching
from tests.acceptance.senders import seeded_points, send
from tests.centre import Centre
from tests.faults.conftest import DrawLog

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

_END_ALL_SESSIONS = (
    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
)


@pytest.mark.parametrize(("role", "seed"), [("kafka", 61), ("database", 62)])
@pytest.mark.clause("8.4.4", "14.2.1")
async def test_a_server_killed_under_load(
    centre: Centre, draw_log: DrawLog, role: str, seed: int
) -> None:
    log = draw_log(seed)

    async def strike() -> None:
        await centre.in_transaction()
        await centre.kill(role)

    (point,) = seeded_points(seed, len(log.events), count=1)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.events, {point: strike})
        await assert_exact(centre, log, sent)
    await centre.ready()


async def test_all_sessions_of_the_database_ended_again_and_again(
    centre: Centre, draw_log: DrawLog
) -> None:
    log = draw_log(63)

    async def strike() -> None:
        await centre.in_transaction()
        ((ended,),) = await centre.rows(_END_ALL_SESSIONS)
        assert ended > 0

    points = seeded_points(63, len(log.events), count=5)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.shuffled(63).events, dict.fromkeys(points, strike))
        await assert_exact(centre, log, sent)
    await centre.ready()
