"""What every fold gives: the attributes of a case now, and the states that it went through.

Times are microseconds. `NEVER` stands for an instant that does not come (a deadline while the clock
is stopped). An attribute that is absent is missing from the mapping.
"""

from collections.abc import Mapping

import msgspec

from services.domain.events import Event

NEVER = 1 << 62

Attributes = Mapping[str, object]


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """The state of a case over (after, until]; `until` is NEVER for the last one."""

    after: int
    until: int
    attributes: Attributes


class Fold(msgspec.Struct, frozen=True, gc=False):
    """A case as its counting facts tell it.

    `opening` is the event that opened it and names its unit; `attributes` is the state with all
    facts; `stretches` are the states over time, for stocks; `simulated` says that one of its facts
    was made by a simulator.
    """

    opening: Event
    attributes: Attributes
    stretches: tuple[Stretch, ...]
    simulated: bool
