"""The life of a feedback item: terms, pauses, transfers, episodes, and what the clock makes bad."""

from typing import Any

import pytest

from tests.unit.counted import extents, outcome, points
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at, stamp

SUBMITTED = "2025-10-06T09:00"
LEGAL = "2025-10-27T17:30"
"""The end of the 15th working day after a Monday."""
SAID = {"channel": "app", "category": "transport"}


def item(*steps: tuple[str, str, Document], **said: Any) -> list[Document]:
    """An item submitted on Monday, 6 October 2025, with these later events."""
    opening = document("feedback.submitted", SUBMITTED, "F-1", SAID | said)
    return [opening, *(document(f"feedback.{k}", t, "F-1", data) for k, t, data in steps)]


def test_an_open_item_is_in_time_until_the_end_of_the_15th_working_day() -> None:
    found = points(item())
    assert found["feedback_received"] == {SUBMITTED: 1}
    assert found["feedback_open_in_time"] == {SUBMITTED: 1, LEGAL: -1}
    assert found["feedback_open_late"] == {LEGAL: 1}
    assert found["feedback_overdue"] == {LEGAL: 1}
    assert extents(item())["feedback_next_due"] == [(SUBMITTED, LEGAL, at(LEGAL))]


def test_the_clock_makes_an_open_item_bad_when_its_term_has_passed() -> None:
    before = outcome(item(), at(LEGAL))
    assert before.ripe_at == at(LEGAL) + 1
    assert "feedback_bad" not in points(item(), at(LEGAL))
    assert points(item(), at(LEGAL) + 1)["feedback_bad"] == {SUBMITTED: 1}
    assert outcome(item(), at(LEGAL) + 1).ripe_at is None


def test_a_resolution_in_time_closes_the_episode() -> None:
    found = points(item(("resolved", "2025-10-10T09:00", {})))
    assert found["feedback_closed_on_time"] == {"2025-10-10T09:00": 1}
    assert found["feedback_open_in_time"] == {SUBMITTED: 1, "2025-10-10T09:00": -1}
    assert "feedback_bad" not in found
    assert "feedback_closed_late" not in found
    assert "feedback_open_late" not in found
    (sketch,) = (name for name in found if name.startswith("feedback_resolve_sketch~"))
    assert found[sketch] == {"2025-10-10T09:00": 1}


def test_a_late_resolution_is_late_and_bad() -> None:
    found = points(item(("resolved", "2025-10-28T09:00", {})))
    assert found["feedback_closed_late"] == {"2025-10-28T09:00": 1}
    assert found["feedback_open_late"] == {LEGAL: 1, "2025-10-28T09:00": -1}
    assert found["feedback_bad"] == {SUBMITTED: 1}


def test_an_item_that_was_late_is_in_time_after_its_transfer() -> None:
    moved, due = "2025-10-29T08:00", "2025-11-19T17:30"
    found = points(item(("transferred", moved, {"agency_id": "H33.2"})))
    assert found["feedback_open_in_time"] == {SUBMITTED: 1, LEGAL: -1, moved: 1, due: -1}
    assert found["feedback_open_late"] == {LEGAL: 1, moved: -1, due: 1}


def test_a_pause_moves_the_term_by_its_working_time() -> None:
    asked, answered = "2025-10-07T09:00", "2025-10-09T09:00"
    steps = item(("supplement_requested", asked, {}), ("in_progress", answered, {}))
    found = points(steps)
    assert found["feedback_open_late"] == {"2025-10-29T17:30": 1}
    assert "feedback_open_late" not in points(steps[:2])
    assert extents(steps)["feedback_next_due"] == [
        (SUBMITTED, asked, at(LEGAL)),
        (answered, "2025-10-29T17:30", at("2025-10-29T17:30")),
    ]


@pytest.mark.parametrize(
    ("asked", "late"), [("2025-10-13T17:30", False), ("2025-10-13T17:31", True)]
)
def test_a_request_after_the_fifth_working_day_is_late_itself(asked: str, *, late: bool) -> None:
    found = points(item(("supplement_requested", asked, {})))
    assert ("feedback_open_late" in found) is late
    if late:
        assert found["feedback_open_late"] == {asked: 1}


@pytest.mark.parametrize(
    ("closed", "late"), [("2025-10-08T17:30", False), ("2025-10-08T17:31", True)]
)
def test_a_refusal_has_two_working_days(closed: str, *, late: bool) -> None:
    found = points(item(("refused", closed, {"reason": "x"})))
    assert found["feedback_closed_late" if late else "feedback_closed_on_time"] == {closed: 1}
    assert ("feedback_bad" in found) is late


@pytest.mark.parametrize(
    ("published", "late"), [("2025-10-14T17:30", False), ("2025-10-14T17:31", True)]
)
def test_an_answer_is_published_within_two_working_days(published: str, *, late: bool) -> None:
    closed = "2025-10-10T10:00"
    found = points(item(("resolved", closed, {}), ("published", published, {})))
    assert found["feedback_closed_late" if late else "feedback_closed_on_time"] == {closed: 1}


def test_each_episode_is_counted_for_itself_and_the_item_once() -> None:
    found = points(
        item(
            ("resolved", "2025-10-08T10:00", {}),
            ("resolved", "2025-10-09T10:00", {}),
            ("reopened", "2025-10-13T10:00", {}),
            ("refused", "2025-10-14T10:00", {"reason": "x"}),
        )
    )
    assert found["feedback_received"] == {SUBMITTED: 1}
    assert found["feedback_closed_on_time"] == {"2025-10-08T10:00": 1, "2025-10-14T10:00": 1}
    assert found["feedback_bad"] == {SUBMITTED: 1}
    assert found["feedback_open_in_time"] == {
        SUBMITTED: 1,
        "2025-10-08T10:00": -1,
        "2025-10-13T10:00": 1,
        "2025-10-14T10:00": -1,
    }


def test_a_reopening_without_a_close_starts_no_episode_but_is_bad() -> None:
    found = points(item(("reopened", "2025-10-07T10:00", {})))
    assert found["feedback_bad"] == {SUBMITTED: 1}
    assert found["feedback_open_in_time"] == {SUBMITTED: 1, LEGAL: -1}


@pytest.mark.parametrize(("ratings", "bad"), [([-1], True), ([-1, 1], False), ([0, 1, -1], False)])
def test_an_item_is_bad_when_more_dislike_than_like_it(ratings: list[int], *, bad: bool) -> None:
    steps = [("rated", f"2025-10-1{n}T10:00", {"rating": r}) for n, r in enumerate(ratings)]
    found = points(item(("resolved", "2025-10-08T10:00", {}), *steps))
    assert ("feedback_bad" in found) is bad


DUE, LATER_DUE = "2025-10-10T17:30", "2025-10-15T17:30"


@pytest.mark.parametrize(
    ("kind", "sent", "overdue"),
    [
        ("in_progress", "2025-10-10T17:30", {LATER_DUE: 1}),
        ("in_progress", "2025-10-10T17:31", {DUE: 1}),
        ("transferred", "2025-10-13T08:00", {DUE: 1, "2025-10-13T08:00": -1, LATER_DUE: 1}),
    ],
)
def test_a_promise_is_renewed_in_time_or_by_a_transfer(
    kind: str, sent: str, overdue: dict[str, int]
) -> None:
    said = {"due_at": f"{LATER_DUE}:00+07:00", "agency_id": "H33.2"}
    renewed = item((kind, sent, said), due_at=f"{DUE}:00+07:00")
    assert points(renewed)["feedback_overdue"] == overdue
    warned = [*outcome(renewed).warnings.values()]
    assert warned == (["extension_after_due"] if overdue == {DUE: 1} else [])


def test_a_pause_moves_a_promise_on_in_clock_time() -> None:
    asked, answered = "2025-10-09T17:30", "2025-10-11T17:30"
    found = points(
        item(
            ("supplement_requested", asked, {}),
            ("in_progress", answered, {}),
            ("resolved", "2025-10-14T09:00", {}),
            due_at=f"{DUE}:00+07:00",
        )
    )
    assert found["feedback_overdue"] == {"2025-10-12T17:30": 1, "2025-10-14T09:00": -1}


def test_the_share_of_the_promised_time_leaves_a_running_pause_out() -> None:
    closed = "2025-10-08T09:00"
    found = points(
        item(
            ("supplement_requested", "2025-10-07T09:00", {}),
            ("resolved", closed, {}),
            due_at="2025-10-10T09:00:00+07:00",
        )
    )
    (sketch,) = (name for name in found if name.startswith("feedback_sla_sketch~"))
    assert sketch == "feedback_sla_sketch~-17"  # 48 of 96 hours


def test_the_agency_is_the_last_one_that_an_event_names() -> None:
    steps: list[tuple[str, str, Document]] = [
        ("assigned", "2025-10-07T09:00", {"agency_id": "H33.2"}),
        ("supplement_requested", "2025-10-08T09:00", {}),
    ]
    members = outcome(item(*steps, agency_id="H33.1")).contribution.members
    assert members == {
        "agency": "H33.2",
        "category": "transport",
        "channel": "app",
        "urgency": "normal",
    }
    assert outcome(item()).contribution.members["agency"] == "-"


def test_what_comes_before_the_submission_counts_as_at_it_and_alone_it_waits() -> None:
    early = item(("resolved", "2025-10-01T09:00", {}))
    assert points(early)["feedback_closed_on_time"] == {SUBMITTED: 1}
    waiting = outcome(early[1:])
    assert set(waiting.states.values()) == {"waiting"}
    assert waiting.contribution.points == ()


def test_a_reopening_of_an_open_item_may_give_another_due_date() -> None:
    again = ("reopened", "2025-10-07T10:00", {"due_at": stamp(LATER_DUE)})
    assert points(item(again, due_at=stamp(DUE)))["feedback_overdue"] == {LATER_DUE: 1}
    late = ("reopened", "2025-10-11T10:00", {"due_at": stamp(LATER_DUE)})
    assert points(item(late, due_at=stamp(DUE)))["feedback_overdue"] == {DUE: 1}


def test_a_pause_does_not_move_a_due_date_that_was_set_within_it() -> None:
    steps: list[tuple[str, str, Document]] = [
        ("supplement_requested", "2025-10-07T09:00", {}),
        ("reopened", "2025-10-07T10:00", {"due_at": stamp(LATER_DUE)}),
    ]
    assert points(item(*steps, due_at=stamp(DUE)))["feedback_overdue"] == {LATER_DUE: 1}
    ended: tuple[str, str, Document] = ("in_progress", "2025-10-08T10:00", {})
    assert points(item(*steps, ended, due_at=stamp(DUE)))["feedback_overdue"] == {LATER_DUE: 1}
