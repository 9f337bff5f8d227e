"""The versions of indicators through time: which one is in force on a day, and which comes next.

A version is in force from its `effective_from` on, until the next one begins or its own
`effective_to` has passed. The first one also stands for the time before it. A version with
`shadow` is never in force; it, else the next one that is still to come, is the *candidate* that is
held against what is in force.

Whatever is computed for a window follows the version of the window's last day: of a closed period
the day on which it ended, of a running one and of a rolling window today.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from services.domain.engine.catalogue import Catalogue, Era
from services.domain.engine.fault import Fault
from services.domain.engine.indicator import Calculation, Indicator
from services.domain.engine.measures import Measure
from services.domain.instants import local_date

VERSIONS_MAX = 50
Placed = tuple[Indicator, Fault]
"""A fault and the version that it is in."""


def version_faults(versions: Iterable[Indicator]) -> Iterator[Placed]:
    """What is wrong between the versions of each indicator, each of which is sound by itself."""
    for known in _by_indicator(versions).values():
        for before, after in pairwise(known):
            if before.formula_version == after.formula_version:
                yield _fault(after, "formula_version", f"there are two of {after.formula_version}")
            elif before.shadow:
                yield _fault(before, "shadow", "only the newest version can run in shadow")
            else:
                yield from _order(before, after)
        if known[0].shadow:
            reason = "there is no version beside it that is not: begin on a day to come instead"
            yield _fault(known[0], "shadow", reason)
        if len(known) > VERSIONS_MAX:
            yield _fault(known[-1], "formula_version", f"more than {VERSIONS_MAX} versions")


def _order(before: Indicator, after: Indicator) -> Iterator[Placed]:
    """Whether a version begins after the one before it, and that one has ended by then.

    Also of a version in shadow: to put it in force no more than its mark has to go.
    """
    if _begin(after) <= _begin(before):
        reason = f"version {before.formula_version} begins on {before.effective_from}"
        yield _fault(after, "effective_from", f"must lie after it: {reason}")
    if before.effective_to is not None and _end(before) >= _begin(after):
        reason = f"version {after.formula_version} begins on {after.effective_from}"
        yield _fault(before, "effective_to", f"must lie before it: {reason}")


def _fault(version: Indicator, member: str, reason: str) -> Placed:
    return version, Fault(version.id, (member,), reason)


def listings(
    versions: Iterable[Indicator], today: date
) -> Iterator[tuple[date | None, list[Indicator]]]:
    """Every set of versions that has to fit together: (first day, those in force from then on).

    Then, with None, what is in force today with one of the candidates instead.
    """
    known = _by_indicator(versions)
    accepted = [[v for v in found if not v.shadow] for found in known.values()]
    accepted = [found for found in accepted if found]
    present: list[Indicator] = []
    before: list[Indicator] | None = None
    for begin in _bounds(accepted):
        listed = [found for found in accepted if _begin(found[0]) <= max(begin, today)]
        chosen = [v for v in (_chosen(found, begin) for found in listed) if v is not None]
        if chosen != before:
            yield begin, chosen
        before = chosen
        present = chosen if begin <= today else present
    for candidate in _candidates(known, today):
        yield None, [*(v for v in present if v.id != candidate.id), candidate]


def in_force(measures: Iterable[Measure], versions: Iterable[Indicator], today: date) -> Catalogue:
    """The catalogue of a day, with all its eras and with what runs in shadow beside it.

    Raises `Refused` when the formulas of some day, or of a candidate, do not fit together.
    """
    given = list(measures)
    eras: list[Era] = []
    trials: dict[str, Catalogue] = {}
    for begin, listed in listings(versions, today):
        made = Catalogue(given, listed)
        if begin is None:
            trials[listed[-1].id] = made
        else:
            eras.append(Era(begin, made))
    for era in eras:
        era.catalogue.eras = tuple(eras)
    catalogue = eras[0].catalogue.on(today)
    catalogue.trials = trials
    return catalogue


def next_change(catalogue: Catalogue, today: date) -> date:
    """The next day on which another version comes into force; the last of days when none does."""
    return min((era.begin for era in catalogue.eras if era.begin > today), default=date.max)


class KnownVersion(msgspec.Struct, frozen=True):
    """A version of an indicator: `past`, `in_force`, `coming` or in `shadow`."""

    id: str
    formula_version: int
    effective_from: str | None
    effective_to: str | None
    state: str


def known_versions(catalogue: Catalogue, name: str) -> list[KnownVersion]:
    """All versions of an indicator in their order; none of an unknown one."""
    found: dict[int, KnownVersion] = {}
    state = "past"
    for era in catalogue.eras:
        here = era.catalogue is catalogue
        version = era.catalogue.indicators.get(name)
        if version is not None and (here or version.formula_version not in found):
            found[version.formula_version] = _known(version, "in_force" if here else state)
        state = "coming" if here else state
    trial = catalogue.trials.get(name)
    if trial is not None and trial.indicators[name].shadow:
        version = trial.indicators[name]
        found[version.formula_version] = _known(version, "shadow")
    return [found[number] for number in sorted(found)]


def _known(version: Indicator, state: str) -> KnownVersion:
    return KnownVersion(
        version.id, version.formula_version, version.effective_from, version.effective_to, state
    )


Calculations = tuple[tuple[object, ...], ...]


def calculations(catalogue: Catalogue) -> dict[tuple[str, int], Calculations]:
    """By indicator and version in force: what decides its value and those of its components.

    Two that differ under one number can not be told apart: clause 4.1.2 wants a new number. A
    formula is also what its measures count.
    """
    return {
        (name, indicator.formula_version): tuple(
            (
                part.id,
                *(getattr(part, member) for member in Calculation.__struct_fields__),
                catalogue.measures_of(part),
            )
            for part in indicator.formulas
        )
        for name, indicator in catalogue.indicators.items()
    }


def last_day(end: int, now: int) -> date:
    """The local day whose version makes the value of a window that ends at `end`, at `now`."""
    return local_date(min(end - 1, now))


def _candidates(known: Mapping[str, list[Indicator]], today: date) -> Iterator[Indicator]:
    """The version in shadow of each indicator, else its next one that is still to come."""
    for versions in known.values():
        shadows = [v for v in versions if v.shadow]
        coming = [v for v in versions if not v.shadow and _begin(v) > today]
        yield from (shadows or coming)[:1]


def _chosen(versions: list[Indicator], day: date) -> Indicator | None:
    """The version of a day, None when the last one has ended; before the first one, the first."""
    begun = [v for v in versions if _begin(v) <= day]
    found = begun[-1] if begun else versions[0]
    return None if _end(found) < day else found


def _bounds(accepted: Iterable[list[Indicator]]) -> list[date]:
    """The days on which the catalogue changes, with the beginning of time before them."""
    found = {date.min}
    for versions in accepted:
        found.update(_begin(version) for version in versions)
        found.update(_end(v) + timedelta(days=1) for v in versions if _end(v) < date.max)
    return sorted(found)


def _by_indicator(versions: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    found: dict[str, list[Indicator]] = {}
    for version in sorted(versions, key=lambda v: (v.id, v.formula_version)):
        found.setdefault(version.id, []).append(version)
    return found


def _begin(version: Indicator) -> date:
    return _day(version.effective_from, date.min)


def _end(version: Indicator) -> date:
    return _day(version.effective_to, date.max)


def _day(text: str | None, absent: date) -> date:
    """A day of a file; one that does not exist is a fault of the file, and told with the others."""
    try:
        return date.fromisoformat(text) if text is not None else absent
    except ValueError:
        return absent
