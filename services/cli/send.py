"""`ioc send`: files of events, or tables with a mapping, to the intake."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.cli.mapping import TableMapping, load_mapping
from services.cli.sending import Sender, SendLimits, Summary
from services.cli.sources import Source, SourceRecord, check_source, open_source
from services.domain.errors import IocError, Refused

REJECTIONS_SHOWN_MAX = 20
PROGRESS_EVERY_RECORDS = 200
_EXAMPLES = """
Examples:

    ioc send events.ndjson                   one event a line, also .gz

    generator | ioc send -                   from standard input

    ioc send receipts.csv --mapping examples/receipt_log.toml

    ioc send report.xlsx --mapping report.toml --json

Sending a file twice is harmless: an event that is known already is not counted again.
"""

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="NDJSON, CSV or XLSX; .gz; - for stdin.")
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE.toml", help="How the rows of a table become events."),
]
Address = Annotated[
    str | None, typer.Option("--to", metavar="URL", help="Another intake than the centre's.")
]
Batch = Annotated[int, typer.Option(min=1, max=10_000, help="Records in one request.")]
Patience = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="How long to try while nothing is taken.")
]


def register(app: typer.Typer) -> None:
    """Add `ioc send`."""
    app.command("send", epilog=_EXAMPLES)(send)


def send(
    files: Files,
    mapping: MappingFile = None,
    to: Address = None,
    data: DataOption = DEFAULT_DATA,
    batch: Batch = SendLimits().batch_records,
    patience: Patience = SendLimits().patience_seconds,
    as_json: JsonOption = False,
) -> None:
    """Send events to the intake and say what became of each; status 0 when none was rejected."""
    table = load_mapping(mapping) if mapping is not None else None
    for path in files:
        check_source(path, table)
    address = _intake(to) if to is not None else load_centre(data).ingest
    limits = SendLimits(batch_records=batch, patience_seconds=patience)
    summary, failure = asyncio.run(_send_files(files, table, address, limits))
    _report(summary, as_json=as_json)
    if failure is not None:
        raise failure
    if summary.rejected:
        raise typer.Exit(1)


def _intake(text: str) -> str:
    """The address as given; refused before anything is tried when it can not be one."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Refused(f"{text} is not an address of an intake: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise Refused(f"{text} is not an address of an intake, which begins with http://")
    return text


async def _send_files(
    files: list[Path], mapping: TableMapping | None, address: str, limits: SendLimits
) -> tuple[Summary, IocError | None]:
    timeout = httpx.Timeout(limits.request_seconds_max)
    async with httpx.AsyncClient(base_url=address, timeout=timeout) as client:
        sender = Sender(client, limits, name_file=len(files) > 1)
        try:
            with ExitStack() as stack:
                progress = stack.enter_context(_progress())
                for path in files:
                    source = stack.enter_context(open_source(path))
                    records = _watched(source, mapping, progress, sender.summary)
                    await sender.send(records, str(path))
        except IocError as failure:
            return sender.summary, failure
    return sender.summary, None


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[counted]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


def _watched(
    source: Source, mapping: TableMapping | None, progress: Progress, summary: Summary
) -> Iterator[SourceRecord]:
    """Give the records of a file and show how far it is read and what was answered so far."""
    task = progress.add_task(escape(source.path.name), total=source.bytes_total, counted="")

    def show() -> None:
        counted = f"{summary.accepted:,} accepted, {summary.rejected:,} rejected"
        progress.update(task, completed=source.position, counted=counted)

    for number, record in enumerate(source.records(mapping)):
        if number % PROGRESS_EVERY_RECORDS == 0:
            show()
        yield record
    show()


def _report(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(summary).decode())
        return
    for rejection in summary.rejections[:REJECTIONS_SHOWN_MAX]:
        place = f"{rejection.file} line {rejection.line}".strip()
        field = f" {rejection.pointer}" if rejection.pointer else ""
        print(f"{place}: {rejection.code}{field}: {rejection.detail}", file=sys.stderr)
    more = len(summary.rejections) - REJECTIONS_SHOWN_MAX
    if more > 0:
        print(f"… and {more:,} more; --json lists them.", file=sys.stderr)
    print(
        f"{summary.records:,} records: {summary.accepted:,} accepted,"
        f" {summary.rejected:,} rejected; {len(summary.receipts):,} receipts."
    )
