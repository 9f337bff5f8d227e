"""Reference values across a reform: a row ends with the next row of its code, as it was sent.

The engine keeps rows by dated unit, the contract by code. Whatever comes in whatever order, the
value of every unit at every instant is that of the second opinion, and what a row changes is said.
"""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.engine.figures import TOTAL, Figures
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.reference_rows import date_at
from services.domain.engine.state import ROWS, State
from services.domain.events import decode
from services.domain.instants import format_instant
from services.reference.reference import Reference
from tests.unit.engine_centre import SUCCESSOR_FACTS, UNIT_FACTS, Counting, Reading, catalogue
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import (
    COMMUNE,
    COUNTRY,
    OLD_PROVINCE,
    OTHER_PROVINCE,
    PROVINCE,
    at,
    indicators,
    measures,
)

SERIES = "households"
NOW = at("2026-03-10T00:00")
DATES = ("2024-01-01", "2025-06-30", "2025-07-01", "2025-10-01", "2026-03-01")
INSTANTS = tuple(date_at(date) + step for date in (*DATES, "2026-03-09") for step in (0, 1))
BEFORE, SINCE = "2025-06-30", "2025-07-01"
PLACES = (
    *(("P:33", BEFORE), ("P:33", SINCE), ("P:33", BEFORE), ("P:33", SINCE), ("P:34", SINCE)),
    *(("C:11953", BEFORE), ("C:11953", SINCE), ("C:11977", BEFORE), ("C:11977", SINCE)),
    *(("C:13000", SINCE), ("N:VN", SINCE)),
)


def row(unit: str, asof: str, date: str, value: int, **envelope: object) -> Document:
    """How many households a unit of a list has from a day on."""
    said = {"series_id": SERIES, "ref_date": date, "value": value}
    usual = {"unit": unit, "unitasof": asof}
    return document("reference.value", "2024-01-01", f"{SERIES}/{date}", said, **usual | envelope)


@st.composite
def rows(draw: st.DrawFn) -> list[Document]:
    """A row, sometimes corrected to another value or list of units, sometimes taken back."""
    unit, asof = draw(st.sampled_from(PLACES))
    created = row(unit, asof, draw(st.sampled_from(DATES)), draw(st.integers(1, 9)))
    found = [created]
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        op = draw(st.sampled_from(["correct", "retract"]))
        changed = created | {
            "id": f"{created['id']}-{number}",
            "supersedes": created["id"],
            "op": op,
            "recordedtime": format_instant(NOW - draw(st.integers(1, 9))),
        }
        if op == "retract":
            del changed["data"]
        else:
            lists = [SINCE] if unit in {"P:34", "C:13000"} else [BEFORE, SINCE]
            changed["unitasof"] = draw(st.sampled_from(lists))
            changed["data"] = created["data"] | {"value": draw(st.integers(11, 19))}
        found.append(changed)
    return found


def opinion(log: list[Document]) -> Reference:
    events = [decode(msgspec.json.encode(each)) for each in log]
    return Reference(events, UNIT_FACTS, measures(), indicators(), successors=SUCCESSOR_FACTS)


def expected(log: list[Document]) -> dict[tuple[str, int], float | None]:
    said = opinion(log)
    return {
        (fact.key, instant): said.measure(SERIES, fact.key, None, None, instant, NOW)
        for fact in UNIT_FACTS
        for instant in INSTANTS
    }


def held(figures: Figures) -> dict[tuple[str, int], float | None]:
    measure = catalogue().measures[SERIES]
    return {
        (fact.key, instant): figures.row_at(measure, fact.key, instant)
        for fact in UNIT_FACTS
        for instant in INSTANTS
    }


def own(figures: Figures, unit: str, date: str) -> float | None:
    return figures.own_row_at(SERIES, unit, at(date), TOTAL)


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(st.lists(rows(), min_size=1, max_size=7), st.randoms(use_true_random=False))
@pytest.mark.clause("8.4.3")
def test_every_unit_has_what_the_second_opinion_says_after_every_batch(
    drawn: list[list[Document]], shuffler: random.Random
) -> None:
    left = [each for documents in drawn for each in documents]
    shuffler.shuffle(left)
    centre, reading, sent = Counting(), Reading(), list[Document]()
    figures = reading.state.figures[ROWS]
    before = held(figures)
    while left:
        size = shuffler.randint(1, 3)
        batch, left = left[:size], left[size:]
        sent += batch
        counts = {fact.key: figures.changes.of(SERIES, fact.key) for fact in UNIT_FACTS}
        centre.count(batch, shuffler.randrange(2), NOW)
        _, touched = reading.read(centre)
        after = held(figures)
        assert after == expected(sent)
        changed = {unit for unit, instant in after if after[unit, instant] != before[unit, instant]}
        assert {(SERIES, unit) for unit in changed} <= touched
        assert all(figures.changes.of(SERIES, unit) > counts[unit] for unit in changed)
        before = after


def counted(*log: Document) -> tuple[State, set[tuple[str, str]]]:
    """A state that has read each of these, and what the last of them touched."""
    centre, reading = Counting(), Reading()
    touched: set[tuple[str, str]] = set()
    for each in log:
        centre.count([each], 0, NOW)
        _, touched = reading.read(centre)
    return reading.state, touched


def test_the_country_counts_a_province_once_after_the_reform() -> None:
    old, new = row("P:33", BEFORE, "2024-01-01", 1000), row("P:33", SINCE, "2025-07-01", 1100)
    other = row("P:34", SINCE, "2024-01-01", 500)
    for log in ((old, new, other), (new, other, old), (other, new, old)):
        state, _ = counted(*log)
        figures, measure = state.figures[ROWS], catalogue().measures[SERIES]
        assert figures.row_at(measure, COUNTRY, at("2025-07-01")) == 1500
        assert figures.row_at(measure, COUNTRY, at("2025-10-31")) == 1600
        assert figures.row_at(measure, OLD_PROVINCE, at("2025-10-31")) is None


def test_a_row_of_before_that_begins_later_ends_the_one_of_today() -> None:
    new, old = row("P:33", SINCE, "2025-07-01", 1100), row("P:33", BEFORE, "2025-10-01", 1000)
    state, _ = counted(new, old)
    figures = state.figures[ROWS]
    assert own(figures, PROVINCE, "2025-10-01") == 1100
    assert own(figures, PROVINCE, "2025-10-02") is None
    assert own(figures, OLD_PROVINCE, "2025-10-02") == 1000


def test_a_ratio_of_a_former_unit_keeps_its_last_period() -> None:
    said: Document = {"period": "2025-05", "period_calendar": "statistical"}
    said |= {"subs_mobile_bb": 50, "subs_fixed_bb": 20, "households_fibre": 10}
    said |= {"vn_level": "so_bo", "vintage_no": 1, "released_at": "2025-06-10T00:00:00+07:00"}
    subject, old = "2025-05/statistical", {"unit": "P:33", "unitasof": BEFORE}
    log = [
        document("telecom.subscription", "2025-06-10T00:00", subject, said, **old),
        row("P:33", BEFORE, "2024-01-01", 100),
        row("P:33", SINCE, "2025-07-01", 1100),
    ]
    state, _ = counted(*log)
    formula, cell = catalogue().formulas["TI-03"], state.cells.number(OLD_PROVINCE)
    moment = Moment(NOW, NOW)
    (found,) = Observer(state).observe(formula, "month", "statistical", [cell], moment, None)
    asked = opinion(log).value("TI-03", OLD_PROVINCE, None, "month", NOW)
    assert (found.period, found.value) == ("2025-05", asked.value)
    assert found.value is not None


def test_a_row_touches_its_namesakes_and_what_lies_above_both() -> None:
    _, touched = counted(
        row("C:11953", BEFORE, "2024-01-01", 10), row("C:11953", SINCE, "2025-07-01", 11)
    )
    units = {COMMUNE, PROVINCE, "C:11953@1900-01-01", OLD_PROVINCE, COUNTRY}
    assert touched == {(SERIES, unit) for unit in units}
    _, alone = counted(row("P:34", SINCE, "2024-01-01", 5))
    assert alone == {(SERIES, OTHER_PROVINCE), (SERIES, COUNTRY)}
