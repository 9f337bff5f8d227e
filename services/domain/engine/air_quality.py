"""VN_AQI by the hour: breakpoints and NowCast of Decision 1459/QĐ-TCMT.

The index of an hour is the greatest over what a station measures; without PM2.5 and PM10 there is
none. An index is never averaged, neither over hours nor over stations.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from services.domain.engine.readings import Place, Readings

Floats = npt.NDArray[np.float64]

HOUR_SECONDS = 3600
NOWCAST_HOURS = 12
INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
BREAKPOINTS: Mapping[str, tuple[int, ...]] = {
    "PM2.5": (0, 25, 50, 80, 150, 250, 350, 500),
    "PM10": (0, 50, 150, 250, 350, 420, 500, 600),
    "O3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "SO2": (0, 125, 350, 550, 800, 1600, 2100, 2630),
    "NO2": (0, 100, 200, 700, 1200, 2350, 3100, 3850),
    "CO": (0, 10_000, 30_000, 45_000, 60_000, 90_000, 120_000, 150_000),
}
"""Concentrations in µg/m³ at which the index has the values of INDEX."""
REMEMBERED_MAX = 100_000
"""Indexes of stations that are remembered; beyond it all are forgotten."""
PARTICLES = ("PM2.5", "PM10")


def hours_of(window: str) -> int:
    """How many last full hours a window takes the greatest index of."""
    return 24 if window == "24h" else 1


def seconds_read(cut: int, hours: int) -> tuple[int, int]:
    """[begin, end) in seconds of the hours whose concentrations make these indexes."""
    end = cut // HOUR_SECONDS * HOUR_SECONDS
    return end - (hours + NOWCAST_HOURS - 1) * HOUR_SECONDS, end


def nowcast(hours: Floats) -> float:
    """The weighted mean of up to 12 hourly concentrations, the newest first; NaN stands for none.

    At least two of the newest three must be there. The weight of an hour is w to the power of its
    age, w = max(0.5, smallest / greatest).
    """
    known = ~np.isnan(hours)
    if known[:3].sum() < 2:
        return float("nan")
    given = hours[known]
    greatest = given.max()
    base = 1.0 if greatest == 0 else max(0.5, given.min() / greatest)
    weights = base ** np.flatnonzero(known)
    return float((weights * given).sum() / weights.sum())


def index_of(pollutant: str, concentration: float) -> float:
    """The index of a concentration in µg/m³, a whole number; NaN of NaN.

    Interpolated between breakpoints, rounded half away from zero, 500 above the last.
    """
    found = np.interp(concentration, BREAKPOINTS[pollutant], INDEX)
    return float(np.floor(found + 0.5))


def hourly_index(concentrations: Mapping[str, Floats]) -> float:
    """The index of an hour from the hours up to it, the newest first, by pollutant."""
    nothing = np.full(NOWCAST_HOURS, np.nan)
    particles = [index_of(p, nowcast(concentrations.get(p, nothing))) for p in PARTICLES]
    if np.isnan(particles).all():
        return float("nan")
    gases = [index_of(p, float(hours[0])) for p, hours in concentrations.items()]
    others = [g for g, p in zip(gases, concentrations, strict=True) if p not in PARTICLES]
    return float(np.nanmax([*particles, *others]))


class StationIndexes:
    """The greatest index of stations over some hours, remembered until a station says more."""

    def __init__(self, readings: Readings, remembered_max: int = REMEMBERED_MAX) -> None:
        self._readings = readings
        self._remembered_max = remembered_max
        self._known: dict[tuple[Place, int, int], tuple[int, float]] = {}

    def greatest(self, place: Place, cut: int, hours: int) -> float:
        """The greatest index of a station over its last full hours before `cut`, a second.

        The index of an hour is published when the hour is over; NaN without one.
        """
        last = cut // HOUR_SECONDS * HOUR_SECONDS - HOUR_SECONDS
        name, changes = (place, last, hours), self._readings.changes(place)
        known = self._known.get(name)
        if known is not None and known[0] == changes:
            return known[1]
        if len(self._known) >= self._remembered_max:
            self._known.clear()
        found = self._greatest(place, last, hours)
        self._known[name] = (changes, found)
        return found

    def _greatest(self, place: Place, last: int, hours: int) -> float:
        ages = range(hours + NOWCAST_HOURS - 1)
        series = {
            pollutant: np.array(
                [
                    np.nan if value is None else value
                    for value in (
                        self._readings.at(place, pollutant, last - a * HOUR_SECONDS) for a in ages
                    )
                ]
            )
            for pollutant in BREAKPOINTS
        }
        found = [
            hourly_index({p: each[age : age + NOWCAST_HOURS] for p, each in series.items()})
            for age in range(hours)
        ]
        return float(np.nanmax(found)) if not np.isnan(found).all() else float("nan")
