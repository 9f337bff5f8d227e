"""Targets in force: the one that began latest, as long as it holds and is not taken back."""

from typing import Any

from services.domain.engine.state import State
from services.domain.engine.targets import Target
from services.domain.worktime import local_day
from tests.unit.asked_measures import read
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

NOW = at("2025-12-01T00:00")
PROVINCE, TOTAL = "P:33@2025-07-01", ("", "")


def target(begins: str, ends: str, value: float, **said: Any) -> Document:
    data = {
        "indicator_id": "PS-01",
        "valid_from": begins,
        "valid_to": ends,
        "value": value,
        "document": "QD-1",
    } | said
    named = ("indicator_id", "valid_from", "dim", "dim_value")
    subject = "/".join(str(data[name]) for name in named if name in data)
    return document("target.set", "2025-08-01T00:00", subject, data, unit="P:33")


def day(date: str) -> int:
    return local_day(at(f"{date}T00:00"))


def value(state: State, date: str, member: tuple[str, str] = TOTAL) -> float | None:
    found = state.targets.in_force("PS-01", PROVINCE, member, day(date))
    return None if found is None else found.value


def test_the_target_that_began_latest_is_in_force() -> None:
    first = target("2025-01-01", "2025-12-31", 80, start_value=60)
    second = target("2025-10-01", "2025-10-31", 90)
    state = read([first, second], NOW, "dossiers_received").state
    assert [value(state, f"2025-{date}") for date in ("09-30", "10-01", "10-31", "11-01")] == [
        *(80, 90, 90, 80)
    ]
    assert value(state, "2026-01-01") is None
    found = state.targets.in_force("PS-01", PROVINCE, TOTAL, day("2025-11-01"))
    assert found == Target(day("2025-01-01"), day("2025-12-31"), 80, 60)
    assert state.targets.in_force("PS-01", "N:VN@1900-01-01", TOTAL, day("2025-11-01")) is None


def test_a_target_of_a_breakdown_and_one_that_is_retracted() -> None:
    agency = target("2025-01-01", "2025-12-31", 70, dim="agency", dim_value="H33.15")
    gone = target("2025-01-01", "2025-12-31", 80)
    back = gone | {"id": "r", "op": "retract", "supersedes": gone["id"]}
    state = read([agency, gone, back], NOW, "dossiers_received").state
    assert value(state, "2025-05-01", ("agency", "H33.15")) == 70
    assert value(state, "2025-05-01") is None
    begins = day("2025-01-01")
    assert not state.targets.put("PS-01", PROVINCE, ("agency", "H33.15"), begins, None, 0)
