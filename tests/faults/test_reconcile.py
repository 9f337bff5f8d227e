"""After every fault at once, a recomputation from the raw events finds no difference."""

import asyncio
from collections.abc import Iterator

import pytest

from services.domain.units import UnitList
from tests.acceptance.dossier_log import dossier_log
from tests.acceptance.exactness import assert_exact
from tests.acceptance.screen import watching
from tests.acceptance.senders import seeded_points, send
from tests.centre import ROOT, Centre, running_centre

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

BATCH = 50
ROLES = ("aggregator", "ingest", "api", "database", "kafka")
MINISTRY = ROOT / "examples" / "ministry_2025.ndjson"


@pytest.fixture
def small_centre() -> Iterator[Centre]:
    """A centre of its own: the reference looks at all events anew for each value."""
    with running_centre("--aggregators", "2") as running:
        yield running


@pytest.mark.parametrize("seed", [91])
@pytest.mark.clause("8.4.3")
async def test_no_difference(small_centre: Centre, units: UnitList, seed: int) -> None:
    log = dossier_log(units, "P:33", dossiers=300, seed=seed)
    roles = iter(ROLES)

    async def strike() -> None:
        await small_centre.in_transaction()
        await small_centre.kill(next(roles))

    points = seeded_points(seed, len(log.events), len(ROLES), BATCH)
    async with watching(small_centre, log.totals, log.province):
        await asyncio.to_thread(small_centre.ioc_json, "send", str(MINISTRY))
        events = log.shuffled(seed).events
        sent = await send(small_centre, events, dict.fromkeys(points, strike), BATCH)
        await assert_exact(small_centre, log, sent)
    assert await asyncio.to_thread(small_centre.reconcile) == []
