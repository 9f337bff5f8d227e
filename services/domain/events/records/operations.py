"""Systems that run: cyber incidents, the feeds of agencies, probes of the centre itself."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Timestamp, number, said, whole
from services.domain.events.records.identifiers import CASE_ID, AgencyId, Code, Domain
from services.domain.events.rules import Condition, Rule

Severity = Literal["low", "medium", "high", "critical"]


class CyberDetected(Record, frozen=True, kw_only=True):
    """An incident has been found; its time is the detection."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.cyber.detected.v1",
        vi="Phát hiện sự cố",
        topic_domain="cyber",
        key="subject",
        subject_pattern=CASE_ID,
        rules=(
            Rule(
                text="started_at must not be after time, when it was detected",
                then=(Condition("started_at", "<=", "time"),),
                pointer="/data/started_at",
            ),
        ),
    )

    system_id: Code
    agency_id: AgencyId
    severity: Severity
    started_at: Annotated[Timestamp, said("best estimate")]


class CyberResolved(Record, frozen=True, kw_only=True):
    """An incident is over; its time is the end, and it repeats when it was found."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.cyber.resolved.v1",
        vi="Khắc phục xong sự cố",
        topic_domain="cyber",
        key="subject",
        subject_pattern=CASE_ID,
        rules=(
            Rule(
                text="detected_at must not be after time, when it was resolved",
                then=(Condition("detected_at", "<=", "time"),),
                pointer="/data/detected_at",
            ),
        ),
    )

    system_id: Code
    agency_id: AgencyId
    severity: Severity
    detected_at: Timestamp


class FeedHeartbeat(Record, frozen=True, kw_only=True):
    """A feed says that it lives, how often it promises data and when it had some last."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.feed.heartbeat.v1",
        vi="Nhịp của nguồn dữ liệu",
        topic_domain="ioc-quality",
        key="subject+time",
        subject_of=("feed_id",),
        rules=(
            Rule(
                text="last_occurred_at must not be after time",
                then=(Condition("last_occurred_at", "<=", "time"),),
                pointer="/data/last_occurred_at",
            ),
        ),
    )

    feed_id: Code
    agency_id: AgencyId
    domain: Domain
    contract_interval: Annotated[int, whole(1, 31_622_400, unit="s")]
    active: bool
    last_occurred_at: Timestamp
    rows: Annotated[int, whole(0)] | None = None
    rejected: Annotated[int, whole(0)] | None = None


class ProbeResult(Record, frozen=True, kw_only=True):
    """A trial of a service: whether it answers, or how long an event takes to the wall."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.probe.result.v1",
        vi="Kết quả đo thử dịch vụ",
        topic_domain="ioc-quality",
        key="subject+time",
        subject_of=("service", "kind"),
        rules=(
            Rule(
                text="a latency probe that succeeded needs latency_ms",
                when=(
                    Condition("kind", "=", value="latency"),
                    Condition("ok", "=", value=True),
                ),
                then=(Condition("latency_ms", "present"),),
                pointer="/data/latency_ms",
            ),
        ),
    )

    service: Literal["ingest", "api", "wall", "aggregator", "kafka", "database"]
    kind: Annotated[
        Literal["availability", "latency"],
        said("latency: from the intake of a marked event to its picture on the wall"),
    ]
    ok: bool
    latency_ms: Annotated[float, number(0, 3_600_000, unit="ms")] | None = None
