"""Records that are well formed and yet odd, through the whole centre: kept, marked or explained."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.domain.units import UnitList
from tests.acceptance.dossier_log import LIST_OF
from tests.acceptance.exactness import assert_receipt_settled
from tests.acceptance.senders import post, send
from tests.centre import Centre, Document, until
from tests.unit.reference_log import event, received, revenue, step, written

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

MONTH = "2026-05"


@pytest.fixture
def province(free_provinces: Iterator[str]) -> str:
    return next(free_provinces)


async def one(centre: Centre, indicator: str, unit: str, **query: str) -> dict[str, Any]:
    """The only observation that a query finds."""
    (found,) = await centre.observations(indicator=indicator, unit=unit, **query)
    return found


def coded(receipt: Document) -> list[tuple[int, str]]:
    """The lines of a receipt that carry a code."""
    return [(note["line"], note["code"]) for note in receipt["notes"] if "code" in note]


@pytest.mark.clause("7.3.4")
async def test_parts_that_do_not_add_up_are_kept_and_marked(centre: Centre, province: str) -> None:
    newest = revenue(province, MONTH, 110, vintage=2, released="2026-06-10T08:00")
    facts = [
        newest,  # before the vintage that it revises
        revenue(province, MONTH, 100, vintage=1),
        revenue(province, MONTH, 60, dim=("organisation", "A")),
        revenue(province, MONTH, 40, dim=("organisation", "B")),
    ]
    await send(centre, [written(each) for each in facts], batch=1)
    await centre.settled()
    found = await one(centre, "DE-01", province, window="month", period=MONTH)
    assert found["previous"]["vintage"] == 1
    assert found["value"] == pytest.approx(found["previous"]["value"] * 1.1)
    assert found["warnings"] == ["parts_do_not_add_up"]
    mended = revenue(province, MONTH, 50, dim=("organisation", "B"), vintage=2)
    await send(centre, [written(mended)])
    await centre.settled()
    assert "warnings" not in await one(centre, "DE-01", province, window="month", period=MONTH)


async def test_a_unit_that_has_ended_is_refused_with_its_heirs(centre: Centre) -> None:
    said = written(received("2025-07-01T09:00", "ENDED-1", unit="C:00019"))
    answer = await post(centre, json.dumps(said).encode())
    (told,) = answer["verdicts"]
    (reason,) = told["reasons"]
    assert (reason["code"], reason["pointer"]) == ("unknown_unit", "/unit")
    assert "C:00004, C:00070, C:00190, C:00226" in reason["detail"]


@pytest.mark.clause("8.3.1")
async def test_a_day_off_comes_and_goes_in_mid_month(
    centre: Centre, units: UnitList, province: str
) -> None:
    commune = units.children(f"{province}@{LIST_OF}")[0].code
    dossiers = [
        received("2026-05-12T10:00", "DAY-1", unit=commune, limit_working_hours=8),
        step("finished", "2026-05-14T09:30", "DAY-1", unit=commune),
    ]
    said: dict[str, Any] = {"date": "2026-05-13", "working": False}
    envelope: dict[str, Any] = {"unit": province}
    off = event("reference.calendar_day", "2026-05-12T12:00", said["date"], said, **envelope)
    envelope |= {"op": "retract", "supersedes": off.id, "recordedtime": "2026-05-15T08:00"}
    back = event("reference.calendar_day", "2026-05-12T12:00", said["date"], **envelope)
    for facts, on_time in ((dossiers, 0), ([off], 100), ([back], 0)):
        await send(centre, [written(each) for each in facts])

        async def is_measured(expected: float = on_time) -> bool:
            found = await one(centre, "PS-04", commune, window="month", period=MONTH)
            return bool(found["value"] == expected)

        await centre.settled()
        await until(is_measured, f"PS-04 of {commune} is {on_time}")


async def test_a_reading_that_moves_is_counted_where_it_is_now(
    centre: Centre, units: UnitList, province: str
) -> None:
    commune = units.children(f"{province}@{LIST_OF}")[0].code
    beds = {"facility_id": "BV-7", "ward": "general", "beds_available": 100}
    first = event("health.bed", "2026-05-04T09:00", "BV-7/general", beds | {"beds_occupied": 40})
    moved = event(
        "health.bed",
        "2026-06-04T10:00",
        "BV-7/general",
        beds | {"beds_occupied": 90},
        op="correct",
        supersedes=first.id,
        recordedtime="2026-06-05T08:00",
    )
    readings = [written(each) | {"unit": commune} for each in (moved, first)]
    await send(centre, readings, batch=1)
    await centre.settled()
    before = await one(centre, "HE-02", commune, window="month", period="2026-05")
    after = await one(centre, "HE-02", commune, window="month", period="2026-06")
    assert (before["value"], after["value"]) == (None, 90)


async def test_an_extension_after_the_due_date_is_kept_and_told(
    centre: Centre, units: UnitList, province: str
) -> None:
    commune = units.children(f"{province}@{LIST_OF}")[0].code
    assigned = {"title": "x", "resolution_id": "R-1", "lead_agency": "H33.1"}
    due = {"due_at": "2026-05-20T17:30:00+07:00"}
    later = {"due_at": "2026-05-29T17:30:00+07:00", "document": "D-1"}
    facts = [
        event("task.assigned", "2026-05-04T09:00", "T-1", assigned | due),
        event("task.extended", "2026-05-20T17:31", "T-1", later),
        event("task.completed", "2026-05-28T09:00", "T-1", {"evidence_ref": "E"}),
    ]
    sent = await send(centre, [written(each) | {"unit": commune} for each in facts], batch=3)
    receipt = await assert_receipt_settled(centre, sent.answers[0])
    assert coded(receipt) == [(2, "extension_after_due")]


async def test_a_case_opened_under_two_units_is_counted_in_both_and_told(
    centre: Centre, units: UnitList, province: str
) -> None:
    one_unit, other = (unit.code for unit in units.children(f"{province}@{LIST_OF}")[:2])
    first = received("2026-05-12T10:00", "TWO-1", unit=one_unit)
    second = received("2026-05-13T10:00", "TWO-1", unit=other)
    alone = received("2026-05-13T10:00", "TWO-2", unit=other)
    sent = await send(centre, [written(each) for each in (first, second, alone)], batch=1)
    told = [coded(await assert_receipt_settled(centre, answer)) for answer in sent.answers]
    assert told == [[], [(1, "subject_in_two_units")], []]
    await centre.settled()
    for unit, count in ((one_unit, 1), (other, 2)):
        found = await one(centre, "PS-01", unit, window="month", period=MONTH)
        assert found["denominator"] == count


async def test_wait_returns_although_events_keep_coming(centre: Centre) -> None:
    done = asyncio.Event()

    async def feed() -> None:
        number = 0
        while not done.is_set():
            number += 1
            said = written(received("2026-03-02T09:00", f"KEEP-{number}", unit="C:11953"))
            await post(centre, json.dumps(said).encode())

    feeding = asyncio.create_task(feed())
    try:
        for _ in range(2):
            waited = await asyncio.to_thread(centre.ioc_json, "wait", "--timeout", "60")
            assert waited["lag"] == 0
            assert not feeding.done()
    finally:
        done.set()
        await feeding
