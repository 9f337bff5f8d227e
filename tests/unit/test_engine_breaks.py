"""The first value after a change of boundary or formula carries the mark of a break."""

from typing import Any

import msgspec
import pytest

from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from tests.unit.engine_centre import Counting, Reading
from tests.unit.reference_log import COUNTRY, PROVINCE, at, received, written

NOW = at("2026-03-20T12:00")


def observed(unit: str, window: str, period: str, **changed: Any) -> dict[str, Any]:
    """PS-01 of a unit by a catalogue that differs from ours in these members."""
    ours = next(each for each in load_indicator_documents() if each["id"] == "PS-01")
    measures = [parse_measure(document) for document in load_measure_documents()]
    catalogue = Catalogue(measures, [parse_indicator({**ours, **changed})])
    centre, reading = Counting(), Reading(catalogue)
    centre.count([written(received("2025-07-04T09:00"))], 0, NOW)
    reading.read(centre)
    cell = reading.state.cells.number(unit)
    (one,) = Observer(reading.state).observe(
        catalogue.formulas["PS-01"], window, "statistical", [cell], Moment(NOW, NOW), period
    )
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(one))
    return found


@pytest.mark.clause("7.4.1")
@pytest.mark.parametrize(
    ("unit", "window", "period", "marked"),
    [
        (PROVINCE, "month", "2025-07", True),
        (PROVINCE, "ytd", "2025", True),
        (PROVINCE, "month", "2025-08", False),
        (PROVINCE, "month", "2025-06", False),
        (COUNTRY, "month", "2025-07", False),
    ],
)
def test_new_boundaries_break_the_series(unit: str, window: str, period: str, marked: bool) -> None:
    found = observed(unit, window, period).get("break")
    mark = {"mark": "B", "at": "2025-07-01", "reason": "boundary"}
    assert found == (mark if marked else None)


@pytest.mark.clause("7.4.1")
def test_a_new_formula_breaks_the_series() -> None:
    changed = {"formula_version": 2, "effective_from": "2026-02-01"}
    mark = {"mark": "B", "at": "2026-02-01", "reason": "formula"}
    assert observed(PROVINCE, "month", "2026-02", **changed)["break"] == mark
    assert "break" not in observed(PROVINCE, "month", "2026-03", **changed)
    assert "break" not in observed(PROVINCE, "month", "2026-02", effective_from="2026-02-01")


def test_what_has_no_value_is_compared_with_nothing_on_constant_boundaries() -> None:
    former = [
        written(received(f"{day}T09:00", day, channel=2, unit="P:33", unitasof="2025-06-30"))
        for day in ("2024-05-05", "2025-05-05")
    ]
    today = written(received("2025-07-04T09:00"))
    centre, reading = Counting(), Reading()
    centre.count([*former, today], 0, NOW)
    reading.read(centre)
    state = reading.state
    (one,) = Observer(state).observe(
        state.catalogue.formulas["PS-01"],
        "month",
        "statistical",
        [state.cells.number(PROVINCE)],
        Moment(NOW, NOW),
        "2025-05",
    )
    found = msgspec.json.decode(msgspec.json.encode(one))
    assert found["value"] is None
    assert "comparisons" not in found
