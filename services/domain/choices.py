"""Which events a measure was made of: each measure is bounded on its own.

An event that tells something (a time in the window, a period, what the measure's filter asks)
brings in all events of its natural key: the whole case, every vintage and correction of a report.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from services.domain.cases.kinds import DATED_BY
from services.domain.cases.versions import is_timed
from services.domain.engine.air_quality import hours_of, seconds_read
from services.domain.engine.amounts import second_after
from services.domain.engine.boundaries import moves_whole
from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.conditions import named
from services.domain.engine.measures import EVERY_TYPE, REFERENCE_VALUE, Measure
from services.domain.engine.period_parts import months_of, names_up_to, parts_of
from services.domain.engine.windows import (
    BEGINNING,
    Span,
    kind_of_period,
    on_constant_boundaries,
    period_at,
    year_base,
)
from services.domain.instants import SECOND, local_date, start_of_local_day
from services.domain.lineage import Lineage
from services.domain.units import UnitList

DIM_FIELD = "dim"
TIME_FIELD = "time"
FOREVER = 1 << 62
"""Where the days of a unit end that has not ended."""


class Told(msgspec.Struct, frozen=True):
    """What one event must say for all events of its natural key to be chosen.

    It is of `types` with a time in [begin, until). `dated` is a field of it with an instant in
    [from, to). `periods` are those that a report names, of a calendar. `dims` are the breakdowns
    that it may be of, beside none (None: any). `in_force_on` is a local date: of the rows of one
    name only the newest up to that date. With `timed` the key includes the event's time.
    """

    types: tuple[str, ...]
    begin: int
    until: int
    dated: tuple[str, int, int] | None = None
    periods: tuple[str, ...] | None = None
    calendar: str = ""
    filter: tuple[Mapping[str, Any], ...] = ()
    dims: tuple[str, ...] | None = None
    in_force_on: str | None = None
    timed: bool = False


class Choice(msgspec.Struct, frozen=True):
    """Events of `types` (EVERY_TYPE: all) in `units` (codes as sent, None: all), in [begin, until).

    With `told` only those of a natural key of which an event tells it.
    """

    types: tuple[str, ...]
    units: tuple[str, ...] | None
    begin: int
    until: int
    told: Told | None = None


class Ground(NamedTuple):
    """Codes (None: all) that belong to a unit from one instant to another, `code` its own.

    Outside its days the code of a unit is that of another one.
    """

    code: str
    units: tuple[str, ...] | None
    begin: int
    until: int


def choices(
    placed: Iterable[tuple[Measure, Span]], unit: str, dim: str | None, units: UnitList, now: int
) -> tuple[Choice, ...]:
    """Choose for each measure in its placed window, in a unit as of now; `dim`: of a member.

    Empty where nothing but the clock stands behind it.
    """
    found: list[Choice] = []
    origins = Lineage(units).origins(unit)
    grounds: dict[str, Ground] = {}
    for measure, span in placed:
        former = origins if span.constant and moves_whole(measure, origins) else ()
        for key in (unit, *(share.unit for share in former)) if measure.event_types else ():
            if key not in grounds:
                grounds[key] = _ground(key, units)
            _add(found, _choice(measure, dim, span, grounds[key], now))
    return tuple(found)


def _add(found: list[Choice], choice: Choice) -> None:
    """Add a choice, or its types to one that chooses the same of others."""
    for place, known in enumerate(found):
        if msgspec.structs.replace(known, types=choice.types) == choice:
            types = tuple(dict.fromkeys((*known.types, *choice.types)))
            found[place] = msgspec.structs.replace(known, types=types)
            return
    found.append(choice)


def reported_to(span: Span, end: int) -> Span:
    """A year to date of reports, which ends where the periods end that it is the sum of."""
    if not span.begin < end <= span.end:
        return span
    month = period_at("month", span.calendar, end - 1)
    parts = names_up_to(month[:4], int(month[5:]))
    return msgspec.structs.replace(span, end=end, cut=min(end, span.cut), parts=parts)


def uses(formula: Formula, span: Span, catalogue: Catalogue) -> Iterator[tuple[Measure, Span]]:
    """Give every measure that a formula reads, with each window that it reads it in."""
    for placed in _read_in(formula, span):
        for name in formula.references:
            if name in catalogue.measures:
                yield catalogue.measures[name], placed
            else:
                yield from uses(catalogue.formulas[name], placed, catalogue)


def _read_in(formula: Formula, span: Span) -> Iterator[Span]:
    """The window, the base that a growth divides by, the hours that an air quality looks back."""
    if formula.form == "growth":
        span = on_constant_boundaries(span)
        base = year_base(span)
        yield from (span,) if base is None else (span, base)
    elif formula.form == "aqi":
        begin, end = seconds_read(second_after(span.cut), hours_of(span.window))
        yield msgspec.structs.replace(span, begin=begin * SECOND, cut=end * SECOND)
    else:
        yield span


def _choice(measure: Measure, dim: str | None, span: Span, ground: Ground, now: int) -> Choice:
    """What a measure was made of in a window, on one ground."""
    types, window = (
        measure.event_types,
        (max(ground.begin, span.begin), min(ground.until, span.cut)),
    )
    whole = (ground.begin, min(ground.until, now))
    if measure.kind == "report":
        told = Told(
            *(types, span.begin, now),
            periods=_periods(measure, span),
            calendar=span.calendar,
            filter=measure.filter,
            dims=_dims(measure, dim),
        )
        below = ground.units if "units" in measure.parts else (ground.code,)
        return Choice(types, below, span.begin, now, told)
    if REFERENCE_VALUE in types:
        day = local_date(span.cut - 1).isoformat()
        filters, dims = measure.filter, _dims(measure, dim)
        told = Told(types, *whole, filter=filters, dims=dims, in_force_on=day)
        return Choice(types, ground.units, *whole, told)
    if measure.kind != "flow":
        return Choice(types, ground.units, ground.begin, window[1])
    if measure.source == "case":
        return _of_cases(measure, ground, window, now)
    timed = any(is_timed(name) for name in types)
    if measure.at != TIME_FIELD and measure.at in measure.words and EVERY_TYPE not in types:
        dated = (str(measure.at), *window)
        told = Told(types, *whole, dated=dated, filter=measure.filter, timed=timed)
        return Choice(types, ground.units, *whole, told)
    plain = Told(types, *window, filter=measure.filter, timed=timed) if measure.filter else None
    return Choice(types, ground.units, *window, plain)


def _of_cases(measure: Measure, ground: Ground, window: tuple[int, int], now: int) -> Choice:
    """All events of the cases that count in a window; of those before it where none tells."""
    types, dated = measure.event_types, DATED_BY.get((str(measure.case), str(measure.at)))
    if dated is None:
        return Choice(types, ground.units, ground.begin, window[1])
    whole = (ground.begin, max(ground.begin, now))
    if dated.field == TIME_FIELD:
        return Choice(types, ground.units, *whole, Told(dated.types, *window, filter=dated.filter))
    field = (dated.field, *window)
    told = Told(dated.types, *whole, dated=field, filter=dated.filter)
    return Choice(types, ground.units, *whole, told)


def _periods(measure: Measure, span: Span) -> tuple[str, ...]:
    """The periods of a window and those that their figures may be the sum of."""
    if span.period is None:
        return ()
    names, within = span.parts or (span.period,), "periods" in measure.parts
    if span.window == "ytd" and not span.parts:
        within = True  # how far it has come is not known here
    elif span.parts and "last_month" in measure.parts and kind_of_period(names[-1]) != "year":
        names = months_of(names[-1])[-1:]
    found: dict[str, None] = {}
    for name in names:
        found[name] = None
        if within:
            found.update(dict.fromkeys((*parts_of(name), *months_of(name))))
        elif "last_month" in measure.parts:
            found.update(dict.fromkeys(months_of(name)[-1:]))
    return tuple(found)


def _dims(measure: Measure, dim: str | None) -> tuple[str, ...] | None:
    """The breakdowns whose figures may make up the total; None where the measure tells itself."""
    asked = {plain["field"] for given in measure.filter for plain in named(given)}
    if DIM_FIELD in asked or dim in measure.dimensions:
        return None
    return tuple(part[4:] for part in measure.parts if part.startswith("dim:"))


def _ground(key: str, units: UnitList) -> Ground:
    unit = units.get(key)
    begin = BEGINNING if unit is None else max(BEGINNING, start_of_local_day(unit.valid_from))
    last = unit.valid_to if unit is not None else None
    end = FOREVER if last is None else start_of_local_day(last)
    return Ground(key.partition("@")[0], _codes(key, units), begin, end)


def _codes(key: str, units: UnitList) -> tuple[str, ...] | None:
    """The codes of a unit and of everything below it; None for the country, which has all."""
    unit = units.get(key)
    if unit is not None and unit.level == "N":
        return None
    return tuple(sorted({each.partition("@")[0] for each in _tree(key, units)}))


def _tree(key: str, units: UnitList) -> Iterator[str]:
    yield key
    for child in units.children(key):
        yield from _tree(child.key, units)
