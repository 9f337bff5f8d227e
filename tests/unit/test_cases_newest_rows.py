"""A feed that beats for years is a case of dozens of events, and counts what all of them do."""

import random
from typing import Any

import msgspec
import pytest

from services.domain.cases.newest_rows import EVENTS_MAX, ROWS_KEPT, newest, within
from services.domain.events import decode
from services.domain.instants import HOUR, MINUTE, format_instant
from tests.unit.counted import outcome
from tests.unit.engine_centre import Counting, Reading
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

START = at("2025-10-06T00:00")
NOW = START + 1000 * MINUTE


def beat(minute: int, seen: int = 1, **said: Any) -> Document:
    """A heartbeat of a feed that promises data every five minutes and had some lately."""
    data = {
        "feed_id": "F1",
        "agency_id": "H33.1",
        "domain": "health",
        "contract_interval": 300,
        "active": True,
        "last_occurred_at": format_instant(START + (minute - seen) * MINUTE),
    }
    time = format_instant(START + minute * MINUTE)
    found = document("feed.heartbeat", "2025-10-06T00:00", "F1", data | said)
    return found | {"time": time, "recordedtime": time}


def changed(first: Document, minute: int, op: str, **more: Any) -> Document:
    """A correction or retraction of a heartbeat, recorded at a minute."""
    found = {name: value for name, value in first.items() if op != "retract" or name != "data"}
    recorded = format_instant(START + minute * MINUTE)
    change = {"id": f"{first['id']}.{minute}.{op}", "op": op, "supersedes": first["id"]}
    return found | change | {"recordedtime": recorded} | more


def counted(batches: list[list[Document]], now: int = NOW) -> tuple[Counting, dict[Any, int]]:
    """All points that were written, batch after batch, by their key and second."""
    centre = Counting()
    for batch in batches:
        centre.count(batch, 0, now)
    names = {number: name for name, number in centre.keys.items()}
    found: dict[Any, int] = {}
    for delta in centre.decoded():
        for key, second, value in zip(*(each.tolist() for each in delta.points()), strict=True):
            place = (names[key], second)
            found[place] = found.get(place, 0) + value
    return centre, {place: value for place, value in found.items() if value}


def held(centre: Counting) -> int:
    """How many events the row of the feed holds."""
    (row,) = [row for name, (row, _) in centre._rows.items() if "heartbeat" in name.kind]
    return len(row.body.events)


def stream(rng: random.Random, length: int) -> list[list[Document]]:
    """Heartbeats minute by minute: some come late, are corrected or are taken back, some stay out.

    Nothing reaches further back than the rows that are kept.
    """
    batches: list[list[Document]] = []
    recent: list[Document] = []
    withheld: Document | None = None
    for minute in range(length):
        made = beat(minute, rng.choice([1, 1, 2, 9]), active=rng.random() < 0.9)
        if withheld is None and rng.random() < 0.05:
            withheld = made
            continue
        batch, recent = [made], [*recent, made][-ROWS_KEPT // 2 :]
        if withheld is not None and rng.random() < 0.1:
            batch.append(withheld)
            withheld = None
        if rng.random() < 0.2:
            agency = {"agency_id": rng.choice(["H33.1", "H33.2"])}
            victim = rng.choice(recent)
            again = {"data": victim["data"] | agency}
            op = rng.choice(["correct", "retract"])
            batch.append(changed(victim, minute, op, **(again if op == "correct" else {})))
        batches.append(batch)
    return batches


@pytest.mark.parametrize("seed", range(6))
def test_dropped_rows_stay_counted(seed: int) -> None:
    batches = stream(random.Random(seed), 200)  # noqa: S311 - a failure has to be repeatable
    centre, found = counted(batches)
    _, at_once = counted([[each for batch in batches for each in batch]])
    assert found == at_once
    assert held(centre) <= 2 * EVENTS_MAX


def test_a_feed_of_thousands_of_beats_is_a_short_case() -> None:
    centre, _ = counted([[beat(minute)] for minute in range(900)])
    assert ROWS_KEPT <= held(centre) <= EVENTS_MAX


def feed_now(batches: list[list[Document]]) -> int:
    """When the feed that the newest counting heartbeat speaks for becomes late; 0 without one."""
    centre, _ = counted(batches)
    reading = Reading()
    reading.read(centre)
    feeds = [feed for _, feed in reading.state.feeds._feeds.values() if feed is not None]
    return feeds[0].late_at if feeds else 0


def test_taking_the_newest_back_brings_the_one_before_as_long_as_it_is_kept() -> None:
    beats = [beat(minute) for minute in range(300)]
    batches = [[each] for each in beats]
    for gone in range(1, ROWS_KEPT):
        batches.append([changed(beats[-gone], 300 + gone, "retract")])
        late_at = START + (299 - gone - 1) * MINUTE + 300 * 1_000_000
        assert gone % 10 or feed_now(batches) == late_at
    assert feed_now(batches) == START + (299 - (ROWS_KEPT - 1) - 1) * MINUTE + 300 * 1_000_000


def test_what_comes_after_it_was_settled_is_superseded_and_changes_nothing() -> None:
    beats = [beat(minute) for minute in range(0, 400, 2)]
    before, found = counted([[each] for each in beats])
    late = [beat(101), changed(beats[3], 900, "retract"), changed(beats[4], 901, "correct")]
    centre, after = counted([*[[each] for each in beats], late])
    arrivals = {place for place in found.keys() ^ after.keys() if "feeds" in place[0].measure}
    assert not arrivals
    assert {p: v for p, v in found.items() if "feeds" in p[0].measure} == {
        p: v for p, v in after.items() if "feeds" in p[0].measure
    }
    assert held(centre) <= held(before) + len(late)


def test_a_correction_that_leads_before_the_settled_rows_takes_its_fact_out() -> None:
    beats = [beat(minute) for minute in range(200)]
    moved = {"time": beats[3]["time"], "data": beats[3]["data"]}
    _, gone = counted([*[[each] for each in beats], [changed(beats[190], 300, "correct", **moved)]])
    _, taken = counted([*[[each] for each in beats], [changed(beats[190], 300, "retract")]])
    assert _of_feeds(gone) == _of_feeds(taken)


def _of_feeds(found: dict[Any, int]) -> dict[Any, int]:
    return {place: value for place, value in found.items() if place[0].measure.startswith("feeds")}


def test_heartbeats_of_the_future_wait_beside_the_rows_that_are_kept() -> None:
    beats = [beat(minute) for minute in range(200)]
    centre = Counting()
    for each in beats:
        centre.count([each], 0, START + 100 * MINUTE)
    centre.tick(START + 3 * HOUR)
    centre.tick(NOW)
    centre.count([beat(201)], 0, NOW)
    _, right = counted([[*beats, beat(201)]])
    found: dict[Any, int] = {}
    names = {number: name for name, number in centre.keys.items()}
    for delta in centre.decoded():
        for key, second, value in zip(*(each.tolist() for each in delta.points()), strict=True):
            found[names[key], second] = found.get((names[key], second), 0) + value
    assert _of_feeds({p: v for p, v in found.items() if v}) == _of_feeds(right)
    assert held(centre) <= EVENTS_MAX


def test_corrections_without_end_of_one_heartbeat_are_held_once() -> None:
    first = beat(0)
    events = [decode(msgspec.json.encode(first))]
    for minute in range(500):
        document_ = changed(first, minute, "correct")
        events.append(decode(msgspec.json.encode(document_)))
        kept = newest(events[0].type, events, NOW, None)
        if kept is not None:
            events = [events[place] for place in kept.places]
    assert len(events) <= EVENTS_MAX
    assert within(events, None) == events


def test_rows_of_other_types_are_kept_for_good() -> None:
    events = [decode(msgspec.json.encode(beat(minute))) for minute in range(100)]
    assert newest("vn.ioc.invest.plan.v1", events, NOW, None) is None
    assert outcome([beat(1)], START).figures == ()
