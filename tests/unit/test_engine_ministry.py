"""The ministry's figures of 2025 through the engine: checks C1 to C7 of the domain description."""

import functools
from pathlib import Path

import msgspec
import pytest

from services.domain.engine.observation import Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.state import State
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import COUNTRY, at

NOW = at("2025-06-02T12:00")
EXAMPLE = Path(__file__).parents[2] / "examples" / "ministry_2025.ndjson"


def state_of(documents: list[Document], now: int) -> State:
    centre, reading = Counting(), Reading()
    centre.count(documents, 0, now)
    reading.read(centre)
    return reading.state


@functools.cache
def ministry() -> State:
    lines = EXAMPLE.read_bytes().splitlines()
    return state_of([msgspec.json.decode(line) for line in lines], NOW)


def observed(
    formula: str, window: str, period: str | None = None, member: tuple[str, str] = ("", "")
) -> Observation:
    state = ministry()
    cell = state.cells.find(COUNTRY, *member)
    assert cell is not None
    (found,) = Observer(state).observe(
        catalogue().formulas[formula], window, "statistical", [cell], Moment(NOW, NOW), period
    )
    return found


def growth(found: Observation, kind: str, unit: str = "%") -> float:
    (comparison,) = [c for c in found.comparisons if (c.kind, c.unit) == (kind, unit)]
    return comparison.delta


@pytest.mark.clause("8.1.1")
def test_c1_a_share_is_a_ratio_of_sums() -> None:
    """Ministries bring 0.6697 of the dossiers: 40.17 % together, not the mean 33.71 %."""
    blocks = {"ministry": (6697, 0.5274), "province": (3303, 0.1468)}
    log = []
    for block, (count, share) in blocks.items():
        for number in range(count // 10):
            level = "full" if number < round(count / 10 * share) else "none"
            said = RECEIPT | {"svc_level": level, "block": block}
            name = f"{block}-{number}"
            log.append(document("dossier.received", "2025-05-05T09:00", name, said, unit="N:VN"))
    state = state_of(log, NOW)
    found = Observer(state).observe(
        catalogue().formulas["PS-01"],
        "month",
        "statistical",
        state.cells.of_unit(COUNTRY),
        Moment(NOW, NOW),
        "2025-05",
    )
    shares = {each.dims.get("block", "all"): each.value for each in found if "block" in each.id}
    shares["all"] = next(each.value for each in found if not each.dims)
    assert shares["all"] == pytest.approx(40.17, abs=0.15)
    assert shares["ministry"] == pytest.approx(52.74, abs=0.15)
    assert shares["province"] == pytest.approx(14.68, abs=0.15)


@pytest.mark.clause("8.1.8")
def test_c2_exports_in_dong_and_dollars_are_kept_together() -> None:
    dong, dollars = observed("DE-02", "month"), observed("DE-02.usd", "month")
    assert (dong.value, dollars.value) == (380_640, 14.64)
    assert dong.period == dollars.period == "2025-05"


@pytest.mark.clause("7.3.4")
def test_c3_exports_above_revenue_are_shown_as_they_are() -> None:
    ratio = observed("DE-02.to_revenue", "month")
    assert ratio.value == pytest.approx(1.034, abs=0.0005)
    assert (ratio.numerator, ratio.denominator) == (380_640 * 10**9, 368_201 * 10**9)


@pytest.mark.clause("8.1.8")
def test_c4_the_parts_of_the_digital_economy_add_up() -> None:
    total = observed("DE-03", "quarter")
    parts = [observed("DE-03", "quarter", None, ("component", name)) for name in ("ict", "other")]
    assert (total.value, total.period) == (18.72, "2025-Q1")
    assert [part.value for part in parts] == [8.63, 10.09]
    assert sum(float(part.value or 0) for part in parts) == pytest.approx(18.72, abs=0.01)


@pytest.mark.clause("8.1.6")
def test_c5_a_change_of_a_share_is_labelled_by_its_unit() -> None:
    now, before = observed("TI-03", "month"), observed("TI-03", "month", "2024-04")
    assert now.value == pytest.approx(85.1, abs=0.05)
    points, rate = growth(now, "yoy_points", "pp"), growth(now, "yoy")
    assert isinstance(now.value, float)
    assert isinstance(before.value, float)
    assert points == pytest.approx(now.value - before.value)
    assert rate == pytest.approx(100 * (now.value / before.value - 1))
    assert {round(points, 1), round(rate, 1)} & {4.2}


@pytest.mark.parametrize(
    ("formula", "window", "period", "value", "grown"),
    [
        ("DE-01", "month", "2025-05", 368_201, {"mom": 1.83, "yoy": 18}),
        ("DE-02", "month", "2025-05", 380_640, {"mom": 2, "yoy": 40}),
        ("DE-05", "quarter", "2025-Q2", 19_950, {"qoq": 7.1, "yoy": 10.5}),
        ("TI-01.total", "month", "2025-04", 104_700_000, {"yoy": 14.4}),
        ("TI-02.total", "month", "2025-04", 24_400_000, {"yoy": 3.9}),
    ],
)
@pytest.mark.clause("8.1.5")
def test_c6_published_values_and_growths_come_out_again(
    formula: str, window: str, period: str, value: float, grown: dict[str, float]
) -> None:
    found = observed(formula, window)
    assert (found.period, found.value) == (period, value)
    assert (found.status, found.vn_level) == ("E", "uoc_tinh")
    for kind, published in grown.items():
        assert growth(found, kind) == pytest.approx(published, abs=0.05)


@pytest.mark.parametrize(
    ("formula", "window", "period", "value"),
    [
        ("DE-01", "month", "2025-04", 361_584),
        ("DE-01", "month", "2024-05", 312_035),
        ("DE-02", "month", "2025-04", 373_176),
        ("DE-02", "month", "2024-05", 271_886),
        ("DE-05", "quarter", "2024-Q2", 18_054),
        ("DE-05", "quarter", "2025-Q1", 18_627),
        ("TI-01.total", "month", "2024-04", 91_500_000),
        ("TI-02.total", "month", "2024-04", 23_500_000),
    ],
)
@pytest.mark.clause("5.4.8")
def test_c6_back_casts_are_marked(formula: str, window: str, period: str, value: float) -> None:
    found = observed(formula, window, period)
    assert found.value == pytest.approx(value, rel=0.001)
    assert found.quality == ("backcast",)


def test_c7_the_growth_of_a_share_is_in_points() -> None:
    found = observed("ST-01", "year", "2024")
    assert found.value == 38.8
    assert growth(found, "yoy_points", "pp") == pytest.approx(9.8)
    assert found.target is not None
    assert found.target.gap == pytest.approx(-1.2)
    assert found.target.achieved == pytest.approx(97)
