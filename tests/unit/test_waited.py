"""Which events may have waited is seen in the case's row; of ordinary cases none is looked up."""

import json
from typing import Any

from services.aggregator.count.case_rows import CaseBody, CaseRow
from services.aggregator.count.waited import may_have_waited
from services.domain.cases.book import case_of
from services.domain.engine.contributions import Contribution
from services.domain.events import Event, decode
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

NOW = at("2025-10-20T09:00")


def event(name: str, kind: str = "dossier.received", **more: Any) -> Event:
    data = RECEIPT if kind == "dossier.received" else {}
    said = document(kind, "2025-10-06T09:00", "H-1", data, id=name, **more)
    return decode(json.dumps(said).encode())


OPENING, STEP = event("a"), event("b", "dossier.finished")
CORRECTION = event("c", "dossier.finished", op="correct", supersedes="b")


def named(
    earlier: list[Event], fresh: list[Event], unit: str = "", ripe_at: int | None = None
) -> list[str]:
    row = CaseRow(case_of(earlier[0]), 1, CaseBody((), Contribution(unit)), 0, ripe_at)
    return [each.id for each in may_have_waited(row, earlier, fresh, NOW)]


def test_the_steps_of_an_open_dossier_cost_nothing() -> None:
    unit = "C:11953@2025-07-01"
    assert named([OPENING], [STEP], unit) == []
    assert named([OPENING], [STEP], unit, ripe_at=NOW + 1) == []
    assert named([OPENING], [], unit, ripe_at=at("2025-10-08T12:00")) == []
    assert named([OPENING, STEP, CORRECTION], [event("d", "dossier.rated")], unit) == []


def test_what_lacked_its_first_event_or_its_time_is_named() -> None:
    unit = "C:11953@2025-07-01"
    assert named([STEP], [OPENING]) == ["b"]
    assert named([OPENING, CORRECTION], [STEP], unit) == ["c"]
    assert named([OPENING], [], unit, ripe_at=OPENING.at + 1) == ["a"]
