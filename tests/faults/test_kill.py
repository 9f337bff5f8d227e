"""Services killed in mid-stream, at points that a seed chooses: nothing lost, nothing twice."""

import random

import pytest

from tests.acceptance.exactness import assert_exact, shown_totals
from tests.acceptance.screen import watching
from tests.acceptance.senders import seeded_points, send
from tests.centre import Centre
from tests.faults.conftest import DrawLog

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]


@pytest.mark.parametrize("seed", [21, 22])
@pytest.mark.clause("8.4.4", "14.2.1")
async def test_an_aggregator_within_a_transaction(
    centre: Centre, draw_log: DrawLog, seed: int
) -> None:
    log = draw_log(seed)
    which = random.Random(seed).randrange(2)  # noqa: S311  the seed makes a failure repeatable

    async def strike() -> None:
        await centre.in_transaction()
        await centre.kill("aggregator", which)

    (point,) = seeded_points(seed, len(log.events), count=1)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.events, {point: strike})
        await assert_exact(centre, log, sent)
    await centre.ready()


@pytest.mark.parametrize("seed", [31])
async def test_the_intake_during_requests(centre: Centre, draw_log: DrawLog, seed: int) -> None:
    log = draw_log(seed)
    points = seeded_points(seed, len(log.events), count=2)
    strikes = {point: lambda: centre.kill("ingest") for point in points}
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.events, strikes)
        await assert_exact(centre, log, sent)
    await centre.ready()


@pytest.mark.parametrize("seed", [41])
@pytest.mark.clause("10.3.2")
async def test_the_api_under_the_eyes_of_a_wall(
    centre: Centre, draw_log: DrawLog, seed: int
) -> None:
    log = draw_log(seed)
    points = seeded_points(seed, len(log.events), count=2)

    async def strike() -> None:
        await centre.replaced("api", await centre.kill("api"))

    async with watching(centre, log.totals, log.province) as screen:
        await send(centre, log.events, dict.fromkeys(points, strike))
        await assert_exact(centre, log)
    assert screen.connections > 1
    await centre.ready()


@pytest.mark.clause("14.2.3")
async def test_the_api_says_nothing_before_it_has_read_everything(
    centre: Centre, draw_log: DrawLog
) -> None:
    log = draw_log(43)
    await send(centre, log.events)
    await assert_exact(centre, log)
    await centre.replaced("api", await centre.kill("api"))
    assert await shown_totals(centre, log) == dict(log.totals)  # the first answers that it gives


@pytest.mark.clause("8.4.4", "14.2.1")
async def test_all_services_at_once(centre: Centre, draw_log: DrawLog) -> None:
    log = draw_log(51)

    async def strike() -> None:
        await centre.in_transaction()
        for role in ("aggregator", "ingest", "api"):
            await centre.kill(role)

    (point,) = seeded_points(51, len(log.events), count=1)
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.shuffled(51).events, {point: strike})
        await assert_exact(centre, log, sent)
    await centre.ready()
