"""Revisions of closed periods on a real database, with a clock of the test's own."""

from collections.abc import Iterator

import pytest

from services.aggregator.evaluate.reviser import ASKED_BY_NAME_MAX
from services.domain.errors import Fenced
from services.domain.instants import HOUR, SECOND
from services.domain.query import QueryRefused
from tests.integration.counted_documents import dossier
from tests.integration.revising import MONTH, Centre, Evaluating, catalogue, centre_of
from tests.unit.reference_log import at, stamp

pytestmark = pytest.mark.servers

BY_NAME_AND_BY_PERIOD = pytest.mark.parametrize("asked_by_name_max", [ASKED_BY_NAME_MAX, 0])
KEY = "PS-01|P:33@2025-07-01||month~revised"
OPEN, CLOSED, LATE, RETRACTED = (
    at(time)
    for time in ("2025-10-20T12:00", "2025-11-01T00:10", "2025-11-02T09:00", "2025-11-03T09:00")
)


@pytest.fixture
def asked_by_name_max() -> int:
    """Of how many cells the rows are asked for by name."""
    return ASKED_BY_NAME_MAX


@pytest.fixture
def centre(database: str, asked_by_name_max: int) -> Iterator[Centre]:
    with centre_of(database, asked_by_name_max, catalogue()) as centre:
        yield centre


def closed_and_late(centre: Centre) -> Evaluating:
    """A month with one dossier that closed, and a second one that came late."""
    evaluating = centre.evaluator()
    centre.send(OPEN, dossier(1))
    evaluating.take_over()
    evaluating.tick(OPEN)
    assert centre.rows() == []
    centre.send(CLOSED)
    evaluating.tick(CLOSED)
    centre.send(LATE, dossier(2))
    evaluating.tick(LATE)
    return evaluating


@pytest.mark.clause("7.2.3")
def test_a_late_event_makes_a_numbered_revision(centre: Centre) -> None:
    evaluating = closed_and_late(centre)
    assert [row[:2] for row in centre.rows()] == [(1, 1), (2, 2)]
    told = evaluating.log[KEY]
    assert told is not None
    assert (told["id"], told["revision"], told["denominator"]) == (MONTH, 2, 2)
    assert (told["finality"], told["previous"]["vintage"]) == ("final", 1)
    open_month = evaluating.log["PS-01|P:33@2025-07-01||month"]
    assert open_month is not None
    assert open_month["period"] == "2025-11"
    found = centre.ask(LATE + HOUR, periods=("2025-10",))
    assert (found["finality"], found["revision"], found["denominator"]) == ("final", 2, 2)


@BY_NAME_AND_BY_PERIOD
@pytest.mark.clause("7.2.3")
def test_a_retraction_is_another_revision_and_a_restart_is_none(centre: Centre) -> None:
    evaluating = closed_and_late(centre)
    gone = dossier(2) | {"id": "r-2", "op": "retract", "supersedes": "e-2"}
    gone["recordedtime"] = stamp("2025-11-03T08:00")
    centre.send(RETRACTED, gone)
    evaluating.tick(RETRACTED)
    rows = centre.rows()
    assert [row[:2] for row in rows] == [(1, 1), (2, 2), (3, 1)]
    before = evaluating.log
    successor = centre.evaluator()
    successor.take_over({**before})
    published = successor.tick(RETRACTED + HOUR)
    assert centre.rows() == rows
    assert KEY in published
    told, again = before[KEY], successor.log[KEY]
    assert told is not None
    assert again is not None
    assert again["epoch"] > told["epoch"]
    assert (again["revision"], again["previous"]) == (3, told["previous"])
    with pytest.raises(Fenced):
        evaluating.engine.tick(RETRACTED + HOUR)


@BY_NAME_AND_BY_PERIOD
def test_what_was_counted_while_nobody_looked_is_numbered_once(centre: Centre) -> None:
    evaluating = closed_and_late(centre)
    evaluating.engine.drop()
    centre.send(RETRACTED, dossier(3))
    for number in range(2):
        successor = centre.evaluator()
        successor.take_over({**evaluating.log})
        successor.tick(RETRACTED + number * HOUR)
        assert [row[:2] for row in centre.rows()] == [(1, 1), (2, 2), (3, 3)]


def test_a_month_in_which_nothing_was_counted_is_revised_from_nothing(centre: Centre) -> None:
    evaluating = centre.evaluator()
    centre.send(OPEN, dossier(9, time="2025-09-05T09:00:00+07:00"))
    evaluating.take_over()
    evaluating.tick(OPEN)
    centre.send(CLOSED)
    evaluating.tick(CLOSED)
    centre.send(LATE, dossier(1))
    evaluating.tick(LATE)
    assert [row[:2] for row in centre.rows()] == [(2, 1)]
    quiet = centre.ask(LATE + HOUR, periods=("2025-10",), known_at=LATE - HOUR)
    assert (quiet["revision"], quiet["denominator"], quiet["value"]) == (1, 0, None)
    assert quiet["null_reason"] == "zero_denominator"
    assert "previous" not in evaluating.log[KEY]  # type: ignore[operator]  # it has been told


def test_a_history_that_is_sent_later_begins_with_revision_one(centre: Centre) -> None:
    centre.connection.execute("update evaluator set since = '2025-11-01T00:00:00+07'")
    evaluating = centre.evaluator()
    centre.send(LATE)
    evaluating.take_over()
    evaluating.tick(LATE)
    centre.send(RETRACTED, dossier(1), dossier(2))
    evaluating.tick(RETRACTED)
    assert [row[:2] for row in centre.rows()] == [(1, 2)]
    assert KEY not in evaluating.log


@pytest.mark.clause("7.2.2")
def test_a_month_is_told_as_it_was_known(centre: Centre) -> None:
    closed_and_late(centre)
    first, second = centre.rows()
    now = LATE + HOUR
    for known_at, said in (
        (first.as_of - 1, ("provisional", None, 1)),
        (first.as_of, ("final", 1, 1)),
        (second.as_of - 1, ("final", 1, 1)),
        (second.as_of, ("final", 2, 2)),
    ):
        found = centre.ask(now, periods=("2025-10",), known_at=known_at)
        assert (found["finality"], found.get("revision"), found["denominator"]) == said
    before = centre.ask(now, periods=("2025-10",), known_at=at("2025-10-01T00:00"))
    assert (before["value"], before["null_reason"]) == (None, "missing")
    with pytest.raises(QueryRefused):
        centre.ask(now, periods=("2025-10",), known_at=now + 1)


def test_a_value_without_a_number_is_provisional_until_it_has_one(centre: Centre) -> None:
    closed_and_late(centre)
    centre.send(RETRACTED, dossier(3))
    found = centre.ask(RETRACTED, periods=("2025-10",))
    assert (found["denominator"], found["revision"], found["finality"]) == (3, 2, "provisional")
    assert found["previous"]["vintage"] == 2


def test_a_period_that_keeps_changing_waits_longer_each_time(centre: Centre) -> None:
    evaluating = closed_and_late(centre)
    (*_, last) = centre.rows()
    centre.send(last.as_of, dossier(3))
    for step in range(4):
        evaluating.engine.tick(last.as_of + step * SECOND - 1)
        assert len(centre.rows()) == 2
    evaluating.tick(last.as_of + 4 * SECOND)
    assert [row[:2] for row in centre.rows()] == [(1, 1), (2, 2), (3, 3)]
