"""The board: highest (epoch, rev) per key, whatever the order and repetition of records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.live.limits import Limits
from tests.unit.live_model import Replica, record

KEY = "PS-04|P:33@2025-07-01||30d"
OTHER = "PS-04|C:11953@2025-07-01||30d"
RECORDS = st.lists(
    st.tuples(st.sampled_from([KEY, OTHER]), st.integers(1, 4), st.integers(1, 4)), max_size=30
)


def shown(replica: Replica) -> dict[str, tuple[int, int]]:
    return {entry.key: (entry.epoch, entry.rev) for entry in replica.board.present()}


@given(RECORDS, st.randoms())
def test_any_order_of_records_ends_at_the_highest(
    records: list[tuple[str, int, int]], random: object
) -> None:
    one, other = Replica(), Replica()
    shuffled = records * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    for key, epoch, rev in records:
        one.put(key, epoch, rev, epoch * 10.0 + rev)
    for key, epoch, rev in shuffled:
        other.put(key, epoch, rev, epoch * 10.0 + rev)
    highest: dict[str, tuple[int, int]] = {}
    for key, epoch, rev in records:
        highest[key] = max(highest.get(key, (0, 0)), (epoch, rev))
    assert shown(one) == shown(other) == highest
    texts = [{entry.key: entry.text for entry in each.board.present()} for each in (one, other)]
    assert texts[0] == texts[1]


@given(RECORDS)
def test_every_change_has_the_next_seq_and_is_found_since(
    records: list[tuple[str, int, int]],
) -> None:
    replica = Replica()
    board = replica.board
    for key, epoch, rev in records:
        before = board.head
        verdict = replica.put(key, epoch, rev, epoch * 10.0 + rev)
        assert board.head == before + (verdict == "applied")
    seqs = [entry.seq for entry in board.since(0)]
    assert seqs == sorted(set(seqs))
    assert all(entry.seq > 1 for entry in board.since(1))


def test_lower_and_equal_versions_are_ignored() -> None:
    replica = Replica()
    assert replica.put(KEY, 2, 5, 1.0) == "applied"
    assert replica.put(KEY, 2, 4, 2.0) == "outdated"
    assert replica.put(KEY, 1, 9, 2.0) == "outdated"
    assert replica.put(KEY, 2, 5, 2.0) == "outdated"
    assert replica.put(KEY, 3, 1, 2.0) == "applied"


def test_the_same_observation_under_a_higher_epoch_is_no_change() -> None:
    replica = Replica()
    same = {"stamp": None}
    assert replica.board.apply(KEY.encode(), record(KEY, 1, 7, **same)) == "applied"
    assert replica.board.apply(KEY.encode(), record(KEY, 2, 1, **same)) == "repeated"
    assert replica.board.head == 1
    assert replica.put(KEY, 1, 8, 5.0) == "outdated"


def test_items_carry_neither_epoch_nor_rev() -> None:
    replica = Replica()
    replica.put(KEY, 1, 1)
    entry = replica.board.get(KEY)
    assert entry is not None
    assert {"epoch", "rev"}.isdisjoint(json.loads(entry.text))


def test_a_tombstone_ends_a_key_and_a_record_begins_it_anew() -> None:
    replica = Replica()
    assert replica.remove(KEY) == "repeated"
    replica.put(KEY, 5, 5)
    assert replica.remove(KEY) == "removed"
    assert replica.remove(KEY) == "repeated"
    assert shown(replica) == {}
    assert replica.put(KEY, 1, 1) == "applied"
    assert shown(replica) == {KEY: (1, 1)}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, b"{}"),
        (b"\xff", record(KEY, 1, 1)),
        (b"PS-04|P:33", record(KEY, 1, 1)),
        (b"PS-04|P:33@2025-07-01|agency|30d", record(KEY, 1, 1)),
        (KEY.encode(), b""),
        (KEY.encode(), b"[]"),
        (KEY.encode(), b"{"),
        (KEY.encode(), b"\xff\xfe"),
        (KEY.encode(), b'{"id":"a","value":NaN,"epoch":1,"rev":1}'),
        (KEY.encode(), b'{"id":"a","value":1,"epoch":1}'),
        (KEY.encode(), b'{"id":"a","value":1,"epoch":true,"rev":1}'),
        (KEY.encode(), b'{"id":1,"value":1,"epoch":1,"rev":1}'),
        (KEY.encode(), b'{"id":"a","epoch":1,"rev":1}'),
    ],
)
def test_malformed_records_change_nothing(key: bytes | None, value: bytes) -> None:
    board = Replica().board
    assert board.apply(key, value) == "malformed"
    assert board.head == 0
    assert board.keys == 0


def test_keys_beyond_the_limit_are_refused_and_known_ones_go_on() -> None:
    replica = Replica(limits=Limits(keys_max=1))
    assert replica.put(KEY, 1, 1) == "applied"
    assert replica.put(OTHER, 1, 1) == "refused"
    assert replica.put(KEY, 1, 2) == "applied"


def test_the_floor_follows_the_head() -> None:
    replica = Replica(limits=Limits(resume_changes_max=3))
    for rev in range(1, 6):
        replica.put(KEY, 1, rev)
    assert replica.board.floor == 2
