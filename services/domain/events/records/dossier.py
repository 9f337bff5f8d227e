"""The life of an administrative dossier (hồ sơ thủ tục hành chính) in nine events."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Text, Timestamp, number, said, text, whole
from services.domain.events.records.identifiers import CASE_ID, AgencyId, Reason
from services.domain.events.rules import Condition, Rule

ElectronicResult = Annotated[Text, said("reference of the electronic result; absent: none")]
ComponentFile = Annotated[bool, said("at least one component is digitised")]
Components = Annotated[int, whole(0, unit="components")]
Fee = Annotated[int, whole(0, unit="VND")]
PaidOnline = Annotated[Literal[0, 1, 2], said("0 no, 1 national portal, 2 local gateway")]


def _dossier(step: str, rank: int, vi: str, *rules: Rule) -> Declaration:
    return Declaration(
        name=f"vn.ioc.dossier.{step}.v1",
        vi=vi,
        topic_domain="public-service",
        key="case",
        case_kind="dossier",
        case_rank=rank,
        subject_pattern=CASE_ID,
        rules=rules,
    )


class DossierStep(Record, frozen=True, kw_only=True):
    """What every step after the receipt may say anew of the dossier."""

    agency_id: AgencyId | None = None
    e_result_ref: ElectronicResult | None = None
    has_component_file: ComponentFile | None = None
    reused_components: Components | None = None
    fee_total: Fee | None = None
    paid_online: PaidOnline | None = None


class DossierReceived(Record, frozen=True, kw_only=True):
    """An office has accepted the dossier and promised a date."""

    declared: ClassVar[Declaration] = _dossier(
        "received",
        0,
        "Tiếp nhận hồ sơ",
        Rule(
            text="due_at must not be before submitted_at",
            then=(Condition("due_at", ">=", "submitted_at"),),
            pointer="/data/due_at",
        ),
        Rule(
            text="submitted_at must not be after time",
            then=(Condition("submitted_at", "<=", "time"),),
            pointer="/data/submitted_at",
        ),
        Rule(
            text="a dossier paid online needs a fee_total above 0",
            when=(Condition("paid_online", "in", value=(1, 2)),),
            then=(Condition("fee_total", ">", value=0),),
            pointer="/data/paid_online",
        ),
        Rule(
            text="a dossier has no deadline unless due_at or limit_working_hours is given",
            when=(Condition("limit_working_hours", "absent"),),
            then=(Condition("due_at", "present"),),
            pointer="/data/due_at",
            code="deadline_missing",
            severity="warn",
        ),
    )

    procedure_code: Annotated[str, text(r"^[A-Za-z0-9._-]{1,40}$")]
    svc_level: Literal["full", "partial", "none"]
    channel: Annotated[Literal[1, 2, 3], said("1 counter, 2 online, 3 post; absent: 1")] | None = (
        None
    )
    block: Annotated[Literal["ministry", "province"], said("absent: province")] | None = None
    submitted_at: Annotated[Timestamp, said("when the applicant handed it in")]
    due_at: Annotated[Timestamp, said("as promised on the receipt")] | None = None
    limit_working_hours: (
        Annotated[float, number(0.5, 4000, unit="working hours", note="limit by law; 8 a day")]
        | None
    ) = None
    applicant_hash: (
        Annotated[str, text(r"^[0-9a-f]{16,64}$", note="keyed hash, no identity number")] | None
    ) = None
    vneid_verified: bool | None = None
    requires_paper_result: bool
    agency_id: AgencyId
    e_result_ref: ElectronicResult | None = None
    has_component_file: ComponentFile | None = None
    reused_components: Components | None = None
    fee_total: Fee | None = None
    paid_online: PaidOnline | None = None


class DossierSupplementRequested(DossierStep, frozen=True):
    """The office has asked the applicant for more; the clock stops."""

    declared: ClassVar[Declaration] = _dossier("supplement_requested", 1, "Yêu cầu bổ sung hồ sơ")

    reason: Reason | None = None


class DossierSupplementCompleted(DossierStep, frozen=True):
    """The applicant has handed in what was asked for; the clock runs again."""

    declared: ClassVar[Declaration] = _dossier("supplement_completed", 2, "Đã bổ sung hồ sơ")


class DossierFinished(DossierStep, frozen=True):
    """The office has decided and there is a result."""

    declared: ClassVar[Declaration] = _dossier("finished", 3, "Đã xử lý xong (có kết quả)")


class DossierReturned(DossierStep, frozen=True):
    """The applicant has the result."""

    declared: ClassVar[Declaration] = _dossier("returned", 7, "Đã trả kết quả")

    pickup: Literal["counter", "online", "post"] | None = None


class DossierRefused(DossierStep, frozen=True):
    """The office has refused to handle the dossier."""

    declared: ClassVar[Declaration] = _dossier("refused", 4, "Không tiếp nhận / từ chối giải quyết")

    reason: Reason


class DossierSuspended(DossierStep, frozen=True):
    """The office has stopped handling the dossier."""

    declared: ClassVar[Declaration] = _dossier("suspended", 5, "Dừng xử lý")

    reason: Reason


class DossierWithdrawn(DossierStep, frozen=True):
    """The applicant has taken the dossier back."""

    declared: ClassVar[Declaration] = _dossier("withdrawn", 6, "Công dân rút hồ sơ")

    reason: Reason | None = None


class DossierRated(Record, frozen=True, kw_only=True):
    """The applicant has rated the handling or complained about it."""

    declared: ClassVar[Declaration] = _dossier(
        "rated",
        8,
        "Đánh giá, phản ánh về hồ sơ",
        Rule(
            text="rating or complaint must be given",
            when=(Condition("complaint", "absent"),),
            then=(Condition("rating", "present"),),
            pointer="/data/rating",
        ),
    )

    rating: Annotated[Literal[-1, 0, 1], said("-1 dislike, 0 neutral, 1 like")] | None = None
    complaint: Annotated[bool, said("absent: false")] | None = None
    feedback_id: Annotated[str, text(CASE_ID, note="feedback item with the complaint")] | None = (
        None
    )
