"""What stands behind an observation: from its id to the events that it was made of.

An id is `PS-04|P:33@2025-07-01||month:2026-10`: indicator or component, unit key, breakdown,
window with the calendar and the period that it has.
"""

from collections.abc import Iterable

import msgspec

from services.domain.cases.kinds import fields_of_type
from services.domain.choices import Choice, choices, reported_to, uses
from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.measures import Measure
from services.domain.engine.observation import Coverage
from services.domain.engine.windows import PERIODS, place, read_window_name, window_name
from services.domain.query import ObservationQuery, QueryRefused, parse_query
from services.domain.units import UnitList
from services.domain.vocabulary import Vocabulary

FORM = "an observation's id is like PS-04|P:33@2025-07-01||month:2026-10"
ABSENT = "-"
"""The member of what names none."""


class Named(msgspec.Struct, frozen=True):
    """An id, taken apart: one formula of one unit in one window. `dim` is empty for a total."""

    id: str
    formula: Formula
    unit: str
    dim: tuple[str, str] | None
    window: str
    calendar: str
    period: str | None
    query: ObservationQuery


class Members(msgspec.Struct, frozen=True):
    """How events tell that they belong to one member of a breakdown, by event type.

    `fields` name the member in a field of their own. `dims` report it as `dim_value` of the dim
    given. `cases` belong to a case of which some event names it in that field (an agency that
    handed a dossier over still has it); `naming` are those of their types that have the field.
    `whole` stands for measures without this breakdown, of which the total is taken.
    """

    member: str
    fields: dict[str, str]
    dims: dict[str, str]
    cases: dict[str, str]
    naming: tuple[str, ...]
    whole: tuple[str, ...]


class Behind(msgspec.Struct, frozen=True):
    """Which events an observation rests on: all that any of the choices takes, of a member."""

    choices: tuple[Choice, ...]
    members: Members | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """[first, end) of all of them."""
        return min(c.begin for c in self.choices), max(c.until for c in self.choices)

    @property
    def units(self) -> tuple[str, ...] | None:
        """The codes of all of them; None stands for all."""
        found: set[str] = set()
        for choice in self.choices:
            if choice.units is None:
                return None
            found.update(choice.units)
        return tuple(sorted(found))

    @property
    def reports(self) -> tuple[str, ...]:
        """The types of the reports among them."""
        told = [c for c in self.choices if c.told is not None and c.told.periods is not None]
        return tuple(sorted({name for choice in told for name in choice.types}))


def parse_id(text: str, catalogue: Catalogue, vocabulary: Vocabulary) -> Named:
    """Take an id apart; raises QueryRefused, `unknown` when it is well formed but names nothing."""
    parts = text.split("|", 2)
    if len(parts) < 3 or "|" not in parts[2]:
        raise QueryRefused("id", f"{text[:200]!r} is none: {FORM}")
    indicator, unit, (dims, _, placed) = parts[0], parts[1], parts[2].rpartition("|")
    name, _, period = placed.partition(":")
    window, calendar, constant = read_window_name(name)
    if window_name(window, calendar, constant=constant) != name:
        raise QueryRefused("id", f"there is no window {name}", unknown=True)
    if "@" not in unit or (dims and "=" not in dims) or (":" in placed and not period):
        raise QueryRefused("id", f"{text[:200]!r} is none: {FORM}")
    dim, _, member = dims.partition("=")
    pairs = [("indicator", indicator), ("unit", unit), ("window", window), ("calendar", calendar)]
    pairs += [("period", period)] if period else []
    pairs += [("boundaries", "constant")] if constant else []
    pairs += [(f"dims.{dim}", member)] if dim else []
    query = parse_query(pairs, vocabulary)
    if bool(period) != (window in PERIODS):
        raise QueryRefused("id", f"window {window} has {'no' if period else 'a'} period: {FORM}")
    formula = catalogue.formulas.get(indicator)
    if formula is None:
        raise QueryRefused("id", f"{indicator} is of another time", unknown=True)
    calendars = catalogue.indicators[formula.indicator].calendars_of(window)
    if window not in formula.windows or calendar not in calendars:
        detail = f"{indicator} has no window {name}"
        raise QueryRefused("id", detail, formula.windows, unknown=True)
    return Named(
        text, formula, unit, (dim, member) if dim else None, window, calendar, period or None, query
    )


def behind(
    named: Named, catalogue: Catalogue, units: UnitList, now: int, end: int | None = None
) -> Behind | None:
    """Find the events behind an observation as of now; `end` is the end that it names.

    None where events do not tell: for what the clock alone makes, and for a member that is none of
    their fields.
    """
    measures = catalogue.measures_of(named.formula)
    members = None if named.dim is None else _members(measures, *named.dim)
    if named.dim is not None and members is None:
        return None
    span = place(named.window, named.calendar, now, named.period)
    flows = any(measure.kind == "flow" for measure in measures)
    if named.window == "ytd" and end is not None and catalogue.reported(named.formula):
        span = span if flows else reported_to(span, end)
    dim = None if named.dim is None else named.dim[0]
    found = choices(uses(named.formula, span, catalogue), named.unit, dim, units, now)
    return Behind(found, members) if found else None


def measure_ids(names: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """Give the measures that these names stand for, also through the formulas among them."""
    found: dict[str, None] = {}
    for name in names:
        if name in catalogue.measures:
            found[name] = None
        else:
            measures = catalogue.measures_of(catalogue.formulas[name])
            found.update(dict.fromkeys(measure.id for measure in measures))
    return tuple(found)


def _members(measures: Iterable[Measure], dim: str, member: str) -> Members | None:
    """Say how a member is told; None when a measure takes it from what no event has as a field."""
    found = Members(member, {}, {}, {}, (), ())
    whole: set[str] = set()
    for measure in measures:
        origin = measure.dimensions.get(dim)
        if origin is None:
            whole.update(measure.event_types)
        elif origin.startswith("dim="):
            found.dims.update(dict.fromkeys(measure.event_types, origin.removeprefix("dim=")))
        elif not any(origin in fields_of_type(name) for name in measure.event_types):
            return None
        elif measure.source == "case" and member != ABSENT:
            found.cases.update(dict.fromkeys(measure.event_types, origin))
        elif measure.source == "case":
            return None
        else:
            found.fields.update(dict.fromkeys(measure.event_types, origin))
    naming = (name for name, field in found.cases.items() if field in fields_of_type(name))
    return msgspec.structs.replace(found, naming=tuple(sorted(naming)), whole=tuple(sorted(whole)))


def missing_reporters(
    unit: str, coverage: Coverage, below: Iterable[tuple[str, Coverage | None]]
) -> tuple[str, ...] | None:
    """Name the reporters that have not reported, as codes.

    `below` are the units directly below, each with its own coverage. None where that does not tell:
    more than one reporter in one of them, or some that lie in none.
    """
    silent: list[str] = []
    expected, reported = coverage.expected, coverage.reported
    for code, part in below:
        if part is None:
            continue
        expected, reported = expected - part.expected, reported - part.reported
        if part.reported < part.expected:
            if part.expected > 1:
                return None
            silent.append(code)
    if not (expected in {0, 1} and 0 <= reported <= expected):
        return None
    return (*((unit,) if reported < expected else ()), *silent)
