"""Working calendars of the provinces, as counted so far, and what a change of them sets in motion.

Every batch holds a share lock on the calendar's version while it folds; a change takes the lock
alone, marks the cases whose life touches the day, and raises the version. So no case is folded with
a calendar that has just been replaced.
"""

from datetime import date

from services.aggregator.count.case_rows import Cursor
from services.domain.cases.outcome import WorkingDay
from services.domain.instants import DAY
from services.domain.units import UnitList
from services.domain.worktime import (
    DEFAULT_HOURS,
    Hours,
    WorkingCalendar,
    day_start,
    parse_hours,
)

NOT_READ = -1
WITH_CALENDAR = ("N:", "P:")
"""The levels that may declare exceptions: the country and its provinces."""
_EPOCH_DAY = date(1970, 1, 1)


class Calendars:
    """The working calendar for each province; read again when its version has changed."""

    def __init__(self, units: UnitList) -> None:
        self._units = units
        self._version = NOT_READ
        self._days: dict[str, dict[int, Hours]] = {}
        self._built: dict[str, WorkingCalendar] = {}

    def forget(self) -> None:
        """Read everything again at the next batch."""
        self._version = NOT_READ

    def of(self, unit_key: str) -> WorkingCalendar:
        """The calendar where a unit lies: a row of the province beats the row of the country."""
        found = self._built.get(unit_key)
        if found is None:
            chain = [unit_key, *(unit.key for unit in self._units.ancestors(unit_key))]
            days: dict[int, Hours] = {}
            for unit in reversed([key for key in chain if key.startswith(WITH_CALENDAR)]):
                days.update(self._days.get(unit, {}))
            found = WorkingCalendar(days)
            self._built[unit_key] = found
        return found

    def refresh(self, cursor: Cursor) -> None:
        """Hold the calendar still for this transaction, and read it when it changed."""
        cursor.execute(
            "select version from reference_version where name = 'working_day' for key share"
        )
        row = cursor.fetchone()
        version = int(row[0]) if row else 0
        if version == self._version:
            return
        self._days, self._built, self._version = {}, {}, version
        cursor.execute("select unit_key, day - date '1970-01-01', working, hours from working_day")
        for unit, day, working, hours in cursor:
            spans = tuple(str(part) for part in hours) if isinstance(hours, list) else ()
            usual = parse_hours(spans) if spans else DEFAULT_HOURS
            self._days.setdefault(str(unit), {})[int(day)] = usual if working else ()

    def set_day(self, cursor: Cursor, unit: str, day: date, found: WorkingDay | None) -> None:
        """Write an exception or (None) take it away.

        The cases that the day touches are marked, and the version is raised.
        """
        cursor.execute(
            "select version from reference_version where name = 'working_day' for update"
        )
        cursor.execute("delete from working_day where unit = %s and day = %s", (unit, day))
        if found is not None:
            hours = list(found.hours) if found.hours else None
            cursor.execute(
                "insert into working_day (unit, unit_key, day, working, hours)"
                " values (%s, %s, %s, %s, %s)",
                (unit, found.unit_key, day, found.working, hours),
            )
        begin = day_start((day - _EPOCH_DAY).days)
        cursor.execute(
            "update case_state set ripe_at = 0 where life_from < %s and life_to > %s",
            (begin + DAY, begin),
        )
        cursor.execute(
            "update reference_version set version = version + 1 where name = 'working_day'"
        )
