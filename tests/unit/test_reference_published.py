"""The arithmetic checks C1 to C7 on what the ministry published in 2025, as ratios and growths."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from services.domain.events import Event
from tests.unit.reference_log import (
    COUNTRY,
    PROVINCE,
    at,
    received,
    reference,
    reference_value,
    revenue,
    series,
    subscriptions,
)

NOW = at("2026-06-01T00:00")


def test_c1_the_whole_is_a_weighted_mean_of_the_blocks() -> None:
    blocks = {"ministry": (52.74, 6697), "province": (14.68, 3303)}
    online = {name: round(rate * count / 100) for name, (rate, count) in blocks.items()}
    opinion = reference(
        *(
            received(
                "2025-05-06T09:00",
                f"{name}-{i}",
                unit="N:VN",
                block=name,
                channel=2 if i < online[name] // 20 else 1,
            )
            for name, (_, count) in blocks.items()
            for i in range(count // 20)
        )
    )
    rates = [
        float(value)
        for dims in (None, ("block", "ministry"), ("block", "province"))
        if (value := opinion.value("PS-01", COUNTRY, dims, "month", NOW, "2025-05").value)
    ]
    assert rates == pytest.approx([40.17, 52.74, 14.68], abs=0.4)
    assert rates[0] != pytest.approx(33.71, abs=1)


def test_c2_c3_exports_in_two_currencies_and_above_revenue() -> None:
    opinion = reference(
        revenue("N:VN", "2025-05", 380_640, flow="export", usd=14_640_000_000),
        revenue("N:VN", "2025-05", 368_201),
    )
    asked = (COUNTRY, None, "month", NOW, "2025-05")
    assert opinion.value("DE-02", *asked).value == 380_640
    assert opinion.value("DE-02.usd", *asked).value == Fraction("14.64")
    ratio = opinion.value("DE-02.to_revenue", *asked)
    assert round(float(ratio.value or 0), 3) == 1.034
    assert ratio.null_reason is None


def test_c4_the_components_add_up() -> None:
    share = "digital_economy_share"
    opinion = reference(
        series(share, "N:VN", "2025-Q1", 18.72),
        series(share, "N:VN", "2025-Q1", 8.63, dim=("component", "ict")),
        series(share, "N:VN", "2025-Q1", 10.09, dim=("component", "other")),
    )
    asked = ("quarter", NOW, "2025-Q1")
    parts = [
        opinion.value("DE-03", COUNTRY, ("component", name), *asked).value or 0
        for name in sorted(opinion.members("DE-03", COUNTRY, "component", NOW))
    ]
    assert sum(parts) == opinion.value("DE-03", COUNTRY, None, *asked).value == Fraction("18.72")
    assert opinion.comparison("target", "DE-03", COUNTRY, None, *asked) == pytest.approx(-11.28)
    assert opinion.value("DE-03", PROVINCE, None, *asked).value is None


@pytest.mark.parametrize(("before", "points", "per_cent"), [(809, 4.2, 5.19), (817, 3.4, 4.16)])
@pytest.mark.clause("8.1.6")
def test_c5_c7_a_share_changes_in_points_and_in_per_cent(
    before: int, points: float, per_cent: float
) -> None:
    opinion = reference(
        subscriptions("N:VN", "2024-04", 1, fibre=before),
        subscriptions("N:VN", "2025-04", 1, fibre=851),
        reference_value("households", "N:VN", "2020-01-01", 1000),
    )
    asked = ("TI-03", COUNTRY, None, "month", NOW, "2025-04")
    assert opinion.comparison("yoy_points", *asked) == pytest.approx(points, abs=0.001)
    assert opinion.comparison("yoy", *asked, points=True) == pytest.approx(points, abs=0.001)
    assert opinion.comparison("yoy", *asked) == pytest.approx(per_cent, abs=0.005)


@pytest.mark.parametrize(
    ("indicator", "kind", "figures", "growth", "decimals"),
    [
        ("DE-01", "mom", {"2025-04": 361_584, "2025-05": 368_201}, 1.83, 2),
        ("DE-01", "yoy", {"2024-05": 312_035, "2025-05": 368_201}, 18, 0),
        ("DE-02", "mom", {"2025-04": 373_176, "2025-05": 380_640}, 2, 0),
        ("DE-02", "yoy", {"2024-05": 271_886, "2025-05": 380_640}, 40, 0),
        ("DE-05", "yoy", {"2024-Q2": 18_054, "2025-Q2": 19_950}, 10.5, 1),
        ("DE-05", "qoq", {"2025-Q1": 18_627, "2025-Q2": 19_950}, 7.1, 1),
        ("TI-01.total", "yoy", {"2024-04": 91_500_000, "2025-04": 104_700_000}, 14.4, 1),
    ],
)
def test_c6_the_back_cast_gives_the_published_growth(
    indicator: str, kind: str, figures: dict[str, int], growth: float, decimals: int
) -> None:
    make: dict[str, Callable[[str, int], Event]] = {
        "DE-01": lambda period, value: revenue("N:VN", period, value),
        "DE-02": lambda period, value: revenue("N:VN", period, value, flow="export", usd=1),
        "DE-05": lambda period, value: revenue("N:VN", period, value, sector="POSTAL"),
        "TI-01.total": lambda period, value: subscriptions("N:VN", period, value),
    }
    opinion = reference(*(make[indicator](period, value) for period, value in figures.items()))
    period = max(figures)
    window = "quarter" if "Q" in period else "month"
    found = opinion.comparison(kind, indicator, COUNTRY, None, window, NOW, period)
    assert round(found or 0, decimals) == growth
    assert opinion.value(indicator, COUNTRY, None, window, NOW).value == figures[period]
