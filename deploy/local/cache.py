"""What is fetched once and used by every centre of this checkout.

A folder of the cache appears at once and complete: it is built under another name beside its place
and renamed. Two that want it at the same time wait for each other; one that is killed half way
leaves a folder that the next one removes.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.accounts import make_open

CHECKOUT = Path(__file__).resolve().parents[2]


def cache_directory() -> Path:
    """`IOC_CACHE`, else `.cache` in the checkout."""
    return Path(os.environ.get("IOC_CACHE") or CHECKOUT / ".cache").absolute()


def ensure(place: Path, build: Callable[[Path, Path], None]) -> Path:
    """Return the folder `place`, made by `build(folder to fill, its later place)` if need be."""
    if place.exists():
        return place
    with locked(place.with_name(f"{place.name}.lock")):
        if place.exists():
            return place
        unfinished = place.with_name(f"{place.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        make_open(unfinished)
        build(unfinished, place)
        unfinished.rename(place)
    return place


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`; the kernel gives it back when the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
