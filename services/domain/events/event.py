"""An event as the engine uses it: times are numbers, the data is a typed record."""

import datetime
from typing import ClassVar, Protocol, runtime_checkable

import msgspec

from services.domain.events.declaration import Declaration


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The data of one event type; timestamps and dates stay the text that was sent."""

    declared: ClassVar[Declaration]


class Event(msgspec.Struct, frozen=True, gc=False):
    """One accepted event.

    `at` and `recorded_at` are the attributes `time` and `recordedtime` in microseconds since 1970
    UTC. `unit` and `unitasof` are as sent. `data` is None for a retraction: nothing in it would
    count.
    """

    id: str
    source: str
    type: str
    at: int
    recorded_at: int
    subject: str
    unit: str
    unitasof: str | None
    op: str
    supersedes: str | None
    obsstatus: str | None
    confstatus: str | None
    quality: tuple[str, ...]
    data: Record | None


@runtime_checkable
class Succession(Protocol):
    """A list of units that knows which ones came after one that has ended."""

    def succeeding(self, code: str, on: datetime.date) -> tuple[str, ...]:
        """The codes of the units that took over the last one of this code; none while it exists."""
        ...


class UnitCodes(Protocol):
    """A dated list of administrative units, as far as the intake needs it."""

    def known(self, code: str, on: datetime.date) -> bool:
        """Whether the list in force on that day has the code (as sent, e.g. `C:11953`)."""
        ...
