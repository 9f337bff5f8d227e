"""Reports that are expected and those that came, by the clock and the duties; and working days."""

from collections.abc import Callable
from typing import Any

import pytest

from services.domain.engine.roster import Terms
from services.domain.engine.schedule import periods_due
from services.domain.worktime import day_start, local_day
from tests.unit.asked_measures import amount, read
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

NOW = at("2025-10-15T12:00")
PROVINCE, COUNTRY = "P:33@2025-07-01", "N:VN@1900-01-01"
BOTH = ("reports_expected", "reports_received")


def duty(what: str, freq: str, due_days: int, begins: str, **said: Any) -> Document:
    data = {
        "what": what,
        "domain": "economy",
        "freq": freq,
        "due_days": due_days,
        "active_from": begins,
    }
    envelope = {name: said.pop(name) for name in ("unit", "recordedtime") if name in said}
    sent = document("reference.expectation", "2025-07-15T00:00", what, data | said, unit="P:33")
    return sent | envelope


def report(period: str, time: str, **said: Any) -> Document:
    data = {
        "series_id": "grdp_current",
        "period": period,
        "period_calendar": "statistical",
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": f"{time}:00+07:00",
        "value": 5.0,
    }
    subject = f"grdp_current/{period}/statistical"
    return document("stat.report", time, subject, data | said, unit="P:33")


def counted(documents: list[Document], now: int = NOW, unit: str = PROVINCE) -> list[float | None]:
    reading = read(documents, now, *BOTH)
    return [amount(reading, name, now, unit, ("year", "2025")) for name in BOTH]


def test_a_quarterly_report_is_due_some_days_after_its_end() -> None:
    wanted = duty("stat.report/grdp_current", "Q", 10, "2025-01-01")
    assert counted([wanted]) == [3, 0]
    assert counted([wanted], at("2025-10-11T00:00")) == [2, 0]
    assert counted([wanted], at("2025-10-11T00:00:01")) == [3, 0]


def test_a_report_that_comes_counts_once_however_late() -> None:
    wanted = duty("stat.report/grdp_current", "Q", 10, "2025-01-01")
    came = report("2025-Q1", "2025-09-01T09:00")
    other = report("2025-03", "2025-09-01T09:00")
    assert counted([wanted, came, other]) == [3, 1]
    retracted = came | {"id": "r", "op": "retract", "supersedes": came["id"]}
    retracted["recordedtime"] = "2025-09-02T09:00:00+07:00"
    assert counted([wanted, came, retracted]) == [3, 0]
    assert counted([came, wanted], unit=COUNTRY) == [3, 1]


def test_other_facts_count_on_the_day_of_their_time() -> None:
    wanted = duty("vn.ioc.budget.entry.v1", "M", 0, "2025-08-10", active_to="2025-10-01")
    entry = {"kind": "expenditure", "item_code": "1701", "amount": 5}
    paid = document("budget.entry", "2025-08-05T09:00", "B-1", entry, unit="P:33")
    assert counted([wanted]) == [2, 0]
    assert counted([wanted, paid]) == [2, 1]
    elsewhere = document("budget.entry", "2025-09-05T09:00", "B-2", entry)
    assert counted([wanted, paid, elsewhere]) == [2, 1]


def test_a_duty_of_another_domain_is_another_member() -> None:
    wanted = [
        duty("stat.report/grdp_current", "A", 0, "2023-01-01"),
        duty("stat.report/cpi_yoy", "M", 0, "2025-01-01", domain="health"),
    ]
    reading = read(wanted, NOW, *BOTH)
    for domain, expected in (("economy", 1), ("health", 9), ("cyber", 0)):
        member = ("domain", domain)
        asked = (BOTH[0], NOW, PROVINCE, ("year", "2025"), member)
        assert amount(reading, *asked) == expected


def test_a_duty_that_is_replaced_or_retracted_is_gone() -> None:
    wanted = duty("stat.report/grdp_current", "Q", 10, "2025-01-01")
    changed = duty(
        "stat.report/grdp_current",
        "A",
        10,
        "2025-01-01",
        recordedtime="2025-08-01T00:00:00+07:00",
    )
    assert counted([wanted, changed]) == [0, 0]
    assert counted([changed, wanted]) == [0, 0]


@pytest.mark.parametrize(
    ("frequency", "due_days", "first", "last", "count"),
    [
        ("D", 0, "2025-10-01", "2025-10-11", 10),
        ("D", 3, "2025-10-10", "2026-01-01", 2),
        ("M", 0, "2025-08-31", "2026-01-01", 2),
        ("M", 0, "2025-09-01", "2025-09-30", 0),
        ("A", 0, "2020-01-01", "2026-01-01", 5),
    ],
)
def test_periods_whose_last_day_the_duty_covers_are_due(
    frequency: str, due_days: int, first: str, last: str, count: int
) -> None:
    begins, ends = (local_day(at(f"{date}T00:00")) for date in (first, last))
    terms = Terms("economy", frequency, due_days)
    found = periods_due(terms, begins, ends, day_start(-20_000), NOW)
    assert len(found) == count
    assert found == sorted(set(found))


def day(date: str, unit: str, *, working: bool, **said: Any) -> Document:
    data = {"date": date, "working": working} | said
    return document("reference.calendar_day", "2025-09-01T00:00", date, data, unit=unit)


Elapsed = Callable[[list[Document], str], float | None]


@pytest.fixture(name="elapsed")
def _elapsed() -> Elapsed:
    def ask(documents: list[Document], now: str) -> float | None:
        reading = read(documents, at(now), "working_days_elapsed", "working_days_of_year")
        return amount(reading, "working_days_elapsed", at(now), PROVINCE, ("month", "2025-10"))

    return ask


def test_a_working_day_counts_from_the_end_of_its_hours(elapsed: Elapsed) -> None:
    assert elapsed([], "2025-10-15T17:30") == 10
    assert elapsed([], "2025-10-15T17:31") == 11
    off = day("2025-10-02", "N:VN", working=False)
    assert elapsed([off], "2025-10-15T17:31") == 10
    back = day("2025-10-02", "P:33", working=True, hours=["08:00-10:00"])
    assert elapsed([off, back], "2025-10-02T10:01") == 2
    assert elapsed([off], "2025-10-02T18:00") == 1


def test_a_year_has_its_working_days_from_the_start() -> None:
    names = ("working_days_elapsed", "working_days_of_year")
    off = [day("2025-12-31", "N:VN", working=False), day("2025-12-31", "P:33", working=False)]
    for documents, wanted in (([], 261), (off, 260)):
        reading = read(documents, NOW, *names)
        found = amount(reading, names[1], NOW, PROVINCE, ("year", "2025"))
        assert found == wanted
