"""Versions of an indicator: in force by their dates, and held against each other in shadow."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import pytest

from services.domain.engine.answered import answers, wanted_of
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.differing import Difference, differing, versions_compared
from services.domain.engine.indicator import Indicator
from services.domain.engine.looked_at import adopt, under
from services.domain.engine.observation import Observation
from services.domain.engine.observing import Moment
from services.domain.engine.said import Said
from services.domain.engine.state import State
from services.domain.engine.through_time import TimedObserver
from services.domain.engine.versions import (
    in_force,
    known_versions,
    last_day,
    next_change,
    version_faults,
)
from services.domain.query import ObservationQuery
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.engine_documents import Document
from tests.unit.reference_log import at
from tests.unit.test_engine_values import dossier, revenue

TODAY = date(2026, 3, 5)
NOW = "2026-03-05T12:00"
PROVINCE = "P:33@2025-07-01"


def version(number: int, begin: str, name: str = "PS-01", **changed: Any) -> Indicator:
    """A version of an indicator of the standard, changed in some members."""
    return msgspec.structs.replace(
        catalogue().indicators[name], formula_version=number, effective_from=begin, **changed
    )


def with_versions(*versions: Indicator, today: date = TODAY) -> Catalogue:
    """The standard's catalogue with these versions beside its own."""
    listed = [*catalogue().indicators.values(), *versions]
    return in_force(catalogue().measures.values(), listed, today)


def counted(asked: Catalogue, log: Sequence[Document], now: str = NOW) -> State:
    centre, reading = Counting(), Reading(asked)
    centre.count(log, 0, at(now))
    reading.read(centre)
    return reading.state


def dossiers() -> list[Document]:
    """Ten of January, three of them full online, and ten of February, seven of them."""
    return [
        dossier(100 * month + n, f"2026-0{month}-10T09:00", requires_paper_result=n >= online)
        for month, online in ((1, 3), (2, 7))
        for n in range(10)
    ]


def found(state: State, indicator: str = "PS-01", **query: Any) -> list[Observation]:
    """The observations that a query asks for, in the order of their ids."""
    asked = ObservationQuery(indicators=(indicator,), units=("P:33",), **query)
    wanted = wanted_of(asked, state, at(NOW)).values()
    made = answers(wanted, state, Moment(at(NOW), at(NOW)))
    listed = sorted(made, key=lambda each: each.ask.id)
    return [each.observation for each in listed if each.observation is not None]


ALL_COUNT = version(2, "2026-02-01", numerator=("dossiers_received",))
"""Another formula: whatever was received counts."""


@pytest.mark.clause("4.1.2")
def test_a_closed_period_keeps_the_version_that_it_ended_under() -> None:
    state = counted(with_versions(ALL_COUNT), dossiers())
    months = found(state, windows=("month",), periods=("2026-01", "2026-02"))
    assert [(o.period, o.value, o.formula_version) for o in months] == [
        ("2026-01", 30, 1),
        ("2026-02", 100, 2),
    ]
    year = found(state, windows=("ytd",))
    assert [(o.value, o.formula_version) for o in year] == [(100, 2)]


def test_a_rolling_window_has_the_version_of_its_day() -> None:
    state = counted(with_versions(ALL_COUNT), dossiers())
    days = (at("2026-01-31T12:00"), at("2026-02-01T12:00") + 1)
    series = found(
        state, windows=("30d",), history=True, from_at=days[0], to_at=days[1], step=86_400_000_000
    )
    assert [(o.value, o.formula_version) for o in series] == [(30, 1), (100, 2)]


def test_a_report_keeps_the_version_of_its_period() -> None:
    doubled = version(2, "2026-02-01", "DE-01", scale=2.0)
    state = counted(with_versions(doubled), [revenue("2026-01", 5)])
    later = counted(with_versions(doubled), [revenue("2026-01", 5), revenue("2026-02", 7)])
    made = [*found(state, "DE-01", windows=("month",)), *found(later, "DE-01", windows=("month",))]
    assert [(o.period, o.value, o.formula_version) for o in made] == [
        ("2026-01", 5, 1),
        ("2026-02", 14, 2),
    ]


def test_what_only_the_old_version_has_is_answered_for_its_time_alone() -> None:
    shorter = version(2, "2026-02-01", windows=("30d", "ytd", "all"))
    state = counted(with_versions(shorter), dossiers())
    months = found(state, windows=("month",), periods=("2026-01", "2026-02"))
    assert [(o.period, o.formula_version) for o in months] == [("2026-01", 1)]
    assert found(state, windows=("month",)) == []


def test_a_version_comes_into_force_by_the_clock() -> None:
    coming = version(2, "2026-04-01", scale=-100.0)
    before = with_versions(coming)
    assert before.indicators["PS-01"].formula_version == 1
    assert next_change(before, TODAY) == date(2026, 4, 1)
    after = with_versions(coming, today=date(2026, 4, 1))
    assert after.indicators["PS-01"].formula_version == 2
    assert next_change(after, date(2026, 4, 1)) == date.max
    assert not before.same_as(after)
    assert "PS-01" in before.trials
    assert "PS-01" not in after.trials


def test_a_clock_that_goes_back_before_a_version_tells_the_one_before_it_again() -> None:
    coming = version(2, "2026-03-06", numerator=("dossiers_received",))
    state = counted(with_versions(coming), dossiers())
    observer, formula = TimedObserver(state, Said()), state.catalogue.formulas["PS-01"]
    cells, told = [state.cells.number(PROVINCE)], []
    for time in ("2026-03-05T23:59", "2026-03-06T00:01", "2026-03-05T23:59"):
        moment = Moment(at(time), at(time))
        told += observer.observe(formula, "all", "statistical", cells, moment)
    assert [(o.value, o.formula_version) for o in told] == [(50, 1), (100, 2), (50, 1)]


def test_an_indicator_ends_and_another_begins() -> None:
    ended = version(2, "2026-01-01", "ST-01", effective_to="2026-02-28")
    assert "ST-01" not in with_versions(ended).indicators
    assert "ST-01" in with_versions(ended, today=date(2026, 2, 28)).indicators
    listed = [*catalogue().indicators.values(), version(1, "2026-04-01", id="ST-09")]
    measures = list(catalogue().measures.values())
    for day, there in ((date(2026, 3, 31), False), (date(2026, 4, 1), True)):
        assert ("ST-09" in in_force(measures, listed, day).indicators) is there


def test_versions_are_listed_with_their_state() -> None:
    known = with_versions(
        version(2, "2026-02-01", scale=1.0),
        version(3, "2026-09-01", scale=2.0),
        version(4, "2027-01-01", shadow=True),
    )
    listed = known_versions(known, "PS-01")
    assert [(v.formula_version, v.state) for v in listed] == [
        (1, "past"),
        (2, "in_force"),
        (3, "coming"),
        (4, "shadow"),
    ]
    assert [v.state for v in known_versions(known, "PS-02")] == ["in_force"]
    assert known_versions(known, "PS-99") == []
    assert known.trials["PS-01"].indicators["PS-01"].formula_version == 4


FAULTS = [
    ([version(1, "2026-02-01")], "formula_version: there are two of 1"),
    ([version(2, "2025-07-01")], "effective_from: must lie after it: version 1 begins"),
    ([version(2, "2026-01-01", shadow=True), version(3, "2026-02-01")], "shadow: only the newest"),
    ([version(2, "2026-01-01", effective_to="2026-02-01"), version(3, "2026-02-01")], "before it"),
]


@pytest.mark.parametrize(("versions", "reason"), FAULTS)
def test_versions_that_do_not_go_together_are_named(versions: list[Indicator], reason: str) -> None:
    faults = version_faults([*catalogue().indicators.values(), *versions])
    said = [f"{'.'.join(map(str, fault.path))}: {fault.reason}" for _, fault in faults]
    assert any(reason in each for each in said), said


def differences(
    asked: Catalogue, log: Sequence[Document], only: str | None = None, **query: Any
) -> list[Difference]:
    state = counted(asked, log)
    sides = (state, under(state, state.catalogue.trials["PS-01"]))
    page = differing(
        ObservationQuery(units=("P:33",), **query), "PS-01", only, sides, Moment(at(NOW), at(NOW))
    )
    return [msgspec.convert(item, Difference, from_attributes=True) for item in page.items]


SHADOW = version(
    2,
    "2026-01-01",
    shadow=True,
    numerator=("dossiers_received",),
    windows=("24h", "month", "ytd", "all"),
)


def test_a_version_in_shadow_is_held_against_the_one_in_force() -> None:
    asked = with_versions(SHADOW)
    assert asked.indicators["PS-01"].formula_version == 1
    (ytd,) = differences(asked, dossiers(), windows=("ytd",))
    assert (ytd.old, ytd.new) != (None, None)
    assert ytd.old is not None
    assert ytd.new is not None
    assert (ytd.old.value, ytd.old.formula_version) == (50, 1)
    assert (ytd.new.value, ytd.new.formula_version) == (100, 2)
    assert (ytd.difference, ytd.ratio) == (50, 2)
    past = differences(asked, dossiers(), windows=("month",), periods=("2026-01", "2026-02"))
    assert [(d.period, d.difference) for d in past] == [("2026-01", 70), ("2026-02", 30)]


def test_a_window_of_one_version_alone_has_no_difference() -> None:
    (month,) = differences(with_versions(SHADOW), dossiers(), windows=("30d",))
    assert month.old is not None
    assert (month.new, month.difference, month.ratio) == (None, None, None)


def test_levels_that_would_change_are_found() -> None:
    lower = version(2, "2026-04-01", alert_levels=catalogue().indicators["PS-01"].alert_levels)
    bounds = lower.alert_levels
    steps = tuple(
        msgspec.structs.replace(step, bound=bound)
        for step, bound in zip(bounds.levels, (99, 98, 97), strict=True)
    )
    rule = msgspec.structs.replace(bounds, levels=steps, min_denominator=1)
    changed = msgspec.structs.replace(lower, alert_levels=rule)
    (found_there,) = differences(with_versions(changed), dossiers(), "level")
    assert found_there.window == "30d"
    assert found_there.difference == 0
    assert found_there.level_changes
    assert differences(with_versions(version(2, "2026-04-01")), dossiers(), "changed") == []


def test_pages_of_differences_make_up_the_whole() -> None:
    state = counted(with_versions(SHADOW), dossiers())
    sides = (state, under(state, state.catalogue.trials["PS-01"]))
    moment, after = Moment(at(NOW), at(NOW)), None
    seen: list[object] = []
    asked = ObservationQuery(units=("P:33", "C:11953", "N:VN"), limit=500)
    whole = differing(asked, "PS-01", None, sides, moment)
    for _ in range(500):
        part = msgspec.structs.replace(asked, limit=3, after=after)
        page = differing(part, "PS-01", None, sides, moment)
        seen += page.items
        after = page.after
        if after is None:
            break
    assert tuple(seen) == whole.items
    assert len(seen) > 3


def test_what_differs_between_versions_is_named() -> None:
    asked = with_versions(version(2, "2026-04-01", "PS-04", scale=-100.0, decimals=1))
    compared = versions_compared(asked, asked.trials["PS-04"], "PS-04")
    assert compared.changed == ("decimals", "scale")
    assert "PS-12" in compared.also_changes
    assert compared.new == {"formula_version": 2, "effective_from": "2026-04-01"}


def test_what_was_counted_is_held_for_every_version() -> None:
    narrow = version(2, "2026-04-01", dimensions=())
    state = counted(with_versions(narrow), dossiers())
    assert adopt(state, with_versions(narrow, today=date(2026, 4, 1)))
    fewer = counted(
        in_force(
            catalogue().measures.values(),
            [version(1, "2025-07-01", dimensions=())],
            TODAY,
        ),
        dossiers(),
    )
    assert not adopt(fewer, with_versions())


def test_a_window_ends_before_the_day_that_begins_with_its_end() -> None:
    assert last_day(at("2026-02-01T00:00"), at(NOW)) == date(2026, 1, 31)
    assert last_day(at("2026-05-01T00:00"), at(NOW)) == TODAY
