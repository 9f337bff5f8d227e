"""Comparisons with what is usual: the four weeks before, and the same week of five years."""

import math
from fractions import Fraction

from services.reference.forms import Asked
from services.reference.instants import DAY, years_before
from services.reference.moment import Moment
from services.reference.windows import ALWAYS, ROLLING, Window, rolling

WEEKS, YEARS, YEARS_MIN = 4, 5, 3


def against_four_weeks(moment: Moment, name: str, asked: Asked, found: Fraction) -> Fraction | None:
    """Return X / mean - 1 of the windows that end 7, 14, 21 and 28 days before."""
    if asked.window.name not in ROLLING:
        return None
    total = Fraction(0)
    for week in range(1, WEEKS + 1):
        window = rolling(asked.window.name, moment.now - 7 * week * DAY)
        value = moment.value(name, asked._replace(window=window)).value
        if value is None:
            return None
        total += value
    return None if total == 0 else found / (total / WEEKS) - 1


def against_five_years(moment: Moment, name: str, asked: Asked, found: Fraction) -> Fraction | None:
    """Return (X - m) / sd of the same 7 days in 5 years; sd is the sample deviation.

    A year counts when the unit has a case at or before the start of its 7 days.
    """
    if asked.window.name != "7d":
        return None
    values: list[Fraction] = []
    for years in range(1, YEARS + 1):
        window = rolling("7d", years_before(moment.now, years))
        value = moment.value(name, asked._replace(window=window)).value
        if value is not None and _knows_cases(moment, name, asked, window.start):
            values.append(value)
    if len(values) < YEARS_MIN:
        return None
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((v - mean) ** 2 for v in values), Fraction(0)) / (len(values) - 1)
    return None if variance == 0 else (found - mean) / Fraction(math.sqrt(variance))


def _knows_cases(moment: Moment, name: str, asked: Asked, start: int) -> bool:
    ever = Asked(asked.unit, None, Window("all", ALWAYS, start + 1))
    counted = moment.value(moment.catalogue.parts[name]["numerator"][0], ever).value
    return counted is not None and counted > 0
