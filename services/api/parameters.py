"""Which parameters a route takes: an unknown one is refused by name, and so is a second value."""

from collections.abc import Collection, Sequence

from fastapi import Request

from services.domain.pages import QueryRefused, read_cursor

POSITION_DIGITS_MAX = 9


def only(request: Request, allowed: Sequence[str] = (), several: Collection[str] = ()) -> None:
    """Refuse parameters other than `allowed`, and repeated ones that are not of `several`."""
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in allowed:
            raise QueryRefused(name, f"unknown parameter {name!r}", allowed)
        if name not in several and given.count(name) > 1:
            raise QueryRefused(name, f"{name} may be given once")


def read_position(cursor: str | None) -> int:
    """Read the position that a list's cursor holds."""
    text = read_cursor(cursor)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= POSITION_DIGITS_MAX):
        raise QueryRefused("cursor", "the cursor is not one of this list")
    return int(text)
