"""What is counted of a dossier by the day it came in: handling time, lateness, complaints."""

from typing import Any

import pytest

from tests.unit.counted import outcome, points
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at

Step = tuple[str, str, Document]
RECEIVED, DUE = "2025-10-06T09:00", "2025-10-13T17:30"


def dossier(*steps: Step, **said: Any) -> list[Document]:
    data = RECEIPT | {"due_at": f"{DUE}:00+07:00"} | said
    opening = document("dossier.received", RECEIVED, "H-1", data)
    return [opening, *(document(f"dossier.{k}", t, "H-1", more) for k, t, more in steps)]


def test_an_open_dossier_is_late_from_the_instant_after_its_deadline() -> None:
    assert outcome(dossier(), at(DUE)).ripe_at == at(DUE) + 1
    assert "dossiers_late_cohort" not in points(dossier(), at(DUE))
    late = points(dossier(), at(DUE) + 1)
    assert late["dossiers_late_cohort"] == {RECEIVED: 1}
    assert late["dossiers_late_or_complained"] == {RECEIVED: 1}
    assert outcome(dossier(), at(DUE) + 1).ripe_at is None


def test_two_requests_make_a_dossier_late_at_the_second() -> None:
    asked: list[Step] = [("supplement_requested", f"2025-10-0{day}T09:00", {}) for day in (7, 8)]
    assert outcome(dossier(*asked[:1])).ripe_at is None
    assert points(dossier(*asked))["dossiers_late_cohort"] == {RECEIVED: 1}


def test_handling_time_is_working_time_without_the_pauses() -> None:
    steps: list[Step] = [
        ("supplement_requested", "2025-10-07T09:00", {}),
        ("supplement_completed", "2025-10-09T09:00", {}),
        ("finished", "2025-10-10T09:00", {}),
    ]
    found = points(dossier(*steps, limit_working_hours=40))
    assert found["dossier_handling_time"] == {RECEIVED: 16 * 3600}
    assert found["dossier_limited_handling_time"] == {RECEIVED: 16 * 3600}
    assert found["dossier_limit_time"] == {RECEIVED: 40 * 3600}
    assert found["dossiers_handled"] == {RECEIVED: 1}
    assert found["dossier_handling_sketch~70"] == {RECEIVED: 1}
    assert "dossiers_handled" not in points(dossier(*steps[:2], ("returned", DUE, {})))


@pytest.mark.parametrize(
    ("ratings", "complained"),
    [
        ([{"rating": -1}], True),
        ([{"rating": -1}, {"rating": 0}], False),
        ([{"rating": -1}, {"complaint": False}], True),
        ([{"complaint": True}, {"rating": 1}], True),
        ([{"rating": 1}], False),
    ],
)
def test_a_complaint_or_the_last_rating_counts(
    ratings: list[Document], *, complained: bool
) -> None:
    steps = [("rated", f"2025-10-1{n}T09:00", said) for n, said in enumerate(ratings)]
    found = points(dossier(("finished", "2025-10-09T09:00", {}), *steps))
    assert ("dossiers_complained" in found) is complained
    assert ("dossiers_late_or_complained" in found) is complained


def test_fees_files_and_components() -> None:
    said = {"fee_total": 5, "paid_online": 2, "has_component_file": True, "reused_components": 1}
    found = points(dossier(**said))
    for name in ("with_fee", "paid_online", "digitised", "reusing"):
        assert found[f"dossiers_{name}"] == {RECEIVED: 1}
    assert "dossiers_with_fee" not in points(dossier(fee_total=0, paid_online=1))
