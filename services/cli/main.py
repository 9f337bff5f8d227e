"""The `ioc` command: one module per subcommand, put together here."""

import importlib
import importlib.util
import sys

import typer

from services.domain.errors import IocError

_SUBCOMMANDS = (
    "lifecycle",
    "send",
    "wait",
    "watch",
    "simulate",
    "reconcile",
    "units",
    "migrate",
    "bench",
    "conform",
)
_INTERRUPTED = 130

app = typer.Typer(
    name="ioc",
    help="Run and use a provincial Intelligent Operations Centre.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def assemble() -> typer.Typer:
    """Register every subcommand that this installation has."""
    for name in _SUBCOMMANDS:
        module = f"services.cli.{name}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).register(app)
    return app


def main() -> None:
    """Run the command; a failure that we can name is one sentence and exit status 1."""
    try:
        assemble()()
    except IocError as error:
        print(f"ioc: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
