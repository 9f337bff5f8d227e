"""What the log holds for each key, as far as this evaluator knows.

The base of publishing (protocol step 6.4). Pure.

A key is clean when the last record for it is the last one sent in this epoch and holds the wanted
value.
"""

from collections.abc import Iterable, Iterator

import msgspec

from services.domain.engine.observation import Observation, key_of


class Sent(msgspec.Struct):
    """The last thing sent for a key: a fingerprint of its content, and its revision."""

    content: int
    rev: int


class Mark(msgspec.Struct, frozen=True):
    """The part of a record that orders it among others of its key."""

    epoch: int = 0
    rev: int = 0


_mark = msgspec.json.Decoder(Mark)
encode = msgspec.json.Encoder().encode


class Shard:
    """One partition of `ioc.indicators.v1` that this process owns under an epoch."""

    def __init__(self, number: int, epoch: int) -> None:
        self.number = number
        self.epoch = epoch
        self._sent: dict[str, Sent] = {}
        self._foreign: set[str] = set()

    def seen(self, key: str, body: bytes | None) -> None:
        """A record of the log: one that is not the last of ours makes its key unclean."""
        sent = self._sent.get(key)
        mark = read_mark(body)
        if sent is not None and mark == Mark(self.epoch, sent.rev):
            return
        if sent is not None and mark.epoch == self.epoch and mark.rev < sent.rev:
            return
        self._sent.pop(key, None)
        self._foreign.add(key)

    def changed(
        self, observations: Iterable[Observation], published_at: str
    ) -> Iterator[tuple[str, bytes]]:
        """(key, record) of each observation whose content is not what the log holds."""
        for observation in observations:
            key = key_of(observation)
            content = hash(encode(msgspec.structs.replace(observation, as_of="")))
            sent = self._sent.get(key)
            if sent is not None and sent.content == content:
                continue
            rev = sent.rev + 1 if sent is not None else 1
            self._sent[key] = Sent(content, rev)
            self._foreign.discard(key)
            yield (
                key,
                encode(
                    msgspec.structs.replace(
                        observation, epoch=self.epoch, rev=rev, published_at=published_at
                    )
                ),
            )

    def orphans(self) -> list[str]:
        """Keys that the log holds and that were never computed here.

        They are answered with a tombstone.
        """
        found = sorted(self._foreign)
        self._foreign.clear()
        return found

    def withdrawn(self, keys: Iterable[str]) -> Iterator[str]:
        """Those of the keys that the log holds although they have no value any more."""
        for key in keys:
            if self._sent.pop(key, None) is not None or key in self._foreign:
                self._foreign.discard(key)
                yield key


def read_mark(body: bytes | None) -> Mark:
    """Epoch and revision of a record; zeros when it has none."""
    try:
        return _mark.decode(body or b"{}")
    except msgspec.MsgspecError:
        return Mark()
