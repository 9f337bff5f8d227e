"""A fault of the catalogue: where it stands and what is wrong with it."""

from typing import NamedTuple, TypeAlias

Steps: TypeAlias = tuple[str | int, ...]


class Fault(NamedTuple):
    """Something that does not fit in the file of an indicator, at a member of it."""

    indicator: str
    path: Steps
    reason: str
