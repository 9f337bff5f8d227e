"""`ioc units`: look up administrative units and their history, import their boundaries."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import psycopg
import typer

from services.adapters import clock
from services.adapters.units import load_units, store_boundaries
from services.cli.centre import load_centre
from services.domain.boundaries import FILE_BYTES_MAX, parse_boundaries
from services.domain.errors import Refused, Unavailable
from services.domain.instants import local_date
from services.domain.units import Level, Successor, Unit, UnitChange, UnitList

_LIST_EXAMPLES = """
Examples:

    ioc units                             the provinces of today

    ioc units list --in P:33              the communes of a province

    ioc units list --level D --on 2025-06-30

    ioc units find "hưng yên"             accents and case do not matter

    ioc units show C:11953                history, predecessors, successors

    ioc units import boundaries.geojson
"""
_CONNECT_SECONDS = 5

On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The list of that day; default: today.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class History(msgspec.Struct, frozen=True):
    """One unit with everything that it came from and became."""

    unit: Unit
    ancestors: tuple[Unit, ...]
    changes: tuple[UnitChange, ...]
    predecessors: tuple[Successor, ...]
    successors: tuple[Successor, ...]


def register(app: typer.Typer) -> None:
    """Add `ioc units` and its commands."""
    units = typer.Typer(help="Administrative units: look up, history, boundaries.")
    units.callback(invoke_without_command=True, epilog=_LIST_EXAMPLES)(_overview)
    units.command("list", epilog=_LIST_EXAMPLES)(list_units)
    units.command("find", epilog=_LIST_EXAMPLES)(find_units)
    units.command("show", epilog=_LIST_EXAMPLES)(show_unit)
    units.command("import", epilog=_LIST_EXAMPLES)(import_boundaries)
    app.add_typer(units, name="units")


def _overview(context: typer.Context, as_json: AsJson = False) -> None:
    """Administrative units: look up, history, boundaries."""
    if context.invoked_subcommand is None:
        list_units(as_json=as_json)


def list_units(
    level: Annotated[
        str | None, typer.Option(help="N, P, D or C: country, province, district, commune.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--in", metavar="UNIT", help="Only the units directly below.")
    ] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """List the units of a day: the provinces, or those of a level or below a unit."""
    day, units = _day(on), load_units()
    if within is not None:
        above = _unit(units, within, day)
        listed = tuple(unit for unit in units.current(day) if unit.parent == above.key)
    else:
        wanted = _level(level or "P")
        listed = tuple(unit for unit in units.current(day) if unit.level == wanted)
    if level is not None:
        listed = tuple(unit for unit in listed if unit.level == _level(level))
    _print_units(listed, units, as_json)


def find_units(
    text: Annotated[str, typer.Argument(help="A part of the name, or a code.")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Find units by name or code; accents and case do not matter."""
    units = load_units()
    found = units.find(text, _day(on))
    if not found and not as_json:
        raise Refused(f"no unit is called {text!r} on {_day(on)}; earlier lists: --on 2025-06-30")
    _print_units(found, units, as_json)


def show_unit(
    unit: Annotated[str, typer.Argument(help="A code, C:11953, or a key, C:11953@2025-07-01.")],
    as_json: AsJson = False,
) -> None:
    """Show what a code meant at which time, where it came from and what became of it."""
    units = load_units()
    found = units.get(unit)
    meant = units.of_code(unit) if found is None else (found,)
    if not meant:
        raise Refused(f"no unit has the code {unit!r}; codes look like P:33 or C:11953")
    histories = [
        History(
            unit=each,
            ancestors=units.ancestors(each.key),
            changes=units.changes(each.key),
            predecessors=units.predecessors(each.key),
            successors=units.successors(each.key),
        )
        for each in meant
    ]
    if as_json:
        _print_json({"items": histories})
        return
    for history in histories:
        _print_history(history, units)


def import_boundaries(
    file: Annotated[Path, typer.Argument(help="GeoJSON with the properties code and name.")],
    on: On = None,
    database: Annotated[
        str | None, typer.Option("--database", help="URL; default: the running centre's.")
    ] = None,
    data: Annotated[
        Path, typer.Option("--data", envvar="IOC_DATA", help="Folder of the running centre.")
    ] = Path(".ioc"),
    as_json: AsJson = False,
) -> None:
    """Import boundaries of communes and provinces from a GeoJSON file, all of it or nothing."""
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise Refused(f"{file} is larger than {FILE_BYTES_MAX:,} bytes; simplify the lines")
        content = file.read_bytes()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from error
    units, day = load_units(), _day(on)
    found = parse_boundaries(content, units, day)
    url = database or load_centre(data).database
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS) as connection:
            store_boundaries(connection, found)
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database does not answer: {error}; see `ioc status`") from error
    provinces = sorted(
        {above.code for each in found if (above := units.province_of(each.unit.key))}
    )
    if as_json:
        _print_json({"imported": len(found), "on": day, "provinces": provinces})
    else:
        typer.echo(f"{len(found)} boundaries imported, of {', '.join(provinces)}")


def _day(on: str | None) -> date:
    try:
        return local_date(clock.now()) if on is None else date.fromisoformat(on)
    except ValueError as error:
        raise Refused(f"--on {on!r} is no date; write it as 2025-07-01") from error


def _level(letter: str) -> Level:
    try:
        level: Level = msgspec.convert(letter.upper(), Level)
    except msgspec.ValidationError as error:
        raise Refused(f"--level {letter!r}: allowed are N, P, D, C") from error
    return level


def _unit(units: UnitList, code: str, on: date) -> Unit:
    unit = units.get(code) or units.at(code, on)
    if unit is None:
        raise Refused(f"{code!r} is no unit on {on}; codes look like P:33 or C:11953")
    return unit


def _print_units(listed: Iterable[Unit], units: UnitList, as_json: bool) -> None:
    if as_json:
        _print_json({"items": list(listed)})
        return
    for unit in listed:
        above = ", ".join(each.name_vi for each in units.ancestors(unit.key) if each.level != "N")
        typer.echo(f"{unit.code:<9} {unit.name_vi:<32} {above}".rstrip())


def _print_history(history: History, units: UnitList) -> None:
    unit = history.unit
    until = f"until {unit.valid_to} (exclusive)" if unit.valid_to else "still valid"
    typer.echo(f"{unit.key}  {unit.name_vi}, {until}")
    for above in history.ancestors:
        typer.echo(f"    in    {above.code:<9} {above.name_vi}")
    for change in history.changes:
        typer.echo(f"    since {change.effective_on}: {change.name_vi} ({change.decree})")
    for sign, parts in (("from", history.predecessors), ("to", history.successors)):
        for part in parts:
            other = units.get(part.pred if sign == "from" else part.succ)
            name = other.name_vi if other else ""
            key = part.pred if sign == "from" else part.succ
            typer.echo(f"    {sign:<5} {key:<20} {part.weight:7.2%} of it  {name} ({part.method})")


def _print_json(document: object) -> None:
    typer.echo(msgspec.json.encode(document).decode())
