"""Comparisons of a value with an earlier window, with a target and with its siblings."""

from collections.abc import Callable
from fractions import Fraction

from services.reference.baselines import against_five_years, against_four_weeks
from services.reference.forms import Asked
from services.reference.goals import distance_to_path, gap
from services.reference.instants import DAY, SECOND, day_of, one_year_before
from services.reference.moment import Moment
from services.reference.windows import (
    MONTHS,
    ROLLING,
    Window,
    cut_like,
    instant_window,
    period_one_year_before,
    previous_period,
    rolling,
)

IN_POINTS = {"yoy_points", "day_before", "week_before"}  # X - base; the others 100 * (X / base - 1)
OF_A_YEAR = {"yoy", "yoy_points", "ytd_yoy"}  # both values on the boundaries of today
COMPONENTS = {"limit": ("of_limit", "to_limit"), "share_of_grdp_growth": ("to_grdp",)}
WITH_EARLIER = {"mom", "qoq", "yoy", "ytd_yoy", *IN_POINTS}


def compare_value(
    kind: str, moment: Moment, name: str, asked: Asked | None, *, points: bool
) -> Fraction | None:
    """Return a comparison of a part's value or None; ValueError for a kind not known here.

    `points` asks for mom, qoq and yoy as the difference of the values.
    """
    if kind not in {*WITH_EARLIER, *COMPONENTS, *OTHERS}:
        raise ValueError(f"comparison {kind} is not known here")
    found = moment.value(name, asked).value
    if asked is None or found is None:
        return None
    if kind in COMPONENTS:
        return _component(moment, kind, name, asked)
    if kind in OTHERS:
        return OTHERS[kind](moment, name, asked, found)
    window = base_window(kind, asked.window, moment.now)
    if kind in OF_A_YEAR:
        asked = asked._replace(constant=True)
        found = moment.value(name, asked).value
    base = moment.value(name, None if window is None else asked._replace(window=window)).value
    difference = moment.catalogue.indicator_of(name).get("comparison_in") == "difference"
    if found is None or base is None or (base == 0 and not difference):
        return None
    if not (points or difference or kind in IN_POINTS):
        return 100 * (found / base - 1)
    seconds = moment.catalogue.parts[name]["unit"] == "timestamp"
    return (found - base) / SECOND if seconds else found - base


def base_window(kind: str, window: Window, now: int) -> Window | None:
    """Return the earlier window that a comparison looks at; None when it is not made here."""
    earlier: Window | None = None
    match kind, window.name:
        case ("mom", "month") | ("qoq", "quarter"):
            earlier = cut_like(previous_period(window), window, now, by_year=False)
        case "mom", "24h" | "30d":
            earlier = rolling(window.name, now - ROLLING[window.name][0])
        case (("yoy" | "yoy_points"), _) | ("ytd_yoy", "ytd"):
            earlier = _one_year_before(window, now)
        case "day_before", _:
            earlier = _shifted(window, now - DAY)
        case "week_before", _:
            earlier = _shifted(window, now - 7 * DAY)
    return earlier


def _one_year_before(window: Window, now: int) -> Window | None:
    if window.name in MONTHS or window.name in ("ytd", "term"):
        return cut_like(period_one_year_before(window), window, now, by_year=True)
    return _shifted(window, one_year_before(now))


def _shifted(window: Window, at: int) -> Window | None:
    """Return a rolling window or an instant as it was at another time."""
    if window.name in ROLLING:
        return rolling(window.name, at)
    return instant_window(at) if window.name == "instant" else None


def _component(moment: Moment, kind: str, name: str, asked: Asked) -> Fraction | None:
    """Return the component of the indicator that is the comparison."""
    for component in COMPONENTS[kind]:
        if f"{name}.{component}" in moment.catalogue.parts:
            return moment.value(f"{name}.{component}", asked).value
    return None


def _rank(moment: Moment, name: str, asked: Asked, found: Fraction) -> Fraction | None:
    """Return 1 + the number of units beside it, of today's list, with a strictly better value."""
    better = {"↑": 1, "↓": -1}.get(moment.catalogue.indicator_of(name)["direction"])
    today = day_of(moment.now)
    if better is None or not moment.places.holds(asked.unit, today):
        return None
    ahead = 0
    for sibling in moment.places.siblings(asked.unit):
        if not moment.places.holds(sibling, today):
            continue
        window = asked.window
        theirs = moment.value(
            name,
            moment.asked(
                name,
                (sibling, asked.member),
                window.name,
                window.period,
                window.calendar,
                constant=asked.constant,
            ),
        ).value
        ahead += theirs is not None and (theirs - found) * better > 0
    return Fraction(1 + ahead)


OTHERS: dict[str, Callable[[Moment, str, Asked, Fraction], Fraction | None]] = {
    "target": gap,
    "path": distance_to_path,
    "rank": _rank,
    "baseline_28d": against_four_weeks,
    "baseline_5y": against_five_years,
}
