"""`ioc indicators`: files and versions of the standard, and what the next one would change."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from services.adapters.standards import FOLDER, load_standard
from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.domain.errors import Refused, Unavailable

SECONDS_MAX = 60.0
PAGE = 1_000
PAGES_MAX = 200
LINES_MAX = 200
_CHECK = """
Examples:

    ioc indicators check

    ioc indicators check --standards /srv/ioc/standards

    ioc indicators check --json                 {"sound": false, "faults": [...], ...}
"""
_VERSIONS = """
Examples:

    ioc indicators versions PS-04

    ioc indicators versions PS-04 --json
"""
_DIFF = """
Examples:

    ioc indicators diff PS-04                   what differs, by unit and window

    ioc indicators diff PS-04 --level           units that would change level

    ioc indicators diff PS-04 --within P:33 --window month --period 2026-10

    ioc indicators diff PS-04 --all --json
"""
ToOption = Annotated[str | None, typer.Option(metavar="URL", help="Address of the API, http://...")]


def register(app: typer.Typer) -> None:
    """Add `ioc indicators` with its verbs."""
    group = typer.Typer(no_args_is_help=True, help="Versions of the indicators.")
    group.command("check", epilog=_CHECK)(check)
    group.command("versions", epilog=_VERSIONS)(versions)
    group.command("diff", epilog=_DIFF)(diff)
    app.add_typer(group, name="indicators")


def check(
    standards: Annotated[
        Path,
        typer.Option(
            envvar="IOC_STANDARDS",
            metavar="DIR",
            help="The folder that holds measures.yaml and indicators.",
        ),
    ] = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Say whether the files fit together; each fault with file, line and reason."""
    try:
        found = load_standard(standards)
    except Refused as error:
        if as_json:
            _print_checked(standards, faults=str(error).splitlines())
        raise
    waiting = sorted(found.catalogue.trials)
    names = sorted(found.catalogue.indicators)
    if as_json:
        _print_checked(standards, version=found.version, in_force=names, waiting=waiting)
        return
    print(f"standard {found.version} of {standards}: {len(names)} indicators in force")
    print(f"in shadow or still to come: {', '.join(waiting) or 'none'}")


def _print_checked(
    folder: Path,
    *,
    version: str | None = None,
    in_force: Sequence[str] = (),
    waiting: Sequence[str] = (),
    faults: Sequence[str] = (),
) -> None:
    found = {
        "sound": not faults,
        "folder": str(folder),
        "version": version,
        "in_force": in_force,
        "waiting": waiting,
        "faults": faults,
    }
    print(json.dumps(found, ensure_ascii=False))


def versions(
    indicator: Annotated[str, typer.Argument(metavar="ID", help="As in PS-04.")],
    to: ToOption = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """List the versions of an indicator: past, in force, coming and in shadow."""
    with _client(to, data) as client:
        items = _get(client, f"/v1/indicators/{indicator}/versions", {})["items"]
    if as_json:
        print(json.dumps(items, ensure_ascii=False))
        return
    for one in items:
        until = f" to {one['effective_to']}" if one["effective_to"] else ""
        print(f"{one['id']} v{one['formula_version']}  {one['state']:9} from ", end="")
        print(f"{one['effective_from']}{until}")


def diff(
    indicator: Annotated[str, typer.Argument(metavar="ID", help="As in PS-04.")],
    *,
    unit: Annotated[list[str] | None, typer.Option(help="Only this unit.")] = None,
    within: Annotated[list[str] | None, typer.Option(help="All units below this one.")] = None,
    window: Annotated[list[str] | None, typer.Option(help="Only this window.")] = None,
    period: Annotated[
        list[str] | None, typer.Option(help="A period of any age, 2026-10 or 2026-Q3.")
    ] = None,
    dims: Annotated[list[str] | None, typer.Option(help="All members of a breakdown.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also pairs that do not differ.")
    ] = False,
    level: Annotated[
        bool, typer.Option("--level", help="Only units whose level would change.")
    ] = False,
    to: ToOption = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Hold the next version of an indicator (in shadow, or to come) against the one in force."""
    if everything and level:
        raise Refused("--all and --level can not be meant both")
    asked: dict[str, Any] = {"unit": unit, "within": within, "window": window, "period": period}
    asked |= {"dims": dims, "limit": str(PAGE)}
    asked |= {} if everything else {"only": "level" if level else "changed"}
    given = {name: value for name, value in asked.items() if value}
    with _client(to, data) as client:
        pages = _pages(client, f"/v1/indicators/{indicator}/shadow", given)
        if as_json:
            read = list(pages)
            whole = read[0] | {"items": [item for page in read for item in page["items"]]}
            print(json.dumps(whole | {"next": None}, ensure_ascii=False))
        else:
            _print(indicator, pages)


def _client(to: str | None, data: Path) -> httpx.Client:
    return httpx.Client(base_url=to or load_centre(data.absolute()).api, timeout=SECONDS_MAX)


def _pages(client: httpx.Client, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _ in range(PAGES_MAX):
        page = _get(client, path, asked)
        yield page
        if page["next"] is None:
            return
        asked = asked | {"cursor": page["next"]}
    raise Refused(f"more than {PAGES_MAX} pages: name a unit or a window")


def _get(client: httpx.Client, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = client.get(path, params=asked)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"{client.base_url} does not answer: {error}") from error
    if answer.status_code != 200:
        try:
            raise Refused(str(answer.json()["detail"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"{answer.url} answers {answer.status_code}") from error
    found: dict[str, Any] = answer.json()
    return found


def _print(indicator: str, pages: Iterator[dict[str, Any]]) -> None:
    """A table of the first lines, and what all the pages add up to."""
    table = Table(*("indicator", "unit", "window", "old", "new", "difference", "ratio", "level"))
    for number in range(3, 7):
        table.columns[number].justify = "right"
    heads: dict[str, Any] = {}
    shown = levels = 0
    for page in pages:
        heads = heads or page
        for item in page["items"]:
            shown += 1
            levels += item.get("level_changes", False)
            if shown <= LINES_MAX:
                table.add_row(*_row(item))
    console = Console()
    console.print(_heading(indicator, heads), markup=False, highlight=False)
    console.print(table)
    more = f", {shown - LINES_MAX} of them not shown: --json" if shown > LINES_MAX else ""
    console.print(f"{shown} pairs{more}; {levels} change their level", highlight=False)


def _heading(indicator: str, page: dict[str, Any]) -> str:
    old, new = page["old"], page["new"]
    before = "nothing" if old is None else f"v{old['formula_version']}"
    kind = "in shadow" if new.get("shadow") else f"in force from {new['effective_from']}"
    changed = ", ".join(page["changed"]) or "nothing"
    also = f"; also changes {', '.join(page['also_changes'])}" if page["also_changes"] else ""
    version = new["formula_version"]
    return f"{indicator} v{version} ({kind}) beside {before}; differ in {changed}{also}"


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    old, new = item["old"] or {}, item["new"] or {}
    unit = " ".join((item["unit"], *(f"{k}={v}" for k, v in item["dims"].items())))
    window = item["window"] + (f" {item['period']}" if item.get("period") else "")
    change = "" if not item.get("level_changes") else f"{_text(old, 'level')} → "
    return (
        str(item["indicator"]),
        unit,
        window,
        _text(old, "value"),
        _text(new, "value"),
        _text(item, "difference"),
        _text(item, "ratio"),
        change + (_text(new, "level") if change or new.get("level") is not None else ""),
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if value is None:
        return "–"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
