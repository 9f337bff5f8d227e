"""Air quality and hazards."""

from typing import Annotated, ClassVar, Literal

from services.domain.events.declaration import Declaration
from services.domain.events.event import Record
from services.domain.events.fields import Timestamp, number, text, whole
from services.domain.events.records.identifiers import Code
from services.domain.events.rules import Condition, Rule


class EnvReading(Record, frozen=True, kw_only=True):
    """The mean of a pollutant at a station over the hour that begins at the event's time."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.env.reading.v1",
        vi="Giá trị quan trắc một giờ",
        topic_domain="environment",
        key="subject+time",
        subject_of=("station_id", "pollutant"),
    )

    station_id: Code
    pollutant: Literal["PM2.5", "PM10", "O3", "SO2", "NO2", "CO"]
    value: Annotated[float, number(0, 200_000, unit="µg/m³")]
    averaging: Literal["1h"]
    valid: bool


class HazardBulletin(Record, frozen=True, kw_only=True):
    """A warning to one unit; a later version replaces the earlier from its time on."""

    declared: ClassVar[Declaration] = Declaration(
        name="vn.ioc.hazard.bulletin.v1",
        vi="Bản tin cảnh báo cho một đơn vị",
        topic_domain="environment",
        key="subject+time",
        version_order="version",
        subject_of=("bulletin_id",),
        rules=(
            Rule(
                text="valid_to must be after valid_from",
                then=(Condition("valid_to", ">", "valid_from"),),
                pointer="/data/valid_to",
            ),
        ),
    )

    bulletin_id: Code
    version: Annotated[int, whole(1, 999)]
    hazard: Literal[
        "storm",
        "flood",
        "heavy_rain",
        "heat",
        "cold",
        "drought",
        "landslide",
        "flash_flood",
        "wind",
        "lightning",
        "earthquake",
        "wildfire",
        "saltwater",
        "other",
    ]
    level: Annotated[int, whole(1, 5, note="degree of risk")]
    valid_from: Timestamp
    valid_to: Timestamp
    issuer: Code
    text_ref: Annotated[str, text(length_max=300)] | None = None
