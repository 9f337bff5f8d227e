"""A ratio of the country says how many provinces stand behind it, and is withheld below most."""

from typing import Any

import msgspec
import pytest

from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.events import Event
from services.reference.compare import compare
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.reference_log import (
    COUNTRY,
    OTHER_PROVINCE,
    PROVINCE,
    at,
    event,
    reference,
    reference_value,
    subscriptions,
    written,
)

NOW = at("2026-06-02T12:00")
MAY = "2026-05"
HOUSEHOLDS = reference_value("households", "N:VN", "2026-01-01", 1_000_000)


def observed(formula: str, unit: str, *events: Event) -> dict[str, Any]:
    """An indicator of May as the engine gives it, held against the second opinion."""
    centre, reading = Counting(), Reading()
    documents = [written(each) for each in events]
    centre.count(documents, 0, NOW)
    reading.read(centre)
    cell = reading.state.cells.number(unit)
    found = Observer(reading.state).observe(
        catalogue().formulas[formula], "month", "statistical", [cell], Moment(NOW, NOW), MAY
    )
    (document,) = msgspec.json.decode(msgspec.json.encode(found))
    assert compare([document], reference(*events), lambda _: NOW) == []
    return dict(document)


def fibre(unit: str, households: int) -> Event:
    return subscriptions(unit, MAY, 10_000, fibre=households)


def death(unit: str, number: int) -> Event:
    data = {"deaths_30d": 1, "injured": 0, "road_class": "national"}
    return event("traffic.crash", "2026-05-04T08:00", f"crash-{number}", data, unit=unit)


def test_one_province_is_not_the_country() -> None:
    found = observed("TI-03", COUNTRY, HOUSEHOLDS, fibre("P:33", 20_000))
    assert (found["value"], found["null_reason"]) == (None, "below_coverage")
    assert found["coverage"] == {"reported": 1, "expected": 2}
    assert found["freshness"]["state"] == "partial"
    assert (found["numerator"], found["denominator"]) == (20_000, 1_000_000)


def test_all_provinces_are() -> None:
    events = (HOUSEHOLDS, fibre("P:33", 20_000), fibre("P:34", 30_000))
    found = observed("TI-03", COUNTRY, *events)
    assert found["value"] == 5
    assert found["coverage"] == {"reported": 2, "expected": 2}


def test_what_the_country_itself_reports_needs_no_province() -> None:
    found = observed("TI-03", COUNTRY, HOUSEHOLDS, fibre("P:33", 20_000), fibre("N:VN", 851_000))
    assert found["value"] == pytest.approx(85.1)
    assert "coverage" not in found


def test_a_denominator_of_the_same_provinces_hides_nothing() -> None:
    households = reference_value("households", "P:33", "2026-01-01", 40_000)
    found = observed("TI-03", COUNTRY, households, fibre("P:33", 20_000))
    assert found["value"] == 50


def test_a_province_is_not_judged_by_its_communes() -> None:
    households = reference_value("households", "P:33", "2026-01-01", 40_000)
    found = observed("TI-03", PROVINCE, households, fibre("C:11953", 20_000))
    assert found["value"] == 50


def test_counted_events_are_judged_the_same_way() -> None:
    people = reference_value("population", "N:VN", "2026-01-01", 1_000_000)
    alone = observed("TR-01", COUNTRY, people, death("C:11953", 1))
    assert alone["null_reason"] == "below_coverage"
    assert alone["coverage"] == {"reported": 1, "expected": 2}
    both = observed("TR-01", COUNTRY, people, death("C:11953", 1), death("P:34", 2))
    assert both["value"] == pytest.approx(100_000 * 2 / 1_000_000)
    own = observed("TR-01", COUNTRY, people, death("C:11953", 1), death("N:VN", 2))
    assert "coverage" not in own


def test_a_province_that_was_never_heard_is_known_to_be_there() -> None:
    found = observed("TI-03", OTHER_PROVINCE, HOUSEHOLDS, fibre("P:33", 20_000))
    assert (found["value"], found["null_reason"]) == (None, "missing")
