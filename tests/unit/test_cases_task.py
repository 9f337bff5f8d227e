"""The life of a task: due dates, extensions, void tasks, and what the clock leaves undone."""

from tests.unit.asked_measures import read
from tests.unit.counted import extents, outcome, points
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

ASSIGNED, DUE, EXTENDED = "2025-10-06T09:00", "2025-10-31T17:30", "2025-11-30T17:30"
SAID = {
    "title": "x",
    "resolution_id": "R-1",
    "lead_agency": "H33.1",
    "due_at": f"{DUE}:00+07:00",
}
EXTENSION = {"due_at": f"{EXTENDED}:00+07:00", "document": "D-1"}


def task(*steps: tuple[str, str, Document], **said: object) -> list[Document]:
    opening = document("task.assigned", ASSIGNED, "T-1", SAID | said)
    return [opening, *(document(f"task.{k}", t, "T-1", data) for k, t, data in steps)]


def test_an_open_task_is_overdue_and_not_done_when_its_date_has_passed() -> None:
    found = points(task())
    assert found["tasks_due"] == {DUE: 1}
    assert found["tasks_due_not_done"] == {DUE: 1}
    assert found["tasks_overdue"] == {DUE: 1}
    assert extents(task())["task_next_due"] == [(ASSIGNED, DUE, at(DUE))]
    assert "tasks_due_not_done" not in points(task(), at(DUE))
    assert outcome(task(), at(DUE)).ripe_at == at(DUE) + 1


def test_a_task_completed_in_time() -> None:
    done = task(("completed", "2025-10-31T17:30", {"evidence_ref": "E"}))
    found = points(done)
    assert found["tasks_due_on_time"] == {DUE: 1}
    assert found["tasks_completed"] == {"2025-10-31T17:30": 1}
    assert "tasks_overdue" not in found
    assert "tasks_due_not_done" not in found
    assert "tasks_completed_linked" not in found
    assert outcome(done, at("2025-10-31T17:31")).ripe_at is None
    linked = task(
        ("completed", "2025-10-31T17:30", {"evidence_ref": "E"}),
        outcome_indicator_id="PS-01",
        outcome_window="month",
        declared_change=2.5,
    )
    assert points(linked)["tasks_completed_linked"] == {"2025-10-31T17:30": 1}


def test_the_completed_tasks_that_declared_a_change_are_kept_one_by_one() -> None:
    declared = {
        "outcome_indicator_id": "PS-01",
        "outcome_window": "quarter",
        "declared_change": 2.5,
    }
    done = task(("completed", "2025-10-31T17:30", {"evidence_ref": "E"}), **declared)
    now = at("2025-12-01T00:00")
    state = read([*done, *task_named("T-2")], now, "tasks_completed_linked").state
    for unit in ("C:11953@2025-07-01", "P:33@2025-07-01"):
        (found,) = state.linked_tasks.completed(unit, at(ASSIGNED), now)
        assert found.unit == "C:11953@2025-07-01"
        assert (found.indicator, found.window, found.declared_change) == ("PS-01", "quarter", 2.5)
        assert (found.assigned_at, found.completed_at) == (at(ASSIGNED), at("2025-10-31T17:30"))
        assert found.members == {"resolution": "R-1", "agency": "H33.1"}
    assert state.linked_tasks.completed(unit, at(ASSIGNED), at("2025-10-31T17:30")) == []
    undone = done[1] | {"id": "u", "op": "retract", "supersedes": done[1]["id"]}
    gone = read([*done, undone], now, "tasks_completed_linked").state
    assert gone.linked_tasks.completed(unit, at(ASSIGNED), now) == []


def task_named(name: str) -> list[Document]:
    return [document("task.assigned", ASSIGNED, name, SAID)]


def test_an_extension_in_time_moves_the_date_and_a_late_one_does_not() -> None:
    assert points(task(("extended", DUE, EXTENSION)))["tasks_due"] == {EXTENDED: 1}
    late = points(task(("extended", "2025-10-31T17:31", EXTENSION)))
    assert late["tasks_due"] == {DUE: 1}
    assert late["tasks_overdue"] == {DUE: 1}


def test_an_extension_after_the_due_date_is_told() -> None:
    late = ("extended", "2025-10-31T17:31", EXTENSION)
    documents = task(late)
    name = documents[1]["source"], documents[1]["id"]
    assert dict(outcome(documents).warnings) == {name: "extension_after_due"}
    assert not outcome(task(("extended", DUE, EXTENSION))).warnings
    assert not outcome(task(("completed", DUE, {"evidence_ref": "E"}), late)).warnings


def test_a_task_cancelled_in_time_is_void_and_one_cancelled_late_is_not() -> None:
    void = task(("cancelled", DUE, {"document": "D"}))
    assert not {"tasks_due", "tasks_due_not_done", "tasks_overdue"} & points(void).keys()
    assert extents(void)["task_next_due"] == [(ASSIGNED, DUE, at(DUE))]
    late = points(task(("cancelled", "2025-11-05T09:00", {"document": "D"})))
    assert late["tasks_due"] == {DUE: 1}
    assert late["tasks_due_not_done"] == {DUE: 1}
    assert late["tasks_overdue"] == {DUE: 1, "2025-11-05T09:00": -1}


def test_nothing_counts_after_the_close() -> None:
    steps = [
        ("completed", "2025-10-20T09:00", {"evidence_ref": "E"}),
        ("cancelled", "2025-10-21T09:00", {"document": "D"}),
        ("extended", "2025-10-22T09:00", EXTENSION),
    ]
    found = points(task(*steps))
    assert found["tasks_completed"] == {"2025-10-20T09:00": 1}
    assert found["tasks_due_on_time"] == {DUE: 1}


def test_breakdowns_and_what_waits() -> None:
    members = outcome(task()).contribution.members
    assert members == {"resolution": "R-1", "agency": "H33.1"}
    later = outcome(task(("progress", "2025-10-07T09:00", {"percent": 5}))[1:])
    assert set(later.states.values()) == {"waiting"}
