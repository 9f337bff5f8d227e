"""A recomputation names every difference: values, cells that are not observed, comparisons."""

import msgspec

from services.cli.comparing import Compare, Compared, compare_all
from services.domain.engine.observing import Moment
from services.domain.events import decode
from services.reference.reference import Reference
from tests.unit.engine_centre import UNIT_FACTS, Counting, Reading
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at, indicators, measures

NOW = at("2025-11-10T09:00")


def receipt(time: str, subject: str, **said: str) -> Document:
    return document("dossier.received", time, subject, RECEIPT, **said)


LOG = [
    receipt("2025-10-06T09:00", "A-1"),
    receipt("2025-11-07T09:00", "A-2"),
    document("dossier.finished", "2025-11-08T09:00", "A-2", {}),
    document(
        "stat.report",
        "2025-08-10T09:00",
        "digital_economy_share/2024-Q2/statistical",
        {
            "series_id": "digital_economy_share",
            "period": "2024-Q2",
            "period_calendar": "statistical",
            "vn_level": "so_bo",
            "vintage_no": 1,
            "released_at": "2025-08-10T09:00:00+07:00",
            "value": 9.5,
        },
        unit="P:33",
    ),
]


def compared(
    counted: list[Document], told: list[Document], indicators_asked: set[str] | None = None
) -> Compared:
    """A centre that counted some documents, against the reference over others."""
    centre, reading = Counting(), Reading()
    centre.count(counted, 0, NOW)
    centre.tick(NOW)
    reading.read(centre)
    reference = Reference(
        [decode(msgspec.json.encode(each)) for each in told], UNIT_FACTS, measures(), indicators()
    )
    work = Compare(reading.state, reference, Moment(NOW, NOW))
    return compare_all(work, processes=2, indicators=indicators_asked)


def test_equal_logs_have_no_difference() -> None:
    found = compared(LOG, LOG)
    assert found.differences == []
    assert found.checked > 0


def test_what_was_not_counted_is_named_where_it_is_missing() -> None:
    found = compared(LOG[:1], LOG)
    named = {(each.id.split("|")[0], each.member) for each in found.differences}
    assert {("PS-01", "denominator"), ("PS-01", "observation")} <= named


def test_a_unit_of_which_nothing_was_counted_is_named() -> None:
    far = receipt("2025-11-07T09:00", "B-1", unit="C:13000")
    found = compared(LOG, [*LOG, far])
    units = {each.id.split("|")[1] for each in found.differences if each.member == "observation"}
    assert "C:13000@2025-07-01" in units


def test_a_period_of_which_only_a_figure_tells_is_compared() -> None:
    found = compared(LOG[:3], LOG)
    assert any("2024-Q2" in each.id for each in found.differences)


def test_some_indicators_are_compared_with_their_components_and_no_others() -> None:
    whole, some = compared(LOG[:1], LOG), compared(LOG[:1], LOG, {"PS-01"})
    assert 0 < some.checked < whole.checked
    assert {each.id.split("|")[0].split(".")[0] for each in some.differences} == {"PS-01"}
