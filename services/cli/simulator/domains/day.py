"""A day of the simulated province, and what can happen on it."""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from services.cli.simulator.documents import Document, encode, ordered_id, short_date, stamp
from services.cli.simulator.emission import Sending
from services.cli.simulator.profile import Agency
from services.domain.instants import MINUTE, SECOND
from services.domain.worktime import day_start


class Happening(NamedTuple):
    """One event before it is written.

    `kind` is its type without `vn.ioc.` and version, `unit` and `source` are as sent; the system
    of the source knows of it `after` microseconds.
    """

    at: int
    kind: str
    unit: str
    source: str
    subject: str
    data: dict[str, Any]
    after: int = 30 * SECOND


class Day(msgspec.Struct, frozen=True):
    """One local day: a generator of its own for whoever draws, and where things can happen."""

    number: int
    province: str
    agencies: tuple[Agency, ...]
    rng: random.Random

    @property
    def midnight(self) -> int:
        """When it begins."""
        return day_start(self.number)

    @property
    def code(self) -> str:
        """The day in subjects: `yymmdd`."""
        return short_date(self.number)

    @property
    def weekday(self) -> int:
        """Monday is 0."""
        return (self.number + 3) % 7

    def count(self, per_agency: float) -> int:
        """A whole number of things whose mean is so many for each commune."""
        mean = per_agency * len(self.agencies)
        return int(mean + self.rng.random())

    def instant(self, first_hour: int, last_hour: int) -> int:
        """Some second between two hours of the day."""
        seconds = self.rng.randrange(first_hour * 3600, last_hour * 3600)
        return self.midnight + seconds * SECOND

    def span(self, least: int, most: int) -> int:
        """Some whole minutes between two spans of microseconds."""
        return self.rng.randrange(least // MINUTE, most // MINUTE + 1) * MINUTE

    def anywhere(self) -> Agency:
        """Some commune, the larger ones more often."""
        return self.rng.choices(self.agencies, [agency.weight for agency in self.agencies])[0]

    def some(self, one_in: int) -> tuple[Agency, ...]:
        """The same few communes on every day, at least one."""
        return self.agencies[::one_in]


Drawn = Iterator[list[Happening]]
"""Chains of happenings: a fact alone, or a case from its opening on; all open on the day."""

Source = Callable[[Day], Drawn]


def system(agency: Agency, name: str) -> str:
    """The source of events that a system of an agency sends."""
    return f"/agency/{agency.agency_id}/{name}"


def serial(day: Day, letters: str, number: int) -> str:
    """Name the nth thing of a day."""
    return f"{letters}-{day.province}-{day.code}-{number:04d}"


def written(rng: random.Random, chain: list[Happening]) -> list[Sending]:
    """Write a chain as it is sent."""
    return [_sending(rng, each) for each in chain]


def _sending(rng: random.Random, happening: Happening) -> Sending:
    recorded_at = happening.at + happening.after
    document = Document(
        specversion="1.0",
        id=ordered_id(recorded_at, rng),
        source=happening.source,
        type=f"vn.ioc.{happening.kind}.v1",
        time=stamp(happening.at),
        subject=happening.subject,
        recordedtime=stamp(recorded_at),
        unit=happening.unit,
        quality="simulated",
        data=happening.data,
    )
    return recorded_at, encode(document)
