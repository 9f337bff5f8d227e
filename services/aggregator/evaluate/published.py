"""What the log holds for each key, as far as this evaluator knows.

The base of publishing (protocol step 6.4). Pure.

A key is clean when the last record for it is the last one sent in this epoch and holds the wanted
value.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from services.domain.engine.observation import Observation, key_of


class Sent(msgspec.Struct, gc=False):
    """The last thing sent for a key: a fingerprint of its content, None for a tombstone.

    The revision goes on after a tombstone, so that a reader never takes what follows for older.
    `clean` says that nothing of somebody else stands behind it in the log.
    """

    content: int | None
    rev: int
    clean: bool = True


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

    def seen(self, key: str, body: bytes | None) -> bool:
        """A record that stands in the log; whether its key has to be computed and sent again.

        A tombstone does not say whose it is: behind a value of ours it makes the key unclean.
        """
        sent = self._sent.get(key)
        if body is None:
            if sent is None or sent.content is None:
                self._foreign.discard(key)
                return False
        else:
            mark = read_mark(body)
            if sent is not None and mark.epoch == self.epoch and mark.rev <= sent.rev:
                return False
        if sent is not None:
            sent.clean = False
        self._foreign.add(key)
        return True

    def changed(
        self,
        observations: Iterable[Observation],
        published_at: str,
        name: Callable[[Observation], str] = key_of,
    ) -> Iterator[tuple[str, bytes]]:
        """(key, record) of each observation whose content is not what the log holds."""
        stamp = f',"published_at":{_text(published_at)},"epoch":{self.epoch},"rev":'.encode()
        for observation in observations:
            key, body = name(observation), encode(observation)
            clock = (observation.start, observation.end) if observation.period is None else ()
            content = hash(body[: -_clock_length(observation.as_of, *clock)])
            sent = self._sent.get(key)
            if sent is not None and sent.clean and sent.content == content:
                continue
            rev = sent.rev + 1 if sent is not None else 1
            if sent is None:
                self._sent[key] = Sent(content, rev)
            else:
                sent.content, sent.rev, sent.clean = content, rev, True
            self._foreign.discard(key)
            yield key, b"%b%b%d}" % (body[:-1], stamp, rev)

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
            sent = self._sent.get(key)
            if key in self._foreign or (sent is not None and sent.content is not None):
                self._bury(key)
                yield key

    def _bury(self, key: str) -> None:
        self._foreign.discard(key)
        sent = self._sent.get(key)
        if sent is not None:
            self._sent[key] = Sent(None, sent.rev)


@lru_cache(maxsize=1024)
def _clock_length(as_of: str, start: str | None = None, end: str | None = None) -> int:
    """How many bytes at the end of a record say when it was made: no news by themselves.

    A rolling window moves with the clock as well.
    """
    clock = f'"as_of":{_text(as_of)}}}'
    if start is not None and end is not None:
        clock = f'"start":{_text(start)},"end":{_text(end)},{clock}'
    return len(clock)


def _text(plain: str) -> str:
    """A text as it is encoded."""
    return encode(plain).decode()


def read_mark(body: bytes | None) -> Mark:
    """Epoch and revision of a record; zeros when it has none."""
    try:
        return _mark.decode(body or b"{}")
    except msgspec.MsgspecError:
        return Mark()
