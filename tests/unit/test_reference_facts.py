"""Rules 1 to 5: duplicates, corrections, retractions and vintages, in any order of arrival."""

import itertools

import pytest

from services.domain.events import Event
from services.reference.facts import counting_versions, one_of_each_key
from services.reference.reference import Reference
from tests.unit.reference_log import COMMUNE, at, event, received, reference, report, step

NOW = at("2026-06-01T00:00")

CORRECTION = [
    received("2025-10-06T09:00", id="a-1", due="2025-10-13T17:30"),
    step("finished", "2025-10-09T10:00", id="a-2"),
    received(
        "2025-10-06T09:00",
        id="a-3",
        op="correct",
        supersedes="a-1",
        recordedtime="2025-10-09T11:00",
        channel=2,
        due="2025-10-08T17:30",
    ),
]
RETRACTION = [
    received("2025-10-06T09:00", id="b-1", due="2025-10-13T17:30"),
    step("finished", "2025-10-07T10:00", id="b-2"),
    step(
        "finished",
        "2025-10-07T10:00",
        id="b-3",
        op="retract",
        supersedes="b-2",
        recordedtime="2025-10-07T14:00",
    ),
    step("finished", "2025-10-14T09:00", id="b-4"),
]


def figures(opinion: Reference, *names: str) -> list[float | None]:
    return [opinion.measure(name, COMMUNE, None, None, NOW, NOW) for name in names]


def ids(events: list[Event]) -> list[str]:
    return sorted(fact.id for fact in counting_versions(events))


CLOSED = ("dossiers_closed_on_time", "dossiers_closed_late")


@pytest.mark.clause("8.4.2")
def test_a_correction_replaces_the_receipt_whenever_it_arrives() -> None:
    names = ("dossiers_received", "dossiers_submitted_online", *CLOSED)
    assert figures(reference(*CORRECTION[:2]), *names) == [1, 0, 1, 0]
    for order in itertools.permutations(CORRECTION):
        assert ids(list(order)) == ["a-2", "a-3"]
        assert figures(reference(*order), *names) == [1, 1, 0, 1]


def test_a_retraction_opens_the_dossier_again_until_its_real_finish() -> None:
    names = ("dossiers_open", *CLOSED)
    assert figures(reference(*RETRACTION[:2]), *names) == [0, 1, 0]
    for order in itertools.permutations(RETRACTION):
        opinion = reference(*order, *order)
        assert ids(list(order)) == ["b-1", "b-4"]
        assert figures(opinion, *names) == [0, 0, 1]
        overdue = [
            opinion.measure("dossiers_overdue", COMMUNE, None, None, at(moment), NOW)
            for moment in ("2025-10-13T17:30", "2025-10-13T17:31", "2025-10-14T09:00")
        ]
        assert overdue == [0, 1, 1]


def test_the_first_of_two_events_with_one_id_stands() -> None:
    first = received("2025-10-06T09:00", id="x", channel=2)
    second = received("2025-10-06T09:00", id="x", channel=1)
    assert counting_versions([first, second, first]) == [first]
    assert counting_versions([second, first]) == [second]


def test_a_correction_without_its_first_event_waits() -> None:
    wrong_subject = received("2025-10-06T09:00", "H33-2", id="c-2", op="correct", supersedes="c-1")
    of_a_correction = received("2025-10-06T09:00", id="c-4", op="correct", supersedes="c-3")
    first = received("2025-10-06T09:00", id="c-1")
    correction = received("2025-10-06T09:00", id="c-3", op="correct", supersedes="c-1")
    assert ids([wrong_subject, correction]) == []
    assert ids([first, wrong_subject, correction, of_a_correction]) == ["c-3"]


@pytest.mark.parametrize(("last_recorded", "counting"), [("12:00", "d-2"), ("10:00", None)])
def test_the_change_recorded_last_wins(last_recorded: str, counting: str | None) -> None:
    first = received("2025-10-06T09:00", id="d-1")
    back = received(
        "2025-10-06T09:00",
        id="d-2",
        op="correct",
        supersedes="d-1",
        recordedtime=f"2025-10-07T{last_recorded}",
    )
    gone = received(
        "2025-10-06T09:00",
        id="d-3",
        op="retract",
        supersedes="d-1",
        recordedtime="2025-10-07T11:00",
    )
    expected = [] if counting is None else [counting]
    for order in itertools.permutations([first, back, gone]):
        assert ids(list(order)) == expected


def test_of_one_subject_the_highest_vintage_counts_then_the_last_recorded() -> None:
    series = {"series_id": "digital_economy_share", "value": 18.0}
    place = ("stat.report", "P:33", "2025-Q3")
    second = report(*place, series, vintage=2, released="2025-11-01T08:00", id="v-2")
    first = report(*place, series, vintage=1, released="2025-12-01T08:00", id="v-1")
    again = report(*place, series, vintage=2, released="2025-11-02T08:00", id="v-3")
    assert [fact.id for fact in one_of_each_key([second, first])] == ["v-2"]
    assert [fact.id for fact in one_of_each_key([again, second, first])] == ["v-3"]


def test_a_fact_at_now_is_not_known_yet_and_an_older_vintage_counts_until_then() -> None:
    place = ("stat.report", "P:33", "2025-Q3")
    early = report(
        *place, {"series_id": "digital_economy_share", "value": 18.0}, released="2025-11-01T08:00"
    )
    late = report(
        *place,
        {"series_id": "digital_economy_share", "value": 19.0},
        vintage=2,
        released="2025-12-01T08:00",
    )
    opinion = reference(early, late)

    def share(now: int) -> float | None:
        value = opinion.value("DE-03", "P:33@2025-07-01", None, "quarter", now).value
        return None if value is None else float(value)

    assert share(at("2025-11-01T08:00")) is None
    assert share(at("2025-11-01T08:01")) == 18
    assert share(at("2025-12-01T08:00")) == 18
    assert share(at("2025-12-01T08:01")) == 19


def test_a_later_correction_that_moves_the_time_ahead_of_now_takes_the_fact_away() -> None:
    first = received("2025-10-06T09:00", id="m-1")
    moved = received(
        "2025-10-20T09:00",
        id="m-2",
        op="correct",
        supersedes="m-1",
        recordedtime="2025-10-20T10:00",
    )
    opinion = reference(first, moved)
    before, after = at("2025-10-10T00:00"), at("2025-10-21T00:00")
    received_by = [
        opinion.measure("dossiers_received", COMMUNE, None, None, now, now)
        for now in (before, after)
    ]
    assert received_by == [0, 1]


def test_steps_without_a_receipt_wait() -> None:
    opinion = reference(event("dossier.finished", "2025-10-07T10:00", "H33-9"))
    assert figures(opinion, "dossiers_closed", "dossiers_open") == [0, 0]
