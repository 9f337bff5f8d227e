"""Events of a unit that ended yesterday: refused with its heirs, or taken for a day it existed."""

import json
from datetime import date
from typing import Any

from services.domain.events import Accepted, Rejected, judge
from services.domain.units import Successor, Unit, UnitList
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

YESTERDAY, TODAY = date(2026, 3, 31), date(2026, 4, 1)
NOW = at("2026-04-01T10:00")


def unit(code: str, begin: date, end: date | None = None, parent: str | None = None) -> Unit:
    key = f"{code}@{begin.isoformat()}"
    return Unit(key, code[0], code, code, code, "", parent, begin, end, None, None)  # type: ignore[arg-type]  # the letter of a level


LONG_AGO = date(1900, 1, 1)
COUNTRY, PROVINCE = unit("N:VN", LONG_AGO), "P:33@2025-07-01"
LIST = UnitList(
    [
        COUNTRY,
        unit("P:33", date(2025, 7, 1), parent=COUNTRY.key),
        unit("C:11953", date(2025, 7, 1), TODAY, PROVINCE),
        unit("C:11954", TODAY, parent=PROVINCE),
        unit("C:11955", TODAY, parent=PROVINCE),
    ],
    [
        Successor("C:11953@2025-07-01", "C:11954@2026-04-01", 0.5, "equal", is_default=True),
        Successor("C:11953@2025-07-01", "C:11955@2026-04-01", 0.5, "equal", is_default=False),
    ],
)


def judged(time: str, **envelope: Any) -> Accepted | Rejected:
    said = document("dossier.received", time, "H-1", RECEIPT, **envelope)
    return judge(json.dumps(said).encode(), NOW, LIST)


def test_an_event_of_today_is_refused_and_told_where_the_unit_lies_now() -> None:
    refused = judged("2026-04-01T09:00")
    assert isinstance(refused, Rejected)
    (fault,) = refused.faults
    assert (fault.code, fault.pointer) == ("unknown_unit", "/unit")
    assert "C:11954, C:11955" in fault.detail
    assert "2026-04-01" in fault.detail
    assert "unitasof" in fault.detail


def test_an_event_of_yesterday_and_one_that_names_its_list_are_taken() -> None:
    for taken in (
        judged("2026-03-31T17:00"),
        judged("2026-04-01T09:00", unitasof=YESTERDAY.isoformat()),
    ):
        assert isinstance(taken, Accepted)
        assert taken.event.unit == "C:11953"


def test_a_code_that_never_was_has_no_heirs() -> None:
    refused = judged("2026-04-01T09:00", unit="C:99999")
    assert isinstance(refused, Rejected)
    assert refused.faults[0].detail.endswith("does not have it.")
    assert LIST.succeeding("C:11953", YESTERDAY) == ()
