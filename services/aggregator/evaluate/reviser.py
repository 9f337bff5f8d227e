"""Numbers the revisions of closed periods: written under the shard's epoch first, then published.

What is published is made of rows alone, so a successor publishes the same again without counting
anything twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

import numpy as np
import psycopg

from services.adapters.revisions import (
    Close,
    Written,
    close_of,
    last_rows,
    read_closes,
    revised_rows,
    rows_of,
    with_rows,
    write_closes,
    write_revisions,
)
from services.aggregator.evaluate.published import Shard
from services.aggregator.evaluate.records import told_of
from services.aggregator.evaluate.rows import write_rows_in
from services.aggregator.evaluate.shards import fence
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.closed import Closed, Period
from services.domain.engine.evaluate import Evaluation
from services.domain.engine.looked_at import under
from services.domain.engine.observation import identity
from services.domain.engine.revisions import (
    REVISED,
    Revision,
    Said,
    implied,
    next_number,
    observed,
    pause_after,
    province_code,
    revised_key,
    said_of,
    spoken,
)
from services.domain.engine.state import State
from services.domain.engine.versions import last_day
from services.domain.engine.windows import Span, place
from services.domain.instants import format_instant

ASKED_BY_NAME_MAX = 200
"""Cells whose rows are asked for by name; of more of them a whole period is read, once."""
Record = tuple[int, bytes, bytes | None]


class Owned(NamedTuple):
    """What this process owns: its name and its shards by number."""

    owner: UUID
    shards: Mapping[int, Shard]


class _Found(NamedTuple):
    """What is to be written of one shard."""

    shard: int
    asked: tuple[str, str]
    rows: list[Written]
    closes: list[Close]


class Reviser:
    """Works off what `Closed` holds, one period at a time."""

    def __init__(
        self, state: State, shard_of: Callable[[str], int], asked_by_name_max: int
    ) -> None:
        self.closed = Closed(state)
        self._state = state
        self._shard_of = shard_of
        self._asked_by_name_max = asked_by_name_max
        self._evaluations: dict[Catalogue, Evaluation] = {}
        self._closes: dict[Close, int] = {}
        self._learned = False
        self._with_rows: set[str] = set()
        self._since: dict[int, int] = {}
        self._again: set[str] | None = None
        self._rows_of: tuple[str, str] | None = None
        self._rows: dict[str, Written] = {}
        self._provinces: dict[str, str] = {}

    def touch_all(self) -> None:
        """After a takeover: look at everything, and publish all revisions again."""
        self.closed.touch_all()
        self._learned, self._again, self._rows_of = False, None, None

    def seen(self, key: str) -> None:
        """A stranger's record stands under this key: if it is a revision's, send ours again."""
        if key.endswith(REVISED) and self._again is not None:
            self._again.add(key.removesuffix(REVISED))

    def told_again(
        self, connection: psycopg.Connection, owned: Owned, now: int
    ) -> Iterator[Record]:
        """Records of rows that have to stand in the log and may not."""
        if self._again is not None and not self._again:
            return
        keys, self._again = self._again, set()
        with connection.cursor() as cursor:
            self._learn(connection)
            found = revised_rows(cursor, now, None if keys is None else sorted(keys))
        yield from self._records(owned, found, now)

    def work(
        self, connection: psycopg.Connection, owned: Owned, now: int, enough: Callable[[], bool]
    ) -> Iterator[Record]:
        """Look at what is due until it is enough; raises `Fenced` when a shard was lost."""
        for period, cells, whole in self.closed.take():
            self._learn(connection)
            for found in self._look(connection, owned, period, cells, now, whole=whole):
                self._write(connection, owned, found, now)
                yield from self._records(owned, found.rows, now)
            if enough():
                return

    def _learn(self, connection: psycopg.Connection) -> None:
        """Read what was closed and has rows, and since when each shard has been looked at."""
        if self._learned:
            return
        with connection.cursor() as cursor:
            self._closes = read_closes(cursor)
            catalogue = self._state.catalogue
            names = [each.formulas for each in (catalogue, *catalogue.past_and_coming)]
            self._with_rows = with_rows(cursor, {name for formulas in names for name in formulas})
            cursor.execute(
                "select shard, (extract(epoch from since) * 1000000)::bigint from evaluator"
            )
            self._since = dict(cursor.fetchall())
        self._learned = True

    def _look(
        self,
        connection: psycopg.Connection,
        owned: Owned,
        period: Period,
        cells: list[int],
        now: int,
        *,
        whole: bool,
    ) -> Iterator[_Found]:
        """What differs from the last rows of a period, and whether it is closed now."""
        span = place(period.task.window, period.task.calendar, now, period.period)
        mine: dict[int, list[int]] = {}
        for cell in cells:
            shard = self._shard_of(self._state.cells.units[cell])
            if shard in owned.shards:
                mine.setdefault(shard, []).append(cell)
        closes = self._closes_of(owned, period, span) if whole else {}
        for shard in mine.keys() | closes.keys():
            held = mine.get(shard)
            rows = self._revised(connection, period, span, held, now) if held else []
            if rows or shard in closes:
                yield _Found(shard, _asked(period, span), rows, closes.get(shard, []))

    def _revised(
        self,
        connection: psycopg.Connection,
        period: Period,
        span: Span,
        cells: list[int],
        now: int,
    ) -> list[Written]:
        catalogue = self._state.catalogue.on(last_day(span.end, now))
        formula = catalogue.formulas.get(period.task.formula)
        if formula is None or span.window not in formula.windows:
            return []
        values = self._evaluation(catalogue).values(formula, np.array(cells), span)
        known = self._known(connection, period, span, cells)
        says: dict[str, Said] = {}
        named: dict[str, int] = {}
        for index, (cell, speaks) in enumerate(zip(cells, spoken(values).tolist(), strict=True)):
            if speaks or known:  # who is silent and has no row has nothing new to say
                name = self._name(period, span, cell)
                if speaks or name in known:
                    says[name], named[name] = said_of(values, index), cell
        version = catalogue.indicators[formula.indicator].formula_version
        return list(self._differing(period, says, known, now, named, version))

    def _known(
        self, connection: psycopg.Connection, period: Period, span: Span, cells: list[int]
    ) -> Mapping[str, Written]:
        """The last rows of some cells, asked for by name; of many: all that the period has."""
        if period.task.formula not in self._with_rows:
            return {}
        with connection.cursor() as cursor:
            if len(cells) <= self._asked_by_name_max:
                return last_rows(cursor, [self._name(period, span, cell) for cell in cells])
            asked = _asked(period, span)
            if self._rows_of != asked:
                self._rows, self._rows_of = rows_of(cursor, *asked), asked
        return self._rows

    def _evaluation(self, catalogue: Catalogue) -> Evaluation:
        """A closed period keeps the version that it ended under."""
        if catalogue not in self._evaluations:
            self._evaluations[catalogue] = Evaluation(under(self._state, catalogue))
        return self._evaluations[catalogue]

    def _closes_of(self, owned: Owned, period: Period, span: Span) -> dict[int, list[Close]]:
        """By shard the provinces in which a period has just been closed.

        Not those where it is said already, nor where it had ended before anybody looked at it.
        """
        found: dict[int, list[Close]] = {}
        for unit in set(self._state.cells.units):
            shard = self._shard_of(unit)
            if shard in owned.shards and self._since[shard] < span.end:
                place = self._province(unit)
                close = Close(period.task.formula, span.name, period.period, place)
                if close not in self._closes and close not in found.setdefault(shard, []):
                    found[shard].append(close)
        return {shard: closes for shard, closes in found.items() if closes}

    def _differing(
        self,
        period: Period,
        says: Mapping[str, Said],
        known: Mapping[str, Written],
        now: int,
        cells: Mapping[str, int],
        version: int,
    ) -> Iterator[Written]:
        for name, said in says.items():
            row = known[name].last if name in known else None
            stands = row or self._before(name)
            revision = next_number(stands, said)
            if revision is None:
                continue
            until = row.as_of + pause_after(row.revision) if row is not None else now
            if now < until:
                self.closed.put_off(period, [cells[name]], until)
            else:
                yield Written(Revision(name, revision, now, said, version), stands)

    def _write(self, connection: psycopg.Connection, owned: Owned, found: _Found, now: int) -> None:
        epoch = owned.shards[found.shard].epoch
        with connection.transaction(), connection.cursor() as cursor:
            fence(cursor, owned.owner, found.shard, epoch)
            write_revisions(cursor, (each.last for each in found.rows), epoch)
            write_rows_in(cursor, epoch, [observed(*each) for each in found.rows], now)
            write_closes(cursor, found.closes, now)
        self._closes.update(dict.fromkeys(found.closes, now))
        if found.rows:
            self._with_rows.add(found.asked[0])
        if found.asked == self._rows_of:
            self._rows.update((each.last.id, each) for each in found.rows)

    def _records(self, owned: Owned, rows: Iterable[Written], now: int) -> Iterator[Record]:
        """The records of revisions after the first, which says what the open period said."""
        for last, before in rows:
            if last.revision < 2:
                continue
            unit = last.id.split("|", 2)[1]
            number = self._shard_of(unit)
            if number in owned.shards:
                said = observed(last, before or self._before(last.id))
                name, at = revised_key(said), format_instant(now)
                for key, body in owned.shards[number].changed_one(name, told_of(said), at):
                    yield number, key, body

    def _before(self, name: str) -> Revision | None:
        """What a period said when it was closed without a row; None while it was not."""
        close = close_of(name, self._province(name.split("|", 2)[1]))
        return implied(self._state.catalogue, name, self._closes.get(close))

    def _province(self, unit: str) -> str:
        if unit not in self._provinces:
            self._provinces[unit] = province_code(self._state.units, unit)
        return self._provinces[unit]

    def _name(self, period: Period, span: Span, cell: int) -> str:
        dim, member = self._state.cells.members[cell]
        dims = {dim: member} if dim else {}
        unit = self._state.cells.units[cell]
        return identity(period.task.formula, unit, dims, span.name, period.period)


def _asked(period: Period, span: Span) -> tuple[str, str]:
    """What begins and ends the ids of a period's observations."""
    return period.task.formula, f"{span.name}:{period.period}"
