"""What the log holds for each key, as far as this evaluator knows.

The base of publishing (protocol step 6.4). Pure.

A key is clean when the last record for it is the last one sent in this epoch and holds the wanted
value.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import add

import msgspec
import numpy as np

from services.aggregator.evaluate.records import Records, Told
from services.domain.engine.cell_rows import CellRows
from services.domain.engine.json_parts import encode
from services.domain.engine.ordered import Ints


class Mark(msgspec.Struct, frozen=True):
    """The part of a record that orders it among others of its key."""

    epoch: int = 0
    rev: int = 0


_mark = msgspec.json.Decoder(Mark)


class Shard:
    """One partition of `ioc.indicators.v1` that this process owns under an epoch.

    Each key that was sent has a row: a fingerprint of its content, its revision, whether it was
    `held` or is a tombstone, and whether it is `clean`: nothing of somebody else stands behind it.
    The revision goes on after a tombstone, so that a reader never takes what follows for older.
    """

    def __init__(self, number: int, epoch: int) -> None:
        self.number = number
        self.epoch = epoch
        self._rows: dict[str, int] = {}
        self._keys: list[bytes] = []
        self._of_cells: dict[tuple[str, str], CellRows] = {}
        self._contents = np.zeros(1024, dtype=np.int64)
        self._revs = np.zeros(1024, dtype=np.int64)
        self._held = np.zeros(1024, dtype=bool)
        self._clean = np.zeros(1024, dtype=bool)
        self._foreign: set[str] = set()

    def cells_renumbered(self) -> None:
        """The state was read anew: a cell may have another number than before."""
        self._of_cells.clear()

    def seen(self, key: str, body: bytes | None) -> bool:
        """A record that stands in the log; whether its key has to be computed and sent again.

        A tombstone does not say whose it is: behind a value of ours it makes the key unclean.
        """
        row = self._rows.get(key)
        if body is None:
            if row is None or not self._held[row]:
                self._foreign.discard(key)
                return False
        else:
            mark = read_mark(body)
            if row is not None and mark.epoch == self.epoch and mark.rev <= self._revs[row]:
                return False
        if row is not None:
            self._clean[row] = False
        self._foreign.add(key)
        return True

    def changed(self, records: Records, published_at: str) -> Iterable[tuple[bytes, bytes]]:
        """(key, record) of each whose content is not what the log holds; a cell comes once."""
        return self._changed(self._rows_of(records), records.told, published_at)

    def changed_one(self, key: str, told: Told, published_at: str) -> Iterable[tuple[bytes, bytes]]:
        """The same of what is told under one key."""
        return self._changed(np.array([self._row(key)]), told, published_at)

    def _changed(self, rows: Ints, told: Told, at: str) -> Iterable[tuple[bytes, bytes]]:
        told_contents = told.contents
        contents = np.fromiter(map(hash, told_contents), dtype=np.int64, count=len(rows))
        stands = self._held[rows] & self._clean[rows] & (self._contents[rows] == contents)
        if stands.any():
            news = np.flatnonzero(~stands)
            rows, contents = rows[news], contents[news]
            told_contents = [told_contents[place] for place in news.tolist()]
        self._contents[rows] = contents
        self._held[rows] = self._clean[rows] = True
        self._revs[rows] += 1
        keys = [self._keys[row] for row in rows.tolist()]
        if self._foreign:
            self._foreign.difference_update([key.decode() for key in keys])
        stamp = f',"published_at":{encode(at).decode()},"epoch":{self.epoch},"rev":'.encode()
        revs = self._revs[rows].tolist()
        ends = {rev: b"%b%b%d}" % (told.clock, stamp, rev) for rev in set(revs)}
        return zip(keys, map(add, told_contents, [ends[rev] for rev in revs]), strict=True)

    def _rows_of(self, records: Records) -> Ints:
        """The row of each cell."""
        held = self._of_cells.setdefault((records.formula, records.window), CellRows(1))
        at = held.places(records.cells)
        if not held.known[at].all():
            held.rows[at, 0] = [self._row(key) for key in records.keys]
            held.known[at] = True
        rows: Ints = held.rows[at, 0]
        return rows

    def _row(self, key: str) -> int:
        """The row of a key; one that is new gets one."""
        row = self._rows.setdefault(key, len(self._keys))
        if row == len(self._keys):
            self._keys.append(key.encode())
            if row == len(self._revs):
                self._contents, self._revs, self._held, self._clean = (
                    np.concatenate([each, np.zeros_like(each)])
                    for each in (self._contents, self._revs, self._held, self._clean)
                )
        return row

    def orphans(self, waits: Callable[[str], bool] = lambda _key: False) -> list[str]:
        """Keys that the log holds, that were never computed here and do not wait to be.

        They are answered with a tombstone.
        """
        found = sorted(key for key in self._foreign if not waits(key))
        for key in found:
            self._bury(key)
        return found

    def withdrawn(self, keys: Iterable[str]) -> Iterator[str]:
        """Those of the keys that the log holds although they have no value any more."""
        for key in keys:
            row = self._rows.get(key)
            if key in self._foreign or (row is not None and self._held[row]):
                self._bury(key)
                yield key

    def _bury(self, key: str) -> None:
        self._foreign.discard(key)
        row = self._rows.get(key)
        if row is not None:
            self._held[row], self._clean[row] = False, True


def read_mark(body: bytes | None) -> Mark:
    """Epoch and revision of a record; zeros when it has none."""
    try:
        return _mark.decode(body or b"{}")
    except msgspec.MsgspecError:
        return Mark()
