"""Revisions of closed periods on a real database, with a clock of the test's own."""

import functools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest

from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.units import load_units
from services.aggregator.evaluate.engine import EvaluationEngine
from services.aggregator.evaluate.reviser import ASKED_BY_NAME_MAX
from services.domain.engine.catalogue import Catalogue
from services.domain.errors import Fenced
from services.domain.instants import HOUR, SECOND
from services.domain.query import ObservationQuery, QueryRefused
from tests.integration.counted_documents import Counting, dossier
from tests.unit.reference_log import at, stamp

pytestmark = pytest.mark.servers

SHARDS = 2
BY_NAME_AND_BY_PERIOD = pytest.mark.parametrize("asked_by_name_max", [ASKED_BY_NAME_MAX, 0])
MONTH = "PS-01|P:33@2025-07-01||month:2025-10"
KEY = "PS-01|P:33@2025-07-01||month~revised"
TICKS_MAX = 400
OPEN, CLOSED, LATE, RETRACTED = (
    at(time)
    for time in ("2025-10-20T12:00", "2025-11-01T00:10", "2025-11-02T09:00", "2025-11-03T09:00")
)


@functools.cache
def catalogue() -> Catalogue:
    """One indicator: whoever takes over looks at all of them."""
    whole = load_catalogue()
    return Catalogue(whole.measures.values(), [whole.indicators["PS-01"]])


class Row(NamedTuple):
    revision: int
    denominator: float | None
    as_of: int


class Evaluating:
    """An evaluator whose log is a dictionary; it is ticked until it has nothing left to do."""

    def __init__(self, database: str, asked_by_name_max: int) -> None:
        self.engine = EvaluationEngine(
            database, catalogue(), load_units(), SHARDS, asked_by_name_max
        )
        self.log: dict[str, dict[str, Any] | None] = {}

    def take_over(self, log: dict[str, dict[str, Any] | None] | None = None) -> None:
        bodies = {
            key: None if body is None else json.dumps(body).encode()
            for key, body in (log or {}).items()
        }
        self.log = {**(log or {})}
        self.engine.take_over({0: {}, 1: bodies})

    def tick(self, now: int) -> list[str]:
        """Tick until nothing waits; returns the keys that were published."""
        published: list[str] = []
        for step in range(TICKS_MAX):
            ticked = self.engine.tick(now + step * SECOND)
            for _, key, body in ticked.records:
                self.log[key.decode()] = None if body is None else json.loads(body)
                published.append(key.decode())
            self.engine.acknowledged(ticked, now + step * SECOND)
            if ticked.settled and not len(self.engine._reviser.closed):
                return published
        raise AssertionError("the evaluator does not come to rest")


class Centre(NamedTuple):
    database: str
    connection: psycopg.Connection
    counting: Counting
    evaluators: list[Evaluating]
    asked_by_name_max: int

    def evaluator(self) -> Evaluating:
        self.evaluators.append(Evaluating(self.database, self.asked_by_name_max))
        return self.evaluators[-1]

    def send(self, now: int, *documents: dict[str, Any]) -> None:
        self.counting.count(*documents, now=now)
        self.counting.tick(now)

    def rows(self, name: str = MONTH) -> list[Row]:
        found = self.connection.execute(
            "select revision, denominator, (extract(epoch from as_of) * 1000000)::bigint"
            " from period_revision where id = %s order by revision",
            (name,),
        )
        return [Row(*row) for row in found]

    def ask(self, now: int, **said: Any) -> dict[str, Any]:
        """The one observation that is asked for."""
        source = DatabaseObservations(self.database, catalogue(), load_units(), lambda: now)
        query = {"indicators": ("PS-01",), "units": ("P:33",), "windows": ("month",)} | said
        try:
            (found,) = source.find(ObservationQuery(**query)).items
        finally:
            source.close()
        document: dict[str, Any] = json.loads(msgspec.json.encode(found))
        return document


@pytest.fixture
def asked_by_name_max() -> int:
    """Of how many cells the rows are asked for by name."""
    return ASKED_BY_NAME_MAX


@pytest.fixture
def centre(database: str, asked_by_name_max: int) -> Iterator[Centre]:
    """A centre that has been looked at since before the month began."""
    with connect(database, "test") as connection:
        for shard in range(SHARDS):
            connection.execute(
                "insert into evaluator (shard, since) values (%s, '2025-09-01')", (shard,)
            )
        centre = Centre(database, connection, Counting(database, connection), [], asked_by_name_max)
        yield centre
        for evaluating in centre.evaluators:
            evaluating.engine.drop()


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
