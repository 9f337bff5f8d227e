"""What is published: what the log does not hold, once; strangers' records are overwritten."""

import msgspec
import numpy as np
import pytest

from services.aggregator.evaluate.published import Mark, Shard, read_mark
from services.aggregator.evaluate.records import Records, told_of
from services.domain.engine.cell_names import CellNames
from services.domain.engine.live import Live
from services.domain.engine.observation import Freshness, Observation, key_of
from tests.unit.engine_centre import Counting, Reading
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

EPOCH = 7
PUBLISHED = "2026-03-02T10:00:00+07:00"


def observation(value: float | None, as_of: str = PUBLISHED, unit: str = "P:33") -> Observation:
    return Observation(
        id=f"PS-05|{unit}@2025-07-01||instant",
        indicator="PS-05",
        unit=unit,
        valid_from="2025-07-01",
        dims={},
        window="instant",
        start=as_of,
        end=as_of,
        calendar="statistical",
        value=value,
        formula_version=1,
        status="A",
        finality="provisional",
        as_of=as_of,
        freshness=Freshness("live"),
    )


KEY = key_of(observation(1))


def sent(shard: Shard, *observations: Observation) -> list[tuple[str, Mark]]:
    found = [pair for each in observations for pair in changed(shard, each)]
    return [(key, read_mark(body)) for key, body in found]


def changed(shard: Shard, observation: Observation) -> list[tuple[str, bytes]]:
    found = shard.changed_one(key_of(observation), told_of(observation), PUBLISHED)
    return [(key.decode(), body) for key, body in found]


def record(epoch: int, rev: int) -> bytes:
    return msgspec.json.encode({"epoch": epoch, "rev": rev, "value": 3})


def test_a_value_is_sent_once_under_the_epoch() -> None:
    shard = Shard(3, EPOCH)
    assert sent(shard, observation(1)) == [(KEY, Mark(EPOCH, 1))]
    assert sent(shard, observation(1)) == []
    assert sent(shard, observation(2)) == [(KEY, Mark(EPOCH, 2))]
    ((_, body),) = changed(shard, observation(1))
    assert msgspec.json.decode(body)["published_at"] == PUBLISHED


@pytest.mark.parametrize("period", [None, "2026-03"])
def test_a_record_is_the_observation_under_its_epoch(period: str | None) -> None:
    name = f"month:{period}" if period else 'a "quoted",as_of'
    made = msgspec.structs.replace(
        observation(1),
        id=f"PS-05|P:33@2025-07-01||{name}",
        period=period,
        dims={"agency": '"as_of":"'},
    )
    ((key, body),) = changed(Shard(3, EPOCH), made)
    assert key == made.id.removesuffix(":2026-03")
    whole = msgspec.structs.replace(made, epoch=EPOCH, rev=1, published_at=PUBLISHED)
    assert msgspec.json.decode(body) == msgspec.to_builtins(whole)


def test_that_time_went_on_is_no_change() -> None:
    shard = Shard(3, EPOCH)
    still = msgspec.structs.replace(observation(1), as_of="2026-03-02T10:00:01+07:00")
    assert sent(shard, observation(1), still) == [(KEY, Mark(EPOCH, 1))]


def test_our_own_records_are_clean_in_any_order_of_reading() -> None:
    shard = Shard(3, EPOCH)
    sent(shard, observation(1), observation(2))
    assert not shard.seen(KEY, record(EPOCH, 2))
    assert not shard.seen(KEY, record(EPOCH, 1))
    assert sent(shard, observation(2)) == []
    assert shard.orphans() == []


def test_a_cell_may_have_another_number_after_everything_was_read_anew() -> None:
    shard = Shard(3, EPOCH)

    def keys(unit: str) -> list[str]:
        names, made = CellNames(), observation(1, unit=unit)
        names.put(0, f"{unit}@2025-07-01", "", "")
        records = Records("PS-05", "instant", names, np.array([0]), told_of(made))
        return [key.decode() for key, _ in shard.changed(records, PUBLISHED)]

    assert keys("P:33") == [KEY]
    shard.cells_renumbered()
    assert keys("P:34") == [key_of(observation(1, unit="P:34"))]
    shard.cells_renumbered()
    assert keys("P:33") == []


def test_a_zombies_record_is_overwritten_and_never_answered_with_a_tombstone() -> None:
    shard = Shard(3, EPOCH)
    sent(shard, observation(1))
    for stray in (record(EPOCH - 1, 900), record(EPOCH + 1, 1), b"nonsense", b""):
        assert shard.seen(KEY, stray)
        ((key, mark),) = sent(shard, observation(1))
        assert (key, mark.epoch) == (KEY, EPOCH)
        assert shard.orphans() == []


def test_a_strangers_tombstone_is_overwritten_too() -> None:
    shard = Shard(3, EPOCH)
    sent(shard, observation(1))
    assert shard.seen(KEY, None)
    assert sent(shard, observation(1)) == [(KEY, Mark(EPOCH, 2))]
    assert not shard.seen(KEY, record(EPOCH, 2))


def test_after_taking_over_everything_is_sent_and_the_rest_buried() -> None:
    shard, other = Shard(3, EPOCH), key_of(observation(1, unit="P:34"))
    for key in (KEY, other):
        assert shard.seen(key, record(EPOCH - 1, 5))
    assert sent(shard, observation(1)) == [(KEY, Mark(EPOCH, 1))]
    assert shard.orphans(lambda key: key == other) == []
    assert shard.orphans() == [other]
    assert shard.orphans() == []


def test_a_tombstone_is_sent_once_and_its_reading_starts_nothing() -> None:
    shard = Shard(3, EPOCH)
    shard.seen(KEY, record(1, 1))
    assert shard.orphans() == [KEY]
    assert not shard.seen(KEY, None)
    assert shard.orphans() == []


def test_a_value_that_vanishes_is_withdrawn_once_and_comes_back_with_a_higher_revision() -> None:
    shard = Shard(3, EPOCH)
    sent(shard, observation(1), observation(2))
    assert list(shard.withdrawn([KEY, "never|sent||instant"])) == [KEY]
    assert list(shard.withdrawn([KEY])) == []
    assert not shard.seen(KEY, record(EPOCH, 2))
    assert not shard.seen(KEY, None)
    assert sent(shard, observation(2)) == [(KEY, Mark(EPOCH, 3))]


def test_a_withdrawn_key_that_a_zombie_writes_again_is_buried_again() -> None:
    shard = Shard(3, EPOCH)
    sent(shard, observation(1))
    list(shard.withdrawn([KEY]))
    assert shard.seen(KEY, record(EPOCH - 1, 9))
    assert list(shard.withdrawn([KEY])) == [KEY]
    assert shard.orphans() == []


def test_a_record_without_a_mark_has_none() -> None:
    assert read_mark(b'{"value": 1}') == read_mark(b"[]") == read_mark(None) == Mark(0, 0)


def test_the_cell_that_a_key_names_is_evaluated_again() -> None:
    centre, reading = Counting(), Reading()
    centre.count(
        [document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)], 0, at("2026-03-03")
    )
    reading.read(centre)
    live = Live(reading.state)
    live.touch_named("PS-04|P:33@2025-07-01||month~admin")
    ((task, cells),) = live.take_totals()
    assert (task.formula, task.window, task.calendar) == ("PS-04", "month", "administrative")
    assert reading.state.cells.find("P:33@2025-07-01") in cells
    live.touch_named("PS-04|P:33@2025-07-01|agency=H33.15|month")
    assert len(live) == 1
    for stray in ("PS-99|P:33@2025-07-01||month", "PS-04|P:99||month", "nonsense", "", "a|b|c|d|e"):
        live.touch_named(stray)
    assert len(live) == 1
