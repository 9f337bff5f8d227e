"""`ioc reconcile`.

Everything anew from the raw events, held against what the centre has counted.
"""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, TypeAlias

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from services.adapters.clock import now as clock_now
from services.adapters.panes import PaneReader, snapshot
from services.adapters.standards import (
    load_catalogue,
    load_indicator_documents,
    load_measure_documents,
)
from services.adapters.timescale import connect
from services.adapters.units import load_units
from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.domain.engine.catalogue import Formula
from services.domain.engine.observe import Moment, Observer
from services.domain.engine.state import State
from services.domain.engine.windows import (
    ADMINISTRATIVE,
    PERIODS,
    SCHOOL,
    STATISTICAL,
    TERM,
    kind_of_period,
    period_at,
    place,
)
from services.domain.events import decode
from services.domain.instants import parse_instant
from services.domain.units import UnitList
from services.reference.compare import Difference, compare
from services.reference.places import UnitFact
from services.reference.reference import Reference
from services.reference.unsaid import Question, unsaid_cells, unsaid_comparisons

Periods: TypeAlias = dict[tuple[str, str], list[str]]  # by kind and calendar


class Compared(NamedTuple):
    """How many values were compared, and each that is not what the raw events give."""

    checked: int
    differences: list[Difference]


class _Taken(msgspec.Struct, frozen=True):
    """What the intake wrote into an event."""

    id: str
    source: str
    ingestedtime: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "reconcile",
        help="Recompute everything from the raw events with the slow reference and compare.\n\n"
        "Every difference is named: a line each, or an entry of `differences`. Exit status 0 only "
        "without a difference; 1 with one, or when there is nothing to compare with.\n\n"
        "Examples:\n\n"
        "    ioc reconcile --data /srv/ioc/b\n\n"
        "    ioc reconcile --json | jq -r '.differences[].id'",
    )(reconcile)


def reconcile(
    data: DataOption = DEFAULT_DATA,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="IOC_DATABASE_URL", help="Instead of the running centre's."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare one committed state with a recomputation from exactly its events."""
    state, reference, moment = _read(database or load_centre(data).database)
    checked, differences = compare_all(state, reference, moment)
    if as_json:
        print(
            json.dumps(
                {"checked": checked, "differences": [d._asdict() for d in differences]}, default=str
            )
        )
    else:
        for difference in differences:
            print(
                f"{difference.id} {difference.member}:"
                f" expected {difference.expected}, found {difference.found}"
            )
        print(f"{checked} values compared, {len(differences)} differences", file=sys.stderr)
    if differences:
        raise typer.Exit(1)


def compare_all(state: State, reference: Reference, moment: Moment) -> Compared:
    """Hold every value of a state against the reference; progress goes to standard error."""
    observer, cells = Observer(state), list(range(len(state.cells)))
    counted = set(state.cells.units)
    units = sorted(reference.units_sent() | counted)
    checked, found = 0, list[Difference]()
    tasks = list(_tasks(state, reference, moment.now))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for formula, asked in progress.track(tasks, description="comparing"):
            observed = observer.observe(
                formula, asked.window, asked.calendar, cells, moment, asked.period
            )
            documents = msgspec.json.decode(msgspec.json.encode(observed))
            checked += len(documents)
            found.extend(compare(documents, reference, lambda _observation: moment.now))
            found.extend(unsaid_comparisons(documents, reference, asked))
            found.extend(unsaid_cells(documents, reference, asked, units, counted))
    return Compared(checked, found)


def _read(url: str) -> tuple[State, Reference, Moment]:
    """Read one committed state, and give the reference exactly its events."""
    catalogue, units, now = load_catalogue(), load_units(), clock_now()
    reader = PaneReader(catalogue, units)
    with connect(url, "ioc-reconcile") as connection, snapshot(connection) as cursor:
        watermark = _read_all(reader, cursor)
        cursor.execute("select body from event")
        bodies = [bytes(body) for (body,) in cursor]
    reference = Reference(
        [decode(body) for body in bodies],
        _facts(units),
        load_measure_documents(),
        load_indicator_documents(),
        _ingested_at(bodies),
    )
    return reader.state, reference, Moment(now, watermark)


def _ingested_at(bodies: list[bytes]) -> dict[tuple[str, str], int]:
    """When the intake took each event, by source and id."""
    taken = [msgspec.json.decode(body, type=_Taken) for body in bodies]
    return {
        (each.source, each.id): parse_instant(each.ingestedtime)
        for each in taken
        if each.ingestedtime is not None
    }


def _read_all(reader: PaneReader, cursor: Any) -> int:
    read = reader.read_in(cursor)
    while read.more:
        read = reader.read_in(cursor)
    return read.watermark


def _facts(units: UnitList) -> list[UnitFact]:
    return [
        UnitFact(u.key, u.code, u.parent, u.valid_from, u.valid_to) for u in units.established()
    ]


def _tasks(state: State, reference: Reference, now: int) -> Iterator[tuple[Formula, Question]]:
    """Every window now, and every period in which something happened or of which it is told."""
    happened, told = _periods_of(reference, now)
    for formula in state.catalogue.formulas.values():
        indicator = state.catalogue.indicators[formula.indicator]
        named = told if state.catalogue.reported(formula) else happened
        for window in formula.windows:
            for calendar in indicator.calendars_of(window):
                yield formula, Question(formula.id, window, now, None, calendar)
                if window in PERIODS:
                    kind = "year" if window == "ytd" else window
                    for period in named.get((kind, calendar), ()):
                        yield formula, Question(formula.id, window, now, period, calendar)


def _periods_of(reference: Reference, now: int) -> tuple[Periods, Periods]:
    """The periods by kind and calendar with a fact, less the current one, and with a figure."""
    happened: Periods = {}
    told: Periods = {}
    days, reported = reference.days_before(now), reference.periods_reported()
    for calendar in (STATISTICAL, ADMINISTRATIVE, SCHOOL):
        said = [period for of, period in reported if of == calendar]
        begins = [place(kind_of_period(each), calendar, now, each).begin for each in said]
        for kind in (TERM,) if calendar == SCHOOL else ("month", "quarter", "year"):
            periods = {period_at(kind, calendar, day) for day in days}
            happened[kind, calendar] = sorted(periods - {period_at(kind, calendar, now)})
            told[kind, calendar] = sorted({period_at(kind, calendar, at) for at in begins})
    return happened, told
