"""The vintages of a reported figure as a case: how far the final one is from the first.

A case is one series, period, calendar and breakdown of a unit with all its vintages.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from services.domain.cases.fold import Attributes
from services.domain.events import Event
from services.domain.instants import parse_instant

SERIES = "series"
REPORT = "vn.ioc.stat.report.v1"
FINAL = "chinh_thuc"


def fold_series(facts: Sequence[Event]) -> Attributes:
    """The attributes of a series; nothing but its name while no vintage is final.

    `facts` are the counting facts of one case, at least one.
    """
    vintages: dict[int, Any] = {}
    for fact in sorted(facts, key=_order):
        data: Any = fact.data
        vintages[data.vintage_no] = data
    ordered = [vintages[number] for number in sorted(vintages)]
    found: dict[str, object] = {"series_id": ordered[0].series_id}
    finals = [place for place, data in enumerate(ordered) if data.vn_level == FINAL]
    if not finals:
        return found
    final = ordered[finals[-1]]
    found["final_at"] = parse_instant(final.released_at)
    known = [data.value for data in ordered[: finals[-1] + 1]]
    found["vintages"] = sum(one != following for one, following in pairwise(known))
    if final.value != 0:
        found["revision_share"] = abs(final.value - known[0]) / abs(final.value)
    return found


def _order(fact: Event) -> tuple[int, int, str, str]:
    data: Any = fact.data
    return data.vintage_no, fact.recorded_at, fact.id, fact.source
