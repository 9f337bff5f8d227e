"""What a few documents of one case count, in a form that a test can state."""

import msgspec

from services.domain.cases.book import Book, case_of
from services.domain.cases.outcome import Outcome
from services.domain.events import decode
from services.domain.instants import SECOND, format_instant
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import catalogue, units
from tests.unit.engine_documents import Document
from tests.unit.reference_log import at

LATER = at("2026-06-01T00:00")


def outcome(documents: list[Document], now: int = LATER) -> Outcome:
    """The outcome of documents of one case under the usual working calendar."""
    events = [decode(msgspec.json.encode(each)) for each in documents]
    (name,) = {case_of(event) for event in events}
    return Book(catalogue(), units(), lambda _unit: WorkingCalendar()).outcome(name, events, now)


def points(documents: list[Document], now: int = LATER) -> dict[str, dict[str, int]]:
    """The points of each measure by local time, those of the total and of all that is beside it."""
    found: dict[str, dict[str, int]] = {}
    whole = outcome(documents, now).contribution
    for part in (whole, *whole.more):
        for measure, second, value in part.points:
            when = format_instant(second * SECOND)[:16]
            held = found.setdefault(measure, {})
            held[when] = held.get(when, 0) + value
    return found


def extents(documents: list[Document], now: int = LATER) -> dict[str, list[tuple[str, str, int]]]:
    """The extents of each measure as (from, to, value); an end that never comes is written `-`."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    whole = outcome(documents, now).contribution
    for part in (whole, *whole.more):
        for measure, begin, end, value in part.extents:
            until = "-" if end >= 1 << 62 else format_instant(end)[:16]
            found.setdefault(measure, []).append((format_instant(begin)[:16], until, value))
    return found
