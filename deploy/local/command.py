"""Runs another program to its end and turns its failure into one sentence."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.accounts import Account
from services.domain.errors import Refused

_SECONDS_MAX = 600
_LINES_SHOWN = 12


def run(
    arguments: Sequence[str | Path],
    *,
    purpose: str,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> str:
    """Return what the program printed; raise `Refused` with its last lines if it failed."""
    words = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            words,
            cwd=directory,
            env=None if environment is None else dict(environment),
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_SECONDS_MAX,
            check=False,
        )
    except FileNotFoundError as error:
        raise Refused(f"{purpose}: there is no program {words[0]}") from error
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{purpose}: {words[0]} did not end within {_SECONDS_MAX} s") from error
    if done.returncode != 0:
        lines = "\n  ".join(done.stdout.strip().splitlines()[-_LINES_SHOWN:])
        raise Refused(f"{purpose}: {words[0]} ended with status {done.returncode}:\n  {lines}")
    return done.stdout
