"""The feeds of agencies, by their newest heartbeats: which of them are overdue at an instant.

A heartbeat (`vn.ioc.feed.heartbeat.v1`) says how often a feed promises data and when it had some
last. Beyond one such contract interval the feed is late, beyond 1.5 of them stale (clause 6.2.2);
the indicator of fresh feeds (DQ-01) counts exactly those that are not stale. A feed of a unit feeds
what is of its domain in that unit, in all units below it, and in those above, whose values are made
of it. Of a feed that is not active, or of which nothing was heard yet, nothing is said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from services.domain.cases.fold import NEVER
from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.figures import Figure
from services.domain.events import CONTRACT
from services.domain.instants import SECOND

FEEDS = "feeds"
"""The calendar under which feeds travel beside figures."""
FEED = "feed"
"""The measure of such a figure; its breakdown is the domain, the member the feed."""
HEARTBEAT = "vn.ioc.feed.heartbeat.v1"
REFERENCE = "reference"
"""The domain of what holds until further notice; no feed has it."""
OverdueState = Literal["late", "stale"]
LATE: OverdueState = "late"
STALE: OverdueState = "stale"
SOURCES_MAX = 20
"""Feeds that one value names; of more, the longest overdue are named."""
NUMBERS_MAX = 100_000
"""Standings that are remembered by a number; then they are numbered on, as if never seen."""


class Feed(msgspec.Struct, frozen=True, gc=False):
    """A feed since its newest heartbeat, at `begun`; microseconds.

    After `late_at` it is late, after `stale_at` stale.
    """

    unit: str
    domain: str
    name: str
    begun: int
    late_at: int
    stale_at: int

    def state(self, at: int) -> OverdueState | None:
        """`late` or `stale` at an instant, None in time or before the heartbeat."""
        if at <= max(self.begun, self.late_at):
            return None
        return LATE if at <= self.stale_at else STALE


class Overdue(NamedTuple):
    """A feed that is overdue, and how."""

    feed: Feed
    state: OverdueState

    @property
    def since(self) -> int:
        """Since when it is."""
        return self.feed.late_at if self.state == LATE else self.feed.stale_at


class Standing(NamedTuple):
    """What overdue feeds say of a value: the worst of their states, since when, and their names.

    The stale ones are named first, the longest overdue before the others.
    """

    state: OverdueState
    since: int
    sources: tuple[str, ...]


class Picture(NamedTuple):
    """All overdue feeds; nothing turns within [begin, end)."""

    begin: int
    end: int
    overdue: frozenset[Overdue]
    at: Mapping[tuple[str, str], list[Overdue]]
    below: Mapping[tuple[str, str], list[Overdue]]
    known: dict[tuple[str, str], Standing | None]


def figure_of_feed(begun: int, heard_at: int, interval_seconds: int) -> Figure:
    """A feed as it travels; instants in microseconds."""
    return Figure(value=interval_seconds, version=0, released_at=begun, until=heard_at)


def feed_of(unit: str, domain: str, name: str, figure: Figure) -> Feed:
    """The feed that a figure stands for."""
    heard_at, half = figure.until or 0, int(figure.value) * SECOND // 2
    return Feed(
        unit, domain, name, figure.released_at or 0, heard_at + 2 * half, heard_at + 3 * half
    )


def domains_of(catalogue: Catalogue, formula: Formula) -> tuple[str, ...]:
    """The domains whose feeds a formula rests on: its indicator's, and those of its events.

    None when the clock alone makes it, and of heartbeats: silence is what is counted there.
    """
    types = {name for m in catalogue.measures_of(formula) for name in m.event_types} - {HEARTBEAT}
    if not types:
        return ()
    domains = {CONTRACT.types[name].topic_domain for name in types if name in CONTRACT.types}
    domains |= {catalogue.indicators[formula.indicator].domain}
    return tuple(sorted(domains - {REFERENCE}))


class Feeds:
    """All feeds. `above` gives the units over one, nearest first."""

    def __init__(self, catalogue: Catalogue, above: Callable[[str], Iterable[str]]) -> None:
        self.adopt(catalogue)
        self._above = above
        self._chains: dict[str, tuple[str, ...]] = {}
        self._feeds: dict[tuple[str, str, str], tuple[int, Feed | None]] = {}
        self._picture: Picture | None = None
        self._numbers: dict[Standing, int] = {}
        self._numbered = 0

    def adopt(self, catalogue: Catalogue) -> None:
        """Go by another catalogue, all versions of its family included."""
        found: dict[str, set[str]] = {}
        for version in catalogue.family:
            for formula in version.formulas.values():
                found.setdefault(formula.id, set()).update(domains_of(version, formula))
        self._domains = {name: tuple(sorted(domains)) for name, domains in found.items()}

    def put(self, unit: str, domain: str, name: str, figure: Figure | None, version: int) -> None:
        """Set a feed, or (None) take it away; an older version changes nothing."""
        known, before = self._feeds.get((unit, domain, name), (-1, None))
        if known < version:
            feed = None if figure is None else feed_of(unit, domain, name, figure)
            self._feeds[unit, domain, name] = (version, feed)
            self._picture = self._picture and _still(self._picture, before, feed)

    def domains(self, formula: str) -> tuple[str, ...]:
        """The domains whose feeds a formula rests on."""
        return self._domains[formula]

    def chain(self, unit: str) -> tuple[str, ...]:
        """A unit and those above it."""
        found = self._chains.get(unit)
        if found is None:
            found = self._chains[unit] = (unit, *self._above(unit))
        return found

    def picture(self, now: int) -> Picture:
        """The overdue feeds at an instant."""
        if self._picture is None or not self._picture.begin <= now < self._picture.end:
            self._picture = self._look(now)
        return self._picture

    def _look(self, now: int) -> Picture:
        begin, end, found = -NEVER, NEVER, set[Overdue]()
        for _, feed in self._feeds.values():
            if feed is None:
                continue
            for turn in (feed.begun + 1, feed.late_at + 1, feed.stale_at + 1):
                if turn <= now:
                    begin = max(begin, turn)
                else:
                    end = min(end, turn)
            state = feed.state(now)
            if state is not None:
                found.add(Overdue(feed, state))
        at: dict[tuple[str, str], list[Overdue]] = {}
        below: dict[tuple[str, str], list[Overdue]] = {}
        for each in sorted(found, key=_worst_first):
            own, *above = self.chain(each.feed.unit)
            at.setdefault((each.feed.domain, own), []).append(each)
            for unit in above:
                below.setdefault((each.feed.domain, unit), []).append(each)
        return Picture(begin, end, frozenset(found), at, below, {})

    def any_overdue(self, formula: str, at: int | None) -> bool:
        """Whether any feed is overdue for a formula; without an instant as in `standings`."""
        return at is not None and bool(self._domains[formula]) and bool(self.picture(at).overdue)

    def standings(
        self, formula: str, units: Sequence[str], at: int | None
    ) -> list[Standing | None]:
        """What overdue feeds say of a formula's values in these units; None where all are in time.

        Without an instant the values are final, and no feed says anything of them any more. Before
        the newest heartbeat of a feed nothing is known of it.
        """
        domains = self._domains[formula]
        picture = self.picture(at) if at is not None and domains else None
        if picture is None or not picture.overdue:
            return [None] * len(units)
        return [self._standing(picture, domains, unit) for unit in units]

    def _standing(self, picture: Picture, domains: tuple[str, ...], unit: str) -> Standing | None:
        name = (" ".join(domains), unit)
        if name not in picture.known:
            found: list[Overdue] = []
            for domain in domains:
                for place in self.chain(unit):
                    found += picture.at.get((domain, place), ())
                found += picture.below.get((domain, unit), ())
            picture.known[name] = _together(sorted(found, key=_worst_first))
        return picture.known[name]

    def numbers(self, standings: Sequence[Standing | None]) -> list[int]:
        """A number for each; what differs never has the same one, and None has 0."""
        return [0 if each is None else self._number(each) for each in standings]

    def _number(self, standing: Standing) -> int:
        found = self._numbers.get(standing)
        if found is None:
            if len(self._numbers) >= NUMBERS_MAX:
                self._numbers.clear()
            self._numbered += 1
            found = self._numbers[standing] = self._numbered
        return found


def _still(picture: Picture, before: Feed | None, after: Feed | None) -> Picture | None:
    """The picture when a feed has changed; None when it has to be looked at anew.

    A feed in time that stays in time, as nearly all do, only turns at another instant.
    """
    if before is not None and before.state(picture.begin) is not None:
        return None
    if after is None:
        return picture
    turns = max(after.begun, after.late_at) + 1
    return picture._replace(end=min(picture.end, turns)) if turns > picture.begin else None


def _worst_first(each: Overdue) -> tuple[bool, int, str, str]:
    return (each.state != STALE, each.since, each.feed.name, each.feed.unit)


def _together(found: Sequence[Overdue]) -> Standing | None:
    """The standing of a value with these overdue feeds, the worst first."""
    if not found:
        return None
    worst = found[0]
    names = dict.fromkeys(each.feed.name for each in found)
    return Standing(worst.state, worst.since, tuple(names)[:SOURCES_MAX])
