"""From the file to the wall: real dossiers give the right numbers, whatever happens on the way."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.dossier_log import Log
from tests.acceptance.exactness import assert_exact
from tests.acceptance.receipt_log import ABSENT, EVENTS, LOG, MAPPING, TOTALS
from tests.acceptance.screen import observation_id, totals_of, watching
from tests.acceptance.senders import seeded_points, send
from tests.centre import ROOT, Centre

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

PROVINCE, COMMUNE = "P:33", "C:11953"
RATES = {"PS-07.submitted": 87.17, "PS-04.finished": 70.73, "PS-04": 65.55}


@pytest.mark.skipif(not LOG.is_file(), reason=ABSENT)
@pytest.mark.clause("4.2.3")
async def test_the_real_log_by_the_command_line_and_then_again(centre: Centre) -> None:
    expected = {PROVINCE: TOTALS, COMMUNE: TOTALS}
    async with watching(centre, expected, PROVINCE) as screen:
        for _ in range(2):
            words = ("send", "--mapping", str(MAPPING), str(LOG))
            summary = await asyncio.to_thread(centre.ioc_json, *words)
            assert (summary["records"], summary["accepted"]) == (EVENTS, EVENTS)
            assert (summary["rejected"], summary["rejections"]) == (0, [])
            waited = await asyncio.to_thread(centre.ioc_json, "wait", "--timeout", "120")
            assert waited["lag"] == 0
            for unit, totals in expected.items():
                await screen.shows(unit, totals)
            for indicator, rate in RATES.items():
                shown = screen.items[observation_id(indicator, PROVINCE, "all")]
                assert round(shown["value"], 2) == rate


async def test_two_senders_at_once_in_any_order(centre: Centre, log: Log, tmp_path: Path) -> None:
    async with watching(centre, log.totals, log.province):
        sending = []
        for seed in (1, 2):
            file = tmp_path / f"{seed}.ndjson"
            events = log.shuffled(seed).events
            file.write_text("".join(f"{json.dumps(event)}\n" for event in events))
            words = ["-m", "services.cli", "send", str(file), "--data", str(centre.data)]
            program = await asyncio.create_subprocess_exec(
                sys.executable, *words, cwd=ROOT, stdout=subprocess.DEVNULL
            )
            sending.append(program)
        assert [await program.wait() for program in sending] == [0, 0]
        await assert_exact(centre, log)


async def test_sent_twice_and_mixed(centre: Centre, log: Log) -> None:
    events = [*log.events, *log.shuffled(3).events]
    random.Random(4).shuffle(events)  # noqa: S311  the seed makes a failure repeatable
    async with watching(centre, log.totals, log.province):
        sent = await send(centre, events)
        assert (sent.accepted, sent.rejected) == (len(events), 0)
        await assert_exact(centre, log, sent)


@pytest.mark.parametrize("seed", [11])
@pytest.mark.clause("8.4.4")
async def test_both_stages_killed_in_mid_stream(centre: Centre, log: Log, seed: int) -> None:
    points = seeded_points(seed, len(log.events), count=1)

    async def strike() -> None:
        await centre.in_transaction()
        for number in (1, 0):  # evaluating, then counting
            await centre.kill("aggregator", number)

    async with watching(centre, log.totals, log.province):
        sent = await send(centre, log.shuffled(seed).events, dict.fromkeys(points, strike))
        await assert_exact(centre, log, sent)


@pytest.mark.clause("8.2.4")
async def test_every_commune_and_every_month(centre: Centre, log: Log) -> None:
    await send(centre, log.shuffled(5).events)
    await assert_exact(centre, log)
    for month, expected in log.months.items():
        query: dict[str, str | list[str]] = {
            "indicator": ["PS-07.submitted", "PS-04.finished"],
            "window": "month",
            "period": month,
        }
        found = await centre.observations(within=log.province, **query)
        found += await centre.observations(unit=log.province, **query)
        items = {item["id"]: item for item in found}
        assert {unit: totals_of(items, unit, f"month:{month}") for unit in expected} == expected
