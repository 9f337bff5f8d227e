"""A fact as the attributes that measures name: its fields, its instants as numbers."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from services.domain.events import CONTRACT, Event
from services.domain.instants import parse_date, parse_instant, start_of_local_day


def attributes_of(fact: Event) -> dict[str, Any]:
    """The fields that are present, timestamps and dates as microseconds, a date at 00:00 local."""
    sent = msgspec.structs.asdict(fact.data) if fact.data is not None else {}
    found = {name: value for name, value in sent.items() if value is not None}
    found |= {"time": fact.at, "recordedtime": fact.recorded_at}
    for name, read in instants_of(fact.type):
        if name in found:
            found[name] = read(found[name])
    return found


@cache
def instants_of(event_type: str) -> tuple[tuple[str, Callable[[str], int]], ...]:
    """The fields of a type that are instants, and how each is read."""
    readers = {"timestamp": parse_instant, "date": _midnight}
    fields = CONTRACT.types[event_type].fields
    return tuple((f.name, readers[f.kind]) for f in fields if f.kind in readers)


def _midnight(date: str) -> int:
    return start_of_local_day(parse_date(date))
