"""Reports that are expected and reports that came: points made by the clock from the duties.

Each period whose last day the duty covers is due at its end plus the days allowed; whether the
report came by then or later, it is counted at that instant. Periods are of the statistical
calendar.
"""

from collections.abc import Iterator

from services.domain.engine.arrivals import DAILY, Arrivals, Period
from services.domain.engine.roster import Duty, Roster, Terms
from services.domain.engine.windows import STATISTICAL, local_parts, period_at, period_bounds
from services.domain.instants import DAY
from services.domain.worktime import day_start, local_day

REPORTS_RECEIVED = "reports_received"
"""The measure of the reports that came; the other one of a schedule is of those expected."""
NAMES = {"M": "month", "Q": "quarter", "A": "year"}
_Group = tuple[str, Terms, int, int]


class Schedule:
    """Counts over all duties at or below a unit; [begin, end) are microseconds."""

    def __init__(self, roster: Roster, arrivals: Arrivals) -> None:
        self._roster = roster
        self._arrivals = arrivals

    def expected(self, unit: str, domain: str | None, begin: int, end: int) -> int:
        """How many reports were due; with a domain only those of it."""
        return sum(
            len(units) * len(periods_due(terms, first, last, begin, end))
            for (_, terms, first, last), units in self._groups(unit, domain).items()
        )

    def received(self, unit: str, domain: str | None, begin: int, end: int) -> int:
        """How many of the reports that were due have come by now."""
        total = 0
        for (what, terms, first, last), units in self._groups(unit, domain).items():
            periods = periods_due(terms, first, last, begin, end)
            if periods:
                total += self._arrivals.count(units, what, terms.frequency, periods)
        return total

    def _groups(self, unit: str, domain: str | None) -> dict[_Group, list[str]]:
        """The reporters with the same duty, to be asked together."""
        found: dict[_Group, list[str]] = {}
        for duty in self._roster.duties(unit):
            if domain is None or duty.terms.domain == domain:
                found.setdefault(_group(duty), []).append(duty.unit)
        return found


def _group(duty: Duty) -> _Group:
    return duty.what, duty.terms, duty.first, duty.end


def periods_due(terms: Terms, first: int, last: int, begin: int, end: int) -> list[Period]:
    """The periods that are due in [begin, end) under a duty over the local days [first, last)."""
    allowed = terms.due_days * DAY
    earliest = max(begin - allowed, day_start(first + 1))
    latest = min(end - allowed, day_start(last) + 1)
    if latest <= earliest:
        return []
    return [
        (opens, closes)
        for opens, closes in _periods(terms.frequency, earliest, latest)
        if earliest <= closes < latest
    ]


def _periods(frequency: str, earliest: int, latest: int) -> Iterator[Period]:
    """The periods of a frequency, the first of them one that ends about `earliest`."""
    at = earliest - 1
    while True:
        if frequency == DAILY:
            opens = day_start(local_day(at))
            closes = opens + DAY
        else:
            name = period_at(NAMES[frequency], STATISTICAL, at)
            opens, closes = period_bounds(name, STATISTICAL)
        if closes >= latest or local_parts(closes)[0] > 9999:
            return
        yield opens, closes
        at = closes
