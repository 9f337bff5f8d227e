"""`ioc up`, `ioc status` and `ioc down`: the life of a centre."""

import importlib
import signal
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from deploy.local.identity import end, is_alive
from deploy.local.plan import Feed, plan_centre
from deploy.local.progress import say, step
from deploy.local.state import CentreState, read_state
from deploy.local.supervisor import AlreadyRunning, end_leftovers, run_centre
from services.adapters.settings import Settings
from services.cli.background import start_in_background, wait_until_running
from services.cli.centre import (
    DEFAULT_DATA,
    Centre,
    DataOption,
    JsonOption,
    describe,
    inspect,
    running_state,
)
from services.domain.errors import Refused, Unavailable

_STOP_SECONDS_MAX = 120.0

_UP_EXAMPLES = """
Examples:

    ioc up                               until Ctrl-C, without any events

    ioc up --feed simulate --port 8080   a simulated province on a fixed address

    ioc up --detach --json               in the background; prints the addresses

    ioc up --data /srv/ioc/b             a second centre beside the first
"""
_STATUS_EXAMPLES = """
Examples:

    ioc status

    ioc status --json --data /srv/ioc/b
"""
_DOWN_EXAMPLES = """
Examples:

    ioc down

    ioc down --data /srv/ioc/b
"""


def register(app: typer.Typer) -> None:
    """Add `up`, `status` and `down`."""
    app.command(epilog=_UP_EXAMPLES)(up)
    app.command(epilog=_STATUS_EXAMPLES)(status)
    app.command(epilog=_DOWN_EXAMPLES)(down)


def up(
    data: DataOption = DEFAULT_DATA,
    *,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when the centre is ready.")
    ] = False,
    feed: Annotated[Feed, typer.Option(help="What sends events.")] = Feed.NONE,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Events a minute that the feed sends.")
    ] = None,
    aggregators: Annotated[
        int, typer.Option(min=1, max=64, help="How many aggregators share the work.")
    ] = 1,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of the API and the wall.")
    ] = None,
    as_json: JsonOption = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Start the servers and services of a centre and keep them running."""
    data = data.absolute()
    _check_standard(data)
    if detach:
        arguments = ["--data", str(data), "--feed", feed, "--aggregators", str(aggregators)]
        arguments += [] if rate is None else ["--rate", f"{rate:g}"]
        arguments += [] if port is None else ["--port", str(port)]
        _print_ready(start_in_background(data, arguments), as_json=as_json)
        return
    plan = plan_centre(data, feed=feed, rate=rate, aggregators=aggregators, port=port)
    try:
        # In the background, the command that waits for it tells the addresses.
        tell = (lambda _state: None) if background else partial(_print_running, as_json=as_json)
        run_centre(plan, tell)
    except AlreadyRunning:
        say(f"A centre runs on {data} already.")
        if not background:
            _print_ready(wait_until_running(data), as_json=as_json)


def status(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Say what runs and what is not ready."""
    data = data.absolute()
    try:
        state = running_state(data)
    except Refused:
        if as_json:
            _print_json(Centre.stopped())
        raise
    centre, reasons = inspect(state)
    if as_json:
        _print_json(centre)
        return
    _print_addresses(centre)
    for item in state.processes:
        what = f"pid {item.identity.pid}" if item.identity else "waits to be started again"
        times = f", started again {item.restarts} times" if item.restarts else ""
        print(f"{item.name:13} {what}{times}")
    for name, reason in reasons.items():
        print(f"{name:13} not ready: {reason}")
    for text in centre.warnings:
        print(f"{'warning':13} {text}")
    print(f"{'lag':13} {centre.lag}")


def down(data: DataOption = DEFAULT_DATA) -> None:
    """Stop a centre in order: feed, services, servers."""
    data = data.absolute()
    state = read_state(data)
    if state is None or not is_alive(state.supervisor):
        if state is not None:
            end_leftovers(state)
        say(f"No centre runs on {data}.")
        return
    with step(f"stopped the centre on {data}"):
        killed = end([(state.supervisor, signal.SIGTERM)], seconds_max=_STOP_SECONDS_MAX)
        end_leftovers(read_state(data) or state)
    if killed:
        raise Unavailable(
            f"the supervisor did not end within {_STOP_SECONDS_MAX:.0f} s and was killed; "
            f"see {data / 'logs'}"
        )


def _check_standard(data: Path) -> None:
    """Raise `Refused` before anything is started, unless a centre runs on `data` already."""
    state = read_state(data)
    if state is None or not is_alive(state.supervisor):
        # Late, as the standard is slow to import and only `up` needs it.
        importlib.import_module("services.adapters.standards").load_standard(Settings().standards)


def _print_ready(state: CentreState, *, as_json: bool) -> None:
    centre = describe(state, ready=True, lag=0)
    if as_json:
        _print_json(centre)
    else:
        _print_addresses(centre)


def _print_running(state: CentreState, *, as_json: bool) -> None:
    _print_ready(state, as_json=as_json)
    say("Open the wall in a browser; Ctrl-C stops the centre.")


def _print_addresses(centre: Centre) -> None:
    for name in ("wall", "api", "ingest", "live", "kafka", "database"):
        print(f"{name:13} {getattr(centre, name)}", flush=True)


def _print_json(centre: Centre) -> None:
    print(msgspec.json.encode(centre).decode(), flush=True)
