"""The `ioc` command: one module per subcommand, put together here."""

import importlib
import importlib.util
import sys

import typer

from services.domain.errors import IocError

_MODULES = (
    "lifecycle",
    "send",
    "wait",
    "watch",
    "simulate",
    "reconcile",
    "indicators",
    "units",
    "migrate",
    "bench",
    "conform",
)
_LIFECYCLE = frozenset({"up", "status", "down"})
_INTERRUPTED = 130

app = typer.Typer(
    name="ioc",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _group() -> None:
    """Run and use a provincial Intelligent Operations Centre."""


def assemble(wanted: str | None) -> typer.Typer:
    """Register the subcommands of this installation.

    If `wanted` is one of them, the others are left out: importing them takes longer than most
    commands do.
    """
    only = "lifecycle" if wanted in _LIFECYCLE else wanted
    for name in (only,) if only in _MODULES else _MODULES:
        module = f"services.cli.{name}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).register(app)
    return app


def main() -> None:
    """Run the command; a failure that we can name is one sentence and exit status 1."""
    try:
        assemble(sys.argv[1] if len(sys.argv) > 1 else None)()
    except IocError as error:
        print(f"ioc: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
