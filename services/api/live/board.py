"""The board: the newest observation of every key, in the order of change.

It is filled from `ioc.indicators.v1` and keeps per key the highest (epoch, rev) and ignores
lower ones (protocol.md step 7). Each change gets the next `seq` of this process. There is no
second copy of past changes: entries lie in the order of their last change, so "what has changed
since seq" is the tail of the board, already conflated. What bounds resumption is written down
as a floor. No clock, no sockets.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from services.api.live.limits import Limits
from services.api.live.topics import Path, RecordKey, path_of, read_key
from services.domain.errors import Refused

IDENTITY = ("id", "indicator", "unit", "valid_from", "dims", "window", "period", "calendar")

LENT_EPOCH = 0
"""Below every epoch of the log."""


class Verdict(StrEnum):
    """What became of one record; the same word in log, metric and test."""

    APPLIED = "applied"
    REMOVED = "removed"
    REPEATED = "repeated"
    OUTDATED = "outdated"
    MALFORMED = "malformed"
    REFUSED = "refused"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """The newest state of one key. `text` is the observation as JSON, encoded once."""

    key: str
    name: RecordKey
    slot: int
    path: Path
    epoch: int
    rev: int
    seq: int
    text: str
    removed: bool


class _Record(msgspec.Struct, frozen=True):
    epoch: int
    rev: int
    text: str


class Board:
    """State of one replica, named by `epoch`.

    `place` gives the segments of province and unit in paths, by the unit's key.
    """

    def __init__(self, epoch: str, place: Callable[[str], tuple[str, str]], limits: Limits) -> None:
        self.epoch = epoch
        self.head = 0
        self._place = place
        self._limits = limits
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._removed: deque[tuple[int, str]] = deque()
        self._slots = 0
        self._forgotten = 0
        self._lent = 0

    @property
    def floor(self) -> int:
        """The lowest `seq` since which every change is still known."""
        return max(self._forgotten, self.head - self._limits.resume_changes_max)

    @property
    def forgotten(self) -> int:
        """The last removal no longer known; a client behind it needs a snapshot."""
        return self._forgotten

    @property
    def keys(self) -> int:
        """How many keys are held, remembered removals included."""
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        """Give the newest state of a key, or None when it was never seen or is forgotten."""
        return self._entries.get(key)

    def present(self) -> Iterator[Entry]:
        """All keys that have an observation, in the order of their last change."""
        return (entry for entry in self._entries.values() if not entry.removed)

    def all(self) -> list[Entry]:
        """A copy of all entries, removed ones included; safe to take in any thread."""
        return list(self._entries.values())

    def since(self, seq: int) -> list[Entry]:
        """All keys that have changed after `seq`, each in its newest state, oldest change first."""
        fresh = []
        for entry in reversed(self._entries.values()):
            if entry.seq <= seq:
                break
            fresh.append(entry)
        fresh.reverse()
        return fresh

    def apply(self, key: bytes | None, value: bytes | None) -> Verdict:
        """Take one record. Never raises: what cannot be read is MALFORMED and changes nothing."""
        try:
            name = (key or b"").decode()
            known = self._entries.get(name)
            if value is None:
                return self._remove(known)
            record = _read_record(value)
            if known is None:
                return self._add(name, record)
        except (Refused, UnicodeDecodeError, msgspec.MsgspecError):
            return Verdict.MALFORMED
        return self._replace(known, record)

    def lend(self, key: str, text: str) -> None:
        """Show an observation that no record brings; one of the log takes its place."""
        self._lent += 1
        record = _Record(LENT_EPOCH, self._lent, text)
        known = self._entries.get(key)
        if known is not None:
            self._replace(known, record)
        else:
            self._add(key, record)

    def take_back(self, key: str) -> None:
        """Remove an observation that was lent."""
        known = self._entries.get(key)
        if known is not None and known.epoch == LENT_EPOCH:
            self._remove(known)

    def _add(self, key: str, record: _Record) -> Verdict:
        if len(self._entries) >= self._limits.keys_max:
            return Verdict.REFUSED
        parsed: RecordKey = read_key(key)
        path = path_of(parsed, self._place(parsed.unit_key))
        self._slots += 1
        fresh = Entry(
            key=key,
            name=parsed,
            slot=self._slots - 1,
            path=path,
            epoch=record.epoch,
            rev=record.rev,
            seq=0,
            text=record.text,
            removed=False,
        )
        return self._change(fresh, Verdict.APPLIED)

    def _replace(self, known: Entry, record: _Record) -> Verdict:
        if not known.removed:
            if (record.epoch, record.rev) < (known.epoch, known.rev):
                return Verdict.OUTDATED
            if record.text == known.text:
                fresh = msgspec.structs.replace(known, epoch=record.epoch, rev=record.rev)
                self._entries[known.key] = fresh
                return Verdict.REPEATED
            if (record.epoch, record.rev) == (known.epoch, known.rev):
                return Verdict.OUTDATED
        return self._change(
            msgspec.structs.replace(
                known, epoch=record.epoch, rev=record.rev, text=record.text, removed=False
            ),
            Verdict.APPLIED,
        )

    def _remove(self, known: Entry | None) -> Verdict:
        if known is None or known.removed:
            return Verdict.REPEATED
        gone = msgspec.structs.replace(known, text=_farewell(known.text), removed=True)
        verdict = self._change(gone, Verdict.REMOVED)
        self._removed.append((self.head, known.key))
        while len(self._removed) > self._limits.removed_max:
            self._forget(*self._removed.popleft())
        return verdict

    def _forget(self, seq: int, key: str) -> None:
        entry = self._entries.get(key)
        if entry is not None and entry.seq == seq:
            del self._entries[key]
            self._forgotten = seq

    def _change(self, entry: Entry, verdict: Verdict) -> Verdict:
        self.head += 1
        self._entries[entry.key] = msgspec.structs.replace(entry, seq=self.head)
        self._entries.move_to_end(entry.key)
        return verdict


def _read_record(value: bytes) -> _Record:
    observation = msgspec.json.decode(value)
    if not isinstance(observation, dict):
        raise Refused("a record's value is an object")
    epoch, rev = observation.pop("epoch", None), observation.pop("rev", None)
    if type(epoch) is not int or type(rev) is not int:
        raise Refused("a record carries epoch and rev as integers")
    if not isinstance(observation.get("id"), str) or "value" not in observation:
        raise Refused("an observation has at least id and value")
    return _Record(epoch, rev, msgspec.json.encode(observation).decode())


def _farewell(text: str) -> str:
    """The last item of a key: whose it was, and that it has no value any more."""
    observation: dict[str, object] = msgspec.json.decode(text)
    kept = {name: observation[name] for name in IDENTITY if name in observation}
    gone = kept | {"value": None, "null_reason": "missing", "removed": True}
    return msgspec.json.encode(gone).decode()
