"""Numbers as JSON should show them: whole ones without a fraction."""

from collections.abc import Sequence
from math import isnan
from typing import Any, Final

import numpy as np

from services.domain.engine.amount import Floats

WHOLE_MAX: Final = 2.0**53
"""Up to here a float without a fraction is a whole number exactly."""
FEW: Final = 50
"""Below so many numbers it is quicker to look at them one by one."""


def number(value: float) -> Any:
    """A float as JSON should show it: whole numbers without a fraction."""
    whole = int(value)
    return whole if whole == value else value


def numbers(values: Floats) -> Sequence[float | None]:
    """The same for many, with None for NaN."""
    whole = np.floor(values) == values
    if len(values) < FEW or not (np.abs(values[whole]) < WHOLE_MAX).all():
        return [None if isnan(value) else number(value) for value in values.tolist()]
    found: list[float | None] = values.tolist()
    for place, value in zip(
        np.flatnonzero(whole).tolist(), values[whole].astype(np.int64).tolist(), strict=True
    ):
        found[place] = value
    for place in np.flatnonzero(np.isnan(values)).tolist():
        found[place] = None
    return found
