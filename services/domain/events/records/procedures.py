"""The catalogue of administrative procedures (danh mục thủ tục hành chính) of a province."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Date, number, said, text
from services.domain.events.records.identifiers import AgencyId, Code
from services.domain.events.rules import Condition, Rule


class ProcedureCatalogue(Record, frozen=True, kw_only=True):
    """One procedure of a province's list; a newer row replaces it from its time on."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.procedure.catalogue.v1",
        vi="Thủ tục hành chính trong danh mục của tỉnh",
        topic_domain="public-service",
        key="subject+time",
        subject_of=("procedure_code",),
        rules=(
            Rule(
                text="provided_full is possible only where eligible_full is true",
                when=(Condition("provided_full", "=", value=True),),
                then=(Condition("eligible_full", "=", value=True),),
                pointer="/data/provided_full",
            ),
            Rule(
                text="published_at must not be before decision_at",
                then=(Condition("published_at", ">=", "decision_at"),),
                pointer="/data/published_at",
            ),
        ),
    )

    procedure_code: Code
    title: Annotated[str, text(length_max=500)]
    sector: Code
    agency_id: AgencyId
    execution_level: Literal["province", "commune"]
    limit_working_hours: Annotated[float, number(0.5, 4000, unit="working hours")] | None = None
    active: Annotated[bool, said("false takes it off the list")]
    eligible_full: bool
    provided_full: bool
    provided_partial: bool
    npsp_public: Annotated[bool, said("published on the National Public Service Portal")]
    has_fee: bool
    online_payment: bool
    decision_at: Date | None = None
    published_at: Date | None = None
