"""Messages of `ioc.live.v1`: JSON text with a `type` member.

What a client may send is typed here; the rest is refused. Items of `snapshot` and `change` are
observations as in REST. A key that is gone comes as an item with `removed: true`, no value and the
identity it last had. The first page of a snapshot replaces what a subscription held.

A subscription is complete after its `resumed`, or its snapshot without `more`. From then on it is
resumed from the `seq` of the last `change`, `snapshot` or `heartbeat` received; one that was not
complete when the connection broke is asked for as before. A client ignores members and types it
does not know.
"""

from typing import Annotated

import msgspec

from services.domain.errors import Refused

SUBPROTOCOL = "ioc.live.v1"
EXAMPLE = '{"type":"subscribe","id":"a","topics":["indicators/33/P:33/PS-04/30d"]}'

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Seq = Annotated[int, msgspec.Meta(ge=0)]
Short = Annotated[str, msgspec.Meta(max_length=128)]


class Resume(msgspec.Struct, frozen=True):
    """Where a client stood: `hello.epoch` of then and the `seq` of the last message it received."""

    epoch: Short
    seq: Seq


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", tag_field="type"):
    """Ask for topics under a name; the same name again replaces the earlier topics."""

    id: Name
    topics: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    resume: Resume | None = None


class Unsubscribe(msgspec.Struct, frozen=True, tag="unsubscribe", tag_field="type"):
    """End a subscription; an unknown name is no mistake."""

    id: Name


class Painted(msgspec.Struct, frozen=True, tag="painted", tag_field="type"):
    """A screen says what it shows: the last `seq` painted and when (RFC 3339)."""

    seq: Seq
    at: Short
    scene: Short | None = None
    build: Short | None = None
    heap_mb: float | None = None


ClientMessage = Subscribe | Unsubscribe | Painted

_DECODER = msgspec.json.Decoder(ClientMessage)


def read_message(text: str | bytes) -> ClientMessage:
    """Read one message of a client; raises Refused saying what is wrong and what is right."""
    try:
        message: ClientMessage = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Refused(
            f"{error}; send subscribe, unsubscribe or painted, for example {EXAMPLE}"
        ) from error
    return message


def error_message(
    code: str, detail: str, subscription: str | None = None, topics: tuple[str, ...] = ()
) -> str:
    """Tell a client what was wrong with its message; the connection stays.

    `topics` are those for which a subscription is refused: without them it may be sent again.
    """
    named = {"topics": topics} if topics else {}
    return _text({"type": "error", "id": subscription, "code": code, "detail": detail, **named})


def snapshot_message(subscription: str, seq: int, items: str, *, more: bool) -> str:
    """One page of a snapshot around items that are already JSON."""
    name = _text(subscription)
    rest = "true" if more else "false"
    return f'{{"type":"snapshot","id":{name},"seq":{seq},"items":[{items}],"more":{rest}}}'


def resumed_message(subscription: str, seq: int) -> str:
    """All changes since `seq` follow."""
    return _text({"type": "resumed", "id": subscription, "from": seq})


def gap_message(subscription: str, reason: str) -> str:
    """A snapshot follows: `epoch`, `too_old`, `ahead` or `behind` says why not the changes."""
    return _text({"type": "gap", "id": subscription, "reason": reason})


def standard_message(version: str) -> str:
    """Another version of the standard is in force: who shows names or bounds reads them anew."""
    return _text({"type": "standard", "standard_version": version})


def bye_message(code: int, retry_after: float | None) -> str:
    """The last message before closing; `retry_after` seconds, null when that does not help."""
    return _text({"type": "bye", "code": code, "retry_after": retry_after})


def heartbeat_message(seq: int, server_time: str) -> str:
    """Nothing else was to be said; all changes up to `seq` have been sent."""
    return _text({"type": "heartbeat", "seq": seq, "server_time": server_time})


def _text(message: object) -> str:
    return msgspec.json.encode(message).decode()
