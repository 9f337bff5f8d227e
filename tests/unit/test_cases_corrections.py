"""The contract's two worked examples: what a correction and a retraction move, and from where."""

from itertools import permutations
from typing import Any

import pytest

from tests.unit.counted import LATER, points
from tests.unit.engine_documents import Document, document

RECEIVED, PLACE = "2025-10-06T09:00", "H33.15-251006-0002"
COUNTER = {
    "procedure_code": "1.001193",
    "svc_level": "full",
    "channel": 1,
    "submitted_at": "2025-10-06T08:00:00+07:00",
    "due_at": "2025-10-13T17:30:00+07:00",
    "requires_paper_result": False,
    "agency_id": "H33.15",
}
ONLINE = COUNTER | {"channel": 2, "due_at": "2025-10-08T17:30:00+07:00"}


def event(name: str, kind: str, time: str, data: Document, recorded: str, **said: Any) -> Document:
    envelope = {"id": name, "recordedtime": f"{recorded}:05+07:00"} | said
    return document(f"dossier.{kind}", time, PLACE, data, **envelope)


CORRECTION = [
    event("a-1", "received", RECEIVED, COUNTER, RECEIVED),
    event("a-2", "finished", "2025-10-09T10:00", {}, "2025-10-09T10:00"),
    event("a-3", "received", RECEIVED, ONLINE, "2025-10-09T11:00", op="correct", supersedes="a-1"),
]
TAKEN_BACK = {"op": "retract", "supersedes": "b-2"}
RETRACTION = [
    event("b-1", "received", RECEIVED, COUNTER, RECEIVED),
    event("b-2", "finished", "2025-10-07T10:00", {}, "2025-10-07T10:00"),
    event(
        "b-3",
        "finished",
        "2025-10-07T10:00",
        {},
        "2025-10-07T14:00",
        op="retract",
        supersedes="b-2",
    ),
    event("b-4", "finished", "2025-10-14T09:00", {}, "2025-10-14T09:00"),
]
NAMES = ("received", "submitted_online", "closed_on_time", "closed_late", "open")


def counts(documents: list[Document]) -> dict[str, dict[str, int]]:
    found = points(documents, LATER)
    return {name: found.get(f"dossiers_{name}", {}) for name in NAMES}


def test_a_correction_moves_the_contributions_within_their_panes() -> None:
    open_ = {RECEIVED: 1, "2025-10-09T10:00": -1}
    assert counts(CORRECTION[:2]) == {
        "received": {RECEIVED: 1},
        "submitted_online": {},
        "closed_on_time": {"2025-10-09T10:00": 1},
        "closed_late": {},
        "open": open_,
    }
    after = {
        "received": {RECEIVED: 1},
        "submitted_online": {RECEIVED: 1},
        "closed_on_time": {},
        "closed_late": {"2025-10-09T10:00": 1},
        "open": open_,
    }
    for order in permutations(CORRECTION):
        assert counts([*order, *order]) == after


def test_a_retraction_opens_the_dossier_again_until_its_real_finish() -> None:
    assert counts(RETRACTION[:2])["closed_on_time"] == {"2025-10-07T10:00": 1}
    assert counts(RETRACTION[:3])["open"] == {RECEIVED: 1}
    for order in permutations(RETRACTION):
        found = counts([*order])
        assert found["closed_on_time"] == {}
        assert found["closed_late"] == {"2025-10-14T09:00": 1}
        assert found["open"] == {RECEIVED: 1, "2025-10-14T09:00": -1}
        overdue = points([*order], LATER)["dossiers_overdue"]
        assert overdue == {"2025-10-13T17:30": 1, "2025-10-14T09:00": -1}


@pytest.mark.parametrize("restored", ["2025-10-08T10:00", "2025-10-20T10:00"])
def test_a_correction_after_a_retraction_brings_the_fact_back(restored: str) -> None:
    back = event(
        "b-5", "finished", restored, {}, "2025-10-21T10:00", op="correct", supersedes="b-2"
    )
    found = counts([back, *RETRACTION[:3]])
    assert found["open"] == {RECEIVED: 1, restored: -1}
