"""Random lives of feedback items, tasks, and facts that stand alone or hold until the next.

Everything happens around one instant, like the dossiers of `engine_logs`.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from services.domain.instants import DAY, HOUR, SECOND, format_instant
from tests.unit.engine_documents import Document, moments
from tests.unit.engine_reports import changed_days

UNITS = ("C:11953", "C:11953", "C:11977", "P:33", "N:VN")
Said = Callable[[st.DrawFn, int], Document]


def _due(draw: st.DrawFn, time: int) -> Document:
    days = draw(st.sampled_from([None, 0, 1, 5, 30]))
    shift = draw(st.sampled_from([0, 1, SECOND, 9 * HOUR]))
    return {} if days is None else {"due_at": format_instant(time + days * DAY + shift)}


def _agency(draw: st.DrawFn) -> Document:
    agency = draw(st.sampled_from([None, "H33.15", "H33.16"]))
    return {} if agency is None else {"agency_id": agency}


def _handled(draw: st.DrawFn, time: int) -> Document:
    return {"agency_id": "H33.17"} | _due(draw, time)


def _submitted(draw: st.DrawFn, time: int) -> Document:
    usual = {"channel": draw(st.sampled_from(["app", "1022"])), "category": "transport"}
    return usual | _agency(draw) | _due(draw, time)


FEEDBACK: Mapping[str, Said] = {
    "submitted": _submitted,
    "assigned": _handled,
    "transferred": _handled,
    "in_progress": lambda draw, time: _agency(draw) | _due(draw, time),
    "supplement_requested": lambda draw, _time: _agency(draw),
    "refused": lambda draw, _time: {"reason": "x"} | _agency(draw),
    "resolved": lambda draw, _time: _agency(draw),
    "published": lambda _draw, _time: {},
    "reopened": _due,
    "rated": lambda draw, _time: {"rating": draw(st.integers(-1, 1))},
}
TASK: Mapping[str, Said] = {
    "assigned": lambda draw, time: {
        "title": "x",
        "resolution_id": draw(st.sampled_from(["R1", "R2"])),
        "lead_agency": "H33.15",
        "due_at": _due(draw, time).get("due_at", format_instant(time)),
    },
    "progress": lambda _draw, _time: {"percent": 5},
    "extended": lambda draw, time: {
        "document": "D",
        "due_at": _due(draw, time).get("due_at", format_instant(time)),
    },
    "completed": lambda _draw, _time: {"evidence_ref": "E"},
    "cancelled": lambda _draw, _time: {"document": "D"},
}


def _heartbeat(draw: st.DrawFn, time: int) -> Document:
    return {
        "feed_id": "F1",
        "agency_id": draw(st.sampled_from(["H33.15", "H33.16"])),
        "domain": "health",
        "contract_interval": draw(st.sampled_from([60, 3600, 86_400])),
        "active": draw(st.booleans()),
        "last_occurred_at": format_instant(time - draw(st.sampled_from([0, HOUR]))),
    }


def _call(draw: st.DrawFn, time: int) -> Document:
    came = format_instant(time - draw(st.integers(0, 50)) * 60 * SECOND)
    on_scene = draw(st.sampled_from([None, format_instant(time)]))
    found = {"service": draw(st.sampled_from(["114", "115"])), "received_at": came}
    return found if on_scene is None else found | {"on_scene_at": on_scene}


def _reading(draw: st.DrawFn, _time: int) -> Document:
    return {
        "station_id": "ST1",
        "pollutant": "PM10",
        "value": draw(st.sampled_from([0, 30.5, 81])),
        "averaging": "1h",
        "valid": draw(st.booleans()),
    }


FACTS: Mapping[str, tuple[str, Said, bool]] = {
    "feed.heartbeat": ("F1", _heartbeat, True),
    "emergency.call": ("K-100", _call, True),
    "env.reading": ("ST1/PM10", _reading, False),
}
"""By type: the subject, what is said, and whether a correction may change the time."""


@st.composite
def feedback(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """The documents of one feedback item."""
    return draw(lives("feedback", "submitted", FEEDBACK, now, number))


@st.composite
def tasks(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """The documents of one task."""
    return draw(lives("task", "assigned", TASK, now, number))


@st.composite
def facts(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """Facts of one subject and their corrections."""
    kind = draw(st.sampled_from(sorted(FACTS)))
    subject, said, moves = FACTS[kind]
    unit = draw(st.sampled_from(UNITS))
    hours = moments(now).map(lambda at: at // HOUR * HOUR)
    found: list[Document] = []
    for order in range(draw(st.integers(1, 4))):
        time = draw(hours)
        made = _event(draw, f"vn.ioc.{kind}.v1", f"{number}-{order}", time, said(draw, time))
        found += _versions(draw, made | {"subject": subject, "unit": unit}, said, hours, moves)
    return found


@st.composite
def lives(
    draw: st.DrawFn, case: str, opening: str, steps: Mapping[str, Said], now: int, number: int
) -> list[Document]:
    """The opening and up to six later events of a case, corrected and retracted."""
    when = moments(now)
    usual = {"subject": f"{case}-{number}", "unit": draw(st.sampled_from(UNITS))}
    opened = draw(when)
    planned = [(opening, opened)]
    later = st.one_of(when, st.integers(0, 40).map(lambda days: opened + days * DAY))
    for name in draw(st.lists(st.sampled_from(sorted(steps)), max_size=6)):
        planned.append((name, draw(later)))
    found: list[Document] = []
    for order, (name, time) in enumerate(planned):
        said = steps[name]
        made = _event(draw, f"vn.ioc.{case}.{name}.v1", f"{number}-{order}", time, said(draw, time))
        found += _versions(draw, made | usual, said, when, True)
    return found


def _event(draw: st.DrawFn, kind: str, name: str, time: int, data: Document) -> Document:
    return {
        "specversion": "1.0",
        "source": "/agency/A",
        "id": name,
        "type": kind,
        "time": format_instant(time),
        "recordedtime": format_instant(time + draw(st.sampled_from([0, 5])) * SECOND),
        "data": data,
    }


def _versions(
    draw: st.DrawFn, made: Document, said: Said, when: st.SearchStrategy[int], moves: bool
) -> list[Document]:
    """An event with its corrections and retractions; sometimes these alone."""
    found = [made]
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        time = draw(when)
        changed: dict[str, Any] = made | {
            "id": f"{made['id']}-c{number}",
            "supersedes": made["id"],
            "op": draw(st.sampled_from(["correct", "correct", "retract"])),
            "recordedtime": format_instant(time),
            "data": said(draw, time),
        }
        if moves:
            changed["time"] = format_instant(time)
        found.append(changed)
    return found[1:] if draw(st.integers(0, 15)) == 0 else found


@st.composite
def other_logs(draw: st.DrawFn, now: int, size: int = 2) -> list[Document]:
    """Documents of several cases and facts, and changed days, as they were made."""
    numbers = itertools.count()
    found: list[Document] = []
    for make, most in ((feedback, size), (tasks, size), (facts, size), (changed_days, 2)):
        for _ in range(draw(st.integers(0, most))):
            found += draw(make(now, next(numbers)))
    return found
