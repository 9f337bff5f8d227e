"""The life of an alert in four events, which the centre alone writes."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import number, text, whole
from services.domain.events.records.identifiers import (
    CASE_ID,
    AlertLevel,
    Code,
    IndicatorId,
    Person,
    Remark,
)


def _alert(step: str, vi: str) -> Declaration:
    return Declaration(
        name=f"vn.ioc.alert.{step}.v1",
        vi=vi,
        topic_domain="alerts",
        direction="out",
        key="case",
        case_kind="alert",
        subject_pattern=CASE_ID,
    )


class AlertRaised(Record, frozen=True, kw_only=True):
    """A value has met a rule for long enough."""

    declared: ClassVar[Declaration] = _alert("raised", "Phát cảnh báo")

    rule_id: Code
    rule_version: Annotated[int, whole(1)]
    indicator_id: IndicatorId
    level: AlertLevel
    value: Annotated[float, number()] | None = None
    evidence: Annotated[str, text(length_max=2000)] | None = None


class AlertAcknowledged(Record, frozen=True, kw_only=True):
    """Somebody has seen it."""

    declared: ClassVar[Declaration] = _alert("acknowledged", "Xác nhận cảnh báo")

    actor: Person
    note: Remark | None = None


class AlertEscalated(Record, frozen=True, kw_only=True):
    """It has been handed to somebody with more power."""

    declared: ClassVar[Declaration] = _alert("escalated", "Chuyển cấp cảnh báo")

    actor: Person
    to: Person
    level: AlertLevel


class AlertCleared(Record, frozen=True, kw_only=True):
    """It is over."""

    declared: ClassVar[Declaration] = _alert("cleared", "Kết thúc cảnh báo")

    cause: Literal["value_back", "rule_changed", "by_hand", "data_retracted"]
    value: Annotated[float, number()] | None = None
