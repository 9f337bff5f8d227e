"""What the log holds for each key, as far as this evaluator knows.

The base of publishing (protocol step 6.4). Pure.

A key is clean when the last record for it is the last one sent in this epoch and holds the wanted
value.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import numpy as np

from services.aggregator.evaluate.records import Records
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
        self._contents = np.zeros(1024, dtype=np.int64)
        self._revs = np.zeros(1024, dtype=np.int64)
        self._held = np.zeros(1024, dtype=bool)
        self._clean = np.zeros(1024, dtype=bool)
        self._foreign: set[str] = set()

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

    def changed(self, records: Records, published_at: str) -> Iterator[tuple[str, bytes]]:
        """(key, record) of each whose content is not what the log holds; a key comes once."""
        keys = records.keys
        rows = self._rows_of(keys)
        contents = np.fromiter(map(hash, records.contents), dtype=np.int64, count=len(keys))
        stands = self._held[rows] & self._clean[rows] & (self._contents[rows] == contents)
        news = np.flatnonzero(~stands)
        rows = rows[news]
        self._contents[rows] = contents[news]
        self._held[rows] = self._clean[rows] = True
        self._revs[rows] += 1
        stamp = f',"published_at":{encode(published_at).decode()},"epoch":{self.epoch},"rev":'
        before = records.clock + stamp.encode()
        revs = self._revs[rows].tolist()
        ends = {rev: b"%b%d}" % (before, rev) for rev in set(revs)}
        sent = keys if len(news) == len(keys) else [keys[place] for place in news.tolist()]
        self._foreign.difference_update(sent)
        for key, place, rev in zip(sent, news.tolist(), revs, strict=True):
            yield key, records.contents[place] + ends[rev]

    def _rows_of(self, keys: Sequence[str]) -> Ints:
        """The row of each key; those that are new get one."""
        known = self._rows
        for key in keys:
            if key not in known:
                known[key] = len(known)
        while len(known) > len(self._revs):
            self._contents, self._revs, self._held, self._clean = (
                np.concatenate([each, np.zeros_like(each)])
                for each in (self._contents, self._revs, self._held, self._clean)
            )
        return np.fromiter(map(known.__getitem__, keys), dtype=np.int64, count=len(keys))

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
