"""The level (0 to 5) that an indicator's own bounds give a unit.

Operators' thresholds replace these bounds when they are set.

"0 = green" completes the standard's yellow, orange, red = 2, 3, 4 (QĐ 18/2021/QĐ-TTg Art. 4 for the
order of colours).
"""

import numpy as np
import numpy.typing as npt

from services.domain.engine.catalogue import Catalogue, Formula, Indicator
from services.domain.engine.comparisons import Compared
from services.domain.engine.conditions import COMPARE
from services.domain.engine.evaluate import Evaluation, Values
from services.domain.engine.points import Ints
from services.domain.engine.windows import Span

NO_LEVEL = -1


def applies(indicator: Indicator, formula: Formula, span: Span) -> bool:
    """Whether the indicator's rule looks at this window.

    Its main formula, in the first calendar.
    """
    rule = indicator.alert_levels
    return (
        formula.component is None
        and rule.get("rule") == "bounds"
        and rule.get("window") == span.window
        and span.calendar == indicator.calendars_of(span.window)[0]
    )


def levels(
    evaluation: Evaluation,
    catalogue: Catalogue,
    formula: Formula,
    cells: Ints,
    span: Span,
    values: Values,
    compared: list[Compared],
) -> npt.NDArray[np.int64]:
    """The greatest level whose bound is broken.

    NO_LEVEL without a value or with too few cases behind it.
    """
    rule = catalogue.indicators[formula.indicator].alert_levels
    name = rule.get("on", "value")
    value, has, behind = values.value, values.has, values
    part = catalogue.formulas.get(f"{formula.indicator}.{name}")
    if part is not None:
        behind = evaluation.values(part, cells, span)
        value, has = behind.value, behind.has
    elif name != "value":
        match = [found for found in compared if found.kind == name and found.unit == "%"]
        value = match[0].delta if match else np.full(len(cells), np.nan)
        has = ~np.isnan(value)
    least = rule.get("min_denominator")
    if least is not None:
        has = has & (behind.denominator >= least)
    found = np.where(has, 0, NO_LEVEL)
    for step in rule["levels"]:
        if "relative_to" in step:
            return np.full(len(cells), NO_LEVEL)
        broken = np.array([COMPARE[step["op"]](v, step["bound"]) for v in value], dtype=bool)
        found = np.where(has & broken, np.maximum(found, step["level"]), found)
    return found
