"""The figures that the ministry published for 2025, and their growths, are shown again."""

from dataclasses import dataclass

import pytest

from tests.acceptance.screen import Item, Screen, following
from tests.centre import ROOT, Centre, until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

FILE = ROOT / "examples" / "ministry_2025.ndjson"
COUNTRY = "N:VN@1900-01-01"


@dataclass(frozen=True)
class Growth:
    """A published growth, and the value before it as a back-cast gives it."""

    kind: str
    unit: str
    delta: float
    decimals: int
    base: float


@dataclass(frozen=True)
class Published:
    """A figure as published; `decimals` are those of the publication, for the base as well."""

    indicator: str
    window: str
    value: float
    decimals: int
    growths: tuple[Growth, ...] = ()


PUBLISHED = (
    Published(
        *("DE-01", "month:2025-05", 368_201, 0),
        (Growth("mom", "%", 1.83, 2, 361_584), Growth("yoy", "%", 18, 0, 312_035)),
    ),
    Published(
        *("DE-02", "month:2025-05", 380_640, 0),
        (Growth("mom", "%", 2, 0, 373_176), Growth("yoy", "%", 40, 0, 271_886)),
    ),
    Published("DE-02.usd", "month:2025-05", 14.640, 3),
    Published("DE-02.to_revenue", "month:2025-05", 1.034, 3),
    Published("DE-03", "quarter:2025-Q1", 18.72, 2),
    Published(
        *("DE-05", "quarter:2025-Q2", 19_950, 0),
        (Growth("yoy", "%", 10.5, 1, 18_054), Growth("qoq", "%", 7.1, 1, 18_627)),
    ),
    Published(
        *("TI-01.total", "month:2025-04", 104.7e6, -5), (Growth("yoy", "%", 14.4, 1, 91.5e6),)
    ),
    Published(*("TI-02.total", "month:2025-04", 24.4e6, -5), (Growth("yoy", "%", 3.9, 1, 23.5e6),)),
    Published("TI-03", "month:2025-04", 85.1, 1, (Growth("yoy_points", "pp", 4.2, 1, 80.9),)),
)
COMPONENTS = {"ict": 8.63, "other": 10.09}


@pytest.fixture(scope="module")
def sent(centre: Centre) -> Centre:
    """The centre after the ministry's file was sent twice."""
    for _ in range(2):
        summary = centre.ioc_json("send", str(FILE))
        assert summary["rejections"] == []
        assert summary["accepted"] == summary["records"] > 0
    centre.ioc_json("wait", "--timeout", "120")
    return centre


async def test_values_and_growths_reach_the_wall(sent: Centre) -> None:
    async with following(sent, ["indicators/VN/N:VN/**"]) as screen:
        for figure in PUBLISHED:
            item = await _shown(screen, f"{figure.indicator}|{COUNTRY}||{figure.window}")
            assert round(item["value"], figure.decimals) == figure.value, figure
            told = {(each["kind"], each["unit"]): each for each in item.get("comparisons", [])}
            for growth in figure.growths:
                found = told[growth.kind, growth.unit]
                assert found["comparable"]
                assert round(found["delta"], growth.decimals) == growth.delta, growth
                assert round(found["base_value"], figure.decimals) == growth.base, growth


async def test_dollars_and_dong_keep_their_rate(sent: Centre) -> None:
    shown = {
        item["indicator"]: item["value"]
        for name in ("DE-02", "DE-02.usd")
        for item in await sent.observations(indicator=name, unit="N:VN", window="month")
    }
    assert round(shown["DE-02"] / shown["DE-02.usd"]) == 26_000


@pytest.mark.clause("7.1.2")
async def test_values_are_marked_as_estimates_of_the_ministry(sent: Centre) -> None:
    for indicator in ("DE-01", "DE-02", "TI-03"):
        (item,) = await sent.observations(indicator=indicator, unit="N:VN", window="month")
        assert (item["status"], item["vn_level"]) == ("E", "uoc_tinh")


async def test_components_add_up_to_the_share(sent: Centre) -> None:
    found = await sent.observations(
        indicator="DE-03", unit="N:VN", window="quarter", dims="component"
    )
    shown = {item["dims"]["component"]: item["value"] for item in found}
    assert {name: round(value, 2) for name, value in shown.items()} == COMPONENTS
    assert round(sum(shown.values()), 2) == 18.72


async def test_a_change_of_a_share_says_points_or_per_cent(sent: Centre) -> None:
    (item,) = await sent.observations(indicator="TI-03", unit="N:VN", window="month")
    kinds = [(each["kind"], each["unit"]) for each in item["comparisons"]]
    assert len(kinds) == len(set(kinds))
    assert {unit for _, unit in kinds} <= {"pp", "%"}


async def test_what_was_back_cast_says_so(sent: Centre) -> None:
    (item,) = await sent.observations(indicator="DE-05", unit="N:VN", window="ytd")
    assert "backcast" in item["quality"]


async def _shown(screen: Screen, observation: str) -> Item:
    async def found() -> Item | None:
        return screen.items.get(observation)

    item = await until(found, f"{observation} is shown", 60)
    assert item is not None
    return item
