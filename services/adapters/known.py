"""Observations as they were known at an instant (clause 7.2.2).

A report is made of the vintages that had been released by then. What is counted is read from what
was written down: the numbered revisions, and while a period was open the rows at rest. What was not
written down is said to be missing; nothing is computed from what is known since.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg

from services.adapters.revisions import Close, close_of, last_rows, read_closes, time_of
from services.domain.engine.asked import Ask, Placed
from services.domain.engine.cells import TOTAL
from services.domain.engine.evaluate import MISSING, ZERO_DENOMINATOR
from services.domain.engine.observation import Observation, identity
from services.domain.engine.observing import Moment
from services.domain.engine.revisions import (
    Revision,
    Said,
    implied,
    numbered,
    observed,
    province_code,
)
from services.domain.engine.state import State
from services.domain.engine.through_time import TimedObserver
from services.domain.engine.windows import PERIODS, period_at, window_name

Cursor = psycopg.Cursor[tuple[Any, ...]]


class _Wanted(NamedTuple):
    """One value that was written down, if it was: its id, its formula's, whether it is a total."""

    id: str
    formula: str
    total: bool


def known_observations(
    cursor: Cursor, state: State, wanted: Sequence[Ask], at: int, final_to: int
) -> Iterator[Observation]:
    """What was known at an instant of calendar periods; other windows have no answer."""
    reported: dict[Placed, list[int]] = {}
    written: list[_Wanted] = []
    for ask in wanted:
        formula = state.catalogue.formula(ask.task.formula)
        if ask.task.window not in PERIODS:
            continue
        if state.catalogue.by_vintage(formula):
            reported.setdefault(ask.task, []).append(ask.cell)
        else:
            written.append(_name(state, ask, at))
    yield from _of_vintages(state, reported, Moment(at, min(at, final_to)))
    yield from _of_rows(cursor, state, written, at)


def numbered_observations(
    cursor: Cursor, state: State, final: Sequence[Observation]
) -> dict[str, Observation]:
    """By id closed periods with their revision; those that nobody has numbered are left out.

    A value that differs from the last revision is provisional until it has a number of its own.
    """
    wanted = [_Wanted(each.id, each.indicator, total=not each.dims) for each in final]
    rows = last_rows(cursor, [each.id for each in wanted])
    closes = read_closes(cursor, sorted({each.formula for each in wanted}))
    found = {}
    for each, asked in zip(final, wanted, strict=True):
        closed = _implied(state, closes, asked)
        last, before = rows.get(each.id, (closed, None))
        if last is not None:
            earlier = before or (closed if last.revision > 1 else None)
            found[each.id] = numbered(each, last, earlier)
    return found


def _of_vintages(
    state: State, reported: dict[Placed, list[int]], moment: Moment
) -> Iterator[Observation]:
    if not reported:
        return
    formulas = {task.formula: state.catalogue.formula(task.formula) for task in reported}
    measures = {m.id for f in formulas.values() for m in state.catalogue.measures_of(f)}
    observer = TimedObserver(state.as_known(moment.now, measures))
    for task, cells in reported.items():
        formula = formulas[task.formula]
        yield from observer.observe(formula, task.window, task.calendar, cells, moment, task.period)


def _of_rows(
    cursor: Cursor, state: State, wanted: Sequence[_Wanted], at: int
) -> Iterator[Observation]:
    names = [each.id for each in wanted]
    revisions = last_rows(cursor, names, at)
    left = [each for each in wanted if each.id not in revisions]
    closes = read_closes(cursor, sorted({each.formula for each in wanted})) if wanted else {}
    rows = _at_rest(cursor, [each.id for each in left], at)
    for each in wanted:
        if each.id in revisions:
            last, before = revisions[each.id]
            earlier = _implied(state, closes, each) if last.revision > 1 else None
            yield observed(last, before or earlier)
            continue
        closed = _implied(state, closes, each)
        if closed is not None and closed.as_of <= at:
            yield observed(closed)
        elif each.id in rows:
            yield observed(rows[each.id], final=False)
        elif each.total:
            unknown = Said(None, null_reason=MISSING)
            yield observed(Revision(each.id, 0, at, unknown, 0), final=False)


def _implied(state: State, closes: Mapping[Close, int], wanted: _Wanted) -> Revision | None:
    province = province_code(state.units, wanted.id.split("|", 2)[1])
    return implied(state.catalogue, wanted.id, closes.get(close_of(wanted.id, province)))


def _name(state: State, ask: Ask, at: int) -> _Wanted:
    task, member = ask.task, state.cells.members[ask.cell]
    kind = "year" if task.window == "ytd" else task.window
    period = task.period or period_at(kind, task.calendar, at)
    dims = {member[0]: member[1]} if member != TOTAL else {}
    window = window_name(task.window, task.calendar)
    name = identity(task.formula, state.cells.units[ask.cell], dims, window, period)
    return _Wanted(name, task.formula, member == TOTAL)


def _at_rest(cursor: Cursor, names: Sequence[str], at: int) -> dict[str, Revision]:
    """The last row of each open period by an instant; its value is as old as the row says."""
    if not names:
        return {}
    cursor.execute(
        "select distinct on (id) id, (extract(epoch from as_of) * 1000000)::bigint, value,"
        " numerator, denominator, revision from observation"
        " where id = any(%s) and as_of <= %s order by id, as_of desc",
        (list(names), time_of(at)),
    )
    return {row[0]: _resting(*row) for row in cursor}


def _resting(
    name: str,
    as_of: int,
    value: float | None,
    numerator: float | None,
    denominator: float | None,
    revision: int,
) -> Revision:
    reason = ZERO_DENOMINATOR if denominator == 0 else MISSING
    said = Said(value, numerator, denominator, None if value is not None else reason)
    return Revision(name, revision, as_of, said, 0)
