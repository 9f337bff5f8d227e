"""The attributes of an event: CloudEvents 1.0 and the centre's extensions, as one struct."""

from typing import Annotated, Literal

import msgspec

from services.domain.events.event import Event, Record
from services.domain.events.fields import Date, Text, Timestamp, fields_of, said, text

EVENT_ID = r"^[A-Za-z0-9._:-]{1,64}$"

Operation = Literal["create", "correct", "retract"]
ObservationStatus = Literal[
    "A", "B", "D", "E", "F", "G", "H", "I", "J", "K",
    "L", "M", "N", "O", "P", "Q", "S", "U", "V", "W",
]  # fmt: skip
Confidentiality = Literal["F", "N", "C", "D", "S", "E"]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Every attribute of an event; a member that is null is absent."""

    specversion: Literal["1.0"]
    id: Annotated[str, text(EVENT_ID, length_max=64, note="names the event within its source")]
    source: Annotated[
        str, text(r"^/[A-Za-z0-9._/-]{1,127}$", length_max=128, note="/agency/<id>/<system>")
    ]
    type: Annotated[str, text(length_max=80)]
    time: Annotated[Timestamp, said("when it happened")]
    subject: Annotated[Text, said("natural key of what it is about")]
    recordedtime: Annotated[Timestamp, said("when the source committed this version")]
    unit: Annotated[
        str,
        text(
            r"^(N:VN|P:[0-9]{2}|C:[0-9]{5}|D:[0-9]{3})$",
            note="country, province, commune or former district",
        ),
    ]
    unitasof: (
        Annotated[Date, said("day of the unit list; absent: the local day of time")] | None
    ) = None
    op: Annotated[Operation, said("absent: create")] | None = None
    supersedes: (
        Annotated[str, text(EVENT_ID, length_max=64, note="id of the first event of the fact")]
        | None
    ) = None
    obsstatus: Annotated[ObservationStatus, said("SDMX CL_OBS_STATUS")] | None = None
    confstatus: Annotated[Confidentiality, said("SDMX CL_CONF_STATUS; absent: F")] | None = None
    quality: Annotated[str, text(r"^[a-z_]+(,[a-z_]+)*$", note="codes between commas")] | None = (
        None
    )
    traceparent: (
        Annotated[str, text(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None
    ) = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Annotated[str, text(length_max=300)] | None = None
    ingestedtime: Annotated[Timestamp, said("written by the intake")] | None = None


ENVELOPE_FIELDS = fields_of(Envelope)


def event_of(envelope: Envelope, at: int, recorded_at: int, data: Record | None) -> Event:
    """The event of a checked envelope, whose two instants are given in microseconds."""
    return Event(
        envelope.id,
        envelope.source,
        envelope.type,
        at,
        recorded_at,
        envelope.subject,
        envelope.unit,
        envelope.unitasof,
        envelope.op or "create",
        envelope.supersedes,
        envelope.obsstatus,
        envelope.confstatus,
        tuple(envelope.quality.split(",")) if envelope.quality else (),
        data,
    )
