"""Other measures come into force: what was counted moves to them, a few cases at a time."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.adapters.provision import fill_progress
from services.adapters.standards import load_indicator_documents, load_measure_documents
from services.adapters.timescale import connect
from services.adapters.topics import INDICATORS
from services.adapters.units import load_units
from services.aggregator.count.batch import Partition, Record, decode_batch
from services.aggregator.count.measuring import SCANNED_MAX
from services.aggregator.count.positions import take_over
from services.aggregator.count.writer import Writer
from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure
from services.domain.engine.delta import decode_delta
from services.domain.instants import DAY
from tests import servers
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at

pytestmark = pytest.mark.servers

TOPIC = "ioc.events.public-service.v1"
HERE: Partition = (TOPIC, 0)
THERE: Partition = (TOPIC, 1)
NOW = at("2025-11-10T09:00")
DOSSIERS = SCANNED_MAX + 200
"""More than one transaction looks at."""
Document_ = dict[str, Any]


def opened(number: int) -> Document:
    said = RECEIPT | {"agency_id": f"H33.{number % 7}", "procedure_code": f"1.00{number % 5:04d}"}
    said |= {"svc_level": "full" if number % 3 else "partial", "channel": 2}
    day = f"2025-10-{1 + number % 28:02d}T09:00"
    return document("dossier.received", day, f"A-{number:05d}", said, id=f"r-{number}")


def finished(number: int) -> Document:
    return document("dossier.finished", "2025-11-03T10:00", f"A-{number:05d}", {}, id=f"f-{number}")


def subscriptions(month: int) -> Document:
    said = {
        "period": f"2025-{month:02d}",
        "period_calendar": "statistical",
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": "2025-11-01T09:00:00+07:00",
        "subs_mobile_bb": 1_000 + month,
        "subs_fixed_bb": 100 + month,
        "households_fibre": 50 + month,
    }
    subject = f"2025-{month:02d}/statistical"
    return document("telecom.subscription", "2025-11-01T09:00", subject, said, id=f"t-{month}")


def passed(number: int) -> Document:
    said = {"segment_id": f"S-{number}", "speed": 30.0, "free_flow": 60, "flow": 100, "length": 1.5}
    return document("traffic.reading", f"2025-11-0{1 + number}T08:00", f"S-{number}", said)


LOG = [
    *map(opened, range(DOSSIERS)),
    *map(finished, range(0, DOSSIERS, 4)),
    *map(subscriptions, range(1, 10)),
    *map(passed, range(5)),
]
LATER = [*map(finished, range(1, DOSSIERS, 97)), *map(opened, range(DOSSIERS, DOSSIERS + 50))]


def before(measure: Document_) -> Document_ | None:
    """The definitions of yesterday: other dimensions, filters and values, and one fewer."""
    changed: dict[str, Document_] = {
        "dossiers_received": {"dimensions": {"agency": "agency_id"}},
        "dossiers_full_online": {"filter": [], "dimensions": {"procedure": "procedure_code"}},
        "dossiers_open": {"to": "deadline_at"},
        "congestion_weight": {"quantum": 1},
        "mobile_subscriptions": {"value": "subs_fixed_bb"},
    }
    return None if measure["id"] == "dossiers_handled" else measure | changed.get(measure["id"], {})


def catalogue(change: Callable[[Document_], Document_ | None]) -> Catalogue:
    """The measures, changed, and one indicator: counting asks for no other."""
    measures = [made for each in load_measure_documents() if (made := change(each)) is not None]
    host = load_indicator_documents()[0] | {
        "form": "sum",
        "inputs": ["dossiers_closed"],
        "numerator": [],
        "denominator": [],
        "components": [],
        "dimensions": [],
    }
    return Catalogue([parse_measure(each) for each in measures], [parse_indicator(host)])


YESTERDAY, TODAY = catalogue(before), catalogue(lambda measure: measure)


class Worker:
    """Counts over one database, by the measures that it is given."""

    def __init__(self, connection: psycopg.Connection, measured: Catalogue) -> None:
        self._connection = connection
        self._owner = uuid4()
        self.held = take_over(connection, self._owner, [HERE, THERE])
        self.count_by(measured)

    def count_by(self, measured: Catalogue) -> None:
        self.writer = Writer(self._connection, self._owner, measured, load_units())

    def count(self, documents: Sequence[Document], partition: Partition = HERE) -> None:
        begin = self.held[partition].offset
        records = [
            Record(*partition, begin + n, json.dumps(each).encode(), {})
            for n, each in enumerate(documents)
        ]
        ends = {partition: begin + len(records)}
        held = {partition: self.held[partition]}
        written = self.writer.write(decode_batch(records, "r", "d"), held, ends, NOW)
        assert written.dead == 0
        self.held |= written.positions

    def remeasure(self, meanwhile: Sequence[Document] = ()) -> int:
        """Count everything anew, and some documents after the first transaction; its cases."""
        remeasuring, cases, rounds = self.writer.behind(self.held), 0, 0
        while remeasuring is not None and not remeasuring.done:
            written = self.writer.remeasure(self.held, remeasuring, NOW)
            self.held |= written.positions
            cases, rounds = cases + written.cases, rounds + 1
            if rounds == 1 and meanwhile:
                self.count(meanwhile, THERE)
        assert self.writer.behind(self.held) is None
        return cases

    def panes(self) -> dict[tuple[object, ...], int]:
        """All that is added up, by name of the key; what cancels is left out."""
        named = {number: name for number, *name in self._connection.execute(_KEYS).fetchall()}
        found: Counter[tuple[object, ...]] = Counter()
        figures: dict[tuple[object, ...], tuple[int, int]] = {}
        for (body,) in self._connection.execute("select body from pane_delta").fetchall():
            delta = decode_delta(bytes(body))
            for key, second, value in zip(*delta.points(), strict=True):
                found[*named[key], int(second)] += int(value)
            for extent in delta.extents:
                found[*named[extent.key], extent.begin, extent.end, extent.value] += extent.count
            for each in delta.figures:
                name = (*named[each.key], each.calendar, each.period)
                value = round(each.figure.value) if each.figure else 0
                figures[name] = max(figures.get(name, (-1, 0)), (each.version, value))
        found.update({name: value for name, (_, value) in figures.items()})
        return {name: value for name, value in found.items() if value}


_KEYS = "select id, measure, unit, dim, member from measure_key"


@contextmanager
def worker(database: str, measured: Catalogue) -> Iterator[Worker]:
    fill_progress(database, {TOPIC: 2, INDICATORS: 1}, [TOPIC])
    with connect(database, "test") as connection:
        yield Worker(connection, measured)


@pytest.fixture(name="other")
def _other(postgres: str, template: str) -> Iterator[str]:
    """A second database."""
    with servers.fresh_database(postgres, template) as url:
        yield url


@pytest.mark.clause("4.1.3")
def test_everything_is_as_if_the_new_measures_had_always_counted(database: str, other: str) -> None:
    with worker(database, YESTERDAY) as moved, worker(other, TODAY) as always:
        assert moved.remeasure() == 0
        moved.count(LOG)
        always.count([*LOG, *LATER])
        by_yesterday = moved.panes()
        assert by_yesterday != always.panes()
        moved.count_by(TODAY)
        assert moved.remeasure(meanwhile=LATER) > DOSSIERS - len(LATER)
        assert moved.panes() == always.panes()


def test_the_way_back_is_the_same(database: str) -> None:
    with worker(database, YESTERDAY) as moved:
        moved.remeasure()
        moved.count(LOG)
        by_yesterday = moved.panes()
        moved.count_by(TODAY)
        moved.remeasure()
        moved.count_by(YESTERDAY)
        assert moved.remeasure() >= DOSSIERS
        assert moved.panes() == by_yesterday
        assert moved.remeasure() == 0


def test_cases_of_partitions_that_another_worker_has_are_left_to_it(database: str) -> None:
    with worker(database, YESTERDAY) as moved:
        moved.remeasure()
        moved.count(LOG[:10])
        moved.count(LOG[10:30], THERE)
        moved.count_by(TODAY)
        mine = {HERE: moved.held.pop(HERE)}
        remeasuring = moved.writer.behind(mine)
        assert remeasuring is not None
        assert moved.writer.remeasure(mine, remeasuring, NOW + DAY).cases == 10
        assert remeasuring.done
        assert moved.writer.behind(mine) is None
        assert moved.remeasure() == 20


@pytest.mark.parametrize("rounds", [0, 1])
def test_a_change_that_is_undone_half_way_leaves_nothing_behind(
    database: str, other: str, rounds: int
) -> None:
    with worker(database, YESTERDAY) as moved, worker(other, YESTERDAY) as always:
        moved.remeasure()
        moved.count(LOG)
        always.count([*LOG, *LATER])
        moved.count_by(TODAY)
        remeasuring = moved.writer.behind(moved.held)
        assert remeasuring is not None
        for _ in range(rounds):
            moved.held |= moved.writer.remeasure(moved.held, remeasuring, NOW).positions
        moved.count(LATER, THERE)
        moved.count_by(YESTERDAY)
        assert moved.remeasure() >= rounds * (SCANNED_MAX - 10)
        assert moved.panes() == always.panes()
