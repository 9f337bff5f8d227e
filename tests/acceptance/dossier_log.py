"""Seeded logs of dossiers for whole centres, and the totals that a plain count of them gives.

The count knows nothing of the centre's code: it goes through the log dossier by dossier. Everything
lies in the past, so that the totals of all time do not move while a test looks at them.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from services.domain.units import UnitList

LIST_OF = date(2025, 7, 1)
HANOI = timezone(timedelta(hours=7))
_BEGIN = datetime(2025, 7, 1, 8, 0, tzinfo=HANOI)
_CHANNELS = (1, 2, 2, 2, 3, None)
_CORRECTED_SHARE, _RETRACTED_SHARE, _RESENT_SHARE = 0.1, 0.05, 0.1

Event = dict[str, Any]


@dataclass(frozen=True)
class Totals:
    """What is counted of the dossiers of a unit, over all time."""

    received: int = 0
    online: int = 0
    finished_on_time: int = 0
    finished_late: int = 0
    overdue: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.received + other.received,
            self.online + other.online,
            self.finished_on_time + other.finished_on_time,
            self.finished_late + other.finished_late,
            self.overdue + other.overdue,
        )


@dataclass(frozen=True)
class Log:
    """What is sent, and by unit what it comes to; `province` is the unit of the whole.

    `months` has by month, such as `2025-07`, and by unit what was received and finished in it.
    """

    province: str
    events: Sequence[Event]
    totals: Mapping[str, Totals]
    months: Mapping[str, Mapping[str, Totals]] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        """The number of different events."""
        return len({(event["source"], event["id"]) for event in self.events})

    @property
    def communes(self) -> list[str]:
        """The units that events were sent for."""
        return sorted(unit for unit in self.totals if unit != self.province)

    def shuffled(self, seed: int) -> "Log":
        """The same in another order."""
        events = list(self.events)
        random.Random(seed).shuffle(events)  # noqa: S311  the seed makes a failure repeatable
        return replace(self, events=events)


@dataclass(frozen=True)
class _Dossier:
    """One dossier as it stands in the end."""

    received_at: datetime
    online: bool
    due_at: datetime
    finished_at: datetime | None

    @property
    def totals(self) -> Totals:
        late = self.finished_at is not None and self.finished_at > self.due_at
        return Totals(
            received=1,
            online=int(self.online),
            finished_on_time=int(self.finished_at is not None and not late),
            finished_late=int(late),
            overdue=int(self.finished_at is None),
        )

    @property
    def by_month(self) -> Iterable[tuple[str, Totals]]:
        """Receipt and finish, each in the month in which it was."""
        whole = self.totals
        yield f"{self.received_at:%Y-%m}", Totals(received=1, online=whole.online)
        if self.finished_at is not None:
            on_time, late = whole.finished_on_time, whole.finished_late
            yield f"{self.finished_at:%Y-%m}", Totals(finished_on_time=on_time, finished_late=late)


def provinces(units: UnitList) -> list[str]:
    """The codes of all provinces of the list, such as `P:33`."""
    return sorted(unit.code for unit in units.current(LIST_OF) if unit.level == "P")


def dossier_log(units: UnitList, province: str, dossiers: int, seed: int) -> Log:
    """Draw the lives of dossiers in some communes of a province such as `P:33`.

    Some are corrected, some finished ones are opened again, and some events come twice.
    """
    draw = random.Random(f"{seed} {province}")  # noqa: S311  the seed makes a failure repeatable
    of_province = [unit.code for unit in units.children(f"{province}@{LIST_OF}")]
    communes = sorted(draw.sample(sorted(of_province), 4))
    totals: dict[str, Totals] = {}
    months: dict[str, dict[str, Totals]] = {}
    lives: list[list[Event]] = []
    for number in range(dossiers):
        commune = draw.choice(communes)
        drawn, life = _draw(draw, f"S{seed}-{province[2:]}-{number:05d}", commune)
        for unit in (commune, province):
            totals[unit] = totals.get(unit, Totals()) + drawn.totals
            for month, part in drawn.by_month:
                of_month = months.setdefault(month, {})
                of_month[unit] = of_month.get(unit, Totals()) + part
        lives.append(life)
    return Log(province, _resent(draw, _in_order(lives)), totals, months)


def _draw(draw: random.Random, subject: str, commune: str) -> tuple[_Dossier, list[Event]]:
    received_at = _BEGIN + timedelta(minutes=draw.randrange(60 * 24 * 60))
    due_at = received_at + timedelta(hours=draw.randrange(24, 240))
    finished_at = received_at + timedelta(hours=draw.randrange(1, 300))
    channel = draw.choice(_CHANNELS)
    make = _Maker(subject, commune)
    events = [make.event("received", received_at, _receipt(received_at, due_at, channel))]
    if draw.random() < _CORRECTED_SHARE:
        channel = draw.choice(_CHANNELS)
        corrected = events[0] | {"data": _receipt(received_at, due_at, channel)}
        events.append(make.again(corrected, "correct", received_at + timedelta(hours=1)))
    fate = draw.random()
    if fate < 0.2:
        return _Dossier(received_at, channel == 2, due_at, None), events
    finish = make.event("finished", finished_at, {})
    events.append(finish)
    if draw.random() < _CORRECTED_SHARE:
        finished_at += timedelta(hours=draw.randrange(-1, 100))
        moved = finish | {"time": finished_at.isoformat()}
        events.append(make.again(moved, "correct", finished_at + timedelta(hours=2)))
    if fate > 1 - _RETRACTED_SHARE:
        events.append(make.again(events[-1], "retract", finished_at + timedelta(hours=3)))
        return _Dossier(received_at, channel == 2, due_at, None), events
    return _Dossier(received_at, channel == 2, due_at, finished_at), events


def _receipt(at: datetime, due_at: datetime, channel: int | None) -> Event:
    data = {
        "procedure_code": "1.001193",
        "svc_level": "partial",
        "submitted_at": at.isoformat(),
        "due_at": due_at.isoformat(),
        "requires_paper_result": False,
        "agency_id": "H33.15",
    }
    return data if channel is None else data | {"channel": channel}


class _Maker:
    """Makes the events of one dossier."""

    def __init__(self, subject: str, commune: str) -> None:
        self._subject = subject
        self._commune = commune
        self._made = 0

    def event(self, what: str, at: datetime, data: Event) -> Event:
        """The first version of a fact."""
        self._made += 1
        return {
            "specversion": "1.0",
            "id": f"{self._subject}.{self._made}",
            "source": "/agency/H33.15/tests",
            "type": f"vn.ioc.dossier.{what}.v1",
            "time": at.isoformat(),
            "recordedtime": at.isoformat(),
            "subject": self._subject,
            "unit": self._commune,
            "unitasof": LIST_OF.isoformat(),
            "data": data,
        }

    def again(self, event: Event, operation: str, recorded_at: datetime) -> Event:
        """A later version of a fact; it names the first version."""
        self._made += 1
        return event | {
            "id": f"{self._subject}.{self._made}",
            "op": operation,
            "supersedes": event.get("supersedes", event["id"]),
            "recordedtime": recorded_at.isoformat(),
        }


def _in_order(lives: Iterable[list[Event]]) -> list[Event]:
    """As an office would send them: by the hour at which they were recorded."""
    return sorted(
        (event for life in lives for event in life), key=lambda each: each["recordedtime"]
    )


def _resent(draw: random.Random, events: list[Event]) -> list[Event]:
    """Some events once more, somewhere after their first time."""
    found = list(events)
    for event in draw.sample(events, round(_RESENT_SHARE * len(events))):
        found.insert(draw.randrange(found.index(event), len(found)) + 1, event)
    return found
