"""`ioc bench NAME`: measurements on this machine, each beside a limit from the same run."""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.adapters.units import load_units
from services.cli.benches.aggregate_command import EXAMPLES, aggregate
from services.cli.benches.load import PROBE
from services.cli.benches.pipeline import Result, run
from services.cli.centre import JsonOption, load_centre
from services.domain.errors import Unavailable

PROVINCE = "P:33@2025-07-01"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Measure on this machine, beside a limit.")
    group.command("pipeline")(pipeline)
    group.command("aggregate", epilog=EXAMPLES)(aggregate)
    app.add_typer(group, name="bench")


def pipeline(
    events: Annotated[
        int, typer.Option("--events", min=1_000, help="Events offered at full speed.")
    ] = 60_000,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, help="Length of the latency part.")
    ] = 10.0,
    rate: Annotated[
        int, typer.Option("--rate", min=50, help="Events a second in the latency part.")
    ] = 500,
    as_json: JsonOption = False,
) -> None:
    """The whole path: HTTP to WebSocket with ten walls, and the same rows stored bare.

    Starts a centre of its own in a temporary directory and removes it again.
    Example: ioc bench pipeline --events 100000 --json
    """
    units = load_units()
    communes = [unit.code for unit in units.children(PROVINCE) if unit.code != PROBE]
    with tempfile.TemporaryDirectory(prefix="ioc-bench-") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "centre"
        _ioc("up", "--detach", "--feed", "none", "--data", str(data))
        try:
            print("measuring", file=sys.stderr)
            centre = load_centre(data)
            found = asyncio.run(run(centre, communes, events, seconds, rate))
        finally:
            _ioc("down", "--data", str(data))
    if as_json:
        print(json.dumps(msgspec.to_builtins(found)))
    else:
        _print(found)


def _ioc(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments], stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise Unavailable(f"ioc {arguments[0]} failed with status {done.returncode}")


def _print(found: Result) -> None:
    print(f"{found.events} events, 80 % simple and 20 % of dossiers, ten walls attached")
    print(f"  accepted   {found.accepted_per_second:>9,.0f} events/s")
    share = f"{found.counted_to_limit:.0%} of the limit"
    print(f"  counted    {found.counted_per_second:>9,.0f} events/s, {share}")
    print(f"  published  {found.settled_per_second:>9,.0f} events/s")
    print(f"  limit      {found.limit_rows_per_second:>9,.0f} rows/s, stored and checked only")
    print(
        f"  latency    p50 {found.latency_p50_ms:.0f} ms, p99 {found.latency_p99_ms:.0f} ms"
        f" at {found.latency_events_per_second} events/s, {found.latency_probes} probes"
    )
    for role, value in sorted(found.cpu_seconds_per_million.items(), key=lambda item: -item[1]):
        print(f"  cpu        {value:>9.1f} s per million events: {role}")
