"""The figures that a reporting fact gives: one for each measure that looks at its type."""

from typing import Any, NamedTuple

import msgspec

from services.domain.engine.figures import Figure
from services.domain.engine.measures import Measure, compile_filter, quanta
from services.domain.engine.roster import OPEN_DAY, ROSTER
from services.domain.engine.state import EPOCH_DAY, ROWS
from services.domain.events import Event
from services.domain.instants import parse_date, parse_instant

INTEGER_MAX = 1 << 63
"""Figures beyond 64 bits are kept as floats; no sum of them is exact in any case."""


class FigureEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One figure that a case sets: where it stands, and what it is."""

    measure: str
    dim: str
    member: str
    calendar: str
    period: str
    figure: Figure


class Report(NamedTuple):
    """A fact that reports figures, taken apart once for all measures that look at it."""

    fields: dict[str, Any]
    quality: tuple[str, ...]
    released_at: int | None
    before: dict[str, Any]
    released_before_at: int | None


def take_apart(best: Event, before: Event | None) -> Report:
    """A fact, and the newest one of an earlier vintage, as their fields."""
    fields = msgspec.structs.asdict(best.data) if best.data is not None else {}
    earlier = msgspec.structs.asdict(before.data) if before is not None and before.data else {}
    return Report(fields, best.quality, _released(fields), earlier, _released(earlier))


def _released(fields: dict[str, Any]) -> int | None:
    text = fields.get("released_at")
    return parse_instant(text) if text is not None else None


def duty(best: Event) -> FigureEntry:
    """The duty to report that an expectation sets: from a day, up to the first day without it."""
    data: Any = best.data
    end = (parse_date(data.active_to) - EPOCH_DAY).days if data.active_to else OPEN_DAY
    return FigureEntry(data.what, "", "", ROSTER, data.active_from, Figure(value=end, version=0))


class FigureMeasure:
    """A measure of reported figures or reference values, compiled once."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._passes = compile_filter(measure.filter)
        self._rows = measure.source == "rows"

    def entries(self, report: Report) -> tuple[FigureEntry, ...]:
        """The figure that a fact gives this measure.

        None when its filter or a missing field leaves it out.
        """
        fields, measure = report.fields, self._measure
        value = fields.get(measure.value)
        if value is None or not self._passes(fields):
            return ()
        dim, member = fields.get("dim") or "", fields.get("dim_value") or ""
        if self._rows:
            row = Figure(value=self._quanta(value), version=0, quality=report.quality)
            return (FigureEntry(measure.id, dim, member, ROWS, str(fields["ref_date"]), row),)
        earlier = report.before.get(measure.value)
        figure = Figure(
            value=self._quanta(value),
            version=0,
            vn_level=fields["vn_level"],
            vintage=fields["vintage_no"],
            released_at=report.released_at,
            quality=report.quality,
            previous_value=earlier,
            previous_vintage=report.before["vintage_no"] if earlier is not None else None,
            previous_released_at=report.released_before_at if earlier is not None else None,
        )
        calendar, period = fields["period_calendar"], fields["period"]
        return (FigureEntry(measure.id, dim, member, calendar, period, figure),)

    def _quanta(self, value: float) -> float:
        quantum = self._measure.quantum
        found = value if quantum is None else quanta(value, quantum)
        return found if abs(found) < INTEGER_MAX else float(found)
