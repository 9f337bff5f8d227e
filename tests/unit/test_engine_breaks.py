"""The mark of a broken series: which values carry it, with which date and reason."""

from datetime import date

import msgspec
import pytest

from services.domain.engine.breaks import BOUNDARY, FORMULA, Breaks
from services.domain.engine.indicator import Indicator
from services.domain.engine.observation import Break
from services.domain.engine.observe import Moment, Observer
from services.domain.engine.state import State
from services.domain.engine.windows import place
from services.domain.units import Successor, Unit, UnitList
from tests.unit.engine_centre import catalogue
from tests.unit.reference_log import at

COUNTRY, OLD, NEW = "N:VN@1900-01-01", "P:33@1900-01-01", "P:33@2025-07-01"
REFORM = date(2025, 7, 1)


def unit(key: str, parent: str | None, begin: date, end: date | None) -> Unit:
    code = key.partition("@")[0]
    return msgspec.convert(
        {
            "key": key,
            "level": code[0],
            "code": code,
            "type": "",
            "parent": parent,
            "name_vi": code,
            "name_short_vi": code,
            "lat": None,
            "lon": None,
            "valid_from": begin,
            "valid_to": end,
        },
        Unit,
    )


def units() -> UnitList:
    """A province that was joined with another one on 1 July 2025 and kept its code."""
    first = date(1900, 1, 1)
    return UnitList(
        [
            unit(COUNTRY, None, first, None),
            unit(OLD, COUNTRY, first, REFORM),
            unit(NEW, COUNTRY, REFORM, None),
        ],
        [Successor(OLD, NEW, 1, "whole", True)],
    )


def indicator(version: int = 1, since: str = "2025-07-01") -> Indicator:
    found = catalogue().indicators["PS-04"]
    return msgspec.structs.replace(found, formula_version=version, effective_from=since)


@pytest.mark.clause("7.4.1")
@pytest.mark.parametrize(
    ("window", "calendar", "period", "marked"),
    [
        ("month", "statistical", "2025-06", False),
        ("month", "statistical", "2025-07", True),
        ("month", "statistical", "2025-08", False),
        ("month", "administrative", "2025-07", True),  # from 15 June
        ("month", "administrative", "2025-08", False),
        ("year", "statistical", "2025", True),
        ("ytd", "statistical", "2026", False),
    ],
)
def test_the_first_period_of_a_new_unit_carries_the_break(
    window: str, calendar: str, period: str, marked: bool
) -> None:
    span = place(window, calendar, at("2026-11-20T12:00"), period)
    found = Breaks(units()).within(indicator(), NEW, span)
    assert found == (Break("2025-07-01", BOUNDARY) if marked else None)


@pytest.mark.clause("7.4.1")
@pytest.mark.parametrize(
    ("now", "marked"),
    [
        ("2025-06-30T23:59", False),
        ("2025-07-01T00:01", True),
        ("2025-07-30T12:00", True),
        ("2025-08-01T12:00", False),
    ],
)
def test_a_rolling_window_carries_it_as_long_as_it_reaches_over_the_day(
    now: str, marked: bool
) -> None:
    span = place("30d", "statistical", at(now))
    assert (Breaks(units()).within(indicator(), NEW, span) is not None) is marked
    everything = place("all", "statistical", at(now))
    assert Breaks(units()).within(indicator(), NEW, everything) is None


@pytest.mark.clause("7.4.1")
def test_a_new_version_of_a_formula_breaks_every_unit() -> None:
    changed = indicator(2, "2026-03-01")
    span = place("month", "statistical", at("2026-11-20T12:00"), "2026-03")
    breaks = Breaks(units())
    assert breaks.within(changed, NEW, span) == Break("2026-03-01", FORMULA)
    assert breaks.within(changed, COUNTRY, span) == Break("2026-03-01", FORMULA)
    assert breaks.within(indicator(1, "2026-03-01"), COUNTRY, span) is None
    year = place("year", "statistical", at("2026-11-20T12:00"), "2025")
    assert breaks.within(indicator(2, "2025-07-01"), NEW, year) == Break("2025-07-01", BOUNDARY)


@pytest.mark.clause("7.4.1")
def test_an_observation_says_it_under_the_name_of_the_contract() -> None:
    state = State(catalogue(), units())
    now = at("2025-07-20T12:00")
    cells = [state.cells.number(NEW), state.cells.number(COUNTRY)]
    formula = catalogue().formulas["PS-01"]
    made = Observer(state).observe(formula, "month", "statistical", cells, Moment(now, now))
    said = {each["unit"]: each.get("break") for each in msgspec.to_builtins(made)}
    assert said == {"P:33": {"date": "2025-07-01", "reason": "boundary"}, "N:VN": None}
