"""The life of a citizen's report or petition (phản ánh, kiến nghị) in ten events."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Timestamp, number, said, text, whole
from services.domain.events.records.identifiers import CASE_ID, AgencyId, Reason, Remark
from services.domain.events.rules import DUE_LATER, Condition, Rule

LocalDeadline = Annotated[Timestamp, said("deadline set locally")]


def _feedback(step: str, rank: int, vi: str, *rules: Rule) -> Declaration:
    return Declaration(
        name=f"vn.ioc.feedback.{step}.v1",
        vi=vi,
        topic_domain="citizen-feedback",
        key="case",
        case_kind="feedback",
        case_rank=rank,
        subject_pattern=CASE_ID,
        rules=rules,
    )


class FeedbackSubmitted(Record, frozen=True, kw_only=True):
    """A citizen has reported something."""

    declared: ClassVar[Declaration] = _feedback(
        "submitted",
        0,
        "Người dân gửi phản ánh",
        DUE_LATER,
        Rule(
            text="a record with lat needs lon",
            when=(Condition("lat", "present"),),
            then=(Condition("lon", "present"),),
            pointer="/data/lon",
        ),
        Rule(
            text="a record with lon needs lat",
            when=(Condition("lon", "present"),),
            then=(Condition("lat", "present"),),
            pointer="/data/lat",
        ),
    )

    channel: Literal["app", "1022", "npsp", "camera"]
    category: Literal[
        "environment",
        "transport",
        "construction",
        "security",
        "public_order",
        "electricity_water",
        "health",
        "education",
        "administration",
        "telecom",
        "food_safety",
        "other",
    ]
    urgency: Annotated[Literal["normal", "urgent"], said("absent: normal")] | None = None
    lat: Annotated[float, number(8, 24, unit="degrees")] | None = None
    lon: Annotated[float, number(102, 118, unit="degrees")] | None = None
    media_count: Annotated[int, whole(0, 50)] | None = None
    dossier_id: Annotated[str, text(CASE_ID, note="dossier that it is about")] | None = None
    agency_id: AgencyId | None = None
    due_at: LocalDeadline | None = None


class FeedbackAssigned(Record, frozen=True, kw_only=True):
    """An agency has been charged with it."""

    declared: ClassVar[Declaration] = _feedback("assigned", 1, "Phân công xử lý", DUE_LATER)

    agency_id: AgencyId
    due_at: Timestamp | None = None


class FeedbackTransferred(Record, frozen=True, kw_only=True):
    """Another agency has been charged with it; the unit of the case stays."""

    declared: ClassVar[Declaration] = _feedback("transferred", 2, "Chuyển cơ quan khác", DUE_LATER)

    agency_id: AgencyId
    due_at: Timestamp | None = None


class FeedbackRefused(Record, frozen=True, kw_only=True):
    """Nobody will handle it, for a reason."""

    declared: ClassVar[Declaration] = _feedback("refused", 6, "Không tiếp nhận phản ánh")

    reason: Reason
    agency_id: AgencyId | None = None


class FeedbackSupplementRequested(Record, frozen=True, kw_only=True):
    """The citizen has been asked for more."""

    declared: ClassVar[Declaration] = _feedback(
        "supplement_requested", 4, "Yêu cầu bổ sung thông tin"
    )

    reason: Reason | None = None
    agency_id: AgencyId | None = None


class FeedbackInProgress(Record, frozen=True, kw_only=True):
    """The agency is at work on it."""

    declared: ClassVar[Declaration] = _feedback("in_progress", 3, "Đang xử lý", DUE_LATER)

    agency_id: AgencyId | None = None
    due_at: LocalDeadline | None = None


class FeedbackResolved(Record, frozen=True, kw_only=True):
    """The agency has dealt with it."""

    declared: ClassVar[Declaration] = _feedback("resolved", 7, "Đã xử lý xong")

    result: Remark | None = None
    agency_id: AgencyId | None = None


class FeedbackPublished(Record, frozen=True, kw_only=True):
    """The answer is open to everybody."""

    declared: ClassVar[Declaration] = _feedback("published", 8, "Công khai kết quả")

    url: Annotated[str, text(length_max=300)] | None = None


class FeedbackReopened(Record, frozen=True, kw_only=True):
    """It was not dealt with after all."""

    declared: ClassVar[Declaration] = _feedback("reopened", 9, "Mở lại phản ánh", DUE_LATER)

    reason: Reason | None = None
    due_at: Timestamp | None = None


class FeedbackRated(Record, frozen=True, kw_only=True):
    """The citizen has rated the answer."""

    declared: ClassVar[Declaration] = _feedback("rated", 10, "Người dân đánh giá")

    rating: Annotated[Literal[-1, 0, 1], said("-1 dislike, 0 neutral, 1 like")]
