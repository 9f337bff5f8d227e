"""The life of a dossier: deadlines, pauses, late requests, and what it contributes when."""

from fractions import Fraction

import pytest

from services.domain.events import Event
from services.reference.forms import Value
from services.reference.reference import Reference
from tests.unit.reference_log import (
    COMMUNE,
    COUNTRY,
    OTHER_PROVINCE,
    PROVINCE,
    at,
    changed_day,
    received,
    reference,
    step,
)

LATER = at("2026-06-01T00:00")

# 6 October 2025 was a Monday.


def holds(
    opinion: Reference, measure: str, *moments: str, unit: str = COMMUNE
) -> list[float | None]:
    """Return a stock at local times, seen from long after."""
    return [opinion.measure(measure, unit, None, None, at(moment), LATER) for moment in moments]


def counted(*events: Event, now: int = LATER) -> dict[str, float | None]:
    names = ("closed_on_time", "closed_late", "open_in_time", "open_late", "overdue")
    opinion = reference(*events)
    return {
        name: opinion.measure(f"dossiers_{name}", COMMUNE, None, None, now, now) for name in names
    }


@pytest.mark.clause("8.2.5")
def test_a_stock_begins_after_its_start_and_includes_its_end() -> None:
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-08T17:30"), step("finished", "2025-10-09T10:00")
    )
    moments = ("2025-10-06T09:00", "2025-10-06T09:01", "2025-10-08T17:30", "2025-10-08T17:31")
    end = ("2025-10-09T10:00", "2025-10-09T10:01")
    assert holds(opinion, "dossiers_open", *moments, *end) == [0, 1, 1, 1, 1, 0]
    assert holds(opinion, "dossiers_open_in_time", *moments, *end) == [0, 1, 1, 0, 0, 0]
    assert holds(opinion, "dossiers_open_late", *moments, *end) == [0, 0, 0, 1, 1, 0]


def test_a_stock_is_seen_by_the_state_of_its_instant_not_of_now() -> None:
    """While a pause lasts nothing is overdue; after it the deadline is two days later."""
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-08T12:00"),
        step("supplement_completed", "2025-10-10T12:00"),
    )
    moments = ("2025-10-08T12:00", "2025-10-09T00:00", "2025-10-10T17:30", "2025-10-10T17:31")
    assert holds(opinion, "dossiers_overdue", *moments) == [0, 0, 0, 1]


@pytest.mark.parametrize(("finished", "late"), [("2025-10-10T17:30", 0), ("2025-10-10T17:31", 1)])
@pytest.mark.clause("8.3.2")
def test_a_pause_moves_the_deadline_in_clock_time(finished: str, late: int) -> None:
    found = counted(
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-08T12:00"),
        step("supplement_completed", "2025-10-10T12:00"),
        step("finished", finished),
    )
    assert (found["closed_late"], found["closed_on_time"]) == (late, 1 - late)


def test_a_pause_that_begins_after_the_deadline_changes_nothing() -> None:
    events = [
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-09T12:00"),
    ]
    assert counted(*events)["overdue"] == 1
    assert counted(*events, step("finished", "2025-10-20T09:00"))["closed_late"] == 1


def test_a_pause_that_begins_at_the_deadline_moves_it() -> None:
    events = [
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-08T17:30"),
    ]
    assert counted(*events)["open_in_time"] == 1


def test_a_dossier_closed_in_a_pause_that_began_in_time_is_on_time() -> None:
    found = counted(
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-08T12:00"),
        step("withdrawn", "2025-12-01T09:00"),
    )
    assert (found["closed_on_time"], found["closed_late"]) == (1, 0)


@pytest.mark.clause("8.3.2", "8.3.3")
def test_a_second_request_makes_late_but_not_overdue() -> None:
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-20T17:30"),
        step("supplement_requested", "2025-10-07T09:00"),
        step("supplement_completed", "2025-10-07T15:00"),
        step("supplement_requested", "2025-10-08T09:00"),
        step("supplement_completed", "2025-10-08T15:00"),
        step("finished", "2025-10-09T09:00"),
    )
    moments = ("2025-10-08T09:00", "2025-10-08T09:01", "2025-10-09T09:00")
    assert holds(opinion, "dossiers_open_late", *moments) == [0, 1, 1]
    assert holds(opinion, "dossiers_overdue", *moments) == [0, 0, 0]
    assert opinion.measure("dossiers_finished_late", COMMUNE, None, None, LATER, LATER) == 1


def test_a_second_request_in_a_pause_counts_but_opens_no_second_pause() -> None:
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("supplement_requested", "2025-10-07T09:00"),
        step("supplement_requested", "2025-10-07T10:00"),
        step("supplement_completed", "2025-10-08T09:00"),
    )
    assert holds(opinion, "dossiers_open_late", "2025-10-07T10:00", "2025-10-07T10:01") == [0, 1]
    assert holds(opinion, "dossiers_overdue", "2025-10-09T17:30", "2025-10-09T17:31") == [0, 1]


def test_steps_before_the_receipt_count_as_at_the_receipt_in_the_order_of_their_kind() -> None:
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-08T17:30"),
        step("refused", "2025-10-05T08:00", data={"reason": "x"}),
        step("finished", "2025-10-05T09:00"),
    )
    window = (at("2025-10-06T09:00"), at("2025-10-06T09:00") + 1)
    assert opinion.measure("dossiers_finished_on_time", COMMUNE, None, *window, LATER) == 1
    assert opinion.measure("dossiers_closed", COMMUNE, None, *window, LATER) == 1
    assert holds(opinion, "dossiers_open", "2025-10-06T09:01") == [0]


def test_only_the_first_close_counts_and_a_retraction_of_it_moves_the_close() -> None:
    first = step("finished", "2025-10-07T10:00", id="f-1")
    second = step("returned", "2025-10-09T10:00")
    gone = step(
        "finished",
        "2025-10-07T10:00",
        op="retract",
        supersedes="f-1",
        recordedtime="2025-10-10T09:00",
    )
    opening = received("2025-10-06T09:00", due="2025-10-08T17:30")
    assert counted(opening, first, second)["closed_on_time"] == 1
    assert counted(opening, first, second, gone)["closed_late"] == 1


def test_late_attributes_are_the_last_said_even_after_the_close() -> None:
    events = [
        received("2025-10-06T09:00", channel=2, requires_paper_result=True, agency_id="H33.15"),
        step("finished", "2025-10-07T10:00"),
        step("returned", "2025-10-08T10:00", data={"e_result_ref": "KQ.1", "agency_id": "H33.16"}),
        step("rated", "2025-10-09T10:00", data={"rating": 1}),
    ]
    month = ("month", LATER, "2025-10")
    assert reference(*events[:2]).value("PS-01", COMMUNE, None, *month).value == 0
    opinion = reference(*events)
    assert opinion.value("PS-01", COMMUNE, None, *month) == Value(Fraction(100), 1, 1)
    assert opinion.members("PS-01", COMMUNE, "agency", LATER) == {"H33.16"}
    assert opinion.members("PS-01", COMMUNE, "agency", at("2025-10-08T00:00")) == {"H33.15"}


def test_of_several_receipts_the_earliest_counts_and_the_others_say_nothing() -> None:
    opinion = reference(
        received("2025-10-07T09:00", channel=2, agency_id="H33.99"),
        received("2025-10-06T09:00", channel=1),
    )
    assert opinion.measure("dossiers_received", COMMUNE, None, None, LATER, LATER) == 1
    assert opinion.measure("dossiers_submitted_online", COMMUNE, None, None, LATER, LATER) == 0
    assert opinion.members("PS-04", COMMUNE, "agency", LATER) == {"H33.15"}


def test_without_a_promise_there_is_no_deadline() -> None:
    events = [received("2025-10-06T09:00"), step("supplement_requested", "2025-10-07T09:00")]
    opinion = reference(*events)
    names = ("open", "open_in_time", "open_late", "overdue", "due_soon")
    assert [holds(opinion, f"dossiers_{name}", "2026-01-01T00:00")[0] for name in names] == [
        1,
        0,
        0,
        0,
        0,
    ]
    assert opinion.value("PS-05.countdown", COMMUNE, None, "instant", LATER).value is None
    finished = reference(*events, step("finished", "2025-10-09T09:00"))
    assert finished.value("PS-04", COMMUNE, None, "all", LATER) == Value(
        None, 0, 0, "zero_denominator"
    )


@pytest.mark.clause("8.3.1")
def test_a_limit_of_working_hours_skips_weekends_and_holidays() -> None:
    opening = received("2025-10-09T16:30", limit_working_hours=10)
    assert holds(
        reference(opening), "dossiers_overdue", "2025-10-13T08:30", "2025-10-13T08:31"
    ) == [
        0,
        1,
    ]
    with_holiday = reference(opening, changed_day("2025-10-10", working=False))
    assert holds(with_holiday, "dossiers_overdue", "2025-10-14T08:30", "2025-10-14T08:31") == [0, 1]


def test_due_soon_is_the_last_eight_working_hours_and_never_in_a_pause() -> None:
    opinion = reference(
        received("2025-10-06T09:00", due="2025-10-13T09:30"),
        step("supplement_requested", "2025-10-10T11:00"),
        step("supplement_completed", "2025-10-10T15:00"),
    )
    moments = (
        "2025-10-10T09:30",  # eight working hours before
        "2025-10-10T09:31",
        "2025-10-10T11:00",
        "2025-10-10T11:01",  # paused
        "2025-10-10T15:00",
        "2025-10-10T15:01",  # the deadline is now 13:30 on Monday
        "2025-10-13T13:30",
        "2025-10-13T13:31",
    )
    assert holds(opinion, "dossiers_due_soon", *moments) == [0, 1, 1, 0, 0, 1, 1, 0]


def test_the_countdown_is_the_next_deadline_of_all_units_below() -> None:
    opinion = reference(
        received("2025-10-06T09:00", "A-100", due="2025-10-20T09:00"),
        received("2025-10-06T09:00", "A-200", due="2025-10-10T09:00", unit="C:11977"),
        received("2025-10-06T09:00", "A-300", due="2025-10-07T09:00", unit="C:13000"),
    )
    now = at("2025-10-08T09:00")
    found = {
        unit: opinion.value("PS-05.countdown", unit, None, "instant", now).value
        for unit in (COMMUNE, PROVINCE, OTHER_PROVINCE, COUNTRY)
    }
    assert found == {
        COMMUNE: at("2025-10-20T09:00"),
        PROVINCE: at("2025-10-10T09:00"),
        OTHER_PROVINCE: None,
        COUNTRY: at("2025-10-10T09:00"),
    }


def test_received_and_open_before_is_closed_and_open_after() -> None:
    events = [
        received("2025-10-06T09:00", "A-100", due="2025-10-20T09:00"),
        received("2025-10-31T23:59", "A-200"),
        received("2025-11-01T00:00", "A-300"),
        step("finished", "2025-11-01T00:00", "A-100"),
        step("finished", "2025-11-30T09:00", "A-200"),
    ]
    opinion = reference(*events)
    for start, end in (("2025-10-01", "2025-11-01"), ("2025-11-01", "2025-12-01")):
        window = (at(start), at(end))
        flow_in = opinion.measure("dossiers_received", COMMUNE, None, *window, LATER)
        flow_out = opinion.measure("dossiers_closed", COMMUNE, None, *window, LATER)
        before, after = holds(opinion, "dossiers_open", start, end)
        assert flow_in is not None
        assert before is not None
        assert flow_in + before == (flow_out or 0) + (after or 0)
