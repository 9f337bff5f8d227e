"""The air quality index of Viet Nam, of the hourly means of the pollutants at a station."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
BREAKPOINTS = {
    "PM2.5": (0, 25, 50, 80, 150, 250, 350, 500),
    "PM10": (0, 50, 150, 250, 350, 420, 500, 600),
    "O3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "SO2": (0, 125, 350, 550, 800, 1600, 2100, 2630),
    "NO2": (0, 100, 200, 700, 1200, 2350, 3100, 3850),
    "CO": (0, 10_000, 30_000, 45_000, 60_000, 90_000, 120_000, 150_000),
}
PARTICLES = ("PM2.5", "PM10")
NOWCAST_HOURS = 12

Hours = Mapping[tuple[str, int], Fraction]  # by pollutant and number of the hour


def station_index(values: Hours, hour: int) -> int | None:
    """Return the index of an hour: the greatest of its pollutants; none without particles."""
    found: dict[str, int] = {}
    for pollutant in BREAKPOINTS:
        if pollutant in PARTICLES:
            recent = [values.get((pollutant, hour - back)) for back in range(NOWCAST_HOURS)]
            level = nowcast(recent)
        else:
            level = values.get((pollutant, hour))
        if level is not None:
            found[pollutant] = index(pollutant, level)
    return max(found.values()) if any(each in found for each in PARTICLES) else None


def nowcast(recent: Sequence[Fraction | None]) -> Fraction | None:
    """Return the weighted mean of 12 hours, the newest first; none unless 2 of 3 are valid."""
    valid = [value for value in recent if value is not None]
    if sum(value is not None for value in recent[:3]) < 2:
        return None
    greatest = max(valid)
    share = Fraction(1) if greatest == 0 else min(valid) / greatest
    weight = max(Fraction(1, 2), share)
    weights = [weight**back for back in range(len(recent))]
    pairs = [(w, value) for w, value in zip(weights, recent, strict=True) if value is not None]
    return sum((w * value for w, value in pairs), Fraction(0)) / sum(w for w, _ in pairs)


def index(pollutant: str, level: Fraction) -> int:
    """Return the index of a level, rounded half away from zero; 500 above the last breakpoint."""
    points = BREAKPOINTS[pollutant]
    for band in range(len(points) - 1):
        low, high = points[band], points[band + 1]
        if low <= level <= high:
            slope = Fraction(INDEX[band + 1] - INDEX[band], high - low)
            return floor(slope * (level - low) + INDEX[band] + Fraction(1, 2))
    return INDEX[-1]
