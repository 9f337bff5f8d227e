"""What a replica allows its clients, and the codes it closes with."""

from enum import IntEnum

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one replica. What happens at each bound is said beside it."""

    clients_max: int = 2_000
    """One more is told `bye` and closed with `CloseCode.FULL`."""
    subscriptions_max: int = 64
    """Per client; one more is answered with an `error`."""
    topics_max: int = 512
    """Per client over all subscriptions; more are answered with an `error`."""
    topic_chars_max: int = 400
    """A longer topic is answered with an `error`."""
    message_bytes_max: int = 65_536
    """A larger message closes the connection with 1009."""
    pending_max: int = 256
    """Answers not yet taken by the client; more close it with `CloseCode.FLOOD`."""
    mistakes_max: int = 8
    """Malformed or refused messages; one more closes with `CloseCode.PROTOCOL`."""
    items_max: int = 500
    """Per message sent; more go into further messages."""
    payload_chars_max: int = 262_144
    """Per message sent, as far as single items allow."""
    keys_max: int = 1_000_000
    """Keys on the board; records of further keys are counted and left out."""
    resume_changes_max: int = 100_000
    """Changes a client may have missed and still resume; more are a `gap`."""
    removed_max: int = 10_000
    """Removed keys remembered for who was away; forgetting one moves the floor of resuming."""
    breakdowns_max: int = 64
    """Breakdowns of communes followed at once over all clients; a subscription to one more is
    answered with an `error`."""
    breakdown_members_max: int = 500
    """Members of one of them; further ones, by name, are left out and logged."""
    tick_s: float = 0.05
    """Changes are joined for this long before they are sent."""
    heartbeat_s: float = 10.0
    """A client that was sent nothing for so long is sent a heartbeat."""
    behind_s: float = 30.0
    """A client that takes nothing for so long is closed with `CloseCode.BEHIND`."""


class CloseCode(IntEnum):
    """Codes of closing: 10xx are RFC 6455's, 44xx ours; each says whether coming back helps."""

    RESTART = 1012
    """The replica stops; come back after `retry_after` seconds."""
    STARTING = 1013
    """The replica has not read the topic yet; come back after `retry_after` seconds."""
    PROTOCOL = 4400
    """Too many malformed messages; correct the client, coming back does not help."""
    SUBPROTOCOL = 4406
    """The client offers only subprotocols that are not spoken here."""
    BEHIND = 4408
    """The client took nothing for `behind_s`; come back with `resume`."""
    FLOOD = 4413
    """The client asks faster than it reads."""
    FULL = 4429
    """Too many clients; come back after `retry_after` seconds."""
