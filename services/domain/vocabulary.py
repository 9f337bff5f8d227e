"""The names that questions may use, and what each indicator can be asked in."""

from collections.abc import Callable, Mapping

import msgspec


class Offer(msgspec.Struct, frozen=True):
    """What an indicator or component is computed in, by any of its versions."""

    windows: frozenset[str] = frozenset()
    dimensions: frozenset[str] = frozenset()


class Vocabulary(msgspec.Struct, frozen=True):
    """The names that a query may use. `knows_unit` takes `P:33` and `P:33@2025-07-01`."""

    indicators: Mapping[str, Offer]
    windows: frozenset[str]
    dimensions: frozenset[str]
    knows_unit: Callable[[str], bool]
