"""Simulated events as the bytes that are sent: CloudEvents 1.0, ordered ids, local time."""

import datetime
import random
from functools import lru_cache
from typing import Any

import msgspec

from services.domain.instants import DAY, LOCAL_OFFSET, SECOND

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH = datetime.date(1970, 1, 1)
TWO_DIGITS = tuple(f"{n:02d}" for n in range(60))
CLOCK = tuple(f"{n // 60:02d}:{n % 60:02d}:" for n in range(24 * 60))
PAIRS = tuple(a + b for a in CROCKFORD for b in CROCKFORD)


class Document(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """The members of an event in the order in which they are written; an absent one is left out."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    subject: str
    recordedtime: str
    unit: str
    op: str | None = None
    supersedes: str | None = None
    quality: str | None = None
    data: dict[str, Any] | None = None


ENCODER = msgspec.json.Encoder()


def encode(document: Document) -> bytes:
    """Write the document as one line of NDJSON, without the line feed."""
    return ENCODER.encode(document)


def stamp(at: int) -> str:
    """Write an instant as local RFC 3339 text in whole seconds, the rest cut off."""
    day, rest = divmod(at + LOCAL_OFFSET, DAY)
    minutes, seconds = divmod(rest // SECOND, 60)
    return f"{_date_text(day)}{CLOCK[minutes]}{TWO_DIGITS[seconds]}+07:00"


def ordered_id(at: int, rng: random.Random) -> str:
    """Make a ULID: the milliseconds of the instant, then 80 bits from the generator.

    Ids that sort by time are cheap for the unique index of the centre.
    """
    clock = at // 1000
    chance = rng.getrandbits(80)
    head = "".join(PAIRS[(clock >> shift) & 1023] for shift in (40, 30, 20, 10, 0))
    return head + "".join(
        PAIRS[(chance >> shift) & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)
    )


@lru_cache(maxsize=4096)
def _date_text(day: int) -> str:
    year, month, day_of_month = _civil(day)
    return f"{year:04d}-{month:02d}-{day_of_month:02d}T"


@lru_cache(maxsize=4096)
def short_date(day: int) -> str:
    """Write days since 1970-01-01 as `yymmdd`."""
    year, month, day_of_month = _civil(day)
    return f"{year % 100:02d}{month:02d}{day_of_month:02d}"


def _civil(day: int) -> tuple[int, int, int]:
    date = EPOCH.fromordinal(EPOCH.toordinal() + day)
    return date.year, date.month, date.day
