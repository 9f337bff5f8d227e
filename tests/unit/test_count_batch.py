"""A micro-batch of records, decoded; and what a batch changes."""

from uuid import UUID

import msgspec

from services.aggregator.count.batch import Record, decode_batch
from services.aggregator.count.changes import Changes, KeyName
from services.domain.cases.reported import FigureEntry
from services.domain.engine.contributions import NOTHING, Contribution
from services.domain.engine.figures import Figure
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


def test_what_cancels_is_not_written() -> None:
    changes = Changes(catalogue().measures)
    old, new = contribution(("dossiers_open", 3, 1)), contribution(("dossiers_open", 4, 1))
    changes.replace(HERE, NOTHING, old)
    changes.replace(HERE, old, new)
    changes.replace(HERE, new, NOTHING)
    changes.replace(THERE, new, new)
    assert changes.partitions() == {HERE}
    assert changes.key_names() == set()
    assert changes.delta(HERE, {}) is None
    assert changes.delta(THERE, {}) is None


def test_a_contribution_goes_to_the_total_and_each_dimension_of_its_measure() -> None:
    changes = Changes(catalogue().measures)
    changes.replace(HERE, NOTHING, contribution(("dossiers_open", 3, 1), ("facts_simulated", 3, 1)))
    ids = {name: number for number, name in enumerate(sorted(changes.key_names()), 1)}
    members = {("", ""), ("agency", "H33.15"), ("block", "province")}
    names = ("dossiers_open", "dossier_next_deadline", "facts_simulated")
    assert set(ids) == {KeyName(name, "C:1", *member) for name in names for member in members}
    delta = changes.delta(HERE, ids)
    assert delta is not None
    assert sorted(delta.points()[0].tolist()) == sorted(
        number for name, number in ids.items() if name.measure != "dossier_next_deadline"
    )
    assert {(e.begin, e.end, e.value, e.count) for e in delta.extents} == {(1, 9, 9, 1)}


def entry(period: str, value: float) -> FigureEntry:
    return FigureEntry("it_revenue", "", "", "statistical", period, Figure(value, 0))


def test_figures_are_set_and_taken_away_by_the_version_of_their_case() -> None:
    changes = Changes(catalogue().measures)
    same, old, new = entry("2026-01", 1), entry("2026-02", 2), entry("2026-02", 3)
    gone = entry("2026-03", 4)
    changes.figures(HERE, ("P:1", "P:1"), [same, old, gone], [same, new], 5)
    ids = dict.fromkeys(changes.key_names(), 1)
    delta = changes.delta(HERE, ids)
    assert delta is not None
    found = {change.period: (change.version, change.figure) for change in delta.figures}
    assert found == {"2026-02": (5, new.figure), "2026-03": (5, None)}


def test_a_figure_that_moves_to_another_unit_leaves_the_first() -> None:
    changes = Changes(catalogue().measures)
    changes.figures(HERE, ("P:1", "P:2"), [entry("2026-01", 1)], [entry("2026-01", 1)], 2)
    assert {name.unit for name in changes.key_names()} == {"P:1", "P:2"}
