"""What else is counted of dossiers: handling time, complaints, late cohorts, closed lists."""

from typing import Any

from services.domain.events import Event
from services.reference.facts import known_at
from tests.unit.reference_documents import Document, measure, opinion
from tests.unit.reference_log import COMMUNE, FAR_COMMUNE, at, event, received, step

LATER = at("2026-06-01T00:00")
DOSSIER: Document = {
    "kind": "flow",
    "source": "case",
    "case": "dossier",
    "value": "1",
    "agg": "sum",
    "at": "received_at",
    "quantum": 1,
    "dimensions": {"procedure": "procedure_code"},
}


def counted(
    events: list[Event], unit: str = COMMUNE, now: int = LATER, **said: Any
) -> float | None:
    return opinion(events, [measure("m", DOSSIER, **said)]).measure("m", unit, None, None, now, now)


def yes(name: str) -> list[Document]:
    return [{"field": name, "op": "=", "value": True}]


def test_handling_time_is_working_time_without_the_pauses() -> None:
    """6.5 hours on Monday 6, 8 on Tuesday less one of pause, 1.5 on Wednesday: 15 hours."""
    events = [
        received("2025-10-06T09:00", limit_working_hours=16),
        step("supplement_requested", "2025-10-07T09:00"),
        step("supplement_completed", "2025-10-07T10:00"),
        step("finished", "2025-10-08T09:00"),
    ]
    assert counted(events, value="handling_time") == 15 * 3600
    assert counted(events, value="limit_time") == 16 * 3600
    assert counted(events[:3], value="handling_time") == 0


def test_a_complaint_or_a_last_dislike_is_complained() -> None:
    opened = received("2025-10-06T09:00")
    disliked = step("rated", "2025-10-07T09:00", data={"rating": -1})
    liked = step("rated", "2025-10-08T09:00", data={"rating": 1})
    complaint = step("rated", "2025-10-06T10:00", data={"complaint": True})
    assert counted([opened, disliked], filter=yes("is_complained")) == 1
    assert counted([opened, disliked, liked], filter=yes("is_complained")) == 0
    assert counted([opened, complaint, liked], filter=yes("is_complained")) == 1


def test_a_cohort_is_late_when_the_clock_says_so() -> None:
    events = [received("2025-10-06T09:00", due="2025-10-08T17:30")]
    moments = ("2025-10-08T17:30", "2025-10-08T17:31")
    found = [counted(events, filter=yes("is_late"), now=at(moment)) for moment in moments]
    assert found == [0, 1]
    done = [*events, step("finished", "2025-10-08T17:30")]
    assert counted(done, filter=yes("is_late")) == 0


def a_list(unit: str, first: str, last: str, *members: str) -> Event:
    said = {"list_id": "top_procedures", "valid_from": first, "valid_to": last}
    subject = f"top_procedures/{first}"
    return event(
        "reference.list", "2025-09-01T00:00", subject, said | {"members": list(members)}, unit=unit
    )


def test_a_dossier_is_judged_by_the_list_of_its_province_else_of_the_country() -> None:
    """The province's list holds in October only and lacks the procedure."""
    top = [{"field": "procedure_code", "op": "in_list", "value": "top_procedures"}]
    lists = [
        a_list("N:VN", "2025-10-01", "2026-01-01", "1.001193"),
        a_list("P:33", "2025-10-01", "2025-11-01", "2.000815"),
    ]
    october, november = received("2025-10-31T23:00", "A-1"), received("2025-11-01T00:00", "A-2")
    far, early = received("2025-10-06T09:00", unit="C:13000"), received("2025-09-30T09:00", "A-3")
    assert counted([*lists, october], filter=top) == 0
    assert counted([*lists, november], filter=top) == 1
    assert counted([*lists, far], FAR_COMMUNE, filter=top) == 1
    assert counted([*lists, early], filter=top) == 0


def test_known_at_leaves_out_what_was_recorded_later() -> None:
    first = received("2025-10-06T09:00")
    later = received("2025-10-06T09:00", "A-2", recordedtime="2025-10-07T09:00")
    assert known_at([first, later], at("2025-10-07T08:59")) == [first]
    assert known_at([first, later], at("2025-10-07T09:00")) == [first, later]
