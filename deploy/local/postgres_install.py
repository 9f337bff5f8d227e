"""Finds a PostgreSQL with TimescaleDB, or unpacks Debian's beside the system without touching it.

Debian's packages come from the mirror that this machine's own apt already uses, checked with the
system's own keyring. Nothing is installed: they are unpacked into the cache, and the programs are
told by patchelf to use the loader and the libraries that came with them, so that the system's older
C library does not matter.
"""

import os
import shutil
import sys
from pathlib import Path

from deploy.local import cache
from deploy.local.accounts import Account, can_reach, make_open
from deploy.local.command import run
from deploy.local.progress import megabytes, step
from services.domain.errors import Refused

_SUITE = "trixie"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql", "pg_isready")
_VERSION_MIN = 15
_ROOT_CACHE = Path("/var/cache/ioc")
_PACKAGES = (
    *("postgresql-17", "postgresql-client-17", "postgresql-17-timescaledb", "libpq5"),
    *("libc6", "libgcc-s1", "libstdc++6", "libicu76", "libxml2", "libssl3t64", "zlib1g"),
    *("libzstd1", "liblz4-1", "liblzma5", "libpam0g", "libaudit1", "libcap-ng0", "libcap2"),
    *("libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libkrb5support0", "libkeyutils1"),
    *("libcom-err2", "libldap2", "libsasl2-2", "libsystemd0", "libgcrypt20", "libgpg-error0"),
    *("libreadline8t64", "libtinfo6", "libxxhash0"),
)
_OTHERWISE = "or install PostgreSQL 15 or later with TimescaleDB, or set IOC_DATABASE_URL"


def postgres_programs(account: Account | None) -> Path:
    """Return the folder with `postgres` and `initdb`, usable by `account`; fetch it if need be."""
    return _installed_programs() or _unpacked_programs(account)


def _installed_programs() -> Path | None:
    """Find the newest PostgreSQL of this system that has the extension's files."""
    found: list[tuple[int, Path]] = []
    for config in Path("/usr/lib/postgresql").glob("*/bin/postgres"):
        version = config.parents[1].name
        control = Path("/usr/share/postgresql", version, "extension", "timescaledb.control")
        if version.isdigit() and int(version) >= _VERSION_MIN and control.exists():
            found.append((int(version), config.parent))
    return max(found)[1] if found else None


def _unpacked_programs(account: Account | None) -> Path:
    home = cache.cache_directory()
    if not can_reach(home, account):  # root's own folder, into which PostgreSQL cannot look
        home = _ROOT_CACHE
        make_open(home)
    place = cache.ensure(home / "timescaledb-17", _fetch)
    programs = place / "usr/lib/postgresql/17/bin"
    if (place / "unpacked-at").read_text() != str(place):
        _patch(place, place)
    return programs


def _fetch(unfinished: Path, place: Path) -> None:
    apt = _private_apt(unfinished / "apt")
    with step("timescaledb: fetched") as fetched:
        packages = unfinished / "apt" / "packages"
        packages.mkdir()
        run([*apt, "download", *_PACKAGES], purpose="fetching TimescaleDB", directory=packages)
        archives = sorted(packages.glob("*.deb"))
        fetched.detail = megabytes(*archives)
    with step("timescaledb: unpacked") as unpacked:
        for archive in archives:
            run(["dpkg", "-x", archive, unfinished], purpose=f"unpacking {archive.name}")
        shutil.rmtree(unfinished / "apt")
        _patch(unfinished, place)
        unpacked.detail = megabytes(unfinished)


def _private_apt(folder: Path) -> list[str]:
    """Make an apt of our own: the system's mirror and keyring, our suite, none of its state."""
    for program in ("apt-get", "dpkg"):
        if shutil.which(program) is None:
            raise Refused(f"{program} is missing, so TimescaleDB cannot be fetched: {_OTHERWISE}")
    if not _KEYRING.exists():
        raise Refused(
            f"{_KEYRING} is missing. Install it with: sudo apt-get install debian-archive-keyring"
        )
    failures = []
    for number, mirror in enumerate(_mirrors()):
        apt = _configured_apt(folder / str(number), mirror)
        try:
            with step("timescaledb: read the package lists"):
                run([*apt, "update"], purpose="reading the package lists")
        except Refused as failure:
            failures.append(str(failure))
        else:
            return apt
    reasons = "\n".join(failures) or "apt has no mirror configured"
    raise Refused(f"no mirror of this machine has Debian {_SUITE}: {_OTHERWISE}.\n{reasons}")


def _mirrors() -> list[str]:
    """List the mirrors that apt uses; those of security updates last: they lack most packages."""
    question = ["apt-get", "indextargets", "--format", "$(SITE)"]
    answer = run(question, purpose="asking apt for its mirror")
    return sorted(set(answer.split()), key=lambda mirror: ("security" in mirror, mirror))


def _configured_apt(folder: Path, mirror: str) -> list[str]:
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    sources = folder / "sources.list"
    sources.write_text(f"deb [signed-by={_KEYRING}] {mirror} {_SUITE} main\n")
    status = folder / "status"
    status.touch()
    options = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": folder / "state",
        "Dir::State::Status": status,
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return ["apt-get", "-q", *words]


def _patch(tree: Path, place: Path) -> None:
    """Make the programs use the loader and the libraries of `place`, where `tree` will be."""
    patchelf = shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if patchelf is None:
        raise Refused("patchelf is missing. Install it with: make setup")
    programs = tree / "usr/lib/postgresql/17/bin"
    loader = next((tree / "usr/lib").glob("*/ld-linux-*.so.*"))
    libraries = place / loader.parent.relative_to(tree)
    use_ours = ("--set-interpreter", libraries / loader.name, "--force-rpath", "--set-rpath")
    for name in _PROGRAMS:
        run([patchelf, *use_ours, libraries, programs / name], purpose=f"preparing {name}")
    (tree / "unpacked-at").write_text(str(place))
