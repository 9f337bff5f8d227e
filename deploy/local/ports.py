"""Chooses ports on loopback that are free, and that no outgoing connection will take."""

import random
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes the ports of outgoing connections (32768 and above): one of
# those could otherwise sit on a server's port just when the server is started again.
_FIRST, _LAST = 20_000, 32_000
_TRIES_MAX = 500


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(remembered: int | None, taken: Collection[int]) -> int:
    """`remembered` if it is still free, else a random free port that is not in `taken`."""
    if remembered and remembered not in taken and is_free(remembered):
        return remembered
    source = random.SystemRandom()
    for _ in range(_TRIES_MAX):
        port = source.randrange(_FIRST, _LAST)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST}")


def assign(
    names: Collection[str], remembered: dict[str, int], fixed: dict[str, int]
) -> dict[str, int]:
    """Give each name a port: the fixed one, else the one it had before, else a free one."""
    chosen: dict[str, int] = dict(fixed)
    for name in names:
        if name not in chosen:
            chosen[name] = choose(remembered.get(name), set(chosen.values()))
    return chosen
