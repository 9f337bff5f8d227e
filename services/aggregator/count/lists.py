"""Reference lists as counted so far, and what a change of them sets in motion.

They are held still while a batch folds, as the working calendar is: every batch shares the lock on
their version, a change takes it alone, marks the dossiers of its days and raises the version.
"""

from services.aggregator.count.calendar import NOT_READ
from services.aggregator.count.case_rows import Cursor, decode_body
from services.domain.cases.lists import REFERENCE_LIST, Lists, lists_of
from services.domain.units import UnitList
from services.domain.worktime import day_start, local_day

KNOWN_MAX = 100_000
"""Answers that are remembered until a list changes; then the memory starts anew."""


class ReferenceLists:
    """The lists for each unit; read again when their version has changed."""

    def __init__(self, units: UnitList) -> None:
        self._units = units
        self._version = NOT_READ
        self._lists = Lists()
        self._known: dict[tuple[str, str, int], frozenset[str] | None] = {}

    def forget(self) -> None:
        """Read everything again at the next batch."""
        self._version = NOT_READ

    def members(self, list_id: str, unit_key: str, at: int) -> frozenset[str] | None:
        """The members of a list in force where a unit lies, on the local day of an instant."""
        name = (list_id, unit_key, local_day(at))
        if name not in self._known:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            chain = (unit_key, *(unit.key for unit in self._units.ancestors(unit_key)))
            self._known[name] = self._lists.members(list_id, chain, name[2])
        return self._known[name]

    def refresh(self, cursor: Cursor) -> None:
        """Hold the lists still for this transaction, and read them when they changed."""
        cursor.execute(
            "select version from reference_version where name = 'reference_list' for key share"
        )
        row = cursor.fetchone()
        version = int(row[0]) if row else 0
        if version != self._version:
            self._version = version
            self._read(cursor)

    def changed(self, cursor: Cursor) -> None:
        """Lists were folded and written: mark the dossiers of their days, raise the version."""
        cursor.execute(
            "insert into reference_version (name, version) values ('reference_list', 1)"
            " on conflict (name) do update set version = reference_version.version + 1"
            " returning version"
        )
        row = cursor.fetchone()
        before = self._lists.known
        self._version = int(row[0]) if row else NOT_READ
        self._read(cursor)
        for each in before ^ self._lists.known:
            cursor.execute(
                "update case_state set ripe_at = 0"
                " where kind = 'dossier' and life_from < %s and life_to > %s",
                (day_start(each.last + 1), day_start(each.first)),
            )

    def _read(self, cursor: Cursor) -> None:
        cursor.execute("select body from case_state where kind = %s", (REFERENCE_LIST,))
        self._known.clear()
        bodies = [decode_body(bytes(body)) for (body,) in cursor]
        self._lists = Lists(
            each for body in bodies for each in lists_of(body.contribution.unit, body.figures)
        )
