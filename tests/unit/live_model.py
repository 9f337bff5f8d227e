"""A client of the live protocol as a model: what a wall must do, in the plainest way."""

import functools
import json
from typing import Any

from services.api.live.audience import Audiences
from services.api.live.board import Board
from services.api.live.breakdowns import Breakdowns
from services.api.live.limits import Limits
from services.api.live.session import Close, Session
from services.api.live.topics import Pattern, path_of, read_key, read_topic
from services.api.live.trend import Trends
from services.api.standard import vocabulary_of
from services.domain.vocabulary import Vocabulary
from tests.unit.engine_centre import catalogue

TOPICS = (
    "indicators/33/P:33/PS-04/30d",
    "indicators/33/*/PS-04/30d",
    "indicators/33/P:33/PS-01/month/agency/*",
    "indicators/VN/**",
    "indicators/**",
)


def subscribe(name: str = "a", *topics: str, **more: object) -> str:
    return json.dumps({"type": "subscribe", "id": name, "topics": topics or TOPICS[:1], **more})


def all_of(session: Session) -> list[dict[str, Any]]:
    heard = []
    while (text := session.next()) is not None:
        assert isinstance(text, str)
        heard.append(json.loads(text))
    return heard


def types_of(session: Session) -> list[str]:
    return [message["type"] for message in all_of(session)]


@functools.cache
def vocabulary() -> Vocabulary:
    """The names of the standard, with any unit."""
    return vocabulary_of(catalogue(), lambda _: True)


def place(unit_key: str) -> tuple[str, str]:
    return "VN" if unit_key.startswith("N:") else "33", unit_key.partition("@")[0]


def record(key: str, epoch: int, rev: int, value: float | None = 1.0, **more: object) -> bytes:
    name = read_key(key)
    observation = {
        "id": key,
        "indicator": name.indicator,
        "unit": name.unit_key.partition("@")[0],
        "valid_from": name.unit_key.partition("@")[2],
        "dims": dict(name.dims),
        "window": name.window,
        "value": value,
        "stamp": [0, epoch, rev],
        "epoch": epoch,
        "rev": rev,
    }
    return json.dumps(observation | more).encode()


class Replica:
    def __init__(self, epoch: str = "e1", limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.board = Board(epoch, place, self.limits)
        self.audiences = Audiences(self.board, self.limits)
        self.trends = Trends()
        self.breakdowns = Breakdowns(self.limits.breakdowns_max)
        self.lives: dict[str, int] = {}

    def put(self, key: str, epoch: int, rev: int, value: float | None = 1.0) -> str:
        stamp = [self.lives.get(key, 0), epoch, rev]
        return self.board.apply(key.encode(), record(key, epoch, rev, value, stamp=stamp)).value

    def remove(self, key: str) -> str:
        self.lives[key] = self.lives.get(key, 0) + 1
        return self.board.apply(key.encode(), None).value

    def session(self) -> Session:
        shared = (self.audiences, self.trends, self.breakdowns)
        return Session(self.board, *shared, self.limits, vocabulary)

    def wanted(self, topics: list[str]) -> dict[str, Any]:
        patterns = [read_topic(topic, 400) for topic in topics]
        return {
            entry.key: json.loads(entry.text)
            for entry in self.board.present()
            if any(isinstance(one, Pattern) and one.matches(entry.path) for one in patterns)
        }


class Wall:
    """Follows subscriptions over connections that break; `state` is what it would show."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.stamps: dict[str, list[int]] = {}
        self.topics: dict[str, list[str]] = {}
        self.positions: dict[str, int] = {}
        self.complete: set[str] = set()
        self.begun: set[str] = set()
        self.epoch = ""
        self.gaps: list[str] = []
        self.session: Session

    def connect(self, replica: Replica) -> None:
        resumable = self.epoch
        self.session = replica.session()
        self.epoch = replica.board.epoch
        for name, topics in self.topics.items():
            position = self.positions.get(name)
            message: dict[str, Any] = {"type": "subscribe", "id": name, "topics": topics}
            if position is not None:
                message["resume"] = {"epoch": resumable, "seq": position}
            self.session.receive(json.dumps(message))
        self.complete.clear()
        self.begun.clear()

    def subscribe(self, name: str, topics: list[str]) -> None:
        self.unsubscribe(name)
        self.topics[name] = topics
        self.session.receive(json.dumps({"type": "subscribe", "id": name, "topics": topics}))

    def unsubscribe(self, name: str) -> None:
        self.topics.pop(name, None)
        self.positions.pop(name, None)
        self.complete.discard(name)
        self.begun.discard(name)
        self.session.receive(json.dumps({"type": "unsubscribe", "id": name}))
        self.state = {key: item for key, item in self.state.items() if self._wants(key)}

    def hear(self, messages_max: int = 10_000) -> list[dict[str, Any]]:
        heard = []
        for _ in range(messages_max):
            text = self.session.next()
            if text is None:
                break
            assert not isinstance(text, Close), text
            message = json.loads(text)
            heard.append(message)
            self._take(message)
        return heard

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "snapshot":
                if message["id"] not in self.begun:
                    self.begun.add(message["id"])
                    self._drop(message["id"])
                self._show(message["items"])
                if not message["more"]:
                    self.begun.discard(message["id"])
                    self.complete.add(message["id"])
                self._stand_at(message["seq"])
            case "change":
                self._show(message["items"])
                self._stand_at(message["seq"])
            case "resumed":
                self.complete.add(message["id"])
            case "gap":
                self.gaps.append(message["reason"])
                if message["id"] in self.complete:
                    self.complete.clear()
                self.positions.pop(message["id"], None)

    def _stand_at(self, seq: int) -> None:
        for name in self.complete:
            self.positions[name] = seq

    def _show(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            key = item["id"]
            if item.get("removed"):
                self.state.pop(key, None)
                self.stamps.pop(key, None)
                continue
            assert item["stamp"] >= self.stamps.get(key, [0]), "a value went back"
            self.stamps[key] = item["stamp"]
            if self._wants(key):
                self.state[key] = item

    def _drop(self, name: str) -> None:
        """What only this subscription means is told anew; others that are complete stay current."""
        current = [
            topics for other, topics in self.topics.items() if other in self.complete - {name}
        ]
        kept = {
            key: item
            for key, item in self.state.items()
            if not _means(self.topics[name], key) or any(_means(each, key) for each in current)
        }
        for key in self.state.keys() - kept.keys():
            self.stamps.pop(key, None)
        self.state = kept

    def _wants(self, key: str) -> bool:
        return any(_means(topics, key) for topics in self.topics.values())


def _means(topics: list[str], key: str) -> bool:
    name = read_key(key)
    path = path_of(name, place(name.unit_key))
    patterns = [read_topic(topic, 400) for topic in topics]
    return any(isinstance(one, Pattern) and one.matches(path) for one in patterns)
