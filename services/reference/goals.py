"""How far a value is from its target and from the line to it."""

from fractions import Fraction

from services.reference.conditions import exact
from services.reference.forms import Asked
from services.reference.instants import day_of
from services.reference.moment import Moment
from services.reference.targets import line_at, target_of


def gap(moment: Moment, name: str, asked: Asked, found: Fraction) -> Fraction | None:
    """Return the distance to the target that was set, else to the bound of the standard."""
    target = moment.known.subjects.targets.on(name, asked.unit, asked.member, _day(moment, asked))
    if target is not None:
        return found - target_of(target)
    indicator = moment.catalogue.indicator_of(name)
    bound = indicator.get("target_bound") or {}
    bears = f"{indicator['id']}.{bound['on']}" if "on" in bound else indicator["id"]
    if name != bears:
        return None
    if "band" in bound:
        low, high = (exact(edge) for edge in bound["band"])
        return min(Fraction(0), found - low) + max(Fraction(0), found - high)
    return found - exact(bound["value"]) if "value" in bound else None


def distance_to_path(moment: Moment, name: str, asked: Asked, found: Fraction) -> Fraction | None:
    """Return the distance to the line of the target that was set; None without a line."""
    day = _day(moment, asked)
    target = moment.known.subjects.targets.on(name, asked.unit, asked.member, day)
    line = None if target is None else line_at(target, day)
    return None if line is None else found - line


def _day(moment: Moment, asked: Asked) -> int:
    """Return the last local day of the window: that of the instant before its end."""
    return day_of(min(asked.window.end, moment.now) - 1)
