"""Which completed tasks moved the indicator that they were given for."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from services.reference.conditions import exact
from services.reference.parts import Catalogue
from services.reference.places import COMMUNE, COUNTRY, PROVINCE
from services.reference.windows import (
    STATISTICAL,
    Window,
    calendar_window,
    current_period,
    previous_period,
)

SIGNS = {"↑": 1, "↓": -1}
LEVELS = {COUNTRY: "country", PROVINCE: "province", COMMUNE: "commune"}

ValueOf = Callable[[str, str, Window], Fraction | None]  # of a part, a unit and a window


def has_moved(
    catalogue: Catalogue, unit: str, task: dict[str, Any], end: int, value_of: ValueOf
) -> bool:
    """Say whether the indicator of a task improved by what was declared, up to an instant."""
    name = str(task["outcome_indicator_id"])
    if name not in catalogue.parts:
        return False
    indicator = catalogue.indicator_of(name)
    sign = SIGNS.get(indicator["direction"])
    if sign is None or indicator["kind"] != "outcome" or indicator["form"] == "outcome_check":
        return False
    if LEVELS.get(unit[0]) not in indicator["unit_levels"]:
        return False
    before = value_of(name, unit, last_whole(task["outcome_window"], task["assigned_at"]))
    after = value_of(name, unit, last_whole(task["outcome_window"], end))
    if before is None or after is None:
        return False
    return sign * (after - before) >= exact(task["declared_change"])


def last_whole(name: str, at: int) -> Window:
    """Return the last month, quarter or year that ended at or before an instant."""
    current = calendar_window(name, current_period(name, STATISTICAL, at), STATISTICAL)
    return previous_period(current)
