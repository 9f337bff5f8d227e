"""Observations written column by column are byte for byte what msgspec makes of each of them."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.evaluate.records import records_of, told_of
from services.cli.benches.filling import filled
from services.domain.engine.columns import (
    Chosen,
    Column,
    Framed,
    Kept,
    Lists,
    Numbers,
    Objects,
    Plain,
    Same,
    Table,
    alike,
    chosen,
    member,
    plain,
)
from services.domain.engine.evaluated import Evaluated
from services.domain.engine.json_parts import joined
from services.domain.engine.numbers import WHOLE_MAX
from services.domain.engine.observation import (
    Boundaries,
    Break,
    Comparison,
    Coverage,
    Freshness,
    Level,
    Observation,
    Previous,
    Rank,
    TargetGap,
    key_of,
)
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.sourced import COUNTED, COUNTED_SIMULATED
from services.domain.instants import DAY
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import at

COUNT = 4
NOW = at("2026-10-14T10:07")
ODD = 'Đà Nẵng – "Hải Châu" \\ / \x00\x1f\t\n\u2028 🏙'
TEXTS = st.sampled_from(["", "C:11953", "é", ODD]) | st.text(st.characters(codec="utf-8"))
FLOATS = st.sampled_from([np.nan, 0.0, -0.0, 1.0, -3.0, 1e-7, 0.1, WHOLE_MAX, 1e17, -1e300]) | (
    st.floats(allow_nan=True, allow_infinity=False)
)


def arrays(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[np.ndarray[Any, Any]]:
    return st.lists(elements, min_size=COUNT, max_size=COUNT).map(np.array)


def several(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(elements, min_size=COUNT, max_size=COUNT)


def options(*values: Any) -> st.SearchStrategy[Column]:
    """Any of these for each, or one of them for all."""
    places = arrays(st.integers(0, len(values) - 1))
    return places.map(lambda found: chosen(values, found)) | (
        st.sampled_from(values).map(Same)
        | places.map(lambda found: alike([values[place] for place in found]))
    )


NUMBERS: st.SearchStrategy[Column] = arrays(FLOATS).map(Numbers)
THERE = arrays(st.booleans()) | st.none()


def table(values: list[Any]) -> Table:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def known(values: list[Any]) -> Kept:
    texts = [msgspec.json.encode(each) for each in values]
    return Kept(table(values), table(texts), np.arange(COUNT)[::-1])


def framed(before: str, inner: list[str], after: str) -> Framed:
    texts = [msgspec.json.encode(each)[1:-1] for each in inner]
    return Framed(before, Kept(table(inner), table(texts), np.arange(COUNT)), after)


COMPARISONS = st.builds(
    lambda delta, base, moved, there: Objects(
        Comparison,
        {
            "kind": Same("yoy"),
            "delta": Numbers(np.nan_to_num(delta)),
            "unit": Same("%"),
            "base_value": base,
            "boundaries": moved,
        },
        there,
    ),
    arrays(FLOATS),
    NUMBERS,
    options(msgspec.UNSET, "constant"),
    THERE,
)
TARGETS = st.builds(
    lambda gap, high, achieved, op, there: Objects(
        TargetGap,
        {
            "value": plain(np.nan_to_num(gap)),
            "op": op,
            "gap": Plain(np.nan_to_num(gap)),
            "gap_unit": Same("pp"),
            "high": plain(high),
            "achieved": Plain(achieved),
        },
        there,
    ),
    *(arrays(FLOATS) for _ in range(3)),
    options("<=", ">="),
    THERE,
)
RANKS = st.builds(
    lambda pos, of, there: Objects(
        Rank, {"pos": Numbers(pos * 1.0), "of": Numbers(of * 1.0)}, there
    ),
    arrays(st.integers(0, 99)),
    arrays(st.integers(0, 9999)),
    THERE,
)
MEMBERS: dict[str, st.SearchStrategy[Column]] = {
    "id": st.builds(framed, TEXTS, several(TEXTS), TEXTS),
    "indicator": TEXTS.map(Same),
    "unit": several(TEXTS).map(known),
    "valid_from": several(TEXTS).map(known),
    "dims": several(st.dictionaries(TEXTS, TEXTS, max_size=2)).map(known),
    "window": TEXTS.map(Same),
    "period": options(None, "2026-10"),
    "calendar": TEXTS.map(Same),
    "value": NUMBERS | several(st.none() | TEXTS).map(alike),
    "numerator": NUMBERS,
    "denominator": NUMBERS,
    "null_reason": options(None, "missing", "zero_denominator"),
    "formula_version": options(None, 1, 2),
    "status": options("A", "M"),
    "vn_level": options(None, "so_bo"),
    "finality": options("final"),
    "closes_at": options(None, "2026-11-01T00:00:00+07:00"),
    "revision": options(0, 1, 300),
    "previous": options(None, Previous(3, 1, ODD), Previous(2.5, 2, "x", "so_bo")),
    "released_at": options(None, "x"),
    "freshness": options(Freshness("live"), Freshness("late", "x", None, (ODD, "b"))),
    "coverage": options(None, Coverage(3, 34)),
    "comparisons": st.lists(COMPARISONS, min_size=1, max_size=3).map(Lists) | st.just(Same(())),
    "target": TARGETS | st.just(Same(None)),
    "level": options(None, Level(None, ODD, 1), Level(3, "x", 2, held=True)),
    "rank": RANKS | st.just(Same(None)),
    "quality": options((), ("simulated",), (ODD, "b")),
    "warnings": options((), ("sudden_change",)),
    "boundaries": options(None, Boundaries("constant", "x"), Boundaries("c", "x", True, ("a",))),
    "break_": options(None, Break("B", "2025-07-01", "boundary")),
    "start": TEXTS.map(Same),
    "end": TEXTS.map(Same),
    "as_of": TEXTS.map(Same),
}


@given(st.fixed_dictionaries(MEMBERS))
def test_a_column_is_written_as_its_observations_are(members: dict[str, Column]) -> None:
    column = Objects(Observation, members)
    made = column.values(COUNT)
    assert joined(column.parts(COUNT), COUNT) == [msgspec.json.encode(each) for each in made]


def test_an_attribute_of_what_is_chosen_is_chosen() -> None:
    column = alike([COUNTED, COUNTED_SIMULATED, COUNTED])
    assert isinstance(column, Chosen)
    assert list(member(column, "quality").values(3)) == [(), ("simulated",), ()]
    assert member(column, "revision") == Same(0)
    assert member(alike([COUNTED, COUNTED]), "revision") == Same(0)


@pytest.fixture(name="made", scope="module")
def _made() -> list[Evaluated]:
    """Everything that is said of a filled state, of breakdowns and former boundaries as well."""
    state = filled(catalogue(), units(), NOW, 2).state
    for measure in catalogue().measures.values():
        for dim in measure.dimensions:
            state.cells.number("P:33@2025-07-01", dim, ODD)
    observer, cells = Observer(state), range(len(state.cells))
    moments = [Moment(NOW, NOW - DAY), Moment(NOW, NOW - DAY, constant=True)]
    return [
        told
        for formula in catalogue().formulas.values()
        for window in formula.windows
        for calendar in catalogue().indicators[formula.indicator].calendars_of(window)
        for moment in moments
        for told in observer.told(formula, window, calendar, cells, moment)
        if isinstance(told, Evaluated)
    ]


def test_a_record_is_the_observation_in_two_parts(made: list[Evaluated]) -> None:
    assert {each.span.period is None for each in made} == {True, False}
    for each in made:
        records, observations = records_of(each), each.observations()
        assert records.keys == [key_of(one) for one in observations]
        contents, clock = records.told
        texts = [content + clock + b"}" for content in contents]
        assert texts == [msgspec.json.encode(one) for one in observations]
        assert told_of(observations[0]) == records.at(np.array([0])).told
