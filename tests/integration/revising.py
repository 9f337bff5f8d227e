"""An evaluator and a database that revise closed periods, with a clock of the test's own."""

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import psycopg

from services.adapters.observations import DatabaseObservations
from services.adapters.standards import load_catalogue
from services.adapters.timescale import connect
from services.adapters.units import load_units
from services.aggregator.evaluate.engine import EvaluationEngine
from services.domain.engine.catalogue import Catalogue
from services.domain.instants import SECOND
from services.domain.query import ObservationQuery
from tests.integration.counted_documents import Counting

SHARDS = 2
MONTH = "PS-01|P:33@2025-07-01||month:2025-10"
TICKS_MAX = 400


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

    def __init__(self, database: str, asked_by_name_max: int, known: Catalogue) -> None:
        self.engine = EvaluationEngine(database, known, load_units(), SHARDS, asked_by_name_max)
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
    known: Catalogue

    def evaluator(self) -> Evaluating:
        self.evaluators.append(Evaluating(self.database, self.asked_by_name_max, self.known))
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
        source = DatabaseObservations(self.database, self.known, load_units(), lambda: now)
        query = {"indicators": ("PS-01",), "units": ("P:33",), "windows": ("month",)} | said
        try:
            (found,) = source.find(ObservationQuery(**query)).items
        finally:
            source.close()
        document: dict[str, Any] = json.loads(msgspec.json.encode(found))
        return document


@contextlib.contextmanager
def centre_of(database: str, asked_by_name_max: int, known: Catalogue) -> Iterator[Centre]:
    """A centre that has been looked at since before October 2025 began."""
    with connect(database, "test") as connection:
        for shard in range(SHARDS):
            connection.execute(
                "insert into evaluator (shard, since) values (%s, '2025-09-01')", (shard,)
            )
        counting = Counting(database, connection)
        centre = Centre(database, connection, counting, [], asked_by_name_max, known)
        yield centre
        for evaluating in centre.evaluators:
            evaluating.engine.drop()
