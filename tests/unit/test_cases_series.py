"""How far the final vintage of a statistic is from the first, and what reports set beside it."""

from typing import Any

import pytest

from tests.unit.counted import outcome, points
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

SUBJECT = "grdp_current/2025-Q2/statistical"


def vintage(number: int, value: float, level: str = "so_bo", **said: Any) -> Document:
    time = f"2025-0{number + 6}-10T09:00"
    data = {
        "series_id": "grdp_current",
        "period": "2025-Q2",
        "period_calendar": "statistical",
        "vn_level": level,
        "vintage_no": number,
        "released_at": f"{time}:00+07:00",
        "value": value,
    }
    return document("stat.report", time, SUBJECT, data, unit="P:33", **said)


def test_nothing_is_revised_while_no_vintage_is_final() -> None:
    found = points([vintage(1, 100.0), vintage(2, 104.0)])
    assert not [name for name in found if name.startswith("series_")]


def test_the_final_vintage_is_held_against_the_first() -> None:
    sent = [vintage(1, 90.0), vintage(2, 96.0), vintage(3, 100.0, "chinh_thuc")]
    found = points(sent)
    released = "2025-09-10T09:00"
    assert found["series_revision"] == {released: 100_000_000}
    assert found["series_finalised"] == {released: 1}
    assert found["series_revised_vintages"] == {released: 2}
    assert outcome(sent).contribution.members == {"series": "grdp_current"}


def test_of_two_facts_of_one_vintage_the_later_counts_and_a_final_of_zero_is_no_share() -> None:
    first = vintage(1, 90.0, recordedtime="2025-07-10T09:00:00+07:00")
    again = vintage(1, 100.0, recordedtime="2025-07-11T09:00:00+07:00")
    final = vintage(2, 100.0, "chinh_thuc")
    found = points([again, first, final])
    assert "series_revision" not in found  # nothing to add: the revision is 0
    assert found["series_finalised"] == {"2025-08-10T09:00": 1}
    assert "series_finalised" not in points([vintage(1, 9.0), vintage(2, 0.0, "chinh_thuc")])


def test_a_report_has_arrived_for_its_period_under_both_of_its_names() -> None:
    found = points([vintage(1, 90.0)])
    day = {"2025-04-01T00:00": 1}
    assert found["arrived~Q~vn.ioc.stat.report.v1"] == day
    assert found["arrived~Q~stat.report/grdp_current"] == day


@pytest.mark.clause("6.4.1")
def test_a_figure_under_embargo_waits_for_its_release_whatever_is_asked() -> None:
    """It comes at the earliest some minutes before: what is later is refused at the intake."""
    until = "2025-07-10T09:00:00+07:00"
    sent, release = [vintage(1, 90.0)], at("2025-07-10T09:00")
    sent[0]["data"] |= {"embargo_until": until, "released_at": until}

    before = outcome(sent, release)
    assert (before.figures, before.contribution.points, before.contribution.more) == ((), (), ())
    assert set(before.states.values()) == {"waiting"}
    assert before.ripe_at == release + 1

    after = outcome(sent, release + 1)
    assert [entry.figure.value for entry in after.figures]
    assert set(after.states.values()) == {"counted"}
