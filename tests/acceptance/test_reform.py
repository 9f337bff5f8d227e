"""The reform of 1 July 2025 through a whole centre: units of the time, and constant boundaries.

The units are those of annex D (26740, 00019, 00103); they belong to a centre of their own, because
whole provinces are counted here.
"""

import asyncio
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import httpx
import pytest

from tests.acceptance.senders import send
from tests.centre import Centre, running_centre

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

OLD, NEW = "1900-01-01", "2025-07-01"
SPLIT = {"C:00019": ("C:00004", "C:00070", "C:00190", "C:00226")}
SPLIT |= {"C:00103": ("C:00091", "C:00103", "C:00160", "C:00611")}
# code, received, of them end to end, in May of the year
RECEIVED = (
    ("C:26740", 8, 4, 2025),  # Bến Nghé, all of it in Sài Gòn
    ("C:26737", 4, 1, 2025),  # Đa Kao, half of it
    ("C:00019", 6, 6, 2025),  # Điện Biên, a quarter in each of four
    ("C:00103", 2, 0, 2025),  # Xuân La, the same
    ("C:26740", 5, 4, 2026),  # Sài Gòn
)
FINISHED = 9
"""The number of the first dossier of Đa Kao."""
Document = dict[str, Any]


def dossiers() -> Iterator[Document]:
    """Receipts of May, and two under a district's code a month after there were any."""
    number = 0
    for unit, count, full, year in RECEIVED:
        for index in range(count):
            number += 1
            yield receipt(number, unit, f"{year}-05-12T09:00:00+07:00", "full", index < full)
    yield finish(FINISHED)
    for last, named in ((98, {}), (99, {"unitasof": "2025-06-30"})):
        yield receipt(last, "D:760", "2025-08-04T09:00:00+07:00", "full", True) | named


def receipt(number: int, unit: str, time: str, level: str, online: bool) -> Document:
    data = {
        "procedure_code": "1.001193",
        "svc_level": level,
        "channel": 2 if online else 1,
        "submitted_at": time,
        "requires_paper_result": False,
        "agency_id": "H33.15",
        "limit_working_hours": 40,
    }
    return {
        "specversion": "1.0",
        "id": f"reform-{number}",
        "source": "/agency/H33.15/mot-cua",
        "type": "vn.ioc.dossier.received.v1",
        "time": time,
        "recordedtime": time,
        "subject": f"REFORM-{number}",
        "unit": unit,
        "data": data,
    }


def finish(number: int) -> Document:
    """The end of a dossier a day later."""
    opened = receipt(number, "C:26737", "2025-05-13T09:00:00+07:00", "full", True)
    done = {"id": "reform-done", "type": "vn.ioc.dossier.finished.v1", "data": {}}
    return opened | done


@pytest.fixture(scope="module")
def reformed() -> Iterator[Centre]:
    with running_centre() as running:
        yield running


@pytest.fixture(name="answers", scope="module")
def _answers(reformed: Centre) -> list[Document]:
    async def counted() -> list[Document]:
        sent = await send(reformed, list(dossiers()))
        await reformed.settled()
        return sent.answers

    return asyncio.run(counted())


async def one(centre: Centre, unit: str, period: str = "2025-05", **query: str) -> Document:
    """The only observation of PS-01 in a unit and a month."""
    asked = {"indicator": "PS-01", "window": "month", "period": period, "unit": unit} | query
    (found,) = await centre.observations(**asked)
    return found


async def below(centre: Centre, province: str, period: str) -> list[Document]:
    """PS-01 of today's communes of a province in a month, on the boundaries of today."""
    return await centre.observations(
        indicator="PS-01",
        window="month",
        period=period,
        within=f"{province}@{NEW}",
        boundaries="constant",
    )


@pytest.mark.clause("15.1.3", "15.2.2")
async def test_a_code_means_the_unit_of_its_time(reformed: Centre, answers: list[Document]) -> None:
    before = await one(reformed, "C:26740")
    assert (before["valid_from"], before["numerator"], before["denominator"]) == (OLD, 4, 8)
    assert "boundaries" not in before
    after = await one(reformed, "C:26740", "2026-05")
    assert (after["valid_from"], after["numerator"], after["denominator"]) == (NEW, 4, 5)
    for day, name, parent in (
        ("2025-06-30", "Phường Bến Nghé", f"D:760@{OLD}"),
        (NEW, "Phường Sài Gòn", f"P:79@{NEW}"),
    ):
        page = await reformed.get("/v1/units", on=day, parent=parent.partition("@")[0], limit="500")
        named = {unit["code"]: unit for unit in page["items"]}
        assert named["C:26740"]["name_vi"] == name


@pytest.mark.clause("15.2.1", "15.2.2")
async def test_counts_of_former_units_are_divided_by_weight_and_rates_made_of_the_parts(
    reformed: Centre, answers: list[Document]
) -> None:
    moved = await one(reformed, "C:26740", boundaries="constant")
    assert moved["id"] == f"PS-01|C:26740@{NEW}||month~constant:2025-05"
    assert (moved["numerator"], moved["denominator"]) == (4 + 0.5, 8 + 2)
    assert moved["value"] == pytest.approx(100 * 4.5 / 10)
    assert moved["status"] == "U"
    assert moved["boundaries"]["view"] == "constant"
    assert moved["boundaries"]["divided"] is True
    for former, heirs in SPLIT.items():
        received = {code: count for code, count, _, year in RECEIVED if year == 2025}[former]
        for heir in heirs:
            part = await one(reformed, heir, boundaries="constant")
            assert part["denominator"] == received / 4, (former, heir)
            assert part["status"] == "U"


@pytest.mark.clause("15.2.2")
async def test_nothing_is_lost_or_added_when_a_province_is_moved(
    reformed: Centre, answers: list[Document]
) -> None:
    for province, received in (("P:79", 12), ("P:01", 8)):
        whole = await one(reformed, province, boundaries="constant")
        assert (whole["denominator"], whole["status"]) == (received, "A")
        communes = await below(reformed, province, "2025-05")
        assert sum(Fraction(each["denominator"]) for each in communes) == received


@pytest.mark.clause("15.2.2")
async def test_a_year_is_compared_on_constant_boundaries(
    reformed: Centre, answers: list[Document]
) -> None:
    found = await one(reformed, "C:26740", "2026-05")
    year = {each["unit"]: each for each in found["comparisons"] if each["kind"] == "yoy"}
    assert year["pp"]["base_value"] == pytest.approx(45)
    assert year["pp"]["delta"] == pytest.approx(80 - 45)
    assert year["pp"]["boundaries"] == "constant"


async def test_what_cannot_be_divided_says_so(reformed: Centre, answers: list[Document]) -> None:
    asked = {"indicator": "PS-06.median", "period": "2025-05", "boundaries": "constant"}
    (split,) = await reformed.observations(**asked, window="month", unit="C:26740")
    assert (split["value"], split["null_reason"]) == (None, "missing")
    assert split["boundaries"]["indivisible"] == ["dossier_handling_sketch"]
    (whole,) = await reformed.observations(**asked, window="month", unit="P:79")
    assert whole["value"] > 0
    assert "indivisible" not in whole["boundaries"]


@pytest.mark.clause("7.4.1")
async def test_the_first_value_of_new_boundaries_is_marked(
    reformed: Centre, answers: list[Document]
) -> None:
    mark = {"mark": "B", "at": NEW, "reason": "boundary"}
    assert (await one(reformed, "P:79", "2025-07"))["break"] == mark
    for period in ("2025-08", "2026-05"):
        assert "break" not in await one(reformed, "P:79", period)
    assert "break" not in await one(reformed, "P:79", "2025-07", boundaries="constant")


@pytest.mark.clause("15.2.3")
async def test_a_district_after_its_end_is_taken_marked_and_in_no_commune(
    reformed: Centre, answers: list[Document]
) -> None:
    warned = [each for answer in answers for each in answer["verdicts"] if each.get("warnings")]
    assert [each["warnings"][0]["code"] for each in warned] == ["legacy_district"] * 2
    province = await one(reformed, "P:79", "2025-08", boundaries="constant")
    assert province["denominator"] == 2
    communes = await below(reformed, "P:79", "2025-08")
    assert {each["denominator"] for each in communes} == {0}


async def test_an_explanation_names_the_former_units(
    reformed: Centre, answers: list[Document]
) -> None:
    told = await reformed.get(
        f"/v1/observations/PS-01|C:26740@{NEW}||month~constant:2025-05/explain"
    )
    parts = {each["unit"]: each for each in told["former_units"]}
    assert {unit: each["share"] for unit, each in parts.items()} == {
        f"C:26737@{OLD}": 0.5,
        f"C:26740@{OLD}": 1,
        f"C:26746@{OLD}": 0.5,
    }
    behind = await reformed.get(
        f"/v1/observations/{parts[f'C:26737@{OLD}']['observation']}/explain"
    )
    assert behind["observation"]["denominator"] == 4
    assert {each["unit"] for each in behind["events"]["items"]} == {"C:26737"}
    assert len(behind["events"]["items"]) == 4 + 1


async def test_a_former_unit_has_no_constant_boundaries(
    reformed: Centre, answers: list[Document]
) -> None:
    async with httpx.AsyncClient(base_url=reformed.running.api, timeout=20) as client:
        query = {"unit": f"P:77@{OLD}", "boundaries": "constant"}
        refused = await client.get("/v1/observations", params=query)
        unknown = await client.get("/v1/observations", params={"boundaries": "old"})
    assert (refused.status_code, unknown.status_code) == (400, 400)
    assert refused.json()["allowed"] == [f"P:79@{NEW}"]
    assert unknown.json()["allowed"] == ["as-then", "constant"]


def test_the_second_opinion_moves_them_the_same_way(
    reformed: Centre, answers: list[Document]
) -> None:
    assert reformed.reconcile() == []
