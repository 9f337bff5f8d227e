"""A follower of the live protocol, without sockets: where its stream stands and what is news."""

from typing import Any

import msgspec

from services.domain.engine.observation import key_of_id
from services.domain.errors import Refused

SUBPROTOCOL = "ioc.live.v1"
SUBSCRIPTION = "watch"
HEARTBEAT_SECONDS = 10.0
KEYS_MAX = 200_000

Item = dict[str, Any]


class Follower:
    """What is known over connections: where the stream stands, and the last item of every key.

    `receive` gives the items that are news. After a gap a whole snapshot comes again, of which
    only what differs is news. Raises Refused where going on is of no use.
    """

    def __init__(self, topics: tuple[str, ...]) -> None:
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.retry_after_seconds: float | None = None
        self._topics = topics
        self._epoch: str | None = None
        self._seq: int | None = None
        self._complete = False
        self._items: dict[str, Item] = {}

    def subscribe(self) -> str:
        """Give the message that begins a connection: from where it stood, when that is known."""
        message: dict[str, Any] = {
            "type": "subscribe",
            "id": SUBSCRIPTION,
            "topics": self._topics,
        }
        if self._complete and self._epoch is not None and self._seq is not None:
            message["resume"] = {"epoch": self._epoch, "seq": self._seq}
        return msgspec.json.encode(message).decode()

    def receive(self, text: str | bytes) -> list[Item]:
        """Take one message; give the items that changed. Unknown messages are passed over."""
        message = _read(text)
        match message.get("type"):
            case "hello":
                self._greet(message)
            case "snapshot":
                self._complete = not message.get("more", False)
                return self._take(message)
            case "change":
                return self._take(message)
            case "heartbeat":
                self._stand(message)
            case "resumed":
                self._complete = True
            case "gap":
                self._complete = False
            case "bye":
                self._part(message)
            case "error":
                raise Refused(f"The centre refuses: {message.get('detail', message)}")
        return []

    def _greet(self, hello: Item) -> None:
        self.heartbeat_seconds = float(hello.get("heartbeat") or HEARTBEAT_SECONDS)
        self.retry_after_seconds = None
        if hello.get("epoch") != self._epoch:
            # Another replica counts from elsewhere: its numbers and the old ones do not mix.
            self._epoch, self._seq, self._complete = hello.get("epoch"), None, False

    def _take(self, message: Item) -> list[Item]:
        self._stand(message)
        return [item for item in message.get("items", ()) if self._is_news(item)]

    def _stand(self, message: Item) -> None:
        seq = message.get("seq")
        if isinstance(seq, int):
            self._seq = seq

    def _is_news(self, item: Item) -> bool:
        key = key_of(item)
        if self._items.get(key) == item:
            return False
        if item.get("removed"):
            return self._items.pop(key, None) is not None
        if key in self._items or len(self._items) < KEYS_MAX:
            self._items[key] = item
        return True

    def _part(self, bye: Item) -> None:
        retry_after = bye.get("retry_after")
        if retry_after is None:
            raise Refused(f"The centre ended the connection for good (code {bye.get('code')}).")
        self.retry_after_seconds = float(retry_after)


def _read(text: str | bytes) -> Item:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Refused(f"The address does not speak {SUBPROTOCOL}: {error}") from error


def key_of(item: Item) -> str:
    """Name what an item is about, whatever its period: indicator, unit, dimensions, window.

    Former units and the administrative calendar keep apart from others of the same code and window.
    """
    return key_of_id(str(item.get("id")))


def words_of(item: Item) -> tuple[str, str, str, str, str]:
    """Say an item in words: indicator, unit with dimensions, window with period, value, as of."""
    dims = " ".join(f"{name}={member}" for name, member in (item.get("dims") or {}).items())
    period = item.get("period")
    window = f"{item.get('window')} {period}" if period else str(item.get("window"))
    value = item.get("value")
    if item.get("removed"):
        shown = "removed"
    elif value is None:
        shown = f"– ({item.get('null_reason') or 'no value'})"
    elif isinstance(value, int | float):
        shown = f"{value:,.4f}".rstrip("0").rstrip(".")
    else:
        shown = str(value)
    simulated = "simulated" in (item.get("quality") or ())
    as_of = str(item.get("as_of") or item.get("published_at") or "")
    unit = f"{item.get('unit')} {dims}".strip()
    return str(item.get("indicator")), unit, window, shown + " sim" * simulated, as_of[11:19]
