"""`ioc conform`: which clauses of the standard a running centre meets, and how that is known."""

import asyncio
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.cli.conformance.clauses import LEVELS, Clause, load_clauses
from services.cli.conformance.exceptions import load_exceptions
from services.cli.conformance.marks import marks_by_clause
from services.cli.conformance.report import Declaration, Report, lines_of, report
from services.cli.probes.inquiry import Addresses, inquire
from services.cli.probes.registry import judge
from services.cli.probes.survey import Survey
from services.domain.errors import Refused

GROUP_WIDTH: Final = 26
EVIDENCE_WIDTH_MIN: Final = 24
COLOURS: Final = {
    "passed": "green",
    "by test": "cyan",
    "declared": "blue",
    "failed": "bold red",
    "not checked": "yellow",
}
EXAMPLES = """
Examples:

    ioc conform                              the centre of this directory, level 1

    ioc conform --level 2 --json             one document, for the claim

    ioc conform --read-only                  send nothing to the intake

    ioc conform --api https://ioc.example.vn another centre, as anybody sees it

    ioc conform --declared declared.toml     with what no program can see

A declaration in the file names its clause, the body that answers for it, since when, and the paper:

    ["12.1.1"]

    by = "Sở Khoa học và Công nghệ"

    on = "2026-11-01"

    evidence = "Quyết định phê duyệt cấp độ 3"
"""

Level = Annotated[int, typer.Option("--level", min=1, max=3, help="The level that must be met.")]
ReadOnly = Annotated[
    bool,
    typer.Option(
        "--read-only", help="Send nothing; without it six records are sent that change no figure."
    ),
]
Declared = Annotated[
    Path | None,
    typer.Option("--declared", metavar="FILE.toml", help="Declarations for what people do."),
]
Api = Annotated[str | None, typer.Option("--api", metavar="URL", help="Another centre's API.")]
Ingest = Annotated[
    str | None, typer.Option("--ingest", metavar="URL", help="The intake of that centre.")
]
Kafka = Annotated[
    str | None, typer.Option("--kafka", metavar="HOST:PORT", help="The broker of that centre.")
]


def register(app: typer.Typer) -> None:
    """Add `ioc conform`."""
    app.command("conform", epilog=EXAMPLES)(conform)


def conform(
    *,
    level: Level = 1,
    data: DataOption = DEFAULT_DATA,
    api: Api = None,
    ingest: Ingest = None,
    kafka: Kafka = None,
    read_only: ReadOnly = False,
    declared: Declared = None,
    as_json: JsonOption = False,
) -> None:
    """Say which clauses and which level of standards/ioc_spec.md a running centre meets.

    Probes ask the centre over its public interfaces: REST, WebSocket, topics, metrics. Clauses
    without a probe are listed with their tests, which speak for the software and not for this
    centre, with a declaration, or as not checked. Exit status 0 only when the level is met.
    """
    clauses = load_clauses()
    declarations = load_declarations(declared, clauses)
    centre = _addresses(data, api, ingest, kafka)
    survey = asyncio.run(inquire(centre, _say, sending=not read_only))
    lines = lines_of(clauses, judge(survey), marks_by_clause(), load_exceptions(), declarations)
    names = tuple(str(one.get("id")) for one in survey.indicators)
    found = report(centre.api, _version(survey), names, level, lines)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _print(found, clauses)
    if not found.met:
        raise typer.Exit(1)


def load_declarations(path: Path | None, clauses: tuple[Clause, ...]) -> dict[str, Declaration]:
    """The declarations of a file by clause; raises `Refused` when one cannot be what it says."""
    if path is None:
        return {}
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        found = msgspec.convert(read, dict[str, Declaration])
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: {error}; ioc conform --help shows a declaration") from error
    unknown = sorted(found.keys() - {clause.number for clause in clauses})
    if unknown:
        raise Refused(f"{path} declares clauses that do not exist: {', '.join(unknown)}")
    return found


def _addresses(data: Path, api: str | None, ingest: str | None, kafka: str | None) -> Addresses:
    if api is None:
        centre = load_centre(data)
        return Addresses(centre.api, centre.live, ingest or centre.ingest, kafka or centre.kafka)
    if not api.startswith(("http://", "https://")):
        raise Refused(f"--api is an address like http://127.0.0.1:8000, not {api!r}")
    base = api.rstrip("/")
    return Addresses(base, f"ws{base.removeprefix('http')}/v1/live", ingest, kafka)


def _version(survey: Survey) -> str:
    return str(next((each.get("standard_version") for each in survey.messages("hello")), ""))


def _say(text: str) -> None:
    print(f"conform: {text}", file=sys.stderr)


def _print(found: Report, clauses: tuple[Clause, ...]) -> None:
    console = Console()
    groups = {clause.number: clause.group for clause in clauses}
    table = Table(title=f"{found.centre}, standard {found.standard}", title_justify="left")
    for name in ("clause", "force", "level", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("about", no_wrap=True, max_width=GROUP_WIDTH)
    table.add_column("evidence", min_width=EVIDENCE_WIDTH_MIN)
    for line in found.clauses:
        state = f"[{COLOURS[line.state]}]{line.state}[/]"
        about, evidence = escape(groups[line.clause]), escape(line.evidence)
        table.add_row(line.clause, line.force, str(line.level), state, about, evidence)
    console.print(table)
    console.print(", ".join(f"{count} {state}" for state, count in found.counts.items()))
    for level in LEVELS:
        console.print(f"level {level}: {_verdict(found, level)}", highlight=False)


def _verdict(found: Report, level: int) -> str:
    lacking = found.lacking(level)
    if not lacking:
        return "[green]met[/]"
    failed = [line.clause for line in lacking if line.state == "failed"]
    silent = [line.clause for line in lacking if line.state != "failed"]
    return (
        f"[red]not met[/]; failed: {', '.join(failed) or 'none'};"
        f" not checked: {', '.join(silent) or 'none'}"
    )
