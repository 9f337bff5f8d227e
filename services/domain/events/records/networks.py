"""Telecommunication networks: whom they cover and when they fail."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Text, Timestamp, said, whole
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
from services.domain.events.records.identifiers import CASE_ID, Code
from services.domain.events.rules import Condition, Rule

Technology = Literal["4G", "5G", "fibre"]


class TelecomCoverage(Record, frozen=True, kw_only=True):
    """Inhabitants whom a technology reaches at the end of a period."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.telecom.coverage.v1",
        vi="Dân số được phủ sóng",
        topic_domain="telecom",
        key="subject",
        version_order="vintage_no",
        subject_of=("technology", "period", "period_calendar", "dim", "dim_value"),
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
    technology: Technology
    population_covered: Annotated[
        int, whole(0, unit="inhabitants", note="without dim: by any operator")
    ]
    dim: Annotated[Literal["operator"], said(ONE_WAY)] | None = None
    dim_value: Code | None = None


class TelecomOutage(Record, frozen=True, kw_only=True):
    """A failure of a network, from its beginning to its end."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.telecom.outage.v1",
        vi="Sự cố mạng viễn thông",
        topic_domain="telecom",
        key="subject",
        subject_pattern=CASE_ID,
        rules=(
            Rule(
                text="outage_end must not be before outage_start",
                then=(Condition("outage_end", ">=", "outage_start"),),
                pointer="/data/outage_end",
            ),
        ),
    )

    technology: Technology
    operator: Code
    outage_start: Timestamp
    outage_end: Annotated[Timestamp, said("absent: it lasts")] | None = None
    users_affected: Annotated[int, whole(0)]
