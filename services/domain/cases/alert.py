"""The life of an alert, folded from its counting facts.

The centre raises, escalates and clears alerts itself and counts no measure of them; the fold says
in which state an alert is.
"""

from collections.abc import Sequence
from typing import Any

from services.domain.cases.fold import CalendarOf, Fold, data_of, in_order, is_simulated
from services.domain.events import Event

PREFIX = "vn.ioc.alert."
RAISED = f"{PREFIX}raised.v1"
ACKNOWLEDGED = f"{PREFIX}acknowledged.v1"
ESCALATED = f"{PREFIX}escalated.v1"
CLEARED = f"{PREFIX}cleared.v1"


def fold_alert(facts: Sequence[Event], _calendar_of: CalendarOf, _now: int) -> Fold | None:
    """The alert that these counting facts make, or None while it is not raised.

    It is raised, then acknowledged or escalated, until it is cleared; nothing counts after that.
    """
    ordered = in_order(facts, RAISED)
    if not ordered:
        return None
    data: Any = ordered[0].data
    found: dict[str, object] = {
        "raised_at": ordered[0].at,
        "indicator_id": data.indicator_id,
        "rule_id": data.rule_id,
        "level": data.level,
    }
    for fact in ordered[1:]:
        if "cleared_at" in found:
            break
        at, said = max(fact.at, ordered[0].at), data_of(fact)
        if fact.type == ACKNOWLEDGED:
            found.setdefault("acknowledged_at", at)
        elif fact.type == ESCALATED:
            found["level"] = said.level
        elif fact.type == CLEARED:
            found["cleared_at"] = at
    return Fold(
        opening=ordered[0],
        attributes=found,
        stretches=(),
        simulated=is_simulated(facts),
    )
