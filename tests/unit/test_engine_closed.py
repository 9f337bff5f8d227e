"""Which closed periods are looked at again, and how their revisions are numbered."""

import numpy as np
import pytest

from services.domain.engine.closed import HELD, QUIET, Closed, Period
from services.domain.engine.revisions import (
    PAUSE_MAX,
    Revision,
    Said,
    implied,
    next_number,
    numbered,
    observed,
    pause_after,
    previous_of,
    read_name,
    revised_key,
)
from services.domain.engine.state import State
from services.domain.engine.waiting import Task
from services.domain.instants import HOUR, SECOND
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import at

NOW = at("2026-03-05T12:00")
PROVINCE, COMMUNE = "P:33@2025-07-01", "C:11953@2025-07-01"
MONTH = "PS-01|P:33@2025-07-01||month:2026-02"
PS_01 = Task("PS-01", "month", "statistical")
STATED = Revision(MONTH, 1, NOW, Said(50, 1, 2), 1)


def state_of(*commune_members: str) -> tuple[State, dict[str, int]]:
    state = State(catalogue(), units())
    named = {unit: state.cells.number(unit) for unit in (PROVINCE, COMMUNE)}
    for member in commune_members:
        named[member] = state.cells.number(COMMUNE, "agency", member)
    return state, named


def key(state: State, cell: int, measure: str = "dossiers_received") -> int:
    return state.cells.key(cell, state.numbers[measure])


def rested(closed: Closed, now: int = NOW, final_to: int = NOW) -> dict[Period, set[int]]:
    """What can be taken once everything has been left alone for long enough."""
    closed.advance(now, final_to)
    closed.advance(now + QUIET, final_to)
    return {period: set(cells) for period, cells, _ in closed.take()}


def touched(closed: Closed, state: State, cell: int, time: str) -> dict[Period, set[int]]:
    measure = catalogue().measures_of(catalogue().formulas["PS-01"])[0].id
    keys = np.array([key(state, cell, measure)])
    closed.touch(keys, np.array([at(time) // SECOND]))
    closed.advance(closed._now + QUIET, NOW)
    return {period: set(cells) for period, cells, _ in closed.take()}


def started() -> tuple[Closed, State, dict[str, int]]:
    """What waits after a start has been taken."""
    state, named = state_of("H33.15")
    closed = Closed(state)
    rested(closed)
    assert len(closed) == 0
    return closed, state, named


@pytest.mark.clause("7.2.3")
def test_a_late_point_touches_its_period_and_those_after_it() -> None:
    closed, state, named = started()
    found = touched(closed, state, named[PROVINCE], "2026-01-15T09:00")
    months = {p.period: cells for p, cells in found.items() if p.task == PS_01}
    assert months == {"2026-01": {named[PROVINCE]}, "2026-02": {named[PROVINCE]}}
    assert all(p.task.formula.split(".")[0] != "DE-01" for p in found)  # reports are not here


def test_a_point_of_an_open_period_touches_nothing() -> None:
    closed, state, named = started()
    assert closed.before == at("2026-03-01T00:00") // SECOND
    assert touched(closed, state, named[PROVINCE], "2026-03-01T00:00") == {}
    assert rested(closed) == {}


def test_what_is_older_than_what_is_held_touches_only_what_is_held() -> None:
    closed, state, named = started()
    found = touched(closed, state, named[PROVINCE], "2019-01-15T09:00")
    months = [p.period for p in found if p.task == PS_01]
    assert len(months) == HELD["month"]
    assert (min(months), max(months)) == ("2025-02", "2026-02")


def test_breakdowns_are_held_for_provinces_and_not_for_communes() -> None:
    closed, state, named = started()
    above = state.cells.find(PROVINCE, "agency", "H33.15")
    assert above is not None
    assert touched(closed, state, named["H33.15"], "2026-02-15T09:00") == {}
    assert any(
        above in cells for cells in touched(closed, state, above, "2026-02-15T09:00").values()
    )


@pytest.mark.clause("7.2.3")
def test_a_period_is_looked_at_in_all_cells_when_every_source_has_passed_it() -> None:
    closed, _, named = started()
    before = rested(closed, at("2026-04-01T00:09"), at("2026-03-31T23:59"))
    assert PS_01 not in {p.task for p in before}  # the administrative month has been, and outcomes
    closed.advance(at("2026-04-01T00:10"), at("2026-04-01T00:00"))
    closed.advance(at("2026-04-01T00:11"), at("2026-04-01T00:00"))
    found = {period: (set(cells), whole) for period, cells, whole in closed.take()}
    cells, whole = found[Period(PS_01, "2026-03")]
    assert whole
    assert {named[PROVINCE], named[COMMUNE]} <= cells
    assert not any(p.period == "2026-02" for p in found)


def test_events_that_do_not_cease_are_not_waited_for_for_ever() -> None:
    closed, state, named = started()
    keys, seconds = np.array([key(state, named[PROVINCE])]), np.array([at("2026-02-15T09:00")])
    for step in range(70):
        closed.touch(keys, seconds // SECOND)
        closed.advance(NOW + QUIET + step * SECOND, NOW)
        taken = [p for p, _, _ in closed.take()]
        assert bool(taken) == (step >= 60), step
        if taken:
            return


def test_what_is_put_off_comes_back_in_its_time() -> None:
    closed, _, named = started()
    period = Period(PS_01, "2026-02")
    closed.put_off(period, [named[PROVINCE]], NOW + HOUR)
    closed.advance(NOW + HOUR - 1, NOW)
    assert list(closed.take()) == []
    closed.advance(NOW + HOUR, NOW)
    assert [(p, cells) for p, cells, _ in closed.take()] == [(period, [named[PROVINCE]])]


@pytest.mark.clause("7.2.3")
def test_a_revision_is_a_value_that_differs() -> None:
    assert next_number(STATED, Said(50, 1, 2)) is None
    assert next_number(STATED, Said(50 * (1 + 1e-15), 1, 2)) is None
    assert next_number(STATED, Said(50, 2, 4)) == 2  # made of other numbers
    assert next_number(STATED, Said(None, null_reason="missing")) == 2
    assert next_number(None, Said(50, 1, 2)) == 1
    assert next_number(None, Said(None, 0, 0, "zero_denominator")) is None


def test_a_period_that_closed_empty_has_a_first_revision_without_a_row() -> None:
    assert implied(catalogue(), MONTH, None) is None
    closed = implied(catalogue(), MONTH, NOW)
    assert closed is not None
    assert next_number(closed, Said(0, 0, 0)) is None
    assert next_number(closed, Said(50, 1, 2)) == 2
    assert previous_of(closed) is None  # it had no value


def test_the_pause_doubles_up_to_an_hour() -> None:
    pauses = [pause_after(revision) for revision in range(1, 40)]
    assert pauses[:3] == [2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSE_MAX


def test_a_row_is_told_as_an_observation_under_a_key_of_its_own() -> None:
    made = observed(Revision(MONTH, 2, NOW, Said(60, 3, 5), 1), STATED)
    assert (made.id, made.revision, made.value, made.finality) == (MONTH, 2, 60, "final")
    assert (made.start, made.end) == ("2026-02-01T00:00:00+07:00", "2026-03-01T00:00:00+07:00")
    assert made.previous is not None
    assert (made.previous.value, made.previous.vintage) == (50, 1)
    assert revised_key(made) == "PS-01|P:33@2025-07-01||month~revised"
    admin = "PS-01|P:33@2025-07-01|agency=H33.15|month~admin:2026-02"
    assert read_name(admin) == (
        *("PS-01", PROVINCE, {"agency": "H33.15"}, "month", "administrative", "2026-02"),
    )


def test_a_value_without_its_number_is_provisional() -> None:
    final = observed(STATED)
    assert numbered(final, STATED, None).finality == "final"
    later = observed(Revision(MONTH, 0, NOW, Said(60, 3, 5), 1))
    found = numbered(later, STATED, None)
    assert (found.finality, found.revision, found.freshness.reason) == (
        *("provisional", 1, "revision_pending"),
    )
