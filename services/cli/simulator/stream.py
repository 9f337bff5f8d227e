"""A simulated province: events in order of sending, as a pure function of the plan and of time.

What happens on a day depends on the plan and on that day only, and what the live stream brings in
ten minutes on the plan and on those ten minutes. So two runs send the same events with the same
ids where they overlap (the centre does not count them twice), and a run that was stopped goes on
where it stopped.
"""

import hashlib
import random
from collections.abc import Iterator
from heapq import heappop, heappush, merge
from itertools import accumulate

import msgspec

from services.cli.simulator.documents import short_date
from services.cli.simulator.domains.province import day_of_domains
from services.cli.simulator.dossiers import Drawer
from services.cli.simulator.emission import Sending, sendings
from services.cli.simulator.procedures import PROCEDURES, Procedure
from services.cli.simulator.profile import Shares, agencies_of
from services.cli.simulator.rhythm import (
    BLOCK,
    BY_WEEKDAY,
    DayRhythm,
    block_arrivals,
    is_office_time,
)
from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR
from services.domain.worktime import WorkingCalendar, day_start, local_day

RATE_MAX = 6_000_000
PER_DAY_MAX = 1_000_000
HISTORY_DAYS_MAX = 400
QUICK_LIFE_MAX = 6 * HOUR
"""Nearly all events of a quick life lie within this time after the arrival."""

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is simulated; two equal plans give the same events, byte for byte.

    `per_day` dossiers arrive on a mean working day; on top of these the live stream brings `rate`
    events a minute, around the clock (`always`) or in office hours (`office`). With `domains`
    all other domains send as well, some 1,500 events a day in a province of a hundred communes.
    """

    seed: int
    province: str
    communes: tuple[str, ...]
    per_day: float = 600
    rate: float = 120
    rhythm: str = "always"
    shares: Shares = Shares()
    domains: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.per_day <= PER_DAY_MAX:
            raise Refused(
                f"Dossiers a day are {self.per_day}; between 0 and {PER_DAY_MAX} are possible."
            )
        if not 0 <= self.rate <= RATE_MAX:
            raise Refused(
                f"The rate is {self.rate} events a minute; between 0 and {RATE_MAX} are possible."
            )
        if self.rhythm not in ("office", "always"):
            raise Refused(f"The rhythm is {self.rhythm!r}; it is office or always.")


class Window(msgspec.Struct, frozen=True):
    """A time during which the live stream runs: [begin, end)."""

    begin: int
    end: int


class _Arrival(msgspec.Struct, frozen=True, order=True):
    """A dossier arrives; ordered by instant, then by where it comes from."""

    at: int
    rank: int
    events: list[Sending]


class Simulation:
    """The events of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.agencies = agencies_of(plan.seed, plan.province, plan.communes)
        self._calendar = WorkingCalendar()
        self._rhythm = DayRhythm(self._calendar)
        self._drawer = Drawer(plan.shares, self._calendar)
        self._agency_weights = tuple(accumulate(agency.weight for agency in self.agencies))
        self._all = _weighted(PROCEDURES)
        self._by_net = _weighted(tuple(p for p in PROCEDURES if p.svc_level != "none"))
        self._history_seed = _digest(
            plan.seed, plan.province, plan.communes, plan.per_day, plan.shares
        )
        self._live_seed = _digest(self._history_seed, plan.rate, plan.rhythm)

    @property
    def name(self) -> str:
        """Names the plan: two runs with this name send the same events at the same times."""
        return _digest(self._live_seed, "domains") if self.plan.domains else self._live_seed

    def events(self, history_from: int, live: tuple[Window, ...], until: int) -> Iterator[Sending]:
        """Give events in order of sending: days from `history_from`, live stream in its windows.

        Nothing is given that is to be sent at or after `until`.
        """
        streams = [self._days(history_from, until)]
        if self.plan.domains:
            streams.append(self._domains(history_from, until))
        streams += [self._stream(window.begin, min(window.end, until)) for window in live]
        waiting: list[tuple[int, int, bytes]] = []
        number = 0
        for arrival in merge(*streams):
            while waiting and waiting[0][0] <= arrival.at:
                at, _, document = heappop(waiting)
                yield at, document
            for at, document in arrival.events:
                if at < until:
                    number += 1
                    heappush(waiting, (at, number, document))
        while waiting:
            at, _, document = heappop(waiting)
            yield at, document

    def _days(self, begin: int, until: int) -> Iterator[_Arrival]:
        for day in _days_of(begin, until):
            rng = _generator(self._history_seed, day)
            serial_code = f"{short_date(day)}-{_letters(self._history_seed)}"
            arrivals = self._rhythm.arrivals(rng, day, self.plan.per_day)
            for serial, at in enumerate(arrivals, start=1):
                found = self._dossier(rng, at, f"{serial_code}{serial:04d}", quick=False)
                if begin <= at < until:
                    yield _Arrival(at, 0, found)

    def _domains(self, begin: int, until: int) -> Iterator[_Arrival]:
        plan = self.plan
        for day in _days_of(begin, until):
            for at, found in day_of_domains(self._history_seed, plan.province, self.agencies, day):
                if begin <= at < until:
                    yield _Arrival(at, 2, found)

    def _stream(self, begin: int, end: int) -> Iterator[_Arrival]:
        per_minute = self.plan.rate / self.plan.shares.events_per_dossier
        if per_minute <= 0 or begin >= end:
            return
        quick = self.plan.rhythm == "always"
        for block in range(begin // BLOCK, -(-end // BLOCK)):
            rng = _generator(self._live_seed, block)
            arrivals = list(block_arrivals(rng, block, per_minute))
            day = local_day(block * BLOCK)
            of_day = (block * BLOCK - day_start(day)) // BLOCK
            serial_code = f"{short_date(day)}-{_letters(self._live_seed)}{of_day:03d}"
            for serial, at in enumerate(arrivals, start=1):
                found = self._dossier(rng, at, f"{serial_code}-{serial}", quick=quick)
                if begin <= at < end and (quick or is_office_time(self._calendar, at)):
                    yield _Arrival(at, 1, found)

    def _dossier(self, rng: random.Random, at: int, serial: str, *, quick: bool) -> list[Sending]:
        agency = rng.choices(self.agencies, cum_weights=self._agency_weights)[0]
        by_net = not quick and not is_office_time(self._calendar, at)
        procedures, weights = self._by_net if by_net else self._all
        procedure = rng.choices(procedures, cum_weights=weights)[0]
        life = self._drawer.life(rng, agency, procedure, at, quick=quick, by_net=by_net)
        return sendings(rng, self.plan.shares, agency, f"{agency.agency_id}-{serial}", life)


def start_windows(start: int, end: int, lead: int = HOUR // 3) -> tuple[Window, ...]:
    """Begin the live stream a little before `start`: at `start` its dossiers are being finished."""
    return (Window(start - lead, end),)


def resumed_windows(
    ran_from: int, ran_until: int, start: int, end: int, lead: int = HOUR // 3
) -> tuple[Window, ...]:
    """Give the windows of a run that starts again: what was begun ends, a pause is empty."""
    begin = max(ran_from, ran_until - QUICK_LIFE_MAX)
    if start - lead <= ran_until:
        return (Window(begin, end),)
    return (Window(begin, ran_until), Window(start - lead, end))


def history_begin(start: int, days: int, units_from: int) -> int:
    """Give the local midnight `days` before `start`, not before the units of the list exist."""
    if not 0 <= days <= HISTORY_DAYS_MAX:
        raise Refused(
            f"{days} days of history are asked for; 0 to {HISTORY_DAYS_MAX} are possible."
        )
    return max(day_start(local_day(start - days * DAY)), units_from)


def dossiers_a_day(events: int, begin: int, end: int, shares: Shares) -> float:
    """Give the dossiers of a mean working day with which about `events` happen in [begin, end)."""
    days = range(local_day(begin), local_day(end) + 1)
    weights = sum(BY_WEEKDAY[(day + 3) % 7] for day in days)
    happened = 0.95
    return events / (shares.events_per_dossier * happened * max(weights, 1.0))


def _days_of(begin: int, until: int) -> range:
    """The local days from one instant to another."""
    first, last = local_day(begin), local_day(until)
    if last - first > HISTORY_DAYS_MAX * 2:
        raise Refused(f"{last - first} days are too many; a run spans {HISTORY_DAYS_MAX * 2}.")
    return range(first, last + 1)


def _weighted(procedures: tuple[Procedure, ...]) -> tuple[tuple[Procedure, ...], tuple[int, ...]]:
    return procedures, tuple(accumulate(procedure.weight for procedure in procedures))


def _generator(seed: str, number: int) -> random.Random:
    return random.Random(f"{seed}/{number}")  # noqa: S311 - a simulation has to be repeatable


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _letters(digest: str) -> str:
    number = int(digest, 16)
    return "".join(CODE_LETTERS[number // 22**n % 22] for n in range(3))
