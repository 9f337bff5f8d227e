"""What a candidate, the next version of an indicator, would say beside the one in force.

Both are computed from the same counted facts in the same windows, so the difference is of the
versions alone. For a period of the past it is held against the version that was in force then.
"""

from collections.abc import Container, Iterator
from typing import Any

import msgspec

from services.domain.engine.answered import answers, rounds, wanted_of
from services.domain.engine.asked import Ask
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.indicator import Indicator
from services.domain.engine.numbers import number
from services.domain.engine.observation import Observation
from services.domain.engine.observing import Moment
from services.domain.engine.state import State
from services.domain.instants import SECOND, parse_instant
from services.domain.query import ObservationQuery, Page

CHANGED, LEVEL = "changed", "level"
ONLY = (CHANGED, LEVEL)
LOOKED_AT_MAX = 20_000
"""Pairs that a page may look at: whoever waits for a page waits for seconds, not for minutes."""
OF_THE_VERSION = frozenset({"formula_version", "effective_from", "effective_to", "shadow"})


class Side(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one version says; `level` is null when it has none, `target` the bound in force."""

    formula_version: int | None = msgspec.field()
    value: float | str | None = msgspec.field()
    numerator: float | None = None
    denominator: float | None = None
    null_reason: str | None = None
    level: int | None = None
    target: float | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pair of values of one unit and window.

    `difference` = new - old in the indicator's unit, seconds for instants; `ratio` = new / old.
    Both are absent when a side has no value, or is of another period. `old` and `new` are absent
    where that version has no such window, unit level or breakdown.
    """

    id: str
    indicator: str
    unit: str
    valid_from: str
    dims: dict[str, str] = msgspec.field()
    window: str
    calendar: str
    period: str | None = None
    start: str
    end: str
    old: Side | None = msgspec.field()
    new: Side | None = msgspec.field()
    difference: float | None = None
    ratio: float | None = None
    level_changes: bool = False


class VersionsCompared(msgspec.Struct, frozen=True):
    """The two versions of a comparison; `old` is null when the indicator is new."""

    old: dict[str, Any] | None
    new: dict[str, Any]
    changed: tuple[str, ...]
    also_changes: tuple[str, ...]


def versions_compared(catalogue: Catalogue, trial: Catalogue, name: str) -> VersionsCompared:
    """Which members of the file differ, and which other indicators are made of this one."""
    old, new = catalogue.indicators.get(name), trial.indicators[name]
    before = {} if old is None else msgspec.to_builtins(old)
    after = msgspec.to_builtins(new)
    changed = [m for m in after if m not in OF_THE_VERSION and before.get(m) != after[m]]
    return VersionsCompared(
        None if old is None else _head(old), _head(new), tuple(changed), _dependents(trial, name)
    )


def _head(version: Indicator) -> dict[str, Any]:
    shadow = {"shadow": True} if version.shadow else {}
    return {
        "formula_version": version.formula_version,
        "effective_from": version.effective_from,
        **shadow,
    }


def _dependents(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    """Other indicators whose formulas name one of this indicator's, also through others."""
    found = {name}
    while True:
        more = {
            formula.indicator
            for formula in catalogue.formulas.values()
            for named in formula.references
            if named in catalogue.formulas and catalogue.formulas[named].indicator in found
        }
        if more <= found:
            return tuple(sorted(found - {name}))
        found |= more


def differing(
    query: ObservationQuery,
    name: str,
    only: str | None,
    sides: tuple[State, State],
    moment: Moment,
    silent: Container[int] = frozenset(),
) -> Page:
    """At most `query.limit` differences of an indicator, in the order of their ids.

    `sides` are one state under the catalogue in force and under the one with the candidate,
    `silent` the cells of it in which nothing was ever counted. With
    `only` a page may end before it is full, after `LOOKED_AT_MAX` pairs.
    """
    names = {f.id for s in sides for c in s.catalogue.family for f in c.formulas.values()}
    own = tuple(sorted(n for n in names if n.partition(".")[0] == name))
    query = msgspec.structs.replace(query, indicators=own)
    wanted = [wanted_of(query, side, moment.now, silent) for side in sides]
    found: list[tuple[str, Difference]] = []
    looked_at = 0
    for part in rounds(query, (wanted[0] | wanted[1]).values()):
        looked_at += len(part)
        pairs = [_by_id(part, known, s, moment) for known, s in zip(wanted, sides, strict=True)]
        found.extend(
            (ask.id, made)
            for ask in part
            for made in _difference(pairs[0].get(ask.id), pairs[1].get(ask.id))
            if _shown(made, only)
        )
        if len(found) > query.limit:
            found = found[: query.limit]
            return Page(tuple(made for _, made in found), found[-1][0])
        if looked_at >= LOOKED_AT_MAX and part[-1].id != max(w for known in wanted for w in known):
            return Page(tuple(made for _, made in found), part[-1].id)
    return Page(tuple(made for _, made in found), None)


def _by_id(
    part: list[Ask], known: dict[str, Ask], state: State, moment: Moment
) -> dict[str, Observation]:
    made = answers((ask for ask in part if ask.id in known), state, moment)
    return {a.ask.id: a.observation for a in made if a.observation is not None}


def _difference(old: Observation | None, new: Observation | None) -> Iterator[Difference]:
    """The pair, where at least one version has something to say."""
    shown = new if new is not None else old
    if shown is None:
        return
    comparable = old is not None and new is not None and old.period == new.period
    change, ratio = _change(old, new) if comparable else (None, None)
    sides = tuple(None if each is None else _side(each) for each in (old, new))
    levels = [None if side is None else side.level for side in sides]
    yield Difference(
        id=shown.id,
        indicator=shown.indicator,
        unit=shown.unit,
        valid_from=shown.valid_from,
        dims=shown.dims,
        window=shown.window,
        calendar=shown.calendar,
        period=shown.period,
        start=shown.start,
        end=shown.end,
        old=sides[0],
        new=sides[1],
        difference=change,
        ratio=ratio,
        level_changes=levels[0] != levels[1],
    )


def _change(old: Observation | None, new: Observation | None) -> tuple[float | None, float | None]:
    """(new - old, new / old), as far as there are any."""
    before, after = (None if each is None else each.value for each in (old, new))
    if before is None or after is None:
        return None, None
    if isinstance(before, str) or isinstance(after, str):
        return (parse_instant(str(after)) - parse_instant(str(before))) / SECOND, None
    return number(after - before), None if before == 0 else number(after / before)


def _side(made: Observation) -> Side:
    return Side(
        formula_version=made.formula_version,
        value=made.value,
        numerator=made.numerator,
        denominator=made.denominator,
        null_reason=made.null_reason,
        level=None if made.level is None else made.level.value,
        target=None if made.target is None else made.target.value,
    )


def _shown(made: Difference, only: str | None) -> bool:
    """Whether a pair is asked for; a pair of equal values and levels has not changed."""
    if only == LEVEL:
        return made.level_changes
    if only == CHANGED:
        values = [None if side is None else side.value for side in (made.old, made.new)]
        return made.level_changes or values[0] != values[1]
    return True
