"""How the province is governed: its units, its targets, its thresholds."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Date, Text, number, whole
from services.domain.events.records.breakdown import BREAKDOWN_RULES
from services.domain.events.records.identifiers import (
    AlertLevel,
    Code,
    IndicatorId,
    Person,
    Reason,
    UnitCode,
)
from services.domain.events.rules import Condition, Rule

Share = Annotated[float, number(0, 1)]
Units = Annotated[tuple[UnitCode, ...], Meta(max_length=50)]


class AdminChange(Record, frozen=True, kw_only=True):
    """Units become others on a day, by decree."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.admin.change.v1",
        vi="Thay đổi đơn vị hành chính",
        topic_domain="reference",
        key="subject",
        subject_of=("change_id",),
    )

    change_id: Code
    effective_date: Date
    decree: Text
    kind: Literal["merge", "split", "transfer", "rename", "retype", "create", "abolish"]
    predecessors: Units | None = None
    successors: Units | None = None
    weights: (
        Annotated[
            tuple[Share, ...],
            Meta(
                max_length=2500,
                extra={"note": "a row for each predecessor, which adds up to 1 over successors"},
            ),
        ]
        | None
    ) = None


class TargetSet(Record, frozen=True, kw_only=True):
    """A target for a day, and the line to it where its beginning is given as well."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.target.set.v1",
        vi="Giao chỉ tiêu",
        topic_domain="reference",
        key="subject",
        subject_of=("indicator_id", "valid_from", "dim", "dim_value"),
        rules=(
            Rule(
                text="valid_to must not be before valid_from",
                then=(Condition("valid_to", ">=", "valid_from"),),
                pointer="/data/valid_to",
            ),
            *BREAKDOWN_RULES,
        ),
    )

    indicator_id: IndicatorId
    valid_from: Date
    valid_to: Date
    value: Annotated[float, number(note="at valid_to, in the unit of the indicator")]
    start_value: (
        Annotated[float, number(note="at valid_from; the days between lie on a line")] | None
    ) = None
    document: Text
    dim: Code | None = None
    dim_value: Code | None = None


class ThresholdSet(Record, frozen=True, kw_only=True):
    """A rule of the centre for alerts, from the event's time on."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.threshold.set.v1",
        vi="Đặt ngưỡng cảnh báo",
        topic_domain="reference",
        key="subject+time",
        subject_of=("rule_id",),
    )

    rule_id: Code
    indicator_id: IndicatorId
    window: Literal[
        "instant", "5m", "1h", "24h", "7d", "30d",
        "month", "quarter", "year", "ytd", "term", "all",
    ]  # fmt: skip
    op: Literal["<", "<=", ">", ">="]
    bound: Annotated[float, number()]
    level: AlertLevel
    hold_seconds: Annotated[int, whole(0, 7_776_000, unit="s")] | None = None
    hysteresis: Annotated[float, number(0)] | None = None
    active: bool
    author: Person
    reason: Reason | None = None
