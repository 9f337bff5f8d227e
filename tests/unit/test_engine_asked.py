"""From a query to the single values that it asks for."""

from datetime import date

import msgspec
import numpy as np
import pytest

from services.domain.engine.answered import ASKS_MAX, CELLS_PER_ROUND, rounds, wanted_of
from services.domain.engine.asked import asks
from services.domain.engine.silent import SilentCells
from services.domain.engine.state import State
from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR, SECOND
from services.domain.query import ObservationQuery, QueryRefused
from services.domain.times_asked import FIRST_AT, POINTS_MAX
from tests.unit.engine_centre import UNIT_FACTS, Counting, Reading
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

NOW = at("2026-03-05T12:00")


def state() -> State:
    centre, reading = Counting(), Reading()
    centre.count([document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)], 0, NOW)
    reading.read(centre)
    return reading.state


def ids(**said: object) -> list[str]:
    query = ObservationQuery(**said)  # type: ignore[arg-type]  # each test says what it needs
    return [ask.id for ask in asks(query, state(), NOW)]


def test_a_unit_a_formula_and_a_window() -> None:
    asked = {"indicators": ("PS-04.finished",), "windows": ("24h", "all")}
    expected = [f"PS-04.finished|P:33@2025-07-01||{window}" for window in ("24h", "all")]
    assert ids(units=("P:33",), **asked) == expected
    assert ids(units=("P:33@2025-07-01",), **asked) == expected
    assert ids(units=("P:99",), **asked) == ids(within=("P:99",), **asked) == []


def test_a_silent_unit_that_is_named_has_an_answer() -> None:
    asked = {"indicators": ("PS-05",), "windows": ("instant",)}
    assert ids(units=("P:34",), **asked) == ["PS-05|P:34@2025-07-01||instant"]


def test_the_units_below_and_all_that_counted() -> None:
    asked = {"indicators": ("PS-05",), "windows": ("instant",)}
    below = {f"PS-05|C:{code}@2025-07-01||instant" for code in ("11953", "11977")}
    assert set(ids(within=("P:33",), **asked)) == below
    assert ids(within=("C:11953",), **asked) == []
    everywhere = {"C:11953@2025-07-01", "P:33@2025-07-01", "N:VN@1900-01-01"}
    assert {name.split("|")[1] for name in ids(**asked)} == everywhere


def test_a_period_that_has_not_begun_has_no_value() -> None:
    asked = {"indicators": ("PS-04",), "units": ("P:33",)}
    begun = ids(periods=("2026-03", "2026-04", "2026", "2027", "9999-12"), **asked)
    names = {name.split("||")[1] for name in begun}
    assert names == {"month:2026-03", "ytd:2026"}
    series = ids(windows=("month",), history=True, from_at=NOW - DAY, to_at=NOW + 90 * DAY, **asked)
    assert series == ["PS-04|P:33@2025-07-01||month:2026-03"]


BEFORE, AFTER = date(2025, 6, 30), date(2026, 3, 5)
FORMER, TODAYS = "C:11953@1900-01-01", "C:11953@2025-07-01"


def reformed() -> State:
    """One dossier in a commune before the reform, one in a commune of today."""
    centre, reading = Counting(), Reading()
    receipts = [
        document("dossier.received", f"{day}T09:00", name, RECEIPT)
        for name, day in (("A-1", "2025-06-02"), ("A-2", "2026-03-02"))
    ]
    centre.count(receipts, 0, NOW)
    reading.read(centre)
    return reading.state


def brute(above: str, day: date) -> set[str]:
    """Every unit of which the named one is a parent, or a parent of a parent and so on.

    Those of the day, and of others those in which one of the dossiers was counted.
    """
    facts = {fact.key: fact for fact in UNIT_FACTS}
    chains: dict[str, list[str]] = {}
    for key, fact in facts.items():
        parents = [fact.parent]
        while parents[-1] is not None:
            parents.append(facts[parents[-1]].parent)
        chains[key] = [parent for parent in parents if parent is not None]
    counted = {key for last in (FORMER, "C:11953@2025-07-01") for key in (last, *chains[last])}
    of_day = {
        key
        for key, fact in facts.items()
        if fact.valid_from <= day and (fact.valid_to is None or day < fact.valid_to)
    }
    named = {key for key in of_day if facts[key].code == above}
    return {key for key in of_day | counted if named & set(chains[key])}


@pytest.mark.parametrize("above", ["N:VN", "P:33", "P:34", "D:323", "C:11953", "C:13000"])
@pytest.mark.parametrize(("period", "day"), [("2025-06", BEFORE), ("2026-03", AFTER)])
def test_the_units_below_at_any_depth(above: str, period: str, day: date) -> None:
    query = ObservationQuery(
        indicators=("PS-01",), within=(above,), windows=("month",), periods=(period,)
    )
    found = [ask.id.split("|")[1] for ask in asks(query, reformed(), NOW)]
    assert found == sorted(set(found))
    assert set(found) == brute(above, day)


def test_a_code_means_its_former_unit_when_nothing_else_is_known_of_it() -> None:
    centre, reading = Counting(), Reading()
    receipt = document("dossier.received", "2025-06-02T09:00", "A-1", RECEIPT)
    centre.count([receipt], 0, NOW)
    reading.read(centre)
    query = ObservationQuery(indicators=("PS-01",), units=("C:11953",), windows=("all",))
    (only,) = asks(query, reading.state, NOW)
    assert only.id == f"PS-01|{FORMER}||all"
    moved = msgspec.structs.replace(query, constant=True)
    assert {ask.id.split("|")[1] for ask in asks(moved, reading.state, NOW)} == {TODAYS}


def test_units_that_are_named_and_lie_below_another() -> None:
    asked = {"indicators": ("PS-05",), "windows": ("instant",)}
    named = ("C:11977", "C:13000", "P:33")
    assert ids(units=named, within=("P:33",), **asked) == ["PS-05|C:11977@2025-07-01||instant"]
    assert ids(units=named, within=("P:99",), **asked) == []


def test_the_breakdowns_of_all_units_below() -> None:
    query = ObservationQuery(
        indicators=("PS-01",), within=("N:VN",), windows=("24h",), breakdowns=("agency",)
    )
    found = {ask.id.split("|")[1] for ask in asks(query, reformed(), NOW)}
    expected = {FORMER, "P:33@1900-01-01", "C:11953@2025-07-01", "P:33@2025-07-01"}
    assert found - {"D:323@1900-01-01"} == expected


def test_a_question_changes_no_later_answer() -> None:
    reading = state()
    silent = SilentCells(reading.cells)

    def answered(**said: object) -> list[str]:
        query = ObservationQuery(indicators=("PS-01",), windows=("month",), **said)  # type: ignore[arg-type]  # as above
        found = [ask.id for ask in asks(query, reading, NOW, silent)]
        silent.answered()
        return found

    later = [{}, {"units": ("C:11953",), "periods": ("2025-05",)}, {"breakdowns": ("agency",)}]
    before = [answered(**each) for each in later]
    assert any("C:11953@2025-07-01" in name for name in before[1])
    answered(within=("N:VN",), periods=("2025-05",))
    answered(units=(FORMER, "P:34"))
    answered(units=("P:34",), constant=True, breakdowns=("agency",))
    assert [answered(**each) for each in later] == before


def test_a_cell_that_was_asked_for_first_and_counted_then_is_silent_no_more() -> None:
    reading = state()
    silent = SilentCells(reading.cells)
    cell = reading.cells.number("P:34@2025-07-01")
    figures = reading.cells.number("C:13000@2025-07-01")
    silent.answered()
    assert cell in silent
    assert figures in silent
    silent.counted(np.array([reading.cells.key(cell, 3)]), set())
    assert cell not in silent
    silent.counted(np.array([], dtype=np.int64), {("DE-01", "C:13000@2025-07-01")})
    assert figures not in silent


def test_too_many_values_are_refused_before_they_are_all_written_down() -> None:
    asked = {"within": ("N:VN",), "history": True, "from_at": at("1999-01-01"), "step": DAY}
    reading = state()
    query = ObservationQuery(**asked)  # type: ignore[arg-type]  # as above
    with pytest.raises(Refused, match=f"more than {ASKS_MAX} values"):
        wanted_of(query, reading, NOW)


def test_breakdowns_are_given_when_they_are_asked_for() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "windows": ("24h",)}
    assert len(ids(**asked)) == 1
    assert ids(**asked, breakdowns=("agency",)) == ["PS-01|P:33@2025-07-01|agency=H33.15|24h"]
    assert ids(**asked, members=(("block", "ministry"),)) == []


def test_periods_go_to_the_windows_that_have_them() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "periods": ("2026-02", "2025")}
    both = ids(**asked, calendars=())
    assert both == [
        f"PS-01|P:33@2025-07-01||{window}"
        for window in ("month:2026-02", "month~admin:2026-02", "ytd:2025", "ytd~admin:2025")
    ]
    assert ids(**asked) == [name for name in both if "admin" not in name]


def test_a_history_has_a_value_for_each_step_or_period() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "history": True}
    hours = ids(**asked, windows=("24h",), from_at=NOW - 3 * HOUR, to_at=NOW + DAY, step=HOUR)
    assert len(hours) == 4
    assert hours == sorted(hours)
    assert all("|24h@" in name for name in hours)
    assert len(ids(**asked, windows=("24h",))) == 30
    months = ids(**asked, windows=("month",), from_at=at("2025-12-31"))
    assert [name.rpartition(":")[2] for name in months] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    years = ids(**asked, windows=("ytd",))
    assert [name.rpartition(":")[2] for name in years] == ["2025", "2026"]


def test_a_history_from_before_1970_is_in_the_order_of_time() -> None:
    query = ObservationQuery(
        units=("P:33",),
        indicators=("PS-01",),
        windows=("24h",),
        history=True,
        from_at=-2 * DAY,
        to_at=2 * DAY,
        step=DAY,
    )
    asked = list(asks(query, state(), NOW))
    assert [ask.task.at for ask in asked] == [-2 * DAY, -DAY, 0, DAY]
    assert [ask.id for ask in asked] == sorted(ask.id for ask in asked)
    first = msgspec.structs.replace(query, from_at=FIRST_AT, step=7 * DAY)
    (part, *_) = rounds(first, asks(first, state(), NOW))
    assert part[0].task.at == FIRST_AT


def test_a_page_looks_at_few_values_more_than_it_holds() -> None:
    query = ObservationQuery(
        units=("P:33",),
        indicators=("PS-01",),
        windows=("24h",),
        history=True,
        from_at=NOW - 5_000 * HOUR,
        step=HOUR,
        limit=900,
    )
    wanted = list(asks(query, state(), NOW))
    parts = list(rounds(query, wanted))
    assert [len(part) for part in parts] == [901, 1802, CELLS_PER_ROUND, 298]
    assert [ask for part in parts for ask in part] == wanted


def test_a_history_too_long_is_refused() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "history": True}
    with pytest.raises(QueryRefused, match=f"more than {POINTS_MAX} points") as refused:
        ids(**asked, windows=("24h",), from_at=NOW - DAY, step=SECOND)
    assert refused.value.parameter == "step"
    with pytest.raises(QueryRefused, match=f"more than {POINTS_MAX} periods") as refused:
        ids(**asked, windows=("month",), from_at=at("0900-01-01"))
    assert refused.value.parameter == "from"
