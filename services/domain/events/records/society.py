"""Health, schools, stays and staff."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Date, Text, Timestamp, said, text, whole
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

Headcount = Annotated[int, whole(0, 100_000)]


class HealthCase(Record, frozen=True, kw_only=True):
    """A case of an infectious disease; a later event of the same hash replaces the earlier."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.health.case.v1",
        vi="Ca bệnh truyền nhiễm",
        topic_domain="health",
        key="subject",
        subject_pattern=r"^[0-9a-f]{16,64}$",
    )

    disease: Annotated[str, text(r"^[A-Z][0-9]{2}(\.[0-9])?$", note="ICD-10")]
    confirmed: bool
    onset: Date


class HealthBed(Record, frozen=True, kw_only=True):
    """The beds of a ward in the hour that begins at the event's time."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.health.bed.v1",
        vi="Giường bệnh theo giờ",
        topic_domain="health",
        key="subject+time",
        subject_of=("facility_id", "ward"),
    )

    facility_id: Code
    ward: Literal[
        "general", "intensive", "emergency", "pediatric", "obstetric", "infectious", "other"
    ]
    beds_available: Annotated[int, whole(0, 10_000, note="with staff, occupied ones included")]
    beds_occupied: Annotated[int, whole(0, 20_000)]


class SchoolReport(Record, frozen=True, kw_only=True):
    """Pupils of a term, and how many of them can use information technology."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.school.report.v1",
        vi="Báo cáo học kỳ của trường",
        topic_domain="education",
        key="subject",
        version_order="vintage_no",
        subject_of=("period", "period_calendar", "dim", "dim_value"),
        rules=(
            *RELEASE_RULES,
            *BREAKDOWN_RULES,
            Rule(
                text="with_ict_access is a part of students and cannot exceed it",
                then=(Condition("with_ict_access", "<=", "students"),),
                pointer="/data/with_ict_access",
            ),
        ),
    )

    period: Period
    period_calendar: PeriodCalendar
    vn_level: ReleaseLevel
    vintage_no: Vintage
    released_at: Timestamp
    embargo_until: Timestamp | None = None
    doc_ref: Text | None = None
    scope_note: ScopeNote | None = None
    students: Headcount
    with_ict_access: Headcount
    dim: Annotated[Literal["school"], said(ONE_WAY)] | None = None
    dim_value: Code | None = None


class StayCheckin(Record, frozen=True, kw_only=True):
    """Guests have taken a room."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.stay.checkin.v1",
        vi="Khách nhận phòng",
        topic_domain="tourism",
        key="subject",
        subject_pattern=CASE_ID,
    )

    guests: Annotated[int, whole(1, 500)]
    nights: Annotated[int, whole(1, 365)]
    nationality: Annotated[str, text(r"^[A-Z]{2}$", note="ISO 3166-1 alpha-2")]


class StaffProfileCount(Record, frozen=True, kw_only=True):
    """Leaders of a period, and how many of them come from science and technology."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.staff.profile_count.v1",
        vi="Số lãnh đạo theo chuyên môn",
        topic_domain="science-innovation",
        key="subject",
        version_order="vintage_no",
        subject_of=("period", "period_calendar", "dim", "dim_value"),
        rules=(
            *RELEASE_RULES,
            *BREAKDOWN_RULES,
            Rule(
                text="leaders_stem is a part of leaders and cannot exceed it",
                then=(Condition("leaders_stem", "<=", "leaders"),),
                pointer="/data/leaders_stem",
            ),
        ),
    )

    period: Period
    period_calendar: PeriodCalendar
    vn_level: ReleaseLevel
    vintage_no: Vintage
    released_at: Timestamp
    embargo_until: Timestamp | None = None
    doc_ref: Text | None = None
    scope_note: ScopeNote | None = None
    leaders: Headcount
    leaders_stem: Headcount
    dim: Annotated[Literal["agency"], said(ONE_WAY)] | None = None
    dim_value: Code | None = None
