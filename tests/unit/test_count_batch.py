"""A micro-batch of records, decoded; and what a batch changes."""

from uuid import UUID

import msgspec
import numpy as np

from services.aggregator.count.batch import Record, decode_batch
from services.aggregator.count.changes import Changes
from services.aggregator.count.places import KeyName, Places
from services.domain.cases.reported import FigureEntry
from services.domain.engine.contributions import NOTHING, Contribution
from services.domain.engine.figures import Figure
from services.domain.engine.ordered import Ints
from tests.unit.engine_centre import catalogue
from tests.unit.engine_documents import RECEIPT, Document, document

EVENTS, RECEIPTS, DEAD = "ioc.events.x.v1", "ioc.receipts.v1", "ioc.deadletter.v1"
ID = UUID(int=5)
HERE, THERE = ("t", 0), ("t", 1)


def record(value: bytes, topic: str = EVENTS, **headers: bytes) -> Record:
    return Record(topic, 0, 7, value, headers)


def raw(said: Document) -> bytes:
    return msgspec.json.encode(said)


def test_events_receipts_and_dead_letters_are_sorted() -> None:
    event = document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)
    note = {"receipt": str(ID), "at": "2026-03-02", "source": None, "records": 2, "accepted": 1}
    batch = decode_batch(
        [
            record(raw(event), receipt=ID.bytes + (9).to_bytes(4, "big")),
            record(raw(event | {"unit": "C:11977"}), receipt=b"short"),
            record(b"{", DEAD, reason=b"missing_field", pointer=b"/data/x", detail=b"\xff\x00"),
            record(b"?", DEAD),
            record(raw(note | {"rejected": 1}), RECEIPTS),
            record(raw(note), RECEIPTS),
            record(b"not json"),
        ],
        RECEIPTS,
        DEAD,
    )
    (first,), (again,) = batch.events, batch.repeated
    assert (first.receipt, first.line, first.event.unit) == (ID, 9, "C:11953")
    assert (again.receipt, again.line, again.event.unit) == (None, 0, "C:11977")
    assert first.digest != again.digest
    assert [r.rejected for r in batch.receipts] == [1]
    reasons = [(letter.reason, letter.pointer, letter.detail) for letter in batch.dead[:2]]
    assert reasons == [("missing_field", "/data/x", "\ufffd\ufffd"), ("rejected", "", "")]
    assert [letter.reason for letter in batch.dead[2:]] == ["malformed_json", "malformed_json"]


def test_the_hour_of_the_intake_makes_no_other_content() -> None:
    event = document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)
    later = event | {"ingestedtime": "2026-03-02T09:00:01+07:00"}
    batch = decode_batch([record(raw(event)), record(raw(later))], RECEIPTS, DEAD)
    assert batch.events[0].digest == batch.repeated[0].digest


def contribution(*points: tuple[str, int, int]) -> Contribution:
    members = {"agency": "H33.15", "block": "province"}
    return Contribution("C:1", members, points, (("dossier_next_deadline", 1, 9, 9),))


def changes() -> tuple[Places, Changes]:
    places = Places(catalogue().measures)
    return places, Changes(places)


def names(places: Places, changes: Changes) -> set[KeyName]:
    return {places.name(key) for key in changes.keys().tolist()}


def same(places: Places) -> Ints:
    """Stored numbers that are the keys themselves."""
    return np.arange(len(places))


def test_what_cancels_is_not_written() -> None:
    places, found = changes()
    old, new = contribution(("dossiers_open", 3, 1)), contribution(("dossiers_open", 4, 1))
    found.replace(HERE, NOTHING, old)
    found.replace(HERE, old, new)
    found.replace(HERE, new, NOTHING)
    found.replace(THERE, new, new)
    assert names(places, found) == set()
    assert found.deltas(same(places)) == {}


def test_points_of_one_second_are_added_up() -> None:
    places, found = changes()
    found.replace(HERE, NOTHING, Contribution("C:1", {}, (("facts_simulated", 3, 1),)))
    found.replace(HERE, NOTHING, Contribution("C:1", {}, (("facts_simulated", 3, 2),)))
    found.replace(HERE, NOTHING, Contribution("C:1", {}, (("facts_simulated", -4, 5),)))
    assert names(places, found) == {KeyName("facts_simulated", "C:1", "", "")}
    _, seconds, values = found.deltas(same(places))[HERE].points()
    assert (seconds.tolist(), values.tolist()) == ([-4, 3], [5, 3])


def test_a_contribution_goes_to_the_total_and_each_dimension_of_its_measure() -> None:
    places, found = changes()
    found.replace(HERE, NOTHING, contribution(("dossiers_open", 3, 1), ("facts_simulated", 3, 1)))
    members = {("", ""), ("agency", "H33.15"), ("block", "province")}
    measures = ("dossiers_open", "dossier_next_deadline", "facts_simulated")
    assert names(places, found) == {
        KeyName(measure, "C:1", *member) for measure in measures for member in members
    }
    delta = found.deltas(same(places))[HERE]
    assert {places.name(key).measure for key in delta.points()[0].tolist()} == {
        "dossiers_open",
        "facts_simulated",
    }
    assert len(delta.points()[0]) == len(members) * 2
    assert {(e.begin, e.end, e.value, e.count) for e in delta.extents} == {(1, 9, 9, 1)}


def test_a_contribution_is_taken_back_where_the_measures_of_its_time_had_put_it() -> None:
    places, found = changes()
    places.learn(7, {"dossiers_open": ["agency"]})
    assert (places.knows(7), places.knows(8)) == (True, False)
    members = {"agency": "H33.15", "block": "province"}
    same_points = Contribution("C:1", members, (("dossiers_open", 3, 1),))
    found.replace(HERE, same_points, same_points, 7)
    assert names(places, found) == {KeyName("dossiers_open", "C:1", "block", "province")}


def test_places_keep_their_numbers_while_their_table_grows() -> None:
    places = Places(catalogue().measures)
    first = places.scope(contribution())["dossiers_open"]
    keys = list(places.keys_of(first))
    many = [places.scope(Contribution(f"C:{n}"))["dossiers_open"] for n in range(5_000)]
    assert len({*many, first}) == 5_001
    assert places.scope(contribution())["dossiers_open"] == first
    assert list(places.keys_of(first)) == keys


def entry(period: str, value: float) -> FigureEntry:
    return FigureEntry("it_revenue", "", "", "statistical", period, Figure(value, 0))


def test_figures_are_set_and_taken_away_by_the_version_of_their_case() -> None:
    places, found = changes()
    like, old, new = entry("2026-01", 1), entry("2026-02", 2), entry("2026-02", 3)
    gone = entry("2026-03", 4)
    found.figures(HERE, ("P:1", "P:1"), [like, old, gone], [like, new], 5)
    assert names(places, found) == {KeyName("it_revenue", "P:1", "", "")}
    figures = found.deltas(same(places))[HERE].figures
    assert {change.period: (change.version, change.figure) for change in figures} == {
        "2026-02": (5, new.figure),
        "2026-03": (5, None),
    }


def test_a_figure_that_moves_to_another_unit_leaves_the_first() -> None:
    places, found = changes()
    found.figures(HERE, ("P:1", "P:2"), [entry("2026-01", 1)], [entry("2026-01", 1)], 2)
    assert {name.unit for name in names(places, found)} == {"P:1", "P:2"}
