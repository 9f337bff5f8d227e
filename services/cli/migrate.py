"""`ioc migrate`: tables, unit lists and topics brought to this version."""

import sys
import time
from typing import Annotated

import typer

from services.adapters.log_positions import adopt_log
from services.adapters.provision import provision
from services.adapters.settings import Settings
from services.cli.centre import DEFAULT_DATA, DataOption, load_centre
from services.domain.errors import Refused


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "migrate",
        help="Bring the database and the topics to this version. Safe at any time, also twice.\n\n"
        "Examples:\n\nioc migrate --database postgresql://ioc@db/ioc --kafka kafka:9092\n\n"
        "ioc migrate --adopt-log    # after a topic or the cluster was made anew",
    )(migrate)


def migrate(
    data: DataOption = DEFAULT_DATA,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="IOC_DATABASE_URL", help="Instead of the running centre's."
        ),
    ] = None,
    kafka: Annotated[
        str | None,
        typer.Option(
            "--kafka", envvar="IOC_KAFKA_BOOTSTRAP", help="Instead of the running centre's."
        ),
    ] = None,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt-log",
            help="Go on at the beginning of each log that was made anew or lost its tail.",
        ),
    ] = False,
) -> None:
    """Create what is missing; nothing that was counted is changed."""
    if bool(database) != bool(kafka):
        raise Refused("Give both --database and --kafka, or neither.")
    if database and kafka:
        settings = Settings(database_url=database, kafka_bootstrap=kafka)
    else:
        centre = load_centre(data)
        settings = Settings(database_url=centre.database, kafka_bootstrap=centre.kafka)
    started = time.monotonic()
    provision(settings)
    print(f"database and topics are ready ({time.monotonic() - started:.1f} s)", file=sys.stderr)
    if adopt:
        adopted = adopt_log(settings)
        for topic, part, position, begin in adopted:
            print(f"{topic}/{part}: was at {position}, goes on at {begin}", file=sys.stderr)
        print(f"positions that were of another log: {len(adopted)}", file=sys.stderr)
