"""The life of a published figure: its vintages, and how far the first was from the final one."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.domain.events import Event
from services.reference.facts import field, version
from services.reference.instants import instant
from services.reference.places import Places
from services.reference.working import WorkingCalendars, WorkingTime

REPORT = "vn.ioc.stat.report.v1"
FINAL = "chinh_thuc"


class SeriesLife:
    """One series, period, calendar and breakdown with all its vintages."""

    def __init__(self, unit: str, facts: Iterable[Event], working: WorkingTime) -> None:
        self.unit, self.working = unit, working
        self._facts = sorted(facts, key=lambda fact: fact.at)

    def facts_before(self, at: int) -> int:
        """Return how many of its facts happened before an instant."""
        return sum(fact.at < at for fact in self._facts)

    def state(self, count: int) -> dict[str, Any]:
        """Return the attributes after the first `count` facts; at least one."""
        vintages: dict[int, Event] = {}
        ordered = sorted(self._facts[:count], key=lambda f: (version(f), f.recorded_at, f.id))
        for fact in ordered:
            vintages[version(fact)] = fact
        values = [float(str(field(fact, "value"))) for fact in vintages.values()]
        finals = [n for n, fact in enumerate(vintages.values()) if field(fact, "vn_level") == FINAL]
        state: dict[str, Any] = {"series_id": field(self._facts[0], "series_id")}
        if not finals:
            return state
        last = finals[-1]
        final = list(vintages.values())[last]
        return state | {
            "final_at": instant(str(field(final, "released_at"))),
            "revision_share": abs(values[last] - values[0]) / abs(values[last])
            if values[last] != 0
            else None,
            "vintages": sum(values[n] != values[n + 1] for n in range(last)),
        }

    def states(self, count: int, at: int, measure: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the series as a measure counts it."""
        del at, measure
        return [self.state(count)]


def series_lives(
    facts: Iterable[Event], places: Places, calendars: WorkingCalendars
) -> list[SeriesLife]:
    """Return the published figures of units of the list."""
    by_name: dict[tuple[str, str], list[Event]] = {}
    for fact in facts:
        if fact.type == REPORT:
            by_name.setdefault((fact.unit, fact.subject), []).append(fact)
    lives: list[SeriesLife] = []
    for of_one in by_name.values():
        opening = min(of_one, key=lambda f: (f.at, f.recorded_at, f.id, f.source))
        unit = places.of_event(opening)
        if unit is not None:
            lives.append(SeriesLife(unit, of_one, calendars.of_unit(unit)))
    return lives
