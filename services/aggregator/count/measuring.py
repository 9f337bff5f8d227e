"""By which measures cases were counted, and those that have to be counted anew.

A case row names the set of definitions that its contribution was made by. When others come into
force, cases are folded again, a few at a time and by the worker that has their partition: what they
had contributed is taken back as it was added, and what they contribute now is added. So no figure
is ever taken down, and a centre counts on while its history moves to the new definitions.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from services.aggregator.count.batch import Partition
from services.aggregator.count.case_rows import CaseRow, Cursor, read_rows
from services.aggregator.count.places import Places
from services.domain.cases.versions import VERSIONS
from services.domain.engine.measures import Measure

COUNTING = 1
"""Raised when the same definitions come to mean something else: every case is counted anew."""
WARNING = "cases are counted anew by changed measures: figures are on their way to them"
MIXED = 0
"""Says of a partition that its cases were counted by several measures, or by no known ones."""
SCANNED_MAX = 1_000
"""Cases that are looked at in one transaction."""


class Measuring:
    """The measures in force, and those of before, as far as cases name them."""

    def __init__(self, measures: Mapping[str, Measure], places: Places) -> None:
        said = (COUNTING, [measures[name] for name in sorted(measures)])
        body = msgspec.json.encode(said, order="deterministic")
        self._digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        self._dimensions = {name: sorted(each.dimensions) for name, each in measures.items()}
        self._places = places
        self._number: int | None = None

    def forget(self) -> None:
        """After a failure: what was written may not exist."""
        self._number = None

    def number(self, cursor: Cursor) -> int:
        """The number of the measures in force; it is given when they are met first."""
        if self._number is None:
            cursor.execute(
                "insert into measured_by (digest, dimensions) values (%s, %s)"
                " on conflict (digest) do nothing",
                (self._digest, msgspec.json.encode(self._dimensions).decode()),
            )
            cursor.execute("select id from measured_by where digest = %s", (self._digest,))
            self._number = int(cursor.fetchall()[0][0])
            self._places.current = self._number
        return self._number

    def learn(self, cursor: Cursor, rows: Iterable[CaseRow]) -> None:
        """Know the dimensions by which the contributions of these rows were added."""
        unknown = [each for each in {row.measured for row in rows} if not self._places.knows(each)]
        if unknown:
            cursor.execute("select id, dimensions from measured_by where id = any(%s)", (unknown,))
            for number, dimensions in cursor:
                self._places.learn(number, dimensions)


class Remeasuring:
    """Goes once through all cases, in the order of their names, for some of the partitions."""

    def __init__(self, partitions: Iterable[Partition]) -> None:
        self.partitions = frozenset(partitions)
        self.done = False
        self._after = ("", "", "")

    def read(
        self, cursor: Cursor, held: Sequence[Partition], measured: int
    ) -> list[tuple[Partition, CaseRow]]:
        """The next cases of the partitions in `held` that other measures than these counted."""
        cursor.execute(_BOUND, (*self._after, SCANNED_MAX - 1))
        bound = cursor.fetchone()
        last = (str(bound[0]), str(bound[1]), str(bound[2])) if bound else ()
        topics, parts = [topic for topic, _ in held], [part for _, part in held]
        cursor.execute(
            f"{_READ} {_UP_TO if last else ''} {_IN_ORDER}",
            (topics, parts, measured, f"{VERSIONS}%", *self._after, *last),
        )
        self.done, self._after = not last, last or self._after
        return read_rows(cursor)


def take_behind(
    cursor: Cursor, owner: UUID, partitions: Iterable[Partition], measured: int
) -> Remeasuring | None:
    """What is to be gone through of these partitions; None when these measures counted all.

    From here on no measures have counted all of it, so that whoever comes back to those of before
    finds the cases that have moved meanwhile.
    """
    named = list(partitions)
    cursor.execute(
        "update progress p set measured = %s"
        " from unnest(%s::text[], %s::int[]) as s (topic, part)"
        " where p.topic = s.topic and p.part = s.part and p.owner = %s and p.measured <> %s"
        " returning p.topic, p.part",
        (MIXED, [t for t, _ in named], [p for _, p in named], owner, measured),
    )
    behind = [(str(topic), int(part)) for topic, part in cursor]
    return Remeasuring(behind) if behind else None


def write_measured(cursor: Cursor, partitions: Sequence[Partition], measured: int) -> None:
    """Write that these measures have counted all cases of these partitions."""
    cursor.execute(
        "update progress p set measured = %s from unnest(%s::text[], %s::int[]) as s (topic, part)"
        " where p.topic = s.topic and p.part = s.part",
        (measured, [t for t, _ in partitions], [p for _, p in partitions]),
    )


_BOUND = (
    "select kind, unit, subject from case_state where (kind, unit, subject) > (%s, %s, %s)"
    " order by kind, unit, subject offset %s limit 1"
)
_READ = (
    "select c.kind, c.unit, c.subject, c.version, c.body, c.measured, c.ripe_at, c.topic,"
    " c.part from case_state c"
    " join unnest(%s::text[], %s::int[]) as s (topic, part) using (topic, part)"
    " where c.measured <> %s and c.kind not like %s and (c.kind, c.unit, c.subject) > (%s, %s, %s)"
)
_UP_TO = "and (c.kind, c.unit, c.subject) <= (%s, %s, %s)"
_IN_ORDER = "order by c.kind, c.unit, c.subject"
