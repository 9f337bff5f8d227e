"""Figures that an agency reports for a period and revises; the greatest vintage counts."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Text, Timestamp, number, said, whole
from services.domain.events.records.breakdown import (
    BREAKDOWN_RULES,
    ONE_WAY,
    RELEASE_RULES,
    Period,
    PeriodCalendar,
    ReleaseLevel,
    ScopeNote,
    Vintage,
)
from services.domain.events.records.identifiers import Code
from services.domain.events.rules import Condition, Rule

StatisticalSeries = Literal[
    "grdp_constant",
    "grdp_current",
    "employed_persons",
    "st_contribution_pp",
    "iip_yoy",
    "iip_mom",
    "iip_ytd_yoy",
    "cpi_mom",
    "cpi_dec",
    "cpi_yoy",
    "cpi_ytd_avg",
    "digital_economy_share",
    "digital_va_current",
    "digital_va_constant",
    "innovation_active_share",
    "technology_exchanges",
    "poor_households",
    "reviewed_households",
    "unemployment_rate",
    "portal_dossiers",
    "reporting_system_dossiers",
    "synced_dossiers",
]
LEVELS_AND_INDEXES = (
    "grdp_constant",
    "grdp_current",
    "employed_persons",
    "iip_yoy",
    "iip_mom",
    "iip_ytd_yoy",
    "cpi_mom",
    "cpi_dec",
    "cpi_yoy",
    "cpi_ytd_avg",
    "digital_va_current",
    "digital_va_constant",
)
SHARES = ("digital_economy_share", "innovation_active_share", "unemployment_rate")
SourceUnit = Literal["VND", "persons", "pp", "index", "%", "count", "households", "dossiers"]
SeriesBreakdown = Literal["sector", "basket_group", "component", "size", "urban_rural", "agency"]
RevenueBreakdown = Literal[
    "organisation", "subsector", "product", "market", "hs_chapter", "hightech", "operator", "vsic"
]
Dong = Annotated[int, whole(0, unit="VND")]
Subscriptions = Annotated[int, whole(0, unit="subscriptions")]


class StatReport(Record, frozen=True, kw_only=True):
    """One figure of an official series, in the unit of the series (VND, not billions)."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.stat.report.v1",
        vi="Số liệu thống kê của một kỳ",
        topic_domain="economy",
        key="subject",
        version_order="vintage_no",
        subject_of=("series_id", "period", "period_calendar", "dim", "dim_value"),
        rules=(
            *RELEASE_RULES,
            *BREAKDOWN_RULES,
            Rule(
                text="the value of a level or an index must be above 0",
                when=(Condition("series_id", "in", value=LEVELS_AND_INDEXES),),
                then=(Condition("value", ">", value=0),),
                pointer="/data/value",
            ),
            Rule(
                text="the value of a share must lie between 0 and 100",
                when=(Condition("series_id", "in", value=SHARES),),
                then=(Condition("value", "<=", value=100), Condition("value", ">=", value=0)),
                pointer="/data/value",
            ),
        ),
    )

    series_id: StatisticalSeries
    period: Period
    period_calendar: PeriodCalendar
    vn_level: ReleaseLevel
    vintage_no: Vintage
    released_at: Timestamp
    embargo_until: Timestamp | None = None
    doc_ref: Text | None = None
    scope_note: ScopeNote | None = None
    value: Annotated[float, number()]
    price_base_year: Annotated[int, whole(1994, 2100, note="of constant prices")] | None = None
    source_unit: Annotated[SourceUnit, said("the unit of the series")] | None = None
    dim: Annotated[SeriesBreakdown, said(ONE_WAY)] | None = None
    dim_value: Code | None = None


class SectorRevenue(Record, frozen=True, kw_only=True):
    """Revenue or exports of a sector in a period, in whole đồng."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.sector.revenue.v1",
        vi="Doanh thu, xuất khẩu của một kỳ",
        topic_domain="digital-economy",
        key="subject",
        version_order="vintage_no",
        subject_of=("sector", "flow", "origin", "period", "period_calendar", "dim", "dim_value"),
        rules=(
            *RELEASE_RULES,
            *BREAKDOWN_RULES,
            Rule(
                text="exports need amount_usd and fx_rate",
                when=(Condition("flow", "=", value="export"),),
                then=(Condition("amount_usd", "present"), Condition("fx_rate", "present")),
                pointer="/data/amount_usd",
            ),
            Rule(
                text="results of research need firm_revenue_vnd",
                when=(Condition("origin", "=", value="rd_result"),),
                then=(Condition("firm_revenue_vnd", "present"),),
                pointer="/data/firm_revenue_vnd",
            ),
            Rule(
                text="revenue from results of research cannot exceed firm_revenue_vnd",
                when=(Condition("origin", "=", value="rd_result"),),
                then=(Condition("amount_vnd", "<=", "firm_revenue_vnd"),),
                pointer="/data/amount_vnd",
            ),
            Rule(
                text="amount_vnd should be amount_usd times fx_rate within 0.5 %",
                then=(
                    Condition(
                        "amount_vnd", "within_pct", product_of=("amount_usd", "fx_rate"), pct=0.5
                    ),
                ),
                pointer="/data/amount_usd",
                code="inconsistent_amounts",
                severity="warn",
            ),
        ),
    )

    sector: Literal["IT_INDUSTRY", "POSTAL", "TELECOM", "TOURISM", "GOODS", "OTHER"]
    flow: Literal["revenue", "export"]
    origin: Annotated[Literal["all", "rd_result"], said("rd_result is a part of all")]
    period: Period
    period_calendar: PeriodCalendar
    vn_level: ReleaseLevel
    vintage_no: Vintage
    released_at: Timestamp
    embargo_until: Timestamp | None = None
    doc_ref: Text | None = None
    scope_note: ScopeNote | None = None
    amount_vnd: Dong
    amount_usd: Annotated[float, number(0, unit="USD")] | None = None
    fx_rate: Annotated[float, number(1, unit="VND/USD")] | None = None
    firm_revenue_vnd: Annotated[Dong, said("total of the reporting organisations")] | None = None
    dim: Annotated[RevenueBreakdown, said(ONE_WAY)] | None = None
    dim_value: Code | None = None


class TelecomSubscription(Record, frozen=True, kw_only=True):
    """Subscriptions at the end of a period."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.telecom.subscription.v1",
        vi="Thuê bao cuối tháng",
        topic_domain="telecom",
        key="subject",
        version_order="vintage_no",
        subject_of=("period", "period_calendar", "dim", "dim_value"),
        rules=(*RELEASE_RULES, *BREAKDOWN_RULES),
    )

    period: Period
    period_calendar: PeriodCalendar
    vn_level: ReleaseLevel
    vintage_no: Vintage
    released_at: Timestamp
    embargo_until: Timestamp | None = None
    doc_ref: Text | None = None
    scope_note: ScopeNote | None = None
    subs_mobile_bb: Subscriptions
    subs_fixed_bb: Subscriptions
    households_fibre: Annotated[int, whole(0, unit="households")]
    dim: Annotated[Literal["operator"], said(ONE_WAY)] | None = None
    dim_value: Code | None = None
