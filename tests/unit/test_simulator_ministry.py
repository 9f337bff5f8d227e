"""The ministry's figures: legal events from which the published values and growths come out again.

The checks are C1 to C7 of the domain description, in plain arithmetic on what is sent.
"""

import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.cli.simulator.documents import encode
from services.cli.simulator.ministry import (
    HOUSEHOLDS,
    before_growth,
    ministry_events,
    ministry_ndjson,
)
from services.domain.events import Accepted, judge
from services.domain.instants import parse_instant

NOW = parse_instant("2026-06-01T00:00:00+07:00")
BILLION = 10**9


class Country:
    def known(self, code: str, on: datetime.date) -> bool:
        return code == "N:VN"


def figures(kind: str, **wanted: Any) -> dict[str, Any]:
    found = [
        event.data
        for event in ministry_events()
        if event.type == f"vn.ioc.{kind}.v1"
        and event.data is not None
        and all(event.data.get(name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, (kind, wanted)
    return found[0]


def revenue(sector: str, period: str) -> int:
    amount: int = figures("sector.revenue", sector=sector, flow="revenue", period=period)[
        "amount_vnd"
    ]
    return amount


def export(period: str) -> dict[str, Any]:
    return figures("sector.revenue", sector="IT_INDUSTRY", flow="export", period=period)


def growth(now: float, before: float) -> float:
    return 100 * (now / before - 1)


def test_every_figure_is_accepted_without_a_warning() -> None:
    for event in ministry_events():
        verdict = judge(encode(event), NOW, Country())
        assert isinstance(verdict, Accepted), verdict
        assert verdict.warnings == ()


def test_the_published_file_is_what_is_made() -> None:
    path = Path(__file__).parents[2] / "examples" / "ministry_2025.ndjson"
    assert path.read_bytes() == ministry_ndjson()
    ids = [msgspec.json.decode(line)["id"] for line in path.read_bytes().splitlines()]
    assert len(ids) == len(set(ids))


def test_back_casts_and_hand_work_are_marked() -> None:
    back = {e.data["period"] for e in ministry_events() if e.quality == "backcast" and e.data}
    assert back == {"2025-04", "2024-05", "2025-Q1", "2024-Q2", "2024-04"}
    by_hand = {e.type for e in ministry_events() if e.quality == "manual_entry"}
    assert by_hand == {"vn.ioc.reference.value.v1"}
    assert {e.quality for e in ministry_events()} == {None, "backcast", "manual_entry"}


def test_c1_a_share_of_shares_needs_counts_that_were_not_published() -> None:
    weight = (40.17 - 14.68) / (52.74 - 14.68)
    assert round(weight, 4) == 0.6697
    assert round((52.74 + 14.68) / 2, 2) == 33.71
    assert not [event for event in ministry_events() if "dossier" in event.type]


def test_c2_amount_currency_and_rate_agree() -> None:
    published = export("2025-05")
    assert published["amount_vnd"] == 380_640 * BILLION
    assert published["amount_usd"] == 14.640 * BILLION
    assert published["amount_vnd"] / published["amount_usd"] == published["fx_rate"] == 26_000


def test_c3_exports_exceed_revenue_and_are_sent_as_published() -> None:
    ratio = export("2025-05")["amount_vnd"] / revenue("IT_INDUSTRY", "2025-05")
    assert round(ratio, 3) == 1.034
    assert "phạm vi" in export("2025-05")["scope_note"]


def test_c4_the_parts_of_the_digital_economy_add_up() -> None:
    def share(**dim: str | None) -> float:
        wanted = {"dim": None, "dim_value": None} | dim
        value: float = figures(
            "stat.report", series_id="digital_economy_share", period="2025-Q1", **wanted
        )["value"]
        return value

    total = share()
    parts = [share(dim="component", dim_value=name) for name in ("ict", "other")]
    assert total == 18.72
    assert parts == [8.63, 10.09]
    assert abs(sum(parts) - total) < 0.005


def test_c5_fibre_is_read_as_points_and_says_so() -> None:
    now = figures("telecom.subscription", period="2025-04")
    before = figures("telecom.subscription", period="2024-04")
    share_now = 100 * now["households_fibre"] / HOUSEHOLDS
    share_before = 100 * before["households_fibre"] / HOUSEHOLDS
    assert round(share_now, 2) == 85.10
    assert round(share_before, 2) == 80.90
    assert round(share_now - share_before, 2) == 4.20
    assert "điểm phần trăm" in now["scope_note"]
    assert "81,67" in now["scope_note"]


@pytest.mark.parametrize(
    ("sector", "period", "before", "published", "billions_before"),
    [
        ("IT_INDUSTRY", "2025-05", "2025-04", 1.83, 361_584),
        ("IT_INDUSTRY", "2025-05", "2024-05", 18.00, 312_035),
        ("POSTAL", "2025-Q2", "2024-Q2", 10.50, 18_054),
        ("POSTAL", "2025-Q2", "2025-Q1", 7.10, 18_627),
    ],
)
def test_c6_revenue_grows_as_published(
    sector: str, period: str, before: str, published: float, billions_before: int
) -> None:
    assert round(growth(revenue(sector, period), revenue(sector, before)), 2) == published
    assert round(revenue(sector, before) / BILLION) == billions_before


@pytest.mark.parametrize(
    ("before", "published", "billions_before"),
    [("2025-04", 2.00, 373_176), ("2024-05", 40.00, 271_886)],
)
def test_c6_exports_grow_as_published(before: str, published: float, billions_before: int) -> None:
    earlier = export(before)
    for member in ("amount_vnd", "amount_usd"):
        assert round(growth(export("2025-05")[member], earlier[member]), 2) == published
    assert round(earlier["amount_vnd"] / BILLION) == billions_before
    assert abs(earlier["amount_vnd"] / earlier["amount_usd"] - 26_000) < 0.001


@pytest.mark.parametrize(
    ("member", "millions", "published", "millions_before"),
    [("subs_mobile_bb", 104.7, 14.40, 91.5), ("subs_fixed_bb", 24.4, 3.90, 23.5)],
)
def test_c6_subscriptions_grow_as_published(
    member: str, millions: float, published: float, millions_before: float
) -> None:
    now = figures("telecom.subscription", period="2025-04")[member]
    before = figures("telecom.subscription", period="2024-04")[member]
    assert now == millions * 1_000_000
    assert round(growth(now, before), 2) == published
    assert round(before / 1_000_000, 1) == millions_before


def test_c7_innovation_is_given_in_levels() -> None:
    now = figures("stat.report", series_id="innovation_active_share", period="2024")["value"]
    before = figures("stat.report", series_id="innovation_active_share", period="2023")["value"]
    assert round(now - before, 1) == 9.8
    assert round(growth(now, before), 1) == 33.8


def test_references_hold_before_the_first_month_that_needs_them() -> None:
    for series in ("population", "households"):
        row = figures("reference.value", series_id=series)
        assert row["ref_date"] <= "2024-04-30"
        assert row["document"]


def test_a_back_cast_is_the_nearest_whole_unit() -> None:
    assert before_growth(1_180, "18") == 1_000
    assert before_growth(100, "-50") == 200
