"""`ioc reconcile`.

Everything anew from the raw events, held against what the centre has counted.
"""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

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
from services.domain.engine.windows import PERIODS, period_at
from services.domain.events import Event, decode
from services.domain.instants import parse_instant
from services.domain.units import UnitList
from services.reference.compare import Difference, compare
from services.reference.places import UnitFact
from services.reference.reference import Reference

SHOWN_MAX = 50


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
        "Exit status 0 only without a difference. Example: ioc reconcile --json",
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
    url = database or load_centre(data).database
    checked, differences = _compare_all(url)
    if as_json:
        print(
            json.dumps(
                {"checked": checked, "differences": [d._asdict() for d in differences]}, default=str
            )
        )
    else:
        for difference in differences[:SHOWN_MAX]:
            print(
                f"{difference.id} {difference.member}:"
                f" expected {difference.expected}, found {difference.found}"
            )
        print(f"{checked} values compared, {len(differences)} differences", file=sys.stderr)
    if differences:
        raise typer.Exit(1)


def _compare_all(url: str) -> tuple[int, list[Difference]]:
    catalogue, units, now = load_catalogue(), load_units(), clock_now()
    reader = PaneReader(catalogue, units)
    with connect(url, "ioc-reconcile") as connection, snapshot(connection) as cursor:
        connection.execute("set local transaction_timeout = 0")
        watermark = _read_all(reader, cursor)
        cursor.execute("select body from event")
        bodies = [bytes(body) for (body,) in cursor]
    events = [decode(body) for body in bodies]
    reference = Reference(
        events,
        _facts(units),
        load_measure_documents(),
        load_indicator_documents(),
        _ingested_at(bodies),
    )
    observer, moment = Observer(reader.state), Moment(now, watermark)
    found = _missing_units(events, reader.state, units, now)
    checked = 0
    tasks = list(_tasks(reader.state, events, now))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for formula, window, calendar, period in progress.track(tasks, description="comparing"):
            cells = range(len(reader.state.cells))
            observed = observer.observe(formula, window, calendar, list(cells), moment, period)
            documents = msgspec.json.decode(msgspec.json.encode(observed))
            checked += len(documents)
            found.extend(compare(documents, reference, lambda _observation: now))
    return checked, found


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


def _missing_units(
    events: list[Event], state: State, units: UnitList, now: int
) -> list[Difference]:
    """Units that sent events that count and of which nothing is counted."""
    del now
    seen = set(state.cells.units)
    sent = {
        event.unit
        for event in events
        if event.op == "create" and event.type.endswith("received.v1")
    }
    known = {key.partition("@")[0] for key in seen}
    return [
        Difference(code, "unit", "counted", "missing")
        for code in sorted(sent - known)
        if units.of_code(code)
    ]


def _tasks(
    state: State, events: list[Event], now: int
) -> Iterator[tuple[Formula, str, str, str | None]]:
    """Every window now, and every period in which something happened."""
    instants = [event.at for event in events if event.at < now]
    for formula in state.catalogue.formulas.values():
        indicator = state.catalogue.indicators[formula.indicator]
        for window in formula.windows:
            for calendar in indicator.calendars_of(window):
                yield formula, window, calendar, None
                if window in PERIODS:
                    kind = "year" if window == "ytd" else window
                    periods = {period_at(kind, calendar, at) for at in instants}
                    for period in sorted(periods - {period_at(kind, calendar, now)}):
                        yield formula, window, calendar, period
