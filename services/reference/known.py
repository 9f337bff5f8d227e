"""Everything that is known at one instant, and the figure of a measure in a window of it."""

from dataclasses import dataclass
from fractions import Fraction

from services.reference.cases import CaseBook, Measure, Member
from services.reference.conditions import exact
from services.reference.reports import Reports
from services.reference.rows import ReferenceValues
from services.reference.windows import Window


@dataclass(frozen=True)
class Known:
    """The facts before `now`, ready to be looked at; every window is seen from this `now`."""

    now: int
    cases: CaseBook
    reports: Reports
    rows: ReferenceValues

    def figure(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> Fraction | None:
        """Return the figure of a measure in its unit of measurement; None without a value."""
        if measure["kind"] == "report":
            return self.reports.in_window(measure, unit, member, window)
        count = self._count(measure, unit, member, window)
        if count is None or measure["agg"] != "sum":
            return None if count is None else Fraction(count)
        return count * exact(measure["quantum"])

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the members of a dimension that a measure has for a unit in any window."""
        if measure["kind"] == "report":
            return self.reports.members(measure, unit, dimension)
        return self.cases.members(measure, unit, dimension, self.now)

    def _count(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> int | None:
        at = min(window.end, self.now)
        match measure["kind"], measure["source"]:
            case "flow", "case":
                return self.cases.flow(measure, unit, member, (window.start, window.end), self.now)
            case "stock", "case":
                return self.cases.stock(measure, unit, member, at, self.now)
            case "stock", "rows":
                return self.rows.stock(measure, unit, at)
            case kind, source:
                raise ValueError(f"measure {measure['id']}: no {kind} of source {source} here")
