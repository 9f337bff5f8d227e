"""Reference data: what figures are divided by, which days are worked, what is expected."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Date, Text, said, text, whole
from services.domain.events.records.breakdown import BREAKDOWN_RULES, ONE_WAY
from services.domain.events.records.identifiers import Code, Domain
from services.domain.events.rules import Condition, Rule

OfficeHours = Annotated[str, text(r"^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$")]


class ReferenceValue(Record, frozen=True, kw_only=True):
    """A figure that holds from a day until the next one of its series, unit and breakdown."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.reference.value.v1",
        vi="Giá trị tham chiếu",
        topic_domain="reference",
        key="subject",
        subject_of=("series_id", "ref_date", "dim", "dim_value"),
        rules=BREAKDOWN_RULES,
    )

    series_id: Literal["population", "households", "budget_revenue_estimate"]
    ref_date: Annotated[Date, said("first local day on which it holds")]
    value: Annotated[int, whole(0, unit="unit of the series")]
    document: Text | None = None
    dim: Annotated[Literal["revenue_item"], said(ONE_WAY)] | None = None
    dim_value: Code | None = None


class ReferenceCalendarDay(Record, frozen=True, kw_only=True):
    """An exception to Monday to Friday; a province's row beats the country's."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.reference.calendar_day.v1",
        vi="Ngày nghỉ, ngày làm bù",
        topic_domain="reference",
        key="subject",
        subject_of=("date",),
    )

    date: Date
    working: bool
    hours: (
        Annotated[
            tuple[OfficeHours, ...],
            Meta(max_length=4, extra={"note": "absent: 07:30-11:30 and 13:30-17:30"}),
        ]
        | None
    ) = None
    name: Text | None = None


class ReferenceList(Record, frozen=True, kw_only=True):
    """A closed list and the days for which it holds."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.reference.list.v1",
        vi="Danh sách đóng trong một kỳ",
        topic_domain="reference",
        key="subject",
        subject_of=("list_id", "valid_from"),
        rules=(
            Rule(
                text="valid_to, the first day after, must be after valid_from",
                then=(Condition("valid_to", ">", "valid_from"),),
                pointer="/data/valid_to",
            ),
        ),
    )

    list_id: Literal["top_procedures"]
    valid_from: Date
    valid_to: Date
    members: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=500)]


class ReferenceExpectation(Record, frozen=True, kw_only=True):
    """A report that a unit owes, how often and within how many days."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.reference.expectation.v1",
        vi="Báo cáo mà một đơn vị phải gửi",
        topic_domain="reference",
        key="subject",
        subject_of=("what",),
        rules=(
            Rule(
                text="active_to, the first day without the duty, must be after active_from",
                then=(Condition("active_to", ">", "active_from"),),
                pointer="/data/active_to",
            ),
        ),
    )

    what: Annotated[str, text(length_max=80, note="an event type, or stat.report/<series>")]
    domain: Domain
    freq: Literal["D", "M", "Q", "A"]
    due_days: Annotated[int, whole(0, 400, note="calendar days after the end of the period")]
    active_from: Date
    active_to: Annotated[Date, said("first day without the duty")] | None = None
