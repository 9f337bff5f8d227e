"""Instants as whole microseconds since 1970-01-01T00:00Z, and the local days that they fall on.

Local time is Asia/Ho_Chi_Minh: +07:00 all year, without daylight saving. Nothing here reads a
clock. The text form is RFC 3339 with seconds, an offset and at most six decimals; years 0001 to
9999.
"""

import datetime
import re

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LOCAL_OFFSET = 7 * HOUR
INSTANT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_NO_TIME, _MICROSECOND = datetime.timedelta(), datetime.timedelta(microseconds=1)
_EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
_LAST_ORDINAL = datetime.date.max.toordinal()
_instant_form = re.compile(INSTANT_PATTERN).fullmatch
_date_form = re.compile(DATE_PATTERN).fullmatch
_from_text = datetime.datetime.fromisoformat


_days: dict[str, int] = {}
_minutes: dict[str, int] = {}
_seconds: dict[str, int] = {}
_offsets: dict[str, int] = {}
_DAYS_MAX = 20_000
"""Days that are remembered; then the memory starts anew."""


def parse_instant(text: str) -> int:
    """Microseconds since 1970 UTC of an RFC 3339 timestamp; ValueError for every other text.

    The parts of timestamps come again and again, so each valid part is remembered as a number.
    """
    size = len(text)
    try:
        if size in (25, 20):
            within = _minutes[text[10:16]] + _seconds[text[16:19]] + _offsets[text[19:]]
            return _days[text[:10]] + within
        if size == 32 and text[19] == "." and text[20:26].isdecimal() and text.isascii():
            within = _minutes[text[10:16]] + _seconds[text[16:19]] + _offsets[text[26:]]
            return _days[text[:10]] + within + int(text[20:26])
    except KeyError:
        pass
    return _parse_anew(text)


def _parse_anew(text: str) -> int:
    if _instant_form(text) is None:
        raise ValueError(f"not an RFC 3339 timestamp with seconds and offset: {text[:40]!r}")
    local = _from_text(text)
    offset = -(local.utcoffset() or _NO_TIME) // _MICROSECOND
    day = (local.toordinal() - _EPOCH_ORDINAL) * DAY
    minute = local.hour * HOUR + local.minute * MINUTE
    if len(_days) >= _DAYS_MAX:
        _days.clear()
    _days[text[:10]] = day
    _minutes[text[10:16]] = minute
    _seconds[text[16:19]] = local.second * SECOND
    _offsets[text[19:].lstrip(".0123456789")] = offset
    return day + minute + local.second * SECOND + local.microsecond + offset


def parse_date(text: str) -> datetime.date:
    """The day that YYYY-MM-DD names; ValueError for other text and for days that do not exist."""
    if _date_form(text) is None:
        raise ValueError(f"not a date of the form YYYY-MM-DD: {text[:40]!r}")
    return datetime.date.fromisoformat(text)


def format_instant(us: int) -> str:
    """RFC 3339 in local time (+07:00), with decimals only when there are any.

    An instant whose local day is outside the years 0001 to 9999 is written as the nearest one
    inside.
    """
    days, within = divmod(us + LOCAL_OFFSET, DAY)
    ordinal = days + _EPOCH_ORDINAL
    if ordinal < 1:
        ordinal, within = 1, 0
    elif ordinal > _LAST_ORDINAL:
        ordinal, within = _LAST_ORDINAL, DAY - 1
    seconds, micros = divmod(within, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    fraction = f".{micros:06d}" if micros else ""
    day = datetime.date.fromordinal(ordinal).isoformat()
    return f"{day}T{hour:02d}:{minute:02d}:{second:02d}{fraction}+07:00"


def local_date(us: int) -> datetime.date:
    """The local day of an instant; the first or last day of the calendar when it is outside."""
    ordinal = (us + LOCAL_OFFSET) // DAY + _EPOCH_ORDINAL
    return datetime.date.fromordinal(min(max(ordinal, 1), _LAST_ORDINAL))


def start_of_local_day(date: datetime.date) -> int:
    """The instant at which a local day begins."""
    return (date.toordinal() - _EPOCH_ORDINAL) * DAY - LOCAL_OFFSET
