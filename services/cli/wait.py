"""`ioc wait`.

Returns when everything that the intake has accepted is stored, computed and published.
"""

import asyncio
import json
import sys
import time
from typing import Annotated

import typer

from services.adapters.lag import Accepted, Lag
from services.adapters.settings import Settings
from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.domain.errors import Unavailable

POLL_SECONDS = 0.2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "wait",
        help="Return when all that the intake has accepted is stored, computed and published.\n\n"
        "Example: ioc send events.ndjson && ioc wait --timeout 60",
    )(wait)


def wait(
    data: DataOption = DEFAULT_DATA,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help="Seconds to wait at most.")
    ] = 300.0,
    as_json: JsonOption = False,
) -> None:
    """Ask for the lag until it is nothing; it fails when it still is something at the end."""
    centre = load_centre(data)
    settings = Settings(database_url=centre.database, kafka_bootstrap=centre.kafka)
    started = time.monotonic()
    found = asyncio.run(_until_nothing(settings, started + timeout))
    seconds = round(time.monotonic() - started, 3)
    if as_json:
        print(json.dumps({"lag": found.total, "seconds": seconds}))
    elif not found.total:
        print(f"everything is counted, computed and published ({seconds:.1f} s)", file=sys.stderr)
    if found.total:
        raise Unavailable(
            f"after {timeout:g} s still {found.records} records to count"
            f" and {found.commits} commits to publish; see `ioc status`"
        )


async def _until_nothing(settings: Settings, deadline: float) -> Lag:
    """The last lag behind what was accepted when the command began.

    A server that is away for a while is waited for as well.
    """
    accepted = Accepted()
    while True:
        try:
            found = await accepted.measure(settings)
        except Unavailable:
            if time.monotonic() >= deadline:
                raise
        else:
            if not found.total or time.monotonic() >= deadline:
                return found
        await asyncio.sleep(POLL_SECONDS)
