"""What has to be held of what was counted: the breakdowns that some formula asks for."""

from services.domain.engine.catalogue import Catalogue
from services.domain.engine.contributions import MARKS


def held_dimensions(catalogue: Catalogue) -> dict[str, set[str]]:
    """For each measure the breakdowns that a formula of any version asks for; "" is the total."""
    held: dict[str, set[str]] = {}
    asked = ((c, f) for c in catalogue.family for f in c.formulas.values())
    for version, formula in asked:
        dims = set(version.indicators[formula.indicator].dimensions) | {""}
        for measure in version.measures_of(formula):
            held.setdefault(measure.id, {""}).update(dims)
            if measure.source in MARKS:
                held.setdefault(MARKS[measure.source], {""}).update(dims)
    return held
