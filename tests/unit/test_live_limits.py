"""A session's limits: what is too much, too fast or not understood, and how it is answered."""

import json

import pytest

from services.api.live.limits import CloseCode, Limits
from services.api.live.session import Close
from tests.unit.live_model import TOPICS, Replica, all_of, subscribe, types_of

TOTAL = "PS-04|P:33@2025-07-01||30d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type":"dance"}',
        '{"type":"subscribe","id":"a"}',
        '{"type":"subscribe","id":"","topics":["indicators/**"]}',
        '{"type":"subscribe","id":"a","topics":[]}',
        '{"type":"subscribe","id":"a","topics":[1]}',
        '{"type":"subscribe","id":"a","topics":["indicators/33"]}',
        '{"type":"subscribe","id":"a","topics":["alerts/33/**"]}',
        '{"type":"subscribe","id":"a","topics":["indicators/**"],"resume":{"epoch":"e","seq":-1}}',
        '{"type":"painted","seq":"x","at":"now"}',
        '{"type":"painted","seq":1,"at":"now","heap_mb":NaN}',
        "[" * 10_000,
    ],
)
def test_a_mistake_is_answered_and_the_session_lives(text: str) -> None:
    replica = Replica()
    session = replica.session()
    session.receive(text)
    (error,) = all_of(session)
    assert error["type"] == "error"
    assert error["detail"]
    session.receive(subscribe())
    assert types_of(session) == ["snapshot"]


def test_too_many_mistakes_close() -> None:
    session = Replica(limits=Limits(mistakes_max=2)).session()
    for _ in range(3):
        session.receive("?")
    close = session.next()
    assert isinstance(close, Close)
    assert close.code is CloseCode.PROTOCOL
    assert json.loads(close.bye) == {"type": "bye", "code": 4400, "retry_after": None}


def test_who_asks_faster_than_it_reads_is_closed() -> None:
    session = Replica(limits=Limits(pending_max=10)).session()
    for _ in range(11):
        session.receive(subscribe())
    close = session.next()
    assert isinstance(close, Close)
    assert close.code is CloseCode.FLOOD


def test_subscriptions_and_topics_are_limited() -> None:
    session = Replica(limits=Limits(subscriptions_max=1, topics_max=2)).session()
    session.receive(subscribe("a", *TOPICS[:3]))
    session.receive(subscribe("a"))
    session.receive(subscribe("b"))
    session.receive(subscribe("a", *TOPICS[:2]))
    errors = [message for message in all_of(session) if message["type"] == "error"]
    assert [error["id"] for error in errors] == ["a", "b"]


def test_unsubscribing_ends_the_changes() -> None:
    replica = Replica()
    session = replica.session()
    session.receive(subscribe())
    all_of(session)
    session.receive('{"type":"unsubscribe","id":"a"}')
    replica.put(TOTAL, 1, 1)
    assert all_of(session) == []
    assert session.seq == replica.board.head


def test_painted_is_kept() -> None:
    session = Replica().session()
    session.receive('{"type":"painted","seq":3,"at":"2026-01-01T00:00:00Z","scene":"overview"}')
    assert session.painted is not None
    assert session.painted.seq == 3
    assert all_of(session) == []
