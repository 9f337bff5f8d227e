"""What all lists of the API share: cursors, the size of a page, and how a query is refused.

A cursor is opaque to who gets it: the key that a page ended with, written so that it fits into an
address.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence

from services.domain.errors import Refused


class QueryRefused(Refused):
    """A parameter is wrong. `unknown` says that its value is well formed but names nothing."""

    def __init__(
        self, parameter: str, detail: str, allowed: Iterable[str] = (), *, unknown: bool = False
    ) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.allowed = tuple(allowed)
        self.unknown = unknown


def write_cursor(after: str | None) -> str | None:
    """Make the opaque `next` of a list from the key it ended with."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> str | None:
    """Read what `write_cursor` wrote; raises QueryRefused for anything else."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error) as error:
        raise QueryRefused(
            "cursor", "the cursor is not one that a list gave as `next`; leave it out to begin"
        ) from error


def read_limit(text: str | None, default: int, limit_max: int) -> int:
    """Read the size of a page, 1 to `limit_max`."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= limit_max):
        raise QueryRefused("limit", f"limit is a whole number from 1 to {limit_max}, not {text!r}")
    return int(text)


def single(parameter: str, given: Mapping[str, Sequence[str]]) -> str | None:
    """Give the one value of a parameter, None without; refuses a second."""
    values = given.get(parameter, ())
    if len(values) > 1:
        raise QueryRefused(parameter, f"{parameter} may be given once")
    return values[0] if values else None
