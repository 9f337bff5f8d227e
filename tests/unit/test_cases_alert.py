"""The life of an alert: raised, acknowledged or escalated, cleared; no measure counts it."""

import msgspec

from services.domain.cases.alert import fold_alert
from services.domain.cases.fold import Attributes
from services.domain.events import decode
from services.domain.worktime import WorkingCalendar
from tests.unit.counted import LATER, outcome
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

Step = tuple[str, str, Document]
RAISED = {"rule_id": "R1", "rule_version": 1, "indicator_id": "PS-04", "level": 1}


def alert(*steps: Step) -> list[Document]:
    opening = document("alert.raised", "2025-10-06T09:00", "AL-1", RAISED)
    return [opening, *(document(f"alert.{k}", t, "AL-1", data) for k, t, data in steps)]


def folded(documents: list[Document]) -> Attributes | None:
    events = [decode(msgspec.json.encode(each)) for each in documents]
    fold = fold_alert(events, lambda _event: WorkingCalendar(), LATER)
    return None if fold is None else fold.attributes


def test_an_alert_is_what_its_events_make_of_it() -> None:
    steps: list[Step] = [
        ("acknowledged", "2025-10-06T09:05", {"actor": "A"}),
        ("acknowledged", "2025-10-06T09:06", {"actor": "B"}),
        ("escalated", "2025-10-06T09:10", {"actor": "A", "to": "B", "level": 2}),
        ("cleared", "2025-10-06T10:00", {"cause": "value_back"}),
        ("escalated", "2025-10-06T11:00", {"actor": "A", "to": "B", "level": 3}),
    ]
    found = folded(alert(*steps))
    assert found == {
        "raised_at": at("2025-10-06T09:00"),
        "indicator_id": "PS-04",
        "rule_id": "R1",
        "level": 2,
        "acknowledged_at": at("2025-10-06T09:05"),
        "cleared_at": at("2025-10-06T10:00"),
    }
    assert folded(alert(*steps)[1:]) is None


def test_an_alert_counts_nothing_and_its_events_are_counted() -> None:
    found = outcome(alert())
    assert found.contribution.points == ()
    assert set(found.states.values()) == {"counted"}
    later: Step = ("acknowledged", "2025-10-06T09:05", {"actor": "A"})
    waiting = alert(later)[1:]
    assert set(outcome(waiting).states.values()) == {"waiting"}
