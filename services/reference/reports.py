"""Reports: figures for a period, by the own row, else from the parts that the measure names."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from services.domain.events import Event
from services.reference.conditions import exact, passes, quanta
from services.reference.contributions import Measure, Member
from services.reference.facts import field
from services.reference.places import Places
from services.reference.windows import (
    Window,
    is_term,
    months_of,
    name_of_period,
    period_of_month,
)

RowKey: TypeAlias = tuple[str, str, str, Member | None]  # unit, period, calendar, breakdown


class Reports:
    """The reports that count, the highest vintage of each."""

    def __init__(self, facts: Iterable[Event], places: Places) -> None:
        self._places = places
        self._facts = [
            (unit, fact)
            for fact in facts
            if field(fact, "period") is not None and (unit := places.of_event(fact)) is not None
        ]
        self._rows: dict[str, dict[RowKey, Fraction]] = {}
        self._reporting: dict[str, set[str]] = {}

    def in_window(
        self, measure: Measure, unit: str, member: Member | None, window: Window
    ) -> Fraction | None:
        """Return the figure of a window; None when it is no period or nothing was reported."""
        if window.period is None:
            return None
        if window.name == "ytd":
            if window.through is None:
                return None
            return self._up_to(measure, unit, member, window, window.through)
        return self.value(measure, unit, member, window.period, window.calendar)

    def last_month_of_ytd(
        self, asked: Sequence[tuple[Measure, Member | None]], unit: str, window: Window
    ) -> int | None:
        """Return the last month of the year up to which every measure has a value."""
        for month in range(12, 0, -1):
            figures = [
                self._up_to(measure, unit, member, window, month) for measure, member in asked
            ]
            if all(figure is not None for figure in figures):
                return month
        return None

    def periods(self, measure: Measure, window_name: str, calendar: str) -> set[str]:
        """Return the periods of a window that rows of the measure lie in or are for."""
        found: set[str] = set()
        for _, period, row_calendar, _ in self._rows_of(measure):
            if row_calendar != calendar:
                continue
            if is_term(period) or window_name == "term":
                if is_term(period) and window_name == "term":
                    found.add(period)
                continue
            first, count = months_of(period)
            if count <= {"month": 1, "quarter": 3}.get(window_name, 12):
                found.add(period_of_month(first, window_name))
        return found

    def has_own(self, measure: Measure, unit: str, window: Window) -> bool:
        """Say whether the unit itself has reported for the period or one that lies in it."""
        if window.period is None:
            return False
        if is_term(window.period):
            names = {window.period}
        else:
            first, count = months_of(window.period)
            months = [period_of_month(first + index, "month") for index in range(count)]
            quarters = [
                period_of_month(first + 3 * index, "quarter") for index in range(count // 3)
            ]
            names = {window.period, *months, *quarters}
        return any(
            row_unit == unit and period in names and calendar == window.calendar
            for row_unit, period, calendar, _ in self._rows_of(measure)
        )

    def members(self, measure: Measure, unit: str, dimension: str) -> set[str]:
        """Return the values of a breakdown that the unit, or units below it, have reported."""
        dim = breakdown(measure, dimension)
        return {
            member[1]
            for row_unit, _, _, member in self._rows_of(measure)
            if member is not None and member[0] == dim and unit in self._places.with_above(row_unit)
        }

    def value(
        self, measure: Measure, unit: str, member: Member | None, period: str, calendar: str
    ) -> Fraction | None:
        """Return the figure of a period: the own row, else the first part that gives one."""
        if unit not in self._units_reporting(measure):
            return None
        own = self._rows_of(measure).get((unit, period, calendar, member))
        if own is not None:
            return own
        for part in measure["parts"]:
            figure = self._from_part(part, measure, unit, member, (period, calendar))
            if figure is not None:
                return figure
        return None

    def _from_part(
        self, part: str, measure: Measure, unit: str, member: Member | None, when: tuple[str, str]
    ) -> Fraction | None:
        period, calendar = when
        if part == "sectors" or (part in ("periods", "last_month") and is_term(period)):
            return None  # the own rows of sectors were added when they were read
        if part.startswith("dim:"):
            return None if member is not None else self._sum_of_rows(part[4:], measure, unit, when)
        if part == "units":
            below = [
                self.value(measure, lower, member, period, calendar)
                for lower in self._places.parts(unit)
            ]
            known = [figure for figure in below if figure is not None]
            return sum(known, Fraction(0)) if known else None
        if part == "periods":
            shorter = [
                self.value(measure, unit, member, name, calendar) for name in periods_within(period)
            ]
            return _all_added(shorter)
        if part == "last_month":
            first, count = months_of(period)
            if count == 1:
                return None
            last = period_of_month(first + count - 1, "month")
            return self.value(measure, unit, member, last, calendar)
        raise ValueError(f"measure {measure['id']}: part {part} is not known here")

    def _sum_of_rows(
        self, dim: str, measure: Measure, unit: str, when: tuple[str, str]
    ) -> Fraction | None:
        rows = [
            figure
            for (row_unit, *row_when, row_member), figure in self._rows_of(measure).items()
            if row_unit == unit
            and tuple(row_when) == when
            and row_member is not None
            and row_member[0] == dim
        ]
        return sum(rows, Fraction(0)) if rows else None

    def _up_to(
        self, measure: Measure, unit: str, member: Member | None, window: Window, month: int
    ) -> Fraction | None:
        """Return whole quarters plus months; of a stock the last month; in December the year."""
        first = months_of(window.period or "")[0] // 12 * 12
        if month == 12:
            names = [period_of_month(first, "year")]
        elif "last_month" in measure["parts"]:
            names = [period_of_month(first + month - 1, "month")]
        else:
            quarters = month // 3
            names = [period_of_month(first + 3 * number, "quarter") for number in range(quarters)]
            names += [
                period_of_month(first + number, "month") for number in range(3 * quarters, month)
            ]
        return _all_added(
            [self.value(measure, unit, member, name, window.calendar) for name in names]
        )

    def _units_reporting(self, measure: Measure) -> set[str]:
        """Return the units with a row of the measure, and all above them; others have no figure."""
        if measure["id"] not in self._reporting:
            self._reporting[measure["id"]] = {
                upper for row in self._rows_of(measure) for upper in self._places.with_above(row[0])
            }
        return self._reporting[measure["id"]]

    def _rows_of(self, measure: Measure) -> dict[RowKey, Fraction]:
        if measure["id"] not in self._rows:
            self._rows[measure["id"]] = self._read(measure)
        return self._rows[measure["id"]]

    def _read(self, measure: Measure) -> dict[RowKey, Fraction]:
        if "sectors" in measure["parts"]:
            return self._added_sectors(measure)
        return self._rows_with(measure, None)

    def _added_sectors(self, measure: Measure) -> dict[RowKey, Fraction]:
        """Return the rows of all sectors added; of a sector without a total, of its breakdown."""
        sectors = {field(fact, "sector") for _, fact in self._facts}
        dims = [part[4:] for part in measure["parts"] if part.startswith("dim:")]
        added: dict[RowKey, Fraction] = {}
        for sector in sorted(str(each) for each in sectors if each is not None):
            rows = self._rows_with(measure, sector)
            totals: dict[RowKey, Fraction] = {}
            for dim in reversed(dims):
                sums: dict[RowKey, Fraction] = {}
                for (unit, period, calendar, member), figure in rows.items():
                    if member is not None and member[0] == dim:
                        key: RowKey = (unit, period, calendar, None)
                        sums[key] = sums.get(key, Fraction(0)) + figure
                totals |= sums
            for row, figure in (totals | rows).items():
                added[row] = added.get(row, Fraction(0)) + figure
        return added

    def _rows_with(self, measure: Measure, sector: str | None) -> dict[RowKey, Fraction]:
        conditions = measure.get("filter") or []
        names_dim = any(condition.get("field") == "dim" for condition in conditions)
        rows: dict[RowKey, Fraction] = {}
        for unit, fact in self._facts:
            if fact.type not in measure["event_types"]:
                continue
            if sector is not None and field(fact, "sector") != sector:
                continue
            named = {
                condition["field"]: field(fact, condition["field"]) for condition in conditions
            }
            figure = field(fact, measure["value"])
            if figure is None or not passes(conditions, named):
                continue
            dim = field(fact, "dim")
            member = None if dim is None or names_dim else (str(dim), str(field(fact, "dim_value")))
            key = (unit, str(field(fact, "period")), str(field(fact, "period_calendar")), member)
            rows[key] = _counted(figure, measure["quantum"])
        return rows


def breakdown(measure: Measure, dimension: str) -> str:
    """Return the breakdown of rows that a dimension of a report measure means."""
    return str(measure["dimensions"][dimension]).removeprefix("dim=")


def periods_within(period: str) -> list[str]:
    """Return the 3 months of a quarter or the 4 quarters of a year; nothing for a month."""
    first, _ = months_of(period)
    match name_of_period(period):
        case "quarter":
            return [period_of_month(first + number, "month") for number in range(3)]
        case "year":
            return [period_of_month(first + 3 * number, "quarter") for number in range(4)]
        case _:
            return []


def _all_added(figures: list[Fraction | None]) -> Fraction | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(figures) else None


def _counted(figure: Any, quantum: float | None) -> Fraction:
    """Return a figure in whole quanta, or as it was published when the measure has no quantum."""
    if quantum is None:
        return exact(figure)
    return quanta(figure, quantum) * exact(quantum)
