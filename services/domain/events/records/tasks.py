"""The life of a task that carries out a resolution (nhiệm vụ) in five events."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Text, Timestamp, number, said, text
from services.domain.events.records.identifiers import CASE_ID, AgencyId, Code, IndicatorId, Remark
from services.domain.events.rules import DUE_LATER, Condition, Rule


def _task(step: str, rank: int, vi: str, *rules: Rule) -> Declaration:
    return Declaration(
        name=f"vn.ioc.task.{step}.v1",
        vi=vi,
        topic_domain="resolution-tasks",
        key="case",
        case_kind="task",
        case_rank=rank,
        subject_pattern=CASE_ID,
        rules=rules,
    )


class TaskAssigned(Record, frozen=True, kw_only=True):
    """An agency has been charged with a task, perhaps to improve an indicator by an amount."""

    declared: ClassVar[Declaration] = _task(
        "assigned",
        0,
        "Giao nhiệm vụ",
        DUE_LATER,
        Rule(
            text="a task with outcome_indicator_id needs outcome_window",
            when=(Condition("outcome_indicator_id", "present"),),
            then=(Condition("outcome_window", "present"),),
            pointer="/data/outcome_window",
        ),
        Rule(
            text="a task with outcome_indicator_id needs declared_change",
            when=(Condition("outcome_indicator_id", "present"),),
            then=(Condition("declared_change", "present"),),
            pointer="/data/declared_change",
        ),
    )

    title: Annotated[str, text(length_max=500)]
    resolution_id: Code
    lead_agency: AgencyId
    co_agencies: Annotated[tuple[AgencyId, ...], Meta(max_length=30)] | None = None
    due_at: Timestamp
    outcome_indicator_id: IndicatorId | None = None
    outcome_window: (
        Annotated[Literal["month", "quarter", "year"], said("window in which the outcome is read")]
        | None
    ) = None
    declared_change: (
        Annotated[float, number(1e-06, note="improvement, in the unit of the indicator")] | None
    ) = None


class TaskProgress(Record, frozen=True, kw_only=True):
    """How much of the task is done."""

    declared: ClassVar[Declaration] = _task("progress", 1, "Cập nhật tiến độ")

    percent: Annotated[float, number(0, 100, unit="%")]
    note: Remark | None = None


class TaskExtended(Record, frozen=True, kw_only=True):
    """A document gives the task a new deadline."""

    declared: ClassVar[Declaration] = _task("extended", 2, "Gia hạn", DUE_LATER)

    due_at: Timestamp
    document: Text


class TaskCompleted(Record, frozen=True, kw_only=True):
    """The task is done, with evidence."""

    declared: ClassVar[Declaration] = _task("completed", 3, "Hoàn thành")

    evidence_ref: Text


class TaskCancelled(Record, frozen=True, kw_only=True):
    """A document has cancelled the task."""

    declared: ClassVar[Declaration] = _task("cancelled", 4, "Hủy nhiệm vụ")

    document: Text
