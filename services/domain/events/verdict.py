"""The verdict on one record: accepted, perhaps with warnings, or rejected with every fault."""

from functools import lru_cache

import msgspec

from services.domain.events.event import Event
from services.domain.events.findings import Finding
from services.domain.events.stamp import append_stamp, replace_stamp
from services.domain.instants import format_instant


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A record that may be counted.

    `raw` is the record as it was sent; `stamped` says that it brought a time of arrival of its own.
    """

    event: Event
    warnings: tuple[Finding, ...]
    raw: bytes
    stamped: bool

    def document(self, ingested_at: int) -> bytes:
        """The record to publish: the bytes as sent, with `ingestedtime` written into them."""
        write = replace_stamp if self.stamped else append_stamp
        return write(self.raw, _written(ingested_at))


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """A record that cannot be counted, with its faults in the order envelope, type, data, rules."""

    faults: tuple[Finding, ...]


@lru_cache(maxsize=256)
def _written(ingested_at: int) -> bytes:
    return f'"{format_instant(ingested_at)}"'.encode()
