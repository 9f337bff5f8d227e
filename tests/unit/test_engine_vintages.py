"""Vintages of reported figures: in any order the same end, and what was known before it."""

import itertools

import msgspec
import pytest

from services.domain.engine.figure import VINTAGES_MAX, Figure, Vintage
from services.domain.engine.observation import Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.sourced import sourced
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at, stamp

NOW = at("2026-09-05T12:00")
PROVINCE = "P:33@2025-07-01"
RELEASED = {1: "2026-03-29T08:00", 2: "2026-04-29T08:00", 3: "2026-08-29T08:00"}
LEVELS = {1: "uoc_tinh", 2: "so_bo", 3: "chinh_thuc"}
AMOUNTS = {1: 5, 2: 7, 3: 6}


def vintage(number: int, unit: str = "P:33", **said: object) -> Document:
    figure = {
        "sector": "IT_INDUSTRY",
        "flow": "revenue",
        "origin": "all",
        "period": "2026-03",
        "period_calendar": "statistical",
        "amount_vnd": AMOUNTS[number] * 10**9,
        "vn_level": LEVELS[number],
        "vintage_no": number,
        "released_at": stamp(RELEASED[number]),
        **said,
    }
    subject = "IT_INDUSTRY/revenue/all/2026-03/statistical"
    sent = document("sector.revenue", RELEASED[number], subject, figure, unit=unit)
    return sent | {"id": f"{unit}-v{number}"}


def observed(
    reading: Reading, now: int = NOW, known_at: int | None = None, period: str | None = "2026-03"
) -> Observation:
    state, formula = reading.state, catalogue().formulas["DE-01"]
    cell = state.cells.number(PROVINCE)
    if known_at is not None:
        state = state.as_known(known_at, {m.id for m in catalogue().measures_of(formula)})
        now = known_at
    observer = Observer(state)
    (found,) = observer.observe(formula, "month", "statistical", [cell], Moment(now, now), period)
    return found


@pytest.mark.clause("7.2.1")
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_vintages_in_any_order_end_in_the_same_value_and_revision(order: tuple[int, ...]) -> None:
    counting, reading = Counting(), Reading()
    greatest = 0
    for number in order:
        counting.count([vintage(number)], 0, NOW)
        reading.read(counting)
        greatest = max(greatest, number)
        found = observed(reading)
        assert (found.value, found.revision) == (AMOUNTS[greatest], greatest)
        assert found.vn_level == LEVELS[greatest]
    assert found.previous is not None
    before = msgspec.to_builtins(found.previous)
    assert before == {
        "value": 7,
        "vintage": 2,
        "vn_level": "so_bo",
        "released_at": stamp(RELEASED[2]),
    }
    assert found.status == "A"


@pytest.mark.clause("7.2.2")
def test_a_report_is_told_by_what_had_been_released() -> None:
    counting, reading = Counting(), Reading()
    counting.count([vintage(number) for number in (3, 1, 2)], 0, NOW)
    reading.read(counting)
    told = []
    for time in ("2026-03-29T07:59", "2026-03-29T08:00", "2026-05-01T00:00", "2026-09-01T00:00"):
        found = observed(reading, known_at=at(time))
        told.append((found.value, found.revision, found.vn_level, found.null_reason))
    assert told == [
        (None, 0, None, "missing"),
        (5, 1, "uoc_tinh", None),
        (7, 2, "so_bo", None),
        (6, 3, "chinh_thuc", None),
    ]
    assert observed(reading, known_at=at("2026-03-29T08:00")).finality == "provisional"
    preliminary = observed(reading, known_at=at("2026-05-01T00:00"))
    assert preliminary.previous is not None
    assert (preliminary.previous.value, preliminary.previous.vintage) == (5, 1)


@pytest.mark.clause("7.2.1")
def test_a_growth_names_the_growth_by_the_vintage_before() -> None:
    growth = catalogue().formulas["DE-04"]
    before = Vintage(110, 110, 1, 50, "so_bo")
    revised = Figure(115, 1, "so_bo", 2, 100, (), 110, 1, 50, earlier=(before,))
    found = sourced([revised], growth, (), None, simulated=False, value=15).previous
    assert found is not None
    assert (round(found.value, 9), found.vintage) == (10, 1)
    lacking = sourced([revised], growth, (), None, simulated=False)
    assert (lacking.revision, lacking.previous) == (2, None)
    share = catalogue().formulas["TI-01"]
    assert sourced([revised], share, (), None, simulated=False, value=15).previous is None


def test_each_new_vintage_of_a_part_is_one_revision_of_the_sum() -> None:
    counting, reading = Counting(), Reading()
    counting.count([vintage(1, "C:11953"), vintage(1, "C:11977")], 0, NOW)
    reading.read(counting)
    assert observed(reading).revision == 1
    counting.count([vintage(2, "C:11953"), vintage(3, "C:11977")], 0, NOW)
    reading.read(counting)
    found = observed(reading)
    assert (found.value, found.revision, found.previous) == (13, 4, None)


def test_a_figure_that_was_stored_before_vintages_were_kept_is_read() -> None:
    old = msgspec.msgpack.encode([5, 3, "so_bo", 2, 100, [], 4.0, 1, 50, "statistical"])
    figure = msgspec.msgpack.decode(old, type=Figure)
    assert figure.earlier == ()
    assert figure.known_at(100) == figure
    assert figure.known_at(99) is None


def test_of_many_vintages_the_newest_are_kept() -> None:
    figure = Figure(9, 1, None, 99, 99)
    kept = tuple(Vintage(n, n, n, n) for n in range(98, 98 - VINTAGES_MAX, -1))
    figure = msgspec.structs.replace(figure, earlier=kept)
    first = kept[-1].number
    found = figure.known_at(first)
    assert found is not None
    assert (found.vintage, found.earlier, found.previous_value) == (first, (), None)
    assert figure.known_at(first - 1) is None


def test_a_vintage_without_a_time_of_release_was_not_known() -> None:
    assert Figure(9, 1, None, 2, None, earlier=(Vintage(8, 8, 1, 10),)).known_at(20) == Figure(
        8, 1, None, 1, 10
    )
