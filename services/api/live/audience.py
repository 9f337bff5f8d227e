"""What clients with the same topics share: the choice of keys and the finished messages.

A message is written once for all sessions that stand at the same place, so a thousand walls
with one subscription cost one join per tick. Matching a key against the topics happens once per
key and audience.
"""

from weakref import WeakValueDictionary

import msgspec

from services.api.live.board import Board, Entry
from services.api.live.limits import Limits
from services.api.live.topics import Pattern

UNKNOWN, WANTED, UNWANTED = 0, 1, 2


class Step(msgspec.Struct, frozen=True):
    """The next `change` message (None: nothing to say) and where the reader then stands."""

    text: str | None
    seq: int


class Page(msgspec.Struct, frozen=True):
    """Some items of a snapshot, joined by commas; `after` is None behind the last."""

    items: str
    after: int | None


class Snapshot:
    """All wanted keys at one `seq`, each shown as it is when its page is made: never older."""

    def __init__(self, board: Board, keys: tuple[str, ...], limits: Limits) -> None:
        self.seq = board.head
        self._board = board
        self._keys = keys
        self._limits = limits
        self._pages: dict[int, Page] = {}
        self._pages_head = board.head

    def page(self, position: int) -> Page:
        """Give the page that begins at a position; 0 is the first."""
        if self._pages_head != self._board.head:
            self._pages.clear()
            self._pages_head = self._board.head
        page = self._pages.get(position)
        if page is None:
            page = self._pages[position] = self._make_page(position)
        return page

    def _make_page(self, position: int) -> Page:
        texts: list[str] = []
        room = self._limits.payload_chars_max
        while position < len(self._keys) and len(texts) < self._limits.items_max and room > 0:
            entry = self._board.get(self._keys[position])
            position += 1
            if entry is not None and not entry.removed:
                texts.append(entry.text)
                room -= len(entry.text)
        return Page(",".join(texts), position if position < len(self._keys) else None)


class Audience:
    """The sessions that have subscribed to the same patterns."""

    def __init__(self, patterns: frozenset[Pattern], board: Board, limits: Limits) -> None:
        self._patterns = tuple(patterns)
        self._board = board
        self._limits = limits
        self._interest = bytearray()
        self._steps: dict[tuple[int, int], Step] = {}
        self._steps_head = -1
        self._snapshot: Snapshot | None = None

    def wants(self, entry: Entry) -> bool:
        """Say whether any of the patterns means the entry's path."""
        if entry.slot >= len(self._interest):
            self._interest.extend(bytes(entry.slot + 1024 - len(self._interest)))
        state = self._interest[entry.slot]
        if state == UNKNOWN:
            wanted = any(pattern.matches(entry.path) for pattern in self._patterns)
            state = self._interest[entry.slot] = WANTED if wanted else UNWANTED
        return state == WANTED

    def step(self, seq: int, until: int) -> Step:
        """Give the next `change` for a reader that knows all up to `seq` and asks up to `until`."""
        if self._steps_head != self._board.head:
            self._steps.clear()
            self._steps_head = self._board.head
        step = self._steps.get((seq, until))
        if step is None:
            step = self._steps[seq, until] = self._make_step(seq, until)
        return step

    def snapshot(self) -> Snapshot:
        """Give the snapshot of the present, shared by all who ask before the next change."""
        if self._snapshot is None or self._snapshot.seq != self._board.head:
            keys = tuple(entry.key for entry in self._board.present() if self.wants(entry))
            self._snapshot = Snapshot(self._board, keys, self._limits)
        return self._snapshot

    def _make_step(self, seq: int, until: int) -> Step:
        texts: list[str] = []
        room = self._limits.payload_chars_max
        reached, last = until, seq
        for entry in self._board.since(seq):
            if entry.seq > until:
                break
            if not self.wants(entry):
                continue
            if room <= 0 or len(texts) >= self._limits.items_max:
                reached = last
                break
            texts.append(entry.text)
            room -= len(entry.text)
            last = entry.seq
        if not texts:
            return Step(None, until)
        return Step(f'{{"type":"change","seq":{reached},"items":[{",".join(texts)}]}}', reached)


class Audiences:
    """One audience per set of patterns, for as long as a session holds it."""

    def __init__(self, board: Board, limits: Limits) -> None:
        self._board = board
        self._limits = limits
        self._known: WeakValueDictionary[frozenset[Pattern], Audience] = WeakValueDictionary()

    def of(self, patterns: frozenset[Pattern]) -> Audience:
        """Give the audience of these patterns."""
        audience = self._known.get(patterns)
        if audience is None:
            audience = Audience(patterns, self._board, self._limits)
            self._known[patterns] = audience
        return audience

    def __len__(self) -> int:
        return len(self._known)
