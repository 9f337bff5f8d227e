"""Under which account PostgreSQL runs: it refuses root, so root hands it to somebody else."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from services.domain.errors import Refused

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user and its group, by number."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


def database_account(directory: Path) -> Account | None:
    """Return the account for a database in `directory`; None is the present one, not root.

    A directory that exists already keeps its owner: data stay readable at the next start.
    """
    if os.geteuid() != 0:
        return None
    if directory.exists() and (owner := directory.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Refused(
        "PostgreSQL does not run as root and there is no account 'nobody': run ioc as another user"
    )


def can_reach(directory: Path, account: Account | None) -> bool:
    """Whether `account` may enter `directory`, or the nearest of its parents that exists."""
    if account is None:
        return True
    existing = directory.absolute()
    while not existing.exists():
        existing = existing.parent
    answer = subprocess.run(
        ["test", "-x", str(existing)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return answer.returncode == 0


def make_open(directory: Path) -> None:
    """Make a folder that other accounts may enter, whatever the umask says."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
