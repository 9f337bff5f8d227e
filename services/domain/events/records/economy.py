"""Money and firms: budget, public investment, enterprises, deals on technology exchanges."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import text, whole
from services.domain.events.records.identifiers import CASE_ID, AgencyId, Code

Reference = Annotated[str, text(length_max=100)]
PlanYear = Annotated[int, whole(2020, 2100)]


class BudgetEntry(Record, frozen=True, kw_only=True):
    """One booking of revenue or expenditure; its time is that of the booking."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.budget.entry.v1",
        vi="Bút toán thu, chi ngân sách",
        topic_domain="economy",
        key="subject",
        subject_pattern=CASE_ID,
    )

    kind: Literal["revenue", "expenditure"]
    item_code: Code
    amount: Annotated[int, whole(-(10**16), 10**16, unit="VND", note="negative: a reversal")]
    treasury_ref: Reference | None = None


class InvestDisbursement(Record, frozen=True, kw_only=True):
    """One disbursement of public investment; its time is that of the booking."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.invest.disbursement.v1",
        vi="Giải ngân một lần",
        topic_domain="economy",
        key="subject",
        subject_pattern=CASE_ID,
    )

    project_id: Code
    plan_year: PlanYear
    disbursed: Annotated[int, whole(-(10**15), 10**15, unit="VND")]
    investor: AgencyId


class InvestPlan(Record, frozen=True, kw_only=True):
    """A project's capital plan for a year; the row with the latest time counts."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.invest.plan.v1",
        vi="Kế hoạch vốn năm của dự án",
        topic_domain="economy",
        key="subject+time",
        version_order="plan_version",
        subject_of=("project_id", "plan_year"),
    )

    project_id: Code
    plan_year: PlanYear
    plan_version: Annotated[int, whole(1, 99)]
    plan_amount: Annotated[int, whole(0, 10**15, unit="VND")]
    investor: AgencyId


class EnterpriseStatus(Record, frozen=True, kw_only=True):
    """A business has been founded, has paused, is back or is gone; the subject is its number."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.enterprise.status.v1",
        vi="Thay đổi tình trạng doanh nghiệp",
        topic_domain="economy",
        key="subject+time",
        subject_pattern=r"^[0-9-]{8,14}$",
    )

    change: Literal["new", "resumed", "suspended", "dissolved"]
    type: Literal["firm", "household", "coop"]
    vsic: (
        Annotated[str, text(r"^[A-Z]?[0-9]{0,5}$", length_max=6, note="VSIC 2018: section or code")]
        | None
    ) = None
    size: Literal["micro", "small", "medium", "large"] | None = None
    used_platform_90d: bool | None = None


class ExchangeDeal(Record, frozen=True, kw_only=True):
    """A deal on a technology exchange; its time is the closing."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.exchange.deal.v1",
        vi="Giao dịch đã chốt",
        topic_domain="science-innovation",
        key="subject",
        subject_pattern=CASE_ID,
    )

    exchange_id: Code
    field: Code
    contract_value: Annotated[int, whole(0, unit="VND")]
    ip_ref: Reference | None = None
