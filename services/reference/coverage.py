"""How many provinces stand behind a ratio of the country, and whether they are enough."""

from fractions import Fraction

from services.reference.contributions import Measure
from services.reference.instants import day_of
from services.reference.known import Known
from services.reference.parts import Catalogue, Part
from services.reference.places import COUNTRY
from services.reference.rows import VALUE_TYPE
from services.reference.windows import ALWAYS, Window

ENOUGH = Fraction(9, 10)


def too_few(catalogue: Catalogue, known: Known, part: Part, unit: str, window: Window) -> bool:
    """Say whether a ratio of the country rests on too few of its provinces to be shown."""
    counts = provinces_heard(catalogue, known, part, unit, window)
    return counts is not None and Fraction(*counts) < ENOUGH


def provinces_heard(
    catalogue: Catalogue, known: Known, part: Part, unit: str, window: Window
) -> tuple[int, int] | None:
    """Return (heard, all) of the provinces.

    None unless the denominator was sent for the country and the numerator is the provinces' alone.
    """
    if known.places.level(unit) != COUNTRY or part["form"] != "ratio":
        return None
    above = [catalogue.measures[name] for name in part["numerator"] if name in catalogue.measures]
    below = [catalogue.measures[name] for name in part["denominator"] if name in catalogue.measures]
    if not any(_is_sent(each) and _country_sent(known, each, unit, window) for each in below):
        return None
    if not above or any(_country_sent(known, each, unit, window) for each in above):
        return None
    day = day_of(max(window.start, min(window.end, known.now)) - 1)
    provinces = [each for each in known.places.parts(unit) if known.places.holds(each, day)]
    heard = [p for p in provinces if any(_heard(known, each, p, window) for each in above)]
    return (len(heard), len(provinces)) if provinces else None


def _is_sent(measure: Measure) -> bool:
    return measure["kind"] == "report" or VALUE_TYPE in measure["event_types"]


def _country_sent(known: Known, measure: Measure, unit: str, window: Window) -> bool:
    if measure["kind"] == "report":
        return known.subjects.reports.has_own(measure, unit, window)
    if _is_sent(measure):
        return known.subjects.rows.has_own(measure, unit, min(window.end, known.now))
    provinces = known.places.parts(unit)
    return _ever(known, measure, unit, window) != sum(
        _ever(known, measure, each, window) for each in provinces
    )


def _heard(known: Known, measure: Measure, province: str, window: Window) -> bool:
    if _is_sent(measure):
        return known.figure(measure, province, None, window) is not None
    return _ever(known, measure, province, window) != 0


def _ever(known: Known, measure: Measure, unit: str, window: Window) -> Fraction:
    """Return what was counted up to the end of a window; of a stock what holds then."""
    return known.figure(measure, unit, None, Window("all", ALWAYS, window.end)) or Fraction(0)
