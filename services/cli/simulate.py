"""`ioc simulate`: feed the centre with a simulated province, and with the ministry's figures."""

import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer

from services.adapters import clock
from services.adapters.units import load_units
from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.cli.simulator.documents import encode, stamp
from services.cli.simulator.memory import plan_course, read_memory
from services.cli.simulator.ministry import ministry_events
from services.cli.simulator.profile import Shares
from services.cli.simulator.run import Run
from services.cli.simulator.sending import FileSink, HttpSink, Sink, Tally
from services.cli.simulator.stream import Plan, Simulation, dossiers_a_day, history_begin
from services.domain.errors import Refused
from services.domain.instants import DAY, local_date, parse_instant, start_of_local_day

UNITS_FROM = date(2025, 7, 1)
FOLLOW_DAYS_MAX = 300
PATIENCE_SECONDS = 120.0
REQUEST_SECONDS = 30.0
USUAL = Shares()
PER_DAY = 600.0
EXAMPLES = """
Examples:

    ioc simulate --ministry                     45 days of history, then live, two events a second

    ioc simulate --rate 600 --rhythm office     live in office hours only, ten events a second

    ioc simulate --ministry --events 2000 --backfill 30      a small example, then it ends

    ioc simulate --ministry --domains           the same with readings, feedback, tasks, reports

    ioc simulate --out events.ndjson --backfill 90 --seed 7  a file instead of sending

    ioc simulate --out - --events 10 --start 2026-10-01T12:00:00+07:00
"""


Rate = Annotated[float, typer.Option(help="Live events a minute.")]
Seed = Annotated[int, typer.Option(help="Another seed, another province.")]
Backfill = Annotated[int, typer.Option(help="Days of history that are sent first.")]
Follow = Annotated[
    bool | None,
    typer.Option(
        "--follow/--no-follow",
        help="Go on live after the history. Default: yes, but not with --events or --out.",
    ),
]
Ministry = Annotated[bool, typer.Option("--ministry", help="First send the ministry's figures.")]
Domains = Annotated[
    bool, typer.Option("--domains", help="Also send all other domains, not only dossiers.")
]
Province = Annotated[str, typer.Option(envvar="IOC_PROVINCE", help="Two digits.")]
Events = Annotated[int | None, typer.Option(min=1, help="Stop after so many events.")]
PerDay = Annotated[
    float | None, typer.Option(help=f"Dossiers of a mean working day. Default: {PER_DAY:g}.")
]
Rhythm = Annotated[str, typer.Option(help="Of the live part: always or office.")]
Start = Annotated[
    str | None, typer.Option(metavar="TIMESTAMP", help="End of the history. Default: now.")
]
Supplement = Annotated[float, typer.Option(help="Share of dossiers.")]
Late = Annotated[float, typer.Option(help="Share of events recorded late.")]
Duplicate = Annotated[float, typer.Option(help="Share of events sent twice.")]
Corrected = Annotated[float, typer.Option(help="Share of receipts.")]
Retracted = Annotated[float, typer.Option(help="Share of finishes.")]
Out = Annotated[
    Path | None, typer.Option(allow_dash=True, help="Write NDJSON there instead of sending.")
]
To = Annotated[str | None, typer.Option(metavar="URL", help="Address of an intake.")]


def register(app: typer.Typer) -> None:
    """Add `ioc simulate`."""
    app.command("simulate", epilog=EXAMPLES)(simulate)


def simulate(
    *,
    rate: Rate = 120.0,
    seed: Seed = 1,
    backfill: Backfill = 45,
    follow: Follow = None,
    ministry: Ministry = False,
    domains: Domains = False,
    province: Province = "33",
    events: Events = None,
    per_day: PerDay = None,
    rhythm: Rhythm = "always",
    start: Start = None,
    supplement: Supplement = USUAL.supplement,
    late: Late = USUAL.late,
    duplicate: Duplicate = USUAL.duplicate,
    corrected: Corrected = USUAL.corrected,
    retracted: Retracted = USUAL.retracted,
    out: Out = None,
    to: To = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Feed the centre with a simulated province: history at once, then live.

    Every event is marked as simulated. The same seed, start and options give the same events; a
    feed that starts again goes on where it stopped.
    """
    follows = follow if follow is not None else events is None and out is None
    began_at = clock.now() if start is None else _instant(start)
    history_from = history_begin(began_at, backfill, start_of_local_day(UNITS_FROM))
    shares = Shares(
        supplement=supplement,
        late=late,
        duplicate=duplicate,
        corrected=corrected,
        retracted=retracted,
    )
    if per_day is None and events is not None:
        per_day = dossiers_a_day(events, history_from, began_at, shares)
    plan = Plan(
        seed=seed,
        province=province,
        communes=_communes(province, began_at),
        per_day=PER_DAY if per_day is None else per_day,
        rate=rate if follows else 0,
        rhythm=rhythm,
        shares=shares,
        domains=domains,
    )
    memory = data if follows and out is None and to is None else None
    run = _run(plan, began_at, history_from, events, memory, follows=follows)
    with ExitStack() as stack:
        sink = _sink(stack, out, to, data, None if follows else PATIENCE_SECONDS)
        tally = run.feed(sink, [encode(each) for each in ministry_events()] if ministry else [])
    _report(tally, run.simulation, as_json)
    if tally.rejected:
        raise typer.Exit(1)


def _run(
    plan: Plan,
    began_at: int,
    history_from: int,
    count: int | None,
    memory: Path | None,
    *,
    follows: bool,
) -> Run:
    simulation = Simulation(plan)
    until = began_at + FOLLOW_DAYS_MAX * DAY if follows else began_at
    known = None if memory is None else read_memory(memory)
    return Run(
        simulation=simulation,
        course=plan_course(known, simulation.name, history_from, began_at, until),
        until=until,
        count=count,
        memory=memory,
        tell=_tell,
    )


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused(f"--start {text}: give it as 2026-10-01T12:00:00+07:00.") from error


def _communes(province: str, at: int) -> tuple[str, ...]:
    units = load_units()
    found = units.at(f"P:{province}", local_date(at))
    if found is None:
        raise Refused(f"There is no province {province}; `ioc units` lists the provinces.")
    return tuple(unit.code for unit in units.children(found.key) if unit.level == "C")


def _sink(
    stack: ExitStack, out: Path | None, to: str | None, data: Path, patience: float | None
) -> Sink:
    if out is not None:
        if str(out) == "-":
            return FileSink(sys.stdout.buffer)
        return FileSink(stack.enter_context(out.open("wb")))
    if to is None:
        to = load_centre(data).ingest
    return HttpSink(stack.enter_context(httpx.Client(timeout=REQUEST_SECONDS)), to, patience, _tell)


def _tell(text: str) -> None:
    typer.echo(f"simulate: {text}", err=True)


def _report(tally: Tally, simulation: Simulation, as_json: bool) -> None:
    span = [None if at is None else stamp(at) for at in (tally.first_at, tally.last_at)]
    for reason in tally.reasons:
        _tell(f"rejected: {reason}")
    _tell(
        f"{tally.events:,} events, {tally.accepted:,} accepted, {tally.rejected:,} rejected"
        + (f", from {span[0]} to {span[1]}" if span[0] else "")
    )
    if as_json:
        document = {
            "events": tally.events,
            "accepted": tally.accepted,
            "rejected": tally.rejected,
            "retries": tally.retries,
            "from": span[0],
            "to": span[1],
            "seed": simulation.plan.seed,
            "plan": simulation.name,
        }
        typer.echo(msgspec.json.encode(document).decode())
