"""`ioc reconcile`.

Everything anew from the raw events, held against what the centre has counted.
"""

import json
import sys
from typing import Annotated, Any

import msgspec
import typer

from services.adapters.clock import now as clock_now
from services.adapters.panes import PaneReader, snapshot
from services.adapters.settings import Settings
from services.adapters.standards import (
    load_catalogue,
    load_indicator_documents,
    load_measure_documents,
)
from services.adapters.timescale import connect
from services.adapters.units import load_units
from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.cli.comparing import Compare, compare_all
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.observing import Moment
from services.domain.events import decode
from services.domain.instants import parse_instant
from services.domain.units import UnitList
from services.reference.moved import MILLION, SuccessorFact
from services.reference.places import UnitFact
from services.reference.reference import Reference


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
        "    ioc reconcile --indicator PS-04 --indicator PS-05\n\n"
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
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", help="Only this one, which is much quicker; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare one committed state with a recomputation from exactly its events."""
    catalogue = load_catalogue(Settings().standards)
    for unknown in sorted(set(indicator or ()) - catalogue.indicators.keys()):
        raise typer.BadParameter(f"the standard has no indicator {unknown}")
    work = _read(catalogue, database or load_centre(data).database)
    checked, differences = compare_all(work, indicators=indicator or None)
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


def _read(catalogue: Catalogue, url: str) -> Compare:
    """Read one committed state, and give the reference exactly its events."""
    units, now = load_units(), clock_now()
    reader = PaneReader(catalogue, units)
    with connect(url, "ioc-reconcile") as connection, snapshot(connection) as cursor:
        watermark = _read_all(reader, cursor)
        cursor.execute("select body from event")
        bodies = [bytes(body) for (body,) in cursor]
    reference = Reference(
        [decode(body) for body in bodies],
        _facts(units),
        load_measure_documents(Settings().standards),
        load_indicator_documents(Settings().standards),
        _ingested_at(bodies),
        _successors(units),
    )
    return Compare(reader.state, reference, Moment(now, watermark))


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


def _successors(units: UnitList) -> list[SuccessorFact]:
    return [
        SuccessorFact(part.pred, part.succ, round(part.weight * MILLION), part.method)
        for unit in units.established()
        for part in units.successors(unit.key)
    ]
