"""What the engine remembers to answer quickly says the same as asking anew."""

from typing import Any

import numpy as np
import pytest

from services.domain.engine.cells import NO_CELL, Cells
from services.domain.engine.changes import Changes
from services.domain.engine.figures import Figure, Figures
from services.domain.engine.measures import REFERENCE_VALUE, Measure
from services.domain.engine.reference_rows import Stretch, always, date_at
from services.domain.engine.remembered import Remembered
from services.domain.engine.said import Said
from services.domain.instants import DAY
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import PROVINCE

TOTAL = ("", "")
COMMUNES = ("C:1", "C:2")
PLACE = ("PS-04", "30d", "statistical")


def population() -> Measure:
    """A measure of reference values."""
    found = (m for m in catalogue().measures.values() if REFERENCE_VALUE in m.event_types)
    return next(found)


def plainly(rows: dict[str, dict[str, Figure]], unit: str, at: int) -> float | None:
    """The newest row that began before an instant and holds still, else the sum of the communes."""
    begun = [date for date in rows[unit] if date_at(date) < at]
    newest = rows[unit][max(begun)] if begun else None
    if newest is not None and (newest.until is None or at <= newest.until):
        return newest.value
    if unit in COMMUNES:
        return None
    parts = [plainly(rows, each, at) for each in COMMUNES]
    given = [value for value in parts if value is not None]
    return sum(given) if given else None


def test_a_reference_value_is_the_same_at_every_instant_and_after_every_change() -> None:
    def above(unit: str) -> list[str]:
        return ["P:1"] if unit in COMMUNES else []

    figures = Figures(above, ["P:1", *COMMUNES].index)
    measure = population()
    rows: dict[str, dict[str, Figure]] = {"P:1": {}, "C:1": {}, "C:2": {}}
    changes = [
        ("C:1", "2020-01-01", Figure(10, 1)),
        ("C:2", "2021-06-01", Figure(7, 2, until=date_at("2022-01-01"))),
        ("P:1", "2023-01-01", Figure(100, 3, until=date_at("2023-03-01"))),
        ("C:1", "2022-05-15", Figure(11, 4)),
        ("P:1", "2024-01-01", Figure(200, 5)),
        ("C:1", "2020-01-01", None),
    ]
    bounds = [date_at(date) for _, date, _ in changes]
    bounds += [figure.until for _, _, figure in changes if figure and figure.until]
    instants = sorted({bound + step for bound in bounds for step in (-DAY, 0, 1, DAY)})
    for version, (unit, date, figure) in enumerate(changes, 1):
        figures.put(measure.id, unit, TOTAL, date, figure, version)
        if figure is None:
            del rows[unit][date]
        else:
            rows[unit][date] = figure
        for at in (*instants, *reversed(instants)):
            for place in rows:
                assert figures.row_at(measure, place, at) == plainly(rows, place, at)


def test_only_what_differs_is_said_again() -> None:
    said = Said()
    cells = np.array([9, 2, 5])

    def differing(*columns: list[float]) -> list[int]:
        found = said.differing(PLACE, cells, [np.array(column) for column in columns])
        return [int(index) for index in found]

    assert differing([1, 2, 3], [np.nan, 0, 1]) == [0, 1, 2]
    assert differing([1, 2, 3], [np.nan, 0, 1]) == []
    assert differing([1, 2, 4], [np.nan, np.nan, 1]) == [1, 2]
    said.forget(PLACE, [2])
    said.forget(PLACE, [77])
    assert differing([1, 2, 4], [np.nan, np.nan, 1]) == [1]
    more = np.array([5, 3, 9])
    columns = [np.array([4.0, 8, 1]), np.array([1, 0, np.nan])]
    assert said.differing(PLACE, more, columns).tolist() == [1]
    assert differing([1, 2, 4]) == [0, 1, 2]
    said.forget_all()
    assert differing([1, 2, 4]) == [0, 1, 2]


def test_minus_zero_is_said_as_another_number() -> None:
    said = Said()
    assert said.differing(PLACE, np.array([1]), [np.array([0.0])]).tolist() == [0]
    assert said.differing(PLACE, np.array([1]), [np.array([-0.0])]).tolist() == [0]


@pytest.mark.parametrize("many", [3, 3000])
def test_arrays_of_cells_say_what_the_cells_say(many: int) -> None:
    cells = Cells(units(), 10)
    for member in range(many):
        cells.number(PROVINCE, ("agency", "channel")[member % 2], str(member))
    cells.number(PROVINCE)
    every = np.arange(len(cells))
    allowed = [cells.members[cell][0] in {"", "agency"} for cell in every.tolist()]
    assert cells.has_dim(every, lambda dim: dim == "agency").tolist() == allowed
    assert cells.at_levels(every, "P").tolist() == [u.startswith("P:") for u in cells.units]
    for cell, above in zip(every.tolist(), cells.above(every).tolist(), strict=True):
        chain = cells.chain(cell)
        assert above == (chain[1] if len(chain) > 1 else NO_CELL)
    assert [dim == 0 for dim in cells.dims(every).tolist()] == [m == TOTAL for m in cells.members]


def test_an_answer_is_asked_for_again_when_it_may_be_another() -> None:
    asked: list[int] = []
    remembered = Remembered(rows_max=5)

    def answers(question: str, cells: list[int], versions: list[int], at: int = 0) -> list[Any]:
        def ask(cell: int) -> Stretch:
            asked.append(cell)
            return always(None) if cell == 3 else Stretch(-10, 10, cell / 2 + at)

        found = remembered.of(question, np.array(cells), np.array(versions), ask, at)
        return [*np.where(found.has, found.value, np.nan)]

    def again(*which: Any) -> tuple[list[Any], list[int]]:
        asked.clear()
        return answers(*which), asked

    nothing = pytest.approx(np.nan, nan_ok=True)
    assert again("a", [4, 3, 4], [1, 1, 1]) == ([2, nothing, 2], [4, 3, 4])
    assert again("a", [3, 4], [1, 1]) == ([nothing, 2], [])
    assert again("a", [3, 4], [1, 2]) == ([nothing, 2], [4])
    assert again("b", [4], [2]) == ([2], [4])
    assert again("a", [1, 4], [1, 2], 10) == ([10.5, 2], [1])
    assert again("a", [4], [2], 11) == ([13], [4])
    assert again("a", [4], [2], -10) == ([-8], [4])
    assert again("b", [4], [2]) == ([2], [])
    assert again("b", [4, 5], [2, 0]) == ([2, nothing], [])
    assert again("c", [7, 8], [1, 1]) == ([3.5, 4], [7, 8])
    assert again("b", [4], [2]) == ([2], [])
    assert again("a", [4], [2], -10) == ([-8], [4])


def test_changes_are_counted_at_and_above_the_unit_by_measure() -> None:
    numbers = {f"C:{number}": number for number in range(200)}
    changes = Changes(numbers.__getitem__)
    everywhere = np.arange(200)
    assert changes.at(["a"], everywhere).sum() == 0
    changes.add("a", ["C:3", "C:150"])
    changes.add("b", ["C:3"])
    changes.add("a", ["C:150"])
    assert changes.of("a", "C:150") == 2
    assert changes.of("b", "C:150") == 0
    assert changes.at(["a", "b", "c"], np.array([3, 150, 199, 3])).tolist() == [2, 2, 0, 2]
