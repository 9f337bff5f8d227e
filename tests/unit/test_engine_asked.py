"""From a query to the single values that it asks for."""

import pytest

from services.domain.engine.asked import POINTS_MAX, asks
from services.domain.engine.state import State
from services.domain.errors import Refused
from services.domain.instants import DAY, HOUR, SECOND
from services.domain.query import ObservationQuery
from tests.unit.engine_centre import Counting, Reading
from tests.unit.engine_documents import RECEIPT, document
from tests.unit.reference_log import at

NOW = at("2026-03-05T12:00")


def state() -> State:
    centre, reading = Counting(), Reading()
    centre.count([document("dossier.received", "2026-03-02T09:00", "A-1", RECEIPT)], 0, NOW)
    reading.read(centre)
    return reading.state


def ids(**said: object) -> list[str]:
    query = ObservationQuery(**said)  # type: ignore[arg-type]  # each test says what it needs
    return [ask.id for ask in asks(query, state(), NOW)]


def test_a_unit_a_formula_and_a_window() -> None:
    asked = {"indicators": ("PS-04.finished",), "windows": ("24h", "all")}
    expected = [f"PS-04.finished|P:33@2025-07-01||{window}" for window in ("24h", "all")]
    assert ids(units=("P:33",), **asked) == expected
    assert ids(units=("P:33@2025-07-01",), **asked) == expected
    assert ids(units=("P:99",), **asked) == ids(within=("P:99",), **asked) == []


def test_a_silent_unit_that_is_named_has_an_answer() -> None:
    asked = {"indicators": ("PS-05",), "windows": ("instant",)}
    assert ids(units=("P:34",), **asked) == ["PS-05|P:34@2025-07-01||instant"]


def test_the_units_below_and_all_that_counted() -> None:
    asked = {"indicators": ("PS-05",), "windows": ("instant",)}
    below = {f"PS-05|C:{code}@2025-07-01||instant" for code in ("11953", "11977")}
    assert set(ids(within=("P:33",), **asked)) == below
    everywhere = {"C:11953@2025-07-01", "P:33@2025-07-01", "N:VN@1900-01-01"}
    assert {name.split("|")[1] for name in ids(**asked)} == everywhere


def test_breakdowns_are_given_when_they_are_asked_for() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "windows": ("24h",)}
    assert len(ids(**asked)) == 1
    assert ids(**asked, breakdowns=("agency",)) == ["PS-01|P:33@2025-07-01|agency=H33.15|24h"]
    assert ids(**asked, members=(("block", "ministry"),)) == []


def test_periods_go_to_the_windows_that_have_them() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "periods": ("2026-02", "2025")}
    both = ids(**asked, calendars=())
    assert both == [
        f"PS-01|P:33@2025-07-01||{window}"
        for window in ("month:2026-02", "month~admin:2026-02", "ytd:2025", "ytd~admin:2025")
    ]
    assert ids(**asked) == [name for name in both if "admin" not in name]


def test_a_history_has_a_value_for_each_step_or_period() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "history": True}
    hours = ids(**asked, windows=("24h",), from_at=NOW - 3 * HOUR, to_at=NOW + DAY, step=HOUR)
    assert len(hours) == 4
    assert hours == sorted(hours)
    assert all("|24h@" in name for name in hours)
    assert len(ids(**asked, windows=("24h",))) == 30
    months = ids(**asked, windows=("month",), from_at=at("2025-12-31"))
    assert [name.rpartition(":")[2] for name in months] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    years = ids(**asked, windows=("ytd",))
    assert [name.rpartition(":")[2] for name in years] == ["2025", "2026"]


def test_a_history_too_long_is_refused() -> None:
    asked = {"units": ("P:33",), "indicators": ("PS-01",), "history": True}
    with pytest.raises(Refused, match=f"more than {POINTS_MAX} points"):
        ids(**asked, windows=("24h",), from_at=NOW - DAY, step=SECOND)
    with pytest.raises(Refused, match=f"more than {POINTS_MAX} periods"):
        ids(**asked, windows=("month",), from_at=at("0900-01-01"))
