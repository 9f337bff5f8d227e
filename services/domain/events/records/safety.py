"""Roads and emergencies: flow, crashes, calls."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Timestamp, number, said, whole
from services.domain.events.records.identifiers import CASE_ID, Code
from services.domain.events.rules import Condition, Rule


class TrafficReading(Record, frozen=True, kw_only=True):
    """How traffic moves on a segment of road at the event's time."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.traffic.reading.v1",
        vi="Số đo một đoạn đường",
        topic_domain="traffic-safety",
        key="subject+time",
        subject_of=("segment_id",),
    )

    segment_id: Code
    speed: Annotated[float, number(1, 200, unit="km/h", note="1: the traffic stands")]
    free_flow: Annotated[float, number(5, 150, unit="km/h")]
    flow: Annotated[float, number(0, 20_000, unit="vehicles/h")]
    occupancy: Annotated[float, number(0, 100, unit="%")] | None = None
    length: Annotated[float, number(0.01, 100, unit="km")]


class TrafficCrash(Record, frozen=True, kw_only=True):
    """A crash and its victims; corrections tell of deaths within 30 days."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.traffic.crash.v1",
        vi="Vụ tai nạn giao thông",
        topic_domain="traffic-safety",
        key="subject",
        subject_pattern=CASE_ID,
    )

    deaths_30d: Annotated[int, whole(0, 500, unit="persons", note="dead within 30 days")]
    injured: Annotated[int, whole(0, 5000, unit="persons")]
    road_class: Literal["national", "provincial", "commune", "urban", "expressway", "railway"]


class EmergencyCall(Record, frozen=True, kw_only=True):
    """An emergency call, sent once when it is closed; its time is the closing."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.emergency.call.v1",
        vi="Cuộc gọi khẩn cấp đã kết thúc",
        topic_domain="traffic-safety",
        key="subject",
        subject_pattern=CASE_ID,
        rules=(
            Rule(
                text="dispatched_at must not be before received_at",
                then=(Condition("dispatched_at", ">=", "received_at"),),
                pointer="/data/dispatched_at",
            ),
            Rule(
                text="on_scene_at must not be before received_at",
                then=(Condition("on_scene_at", ">=", "received_at"),),
                pointer="/data/on_scene_at",
            ),
            Rule(
                text="on_scene_at must not be after time, when the call was closed",
                then=(Condition("on_scene_at", "<=", "time"),),
                pointer="/data/on_scene_at",
            ),
        ),
    )

    service: Annotated[Literal["113", "114", "115"], said("police, fire brigade, ambulance")]
    received_at: Timestamp
    dispatched_at: Timestamp | None = None
    on_scene_at: Annotated[Timestamp, said("absent: nobody was sent")] | None = None
