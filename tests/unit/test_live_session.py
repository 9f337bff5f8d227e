"""The live protocol's core: whatever happens, a wall shows what its replica knows (I8, I12)."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.api.live.limits import Limits
from tests.unit.live_model import TOPICS, Replica, Wall, all_of, subscribe

TOTAL = "PS-04|P:33@2025-07-01||30d"
COMMUNE = "PS-04|C:11953@2025-07-01||30d"
KEYS = (
    TOTAL,
    COMMUNE,
    "PS-04|C:11977@2025-07-01||30d",
    "PS-01|P:33@2025-07-01||month",
    "PS-01|P:33@2025-07-01|agency=H33.1|month",
    "DE-01|N:VN@1900-01-01||month",
)


class AnyHistory(RuleBasedStateMachine):
    """Records in any order, slow walls, broken connections, restarted replicas."""

    @initialize()
    def begin(self) -> None:
        limits = Limits(items_max=2, removed_max=2, resume_changes_max=6)
        self.limits = limits
        self.incarnation = 1
        self.replica = Replica("e1", limits)
        self.log: list[tuple[str, int, int, float]] = []
        self.wall = Wall()
        self.wall.connect(self.replica)

    @rule(
        key=st.sampled_from(KEYS),
        epoch=st.integers(1, 3),
        rev=st.integers(1, 6),
        value=st.integers(0, 5),
    )
    def publish(self, key: str, epoch: int, rev: int, value: int) -> None:
        self.log.append((key, epoch, rev, float(value)))
        self.replica.put(key, epoch, rev, float(value))

    @rule(key=st.sampled_from(KEYS))
    def remove(self, key: str) -> None:
        self.log.append((key, 0, 0, 0.0))
        self.replica.remove(key)

    @rule(
        name=st.sampled_from("ab"), topics=st.lists(st.sampled_from(TOPICS), min_size=1, max_size=2)
    )
    def subscribe(self, name: str, topics: list[str]) -> None:
        self.wall.subscribe(name, topics)

    @rule(name=st.sampled_from("ab"))
    def unsubscribe(self, name: str) -> None:
        self.wall.unsubscribe(name)

    @rule(messages=st.integers(1, 3))
    def hear_a_little(self, messages: int) -> None:
        self.wall.hear(messages)

    @rule()
    def hear_all(self) -> None:
        self.wall.hear()
        topics = [topic for group in self.wall.topics.values() for topic in group]
        assert self.wall.state == self.replica.wanted(topics)

    @rule()
    def reconnect(self) -> None:
        self.wall.connect(self.replica)

    @rule()
    def restart(self) -> None:
        self.incarnation += 1
        self.replica = Replica(f"e{self.incarnation}", self.limits)
        for key, epoch, rev, value in self.log:
            if epoch:
                self.replica.put(key, epoch, rev, value)
            else:
                self.replica.remove(key)
        self.wall.connect(self.replica)

    @invariant()
    def nothing_is_ahead(self) -> None:
        assert self.wall.session.seq <= self.replica.board.head

    def teardown(self) -> None:
        self.hear_all()


AnyHistory.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestAnyHistory = AnyHistory.TestCase


def test_a_snapshot_comes_first_then_changes() -> None:
    replica = Replica()
    replica.put(TOTAL, 1, 1, 97.0)
    session = replica.session()
    session.receive(subscribe())
    assert all_of(session) == [
        {"type": "snapshot", "id": "a", "seq": 1, "items": [_item(TOTAL, 97.0, 1)], "more": False}
    ]
    replica.put(COMMUNE, 1, 1)
    replica.put(TOTAL, 1, 2, 98.0)
    assert all_of(session) == [{"type": "change", "seq": 3, "items": [_item(TOTAL, 98.0, 2)]}]


def test_an_empty_snapshot_is_told() -> None:
    session = Replica().session()
    session.receive(subscribe())
    assert all_of(session) == [
        {"type": "snapshot", "id": "a", "seq": 0, "items": [], "more": False}
    ]


def test_a_large_snapshot_comes_in_pages() -> None:
    replica = Replica(limits=Limits(items_max=2))
    for number in range(5):
        replica.put(f"PS-04|C:{number}@2025-07-01||30d", 1, 1)
    session = replica.session()
    session.receive(subscribe("a", "indicators/**"))
    pages = all_of(session)
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [page["more"] for page in pages] == [True, True, False]


def test_a_slow_client_hears_only_the_latest_value_of_a_key() -> None:
    replica = Replica()
    session = replica.session()
    session.receive(subscribe())
    all_of(session)
    for rev in range(1, 1001):
        replica.put(TOTAL, 1, rev, float(rev))
    assert all_of(session) == [
        {"type": "change", "seq": 1000, "items": [_item(TOTAL, 1000.0, 1000)]}
    ]


def test_a_removed_key_is_told_with_its_identity() -> None:
    replica = Replica()
    replica.put(TOTAL, 1, 1)
    session = replica.session()
    session.receive(subscribe())
    all_of(session)
    assert replica.remove(TOTAL) == "removed"
    (change,) = all_of(session)
    (item,) = change["items"]
    assert item["removed"] is True
    assert item["value"] is None
    assert (item["id"], item["unit"], item["window"]) == (TOTAL, "P:33", "30d")


def test_sessions_with_the_same_topics_share_one_message() -> None:
    replica = Replica()
    sessions = [replica.session() for _ in range(3)]
    for session in sessions:
        session.receive(subscribe())
        all_of(session)
    assert len(replica.audiences) <= 2
    replica.put(TOTAL, 1, 1)
    texts = [session.next() for session in sessions]
    assert all(text is texts[0] for text in texts)


def test_resume_gives_every_key_changed_since() -> None:
    replica = Replica()
    replica.put(TOTAL, 1, 1)
    replica.put(COMMUNE, 1, 1)
    replica.put(COMMUNE, 1, 2)
    session = replica.session()
    session.receive(subscribe("a", "indicators/**", resume={"epoch": "e1", "seq": 1}))
    assert all_of(session) == [
        {"type": "resumed", "id": "a", "from": 1},
        {"type": "change", "seq": 3, "items": [_item(COMMUNE, 1.0, 2)]},
    ]


@pytest.mark.parametrize(
    ("epoch", "seq", "reason"), [("other", 1, "epoch"), ("e1", 99, "ahead"), ("e1", 1, "too_old")]
)
def test_what_cannot_be_resumed_is_a_gap_and_a_snapshot(epoch: str, seq: int, reason: str) -> None:
    replica = Replica(limits=Limits(resume_changes_max=2))
    for rev in range(1, 5):
        replica.put(TOTAL, 1, rev)
    session = replica.session()
    session.receive(subscribe(resume={"epoch": epoch, "seq": seq}))
    gap, snapshot = all_of(session)
    assert gap == {"type": "gap", "id": "a", "reason": reason}
    assert snapshot["items"] == [_item(TOTAL, 1.0, 4)]


def test_forgotten_removals_are_a_gap_for_who_was_behind() -> None:
    replica = Replica(limits=Limits(removed_max=1))
    replica.put(TOTAL, 1, 1)
    replica.put(COMMUNE, 1, 1)
    session = replica.session()
    session.receive(subscribe("a", "indicators/**"))
    all_of(session)
    replica.remove(TOTAL)
    replica.remove(COMMUNE)
    gap, snapshot = all_of(session)
    assert (gap["type"], gap["reason"], snapshot["items"]) == ("gap", "behind", [])


def _item(key: str, value: float, rev: int) -> dict[str, Any]:
    head, unit_key, dims, window = key.split("|")
    assert not dims
    unit, _, valid_from = unit_key.partition("@")
    return {
        "id": key,
        "indicator": head,
        "unit": unit,
        "valid_from": valid_from,
        "dims": {},
        "window": window,
        "value": value,
        "stamp": [0, 1, rev],
    }
