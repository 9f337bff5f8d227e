"""The figures of the Ministry of Science and Technology of spring 2025, as events of the country.

Published figures are sent as published. The month and the year before are back-cast from the
published growth, rounded only to the unit of the contract, and marked `backcast`; so the centre
shows the published growth again. Where the report leaves a question open, the `scope_note` of the
event says how it was read. The dossier shares of the report (40.17 % of all, 52.74 % of the
ministries, 14.68 % of the provinces) are ratios of counts that were not published: they are not
sent. `examples/ministry_2025.ndjson` holds these events; a test holds the two equal.
"""

from fractions import Fraction
from typing import Any

from services.cli.simulator.documents import Document, encode

SOURCE = "/agency/BKHCN/bao-cao"
COUNTRY = "N:VN"
BILLION = 10**9
REPORTED_AT = "2025-06-02T09:00:00+07:00"
RECORDED_AT = "2025-06-02T10:00:00+07:00"
REPORT = "Báo cáo của Bộ Khoa học và Công nghệ, hội nghị ngày 02/6/2025"
CENSUS = "Điều tra dân số và nhà ở giữa kỳ 2024, thời điểm 0 giờ ngày 01/4/2024"
BACKCAST_NOTE = "Tính ngược từ tốc độ tăng đã công bố, không phải số công bố"

EXPORT_NOTE = (
    "Xuất khẩu lớn hơn doanh thu cùng tháng: báo cáo không nêu phạm vi, giữ nguyên số công bố"
)
FIBRE_NOTE = (
    "Mức tăng 4,2 của hộ dùng cáp quang hiểu là điểm phần trăm: năm trước 80,9 % "
    "(nếu là % thì 81,67 %)"
)

VND_PER_USD = 26_000
POPULATION = 101_112_656
HOUSEHOLDS = 28_146_939

RELEASES = {
    "2024-04": "2024-06-03T09:00:00+07:00",
    "2024-05": "2024-06-03T09:00:00+07:00",
    "2024-Q2": "2024-07-02T09:00:00+07:00",
    "2025-Q1": "2025-04-03T09:00:00+07:00",
    "2025-04": "2025-05-05T09:00:00+07:00",
}
"""When a figure of that period would have been released, had it been."""


def ministry_events() -> tuple[Document, ...]:
    """Give the references first, then revenue, exports, post, telecom and statistics."""
    it_bases = (("2025-04", "1.83"), ("2024-05", "18"))
    post_bases = (("2025-Q1", "7.1"), ("2024-Q2", "10.5"))
    return (
        *_references(),
        *_revenue("IT_INDUSTRY", "2025-05", 368_201 * BILLION, it_bases),
        *_exports(),
        *_revenue("POSTAL", "2025-Q2", 19_950 * BILLION, post_bases),
        *_subscriptions(),
        *_statistics(),
    )


def ministry_ndjson() -> bytes:
    """Write the figures as NDJSON, one event a line."""
    return b"".join(encode(document) + b"\n" for document in ministry_events())


def before_growth(value: int, percent: str) -> int:
    """Give the whole number that grows by `percent` to `value`, rounded to the nearest unit."""
    return round(Fraction(value) / (1 + Fraction(percent) / 100))


def _references() -> list[Document]:
    values = (("population", POPULATION), ("households", HOUSEHOLDS))
    return [
        _document(
            f"ref-{series}-2024-04-01",
            "reference.value",
            "2024-04-01T00:00:00+07:00",
            f"{series}/2024-04-01",
            {"series_id": series, "ref_date": "2024-04-01", "value": value, "document": CENSUS},
            quality="manual_entry",
        )
        for series, value in values
    ]


def _revenue(
    sector: str, period: str, amount: int, bases: tuple[tuple[str, str], ...]
) -> list[Document]:
    found = [_amount(sector, "revenue", period, {"amount_vnd": amount})]
    found += [
        _amount(sector, "revenue", base, {"amount_vnd": before_growth(amount, percent)}, back=True)
        for base, percent in bases
    ]
    return found


def _exports() -> list[Document]:
    vnd = 380_640 * BILLION
    published = {
        "amount_vnd": vnd,
        "amount_usd": vnd // VND_PER_USD,
        "fx_rate": VND_PER_USD,
        "scope_note": EXPORT_NOTE,
    }
    found = [_amount("IT_INDUSTRY", "export", "2025-05", published)]
    for base, percent in (("2025-04", "2"), ("2024-05", "40")):
        earlier = before_growth(vnd, percent)
        usd = float(round(Fraction(earlier, VND_PER_USD), 2))
        amounts = {"amount_vnd": earlier, "amount_usd": usd, "fx_rate": VND_PER_USD}
        found.append(_amount("IT_INDUSTRY", "export", base, amounts, back=True))
    return found


def _amount(
    sector: str, flow: str, period: str, amounts: dict[str, Any], *, back: bool = False
) -> Document:
    return _report(
        "sector.revenue",
        f"{sector}/{flow}/all/{period}/statistical",
        period,
        {"sector": sector, "flow": flow, "origin": "all", **amounts},
        back=back,
    )


def _subscriptions() -> list[Document]:
    mobile, fixed = 104_700_000, 24_400_000
    now = {
        "subs_mobile_bb": mobile,
        "subs_fixed_bb": fixed,
        "households_fibre": round(HOUSEHOLDS * Fraction("0.851")),
        "scope_note": FIBRE_NOTE,
    }
    year_before = {
        "subs_mobile_bb": before_growth(mobile, "14.4"),
        "subs_fixed_bb": before_growth(fixed, "3.9"),
        "households_fibre": round(HOUSEHOLDS * Fraction("0.809")),
        "scope_note": f"{BACKCAST_NOTE}. {FIBRE_NOTE}",
    }
    return [
        _report("telecom.subscription", "2025-04/statistical", "2025-04", now),
        _report("telecom.subscription", "2024-04/statistical", "2024-04", year_before, back=True),
    ]


def _statistics() -> list[Document]:
    share, innovation = "digital_economy_share", "innovation_active_share"
    return [
        _statistic(share, "2025-Q1", 18.72, "%"),
        _statistic(share, "2025-Q1", 8.63, "%", component="ict"),
        _statistic(share, "2025-Q1", 10.09, "%", component="other"),
        _statistic(innovation, "2024", 38.8, "%"),
        _statistic(innovation, "2023", 29, "%"),
        _statistic("technology_exchanges", "2025-05", 22, "count"),
    ]


def _statistic(
    series: str, period: str, value: float, unit: str, component: str | None = None
) -> Document:
    figures: dict[str, Any] = {"series_id": series, "value": value, "source_unit": unit}
    subject = f"{series}/{period}/statistical"
    if component is not None:
        figures |= {"dim": "component", "dim_value": component}
        subject += f"/component/{component}"
    return _report("stat.report", subject, period, figures)


def _report(
    kind: str, subject: str, period: str, figures: dict[str, Any], *, back: bool = False
) -> Document:
    released_at = RELEASES.get(period, REPORTED_AT) if back else REPORTED_AT
    document = {"scope_note": BACKCAST_NOTE} if back else {"doc_ref": REPORT}
    return _document(
        "mst-" + subject.replace("/", "-").replace("_", "-"),
        kind,
        released_at,
        subject,
        {
            "period": period,
            "period_calendar": "statistical",
            "vn_level": "uoc_tinh",
            "vintage_no": 1,
            "released_at": released_at,
            **document,
            **figures,
        },
        quality="backcast" if back else None,
    )


def _document(
    event_id: str, kind: str, time: str, subject: str, figures: dict[str, Any], quality: str | None
) -> Document:
    return Document(
        specversion="1.0",
        id=event_id,
        source=SOURCE,
        type=f"vn.ioc.{kind}.v1",
        time=time,
        subject=subject,
        recordedtime=RECORDED_AT,
        unit=COUNTRY,
        quality=quality,
        data=figures,
    )
