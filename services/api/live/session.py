"""One client's conversation, without sockets: what it asked for, where it stands, what is next.

There is no queue of changes. A session knows the `seq` up to which it has been told everything;
the next message is made from the board when the client can take it. A client that is slow
therefore finds the latest value of each key, whatever it has missed, and costs no memory.
Answers (errors, snapshots, resumptions) are kept in order; each is preceded by all changes up
to its moment.
"""

from collections import deque
from collections.abc import Callable

import msgspec

from services.api.live import messages
from services.api.live.audience import Audience, Audiences, Snapshot
from services.api.live.board import Board
from services.api.live.breakdowns import Breakdown, Breakdowns
from services.api.live.limits import CloseCode, Limits
from services.api.live.messages import Painted, Resume, Subscribe, Unsubscribe
from services.api.live.possible import TopicsRefused, require_possible
from services.api.live.topics import Pattern, Trend, read_topic
from services.api.live.trend import TrendLine, Trends
from services.domain.errors import Refused
from services.domain.vocabulary import Vocabulary


class Close(msgspec.Struct, frozen=True):
    """Nothing more to say: close with this code and reason, after a `bye`."""

    code: CloseCode
    reason: str
    retry_after: float | None

    @property
    def bye(self) -> str:
        """The last message."""
        return messages.bye_message(self.code, self.retry_after)


class Subscription(msgspec.Struct, frozen=True, eq=False):
    """Named topics of one client."""

    id: str
    patterns: frozenset[Pattern]
    lines: tuple[TrendLine, ...]
    audience: Audience
    breakdowns: tuple[Breakdown, ...] = ()


class _Snapshotting(msgspec.Struct, frozen=True):
    subscription: Subscription
    snapshot: Snapshot
    position: int


class _Resuming(msgspec.Struct, frozen=True):
    subscription: Subscription
    seq: int
    until: int


class _Opening(msgspec.Struct, frozen=True):
    subscription: Subscription
    resume: Resume | None


class Session:
    """State machine of one client: `receive` what it says, take `next` when it can hear."""

    def __init__(
        self,
        board: Board,
        audiences: Audiences,
        trends: Trends,
        breakdowns: Breakdowns,
        limits: Limits,
        vocabulary: Callable[[], Vocabulary],
    ) -> None:
        self.painted: Painted | None = None
        self._board = board
        self._audiences = audiences
        self._trends = trends
        self._breakdowns = breakdowns
        self._limits = limits
        self._vocabulary = vocabulary
        self._subscriptions: dict[str, Subscription] = {}
        self._open: dict[str, Subscription] = {}
        self._audience = audiences.of(frozenset())
        self._seq = board.head
        self._answers: deque[str | _Opening] = deque()
        self._job: _Snapshotting | _Resuming | None = None
        self._mistakes = 0
        self._close: Close | None = None
        self._lines: dict[TrendLine, int | None] = {}

    @property
    def seq(self) -> int:
        """All changes up to here have been handed out."""
        return self._seq

    def say(self, text: str) -> None:
        """Queue a finished message in its order."""
        self._enqueue(text)

    def close(self, close: Close) -> None:
        """End the conversation: what is pending is dropped; the first reason counts."""
        self._close = self._close or close
        self._answers.clear()
        self._job = None

    def let_go(self) -> None:
        """Hold nothing any more: what only this client followed is not looked after any longer."""
        self._subscriptions.clear()
        self._open.clear()
        self._answers.clear()
        self._lines.clear()
        self._job = None

    def receive(self, text: str | bytes) -> None:
        """Take one message of the client. Never raises: a mistake is answered, too many close."""
        if self._close is not None:
            return
        try:
            message = messages.read_message(text)
        except Refused as refusal:
            self._mistake("malformed", str(refusal), None)
            return
        match message:
            case Subscribe():
                self._subscribe(message)
            case Unsubscribe():
                self._drop(message.id)
            case Painted():
                self.painted = message

    def next(self) -> str | Close | None:
        """Give the next message to send, the wish to close, or None when all is said."""
        if self._close is not None:
            return self._close
        while self._job is not None:
            text = self._continue(self._job)
            if text is not None:
                return text
        while self._answers:
            change = self._next_change()
            if change is not None:
                return change
            answer = self._answers.popleft()
            if isinstance(answer, str):
                return answer
            if self._subscriptions.get(answer.subscription.id) is answer.subscription:
                return self._start(answer)
        return self._next_change() or self._next_trend()

    def _subscribe(self, message: Subscribe) -> None:
        try:
            subscription = self._read_subscription(message)
        except Refused as refusal:
            topics = refusal.topics if isinstance(refusal, TopicsRefused) else ()
            self._mistake("refused", str(refusal), message.id, topics)
            return
        self._drop(message.id)
        self._subscriptions[message.id] = subscription
        self._enqueue(_Opening(subscription, message.resume))

    def _enqueue(self, answer: str | _Opening) -> None:
        self._answers.append(answer)
        if len(self._answers) > self._limits.pending_max:
            self.close(Close(CloseCode.FLOOD, "asks faster than it reads", 5.0))

    def _read_subscription(self, message: Subscribe) -> Subscription:
        others = [one for one in self._subscriptions.values() if one.id != message.id]
        if len(others) >= self._limits.subscriptions_max:
            raise Refused(f"a client has at most {self._limits.subscriptions_max} subscriptions")
        held = sum(len(one.patterns) + len(one.lines) for one in others)
        if held + len(message.topics) > self._limits.topics_max:
            raise Refused(f"a client has at most {self._limits.topics_max} topics")
        topics = [read_topic(text, self._limits.topic_chars_max) for text in message.topics]
        require_possible(topics, self._vocabulary())
        patterns = frozenset(topic for topic in topics if isinstance(topic, Pattern))
        lines = tuple(self._trends.of(topic) for topic in topics if isinstance(topic, Trend))
        asked = [self._breakdowns.of(pattern) for pattern in patterns]
        breakdowns = tuple(one for one in asked if one is not None)
        return Subscription(message.id, patterns, lines, self._audiences.of(patterns), breakdowns)

    def _drop(self, name: str) -> None:
        self._subscriptions.pop(name, None)
        if self._open.pop(name, None) is not None:
            self._unite()
        if self._job is not None and self._job.subscription.id == name:
            self._job = None

    def _unite(self) -> None:
        patterns = (one.patterns for one in self._open.values())
        self._audience = self._audiences.of(frozenset().union(*patterns))
        lines = [line for one in self._open.values() for line in one.lines]
        self._lines = {line: self._lines.get(line) for line in lines}

    def _start(self, opening: _Opening) -> str:
        """Begin to serve a subscription; the session stands at the head of the board now."""
        subscription, resume = opening.subscription, opening.resume
        self._open[subscription.id] = subscription
        self._unite()
        lost = self._why_lost(resume)
        if resume is not None and lost is None:
            self._job = _Resuming(subscription, resume.seq, self._board.head)
            return messages.resumed_message(subscription.id, resume.seq)
        self._job = _Snapshotting(subscription, subscription.audience.snapshot(), 0)
        if lost is not None:
            return messages.gap_message(subscription.id, lost)
        return self._snapshot_page(self._job)

    def _why_lost(self, resume: Resume | None) -> str | None:
        if resume is None:
            return None
        if resume.epoch != self._board.epoch:
            return "epoch"
        if resume.seq > self._board.head:
            return "ahead"
        return "too_old" if resume.seq < self._board.floor else None

    def _continue(self, job: _Snapshotting | _Resuming) -> str | None:
        if isinstance(job, _Snapshotting):
            return self._snapshot_page(job)
        if job.seq < self._board.forgotten:
            self._job = None
            self._answers.appendleft(_Opening(job.subscription, None))
            return messages.gap_message(job.subscription.id, "behind")
        step = job.subscription.audience.step(job.seq, job.until)
        done = step.seq >= job.until
        self._job = None if done else msgspec.structs.replace(job, seq=step.seq)
        return step.text

    def _snapshot_page(self, job: _Snapshotting) -> str:
        page = job.snapshot.page(job.position)
        self._job = None
        if page.after is not None:
            self._job = msgspec.structs.replace(job, position=page.after)
        return messages.snapshot_message(
            job.subscription.id, job.snapshot.seq, page.items, more=page.after is not None
        )

    def _next_change(self) -> str | None:
        if self._seq == self._board.head:
            return None
        if self._seq < self._board.forgotten and self._open:
            return self._start_over()
        step = self._audience.step(self._seq, self._board.head)
        self._seq = step.seq
        return step.text

    def _next_trend(self) -> str | None:
        for line, told in self._lines.items():
            text = line.message(told)
            if text is not None:
                self._lines[line] = line.told_up_to
                return text
        return None

    def _start_over(self) -> str:
        """Removals it has not heard of are forgotten: give every subscription a new snapshot."""
        self._seq = self._board.head
        opened = list(self._open.values())
        for subscription in reversed(opened):
            self._answers.appendleft(_Opening(subscription, None))
        return messages.gap_message(opened[0].id, "behind")

    def _mistake(
        self, code: str, detail: str, subscription: str | None, topics: tuple[str, ...] = ()
    ) -> None:
        self._mistakes += 1
        self.say(messages.error_message(code, detail, subscription, topics))
        if self._mistakes > self._limits.mistakes_max:
            self.close(Close(CloseCode.PROTOCOL, "too many malformed or refused messages", None))
