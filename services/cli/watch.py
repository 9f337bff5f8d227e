"""`ioc watch`: live values in the terminal, over the live protocol; computes and stores nothing."""

import asyncio
import sys
from typing import Annotated, Protocol

import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from services.cli.centre import DEFAULT_DATA, DataOption, JsonOption, load_centre
from services.cli.live_follower import SUBPROTOCOL, Follower, Item, key_of, words_of
from services.domain.errors import Refused

PAUSE_FIRST_SECONDS = 0.5
PAUSE_MAX_SECONDS = 10.0
HEARTBEATS_MISSED_MAX = 3
OPEN_SECONDS = 10.0
MESSAGE_BYTES_MAX = 16 * 1024 * 1024
REPAINTS_A_SECOND = 4
EXAMPLES = """
Examples:

    ioc watch 'indicators/33/P:33/PS-04/30d'           one value of the province

    ioc watch 'indicators/33/P:33/**'                  all values of the province

    ioc watch 'indicators/33/*/PS-04/30d' --json       one change a line, all communes

    ioc watch 'indicators/VN/N:VN/DE-01/month'
"""


def register(app: typer.Typer) -> None:
    """Add `ioc watch`."""
    app.command("watch", epilog=EXAMPLES)(watch)


def watch(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC...", help="What to watch.")],
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of the live protocol, ws://...")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Show live values until interrupted; with --json one change a line.

    A lost connection is taken up again where it was; what was missed meanwhile is shown.
    """
    for topic in topics:
        if topic.startswith("trend/"):
            raise Refused(f"{topic} is a line for displays, not a value: watch indicators/…")
    url = to or load_centre(data).live
    console = Console()
    screen: Screen = (
        _Lines() if as_json else _Board(console) if console.is_terminal else _Plain(console)
    )
    try:
        with screen:
            asyncio.run(follow(url, Follower(tuple(topics)), screen))
    except KeyboardInterrupt:
        typer.echo("watch: stopped", err=True)


class Screen(Protocol):
    """Where changes are shown."""

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...

    def show(self, items: list[Item]) -> None:
        """Show items that changed."""

    def say(self, text: str) -> None:
        """Say something about the connection."""


class _Plain:
    """A line for each change, in words."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None

    def show(self, items: list[Item]) -> None:
        for item in items:
            self._console.print("  ".join(words_of(item)), markup=False, highlight=False)

    def say(self, text: str) -> None:
        typer.echo(f"watch: {text}", err=True)


class _Lines(_Plain):
    """A line of JSON for each change."""

    def __init__(self) -> None:
        super().__init__(Console())

    def show(self, items: list[Item]) -> None:
        for item in items:
            sys.stdout.write(msgspec.json.encode(item).decode() + "\n")
        sys.stdout.flush()


class _Board(_Plain):
    """A table that changes in place; when there are more rows than lines, the latest changes."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._rows: dict[str, Item] = {}
        self._status = "connecting"
        self._live = Live(console=console, refresh_per_second=REPAINTS_A_SECOND)

    def __enter__(self) -> None:
        self._live.__enter__()

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def show(self, items: list[Item]) -> None:
        for item in items:
            self._rows.pop(key_of(item), None)
            if not item.get("removed"):
                self._rows[key_of(item)] = item
        self._live.update(self._table())

    def say(self, text: str) -> None:
        self._status = text
        self._live.update(self._table())

    def _table(self) -> Table:
        table = Table(caption=f"values: {len(self._rows)}; {self._status}", expand=True)
        for name in ("indicator", "unit", "window", "value", "as of"):
            table.add_column(name, justify="right" if name == "value" else "left", no_wrap=True)
        lines = max(3, self._console.height - 6)
        chosen = list(self._rows.items())[-lines:]
        for _, item in sorted(chosen):
            table.add_row(*words_of(item))
        return table


async def follow(
    url: str,
    follower: Follower,
    screen: Screen,
    pause_first_seconds: float = PAUSE_FIRST_SECONDS,
) -> None:
    """Keep a connection for as long as the command runs; the pauses between attempts grow."""
    pause = pause_first_seconds
    while True:
        try:
            async with connect(
                url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                open_timeout=OPEN_SECONDS,
                max_size=MESSAGE_BYTES_MAX,
            ) as connection:
                await connection.send(follower.subscribe())
                screen.say("connected")
                pause = pause_first_seconds
                await _receive(connection, follower, screen)
        except InvalidURI as error:
            raise Refused(f"{url} is not an address of the live protocol: {error}") from error
        except (OSError, TimeoutError, WebSocketException) as error:
            wait = max(pause, follower.retry_after_seconds or 0.0)
            screen.say(f"connection lost ({type(error).__name__}), again in {wait:.1f} s")
            await asyncio.sleep(wait)
            pause = min(2 * pause, PAUSE_MAX_SECONDS)


async def _receive(connection: ClientConnection, follower: Follower, screen: Screen) -> None:
    while True:
        patience = HEARTBEATS_MISSED_MAX * follower.heartbeat_seconds
        async with asyncio.timeout(patience):
            text = await connection.recv()
        items = follower.receive(text)
        if items:
            screen.show(items)
