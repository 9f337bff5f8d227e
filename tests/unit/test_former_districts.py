"""A former district's code after 30 June 2025: taken, marked, and counted in that district."""

import itertools
import json
from datetime import date
from typing import Any

import pytest

from services.domain.cases.book import Book
from services.domain.events import Accepted, Rejected, decode, judge
from services.domain.worktime import WorkingCalendar
from services.reference.places import Places
from tests.unit.engine_centre import UNIT_FACTS, catalogue, units
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

NOW = at("2025-10-06T10:00")
DISTRICT = "D:323@1900-01-01"
TIMES = ("2025-06-30T23:59", "2025-07-01T00:00", "2025-10-06T09:00")
LISTS = (None, "2025-06-30", "2025-07-01", "2025-10-01")


def said(time: str, unit: str, as_of: str | None) -> bytes:
    named = {} if as_of is None else {"unitasof": as_of}
    return json.dumps(
        document("dossier.received", time, "H-1", RECEIPT, unit=unit, **named)
    ).encode()


def judged(time: str, unit: str = "D:323", as_of: str | None = None) -> Accepted | Rejected:
    return judge(said(time, unit, as_of), NOW, units())


@pytest.mark.clause("15.2.3")
@pytest.mark.parametrize(("time", "as_of"), list(itertools.product(TIMES, LISTS)))
def test_it_is_taken_on_every_day_and_marked_when_there_was_none(
    time: str, as_of: str | None
) -> None:
    taken = judged(time, as_of=as_of)
    assert isinstance(taken, Accepted)
    late = max(time[:10], as_of or "") > "2025-06-30"
    codes = [each.code for each in taken.warnings if each.pointer == "/unit"]
    assert codes == ["legacy_district"] * late


def test_other_units_that_have_ended_and_unknown_districts_are_refused() -> None:
    for unit in ("D:999", "C:99999"):
        refused = judged(TIMES[2], unit)
        assert isinstance(refused, Rejected)
        assert [fault.code for fault in refused.faults] == ["unknown_unit"]


@pytest.mark.clause("15.2.3")
def test_engine_and_second_opinion_find_the_same_unit() -> None:
    book = Book(catalogue(), units(), lambda _: WorkingCalendar({}))
    places = Places(UNIT_FACTS)
    found: dict[tuple[Any, ...], str | None] = {}
    for time, unit, as_of in itertools.product(TIMES, ("D:323", "D:999", "C:11977"), LISTS):
        event = decode(said(time, unit, as_of))
        found[time, unit, as_of] = book.unit_key(event)
        assert found[time, unit, as_of] == places.of_event(event)
    assert {key for (_, unit, _), key in found.items() if unit == "D:323"} == {DISTRICT}
    assert units().at("D:323", date(2025, 7, 1)) is None
