"""Values, levels, targets, ranks and comparisons on small logs, worked out by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from services.domain.engine.catalogue import Catalogue
from services.domain.engine.comparisons import ranks
from services.domain.engine.evaluate import Values
from services.domain.engine.goals import Goals
from services.domain.engine.observation import Observation, Rank
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.state import State
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at, stamp

NOW = "2026-03-05T12:00"
PROVINCE, COMMUNE, SILENT = "P:33@2025-07-01", "C:11953@2025-07-01", "C:11977@2025-07-01"


def counted(log: Sequence[Document], now: str = NOW) -> State:
    centre, reading = Counting(), Reading()
    centre.count(log, 0, at(now))
    reading.read(centre)
    return reading.state


def observe_or_none(
    state: State,
    formula: str,
    window: str,
    unit: str = PROVINCE,
    *,
    now: str = NOW,
    final_to: str | None = None,
    period: str | None = None,
    calendar: str = "statistical",
    member: tuple[str, str] = ("", ""),
) -> Observation | None:
    cell = state.cells.number(unit, *member)
    moment = Moment(at(now), at(final_to or now))
    known: Catalogue = catalogue()
    found = Observer(state).observe(
        known.formulas[formula], window, calendar, [cell], moment, period
    )
    assert len(found) < 2
    return found[0] if found else None


def observe(
    state: State, formula: str, window: str, unit: str = PROVINCE, **said: Any
) -> Observation:
    found = observe_or_none(state, formula, window, unit, **said)
    assert found is not None
    return found


def dossier(number: int, time: str, unit: str = "C:11953", **said: object) -> Document:
    data = {**RECEIPT, **said}
    return document("dossier.received", time, f"A-{number:03d}", data, unit=unit)


def finished(number: int, time: str, unit: str = "C:11953") -> Document:
    return document("dossier.finished", time, f"A-{number:03d}", {}, unit=unit)


def revenue(period: str, billions: float, unit: str = "P:33", **said: object) -> Document:
    data = {
        "sector": "IT_INDUSTRY",
        "flow": "revenue",
        "origin": "all",
        "period": period,
        "period_calendar": "statistical",
        "amount_vnd": round(billions * 10**9),
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": stamp("2026-03-01T08:00"),
        **said,
    }
    time = str(data["released_at"])
    subject = f"IT_INDUSTRY/revenue/all/{period}/statistical/{data.get('dim', '')}"
    return document("sector.revenue", time, subject, data, unit=unit, unitasof="2025-07-01")


@pytest.mark.clause("7.5.1", "8.1.3")
def test_nothing_received_is_no_share_but_nothing_overdue_is_none() -> None:
    state = counted([revenue("2026-01", 1)])
    share, late = observe(state, "PS-01", "24h"), observe(state, "PS-05", "instant")
    assert (share.value, share.null_reason, share.status) == (None, "zero_denominator", "M")
    assert (share.numerator, share.denominator) == (0, 0)
    assert (late.value, late.null_reason, late.status) == (0, None, "A")


@pytest.mark.clause("7.5.1")
def test_a_report_that_is_missing_is_missing() -> None:
    state = counted([revenue("2026-01", 1)])
    named = observe(state, "DE-01", "month", period="2026-02")
    ratio = observe(state, "DE-02.to_revenue", "month", period="2026-01")
    assert (named.value, named.null_reason) == (None, "missing")
    assert (ratio.value, ratio.null_reason) == (None, "missing")
    assert observe_or_none(state, "DE-02", "month") is None


def test_a_member_without_a_value_is_not_given() -> None:
    state = counted([dossier(1, "2026-03-05T09:00")])
    member = ("agency", "H33.15")
    assert observe_or_none(state, "PS-01", "24h", member=member) is not None
    later = "2026-03-09T12:00"
    assert observe_or_none(state, "PS-01", "24h", member=member, now=later) is None
    assert observe_or_none(state, "PS-01", "24h", now=later) is not None


def test_a_comparison_needs_a_base_that_is_not_zero() -> None:
    log = [dossier(1, "2026-03-05T09:00", channel=2), dossier(2, "2026-02-03T09:00", channel=1)]
    found = observe(counted(log), "PS-07.submitted", "month")
    assert (found.value, found.comparisons) == (100, ())
    two = [*log, dossier(3, "2026-02-03T09:00", channel=2)]
    found = observe(counted(two), "PS-07.submitted", "month")
    assert [(c.kind, c.unit, c.delta, c.base_value) for c in found.comparisons] == [
        ("mom", "%", 100, 50),
        ("mom", "pp", 50, 50),
    ]


def test_the_base_of_an_open_month_is_cut_after_the_same_time() -> None:
    log = [dossier(1, "2026-03-05T09:00"), dossier(2, "2026-02-05T11:59", channel=1)]
    log.append(dossier(3, "2026-02-05T12:00", channel=2))
    state = counted(log)
    found = observe(state, "PS-07.submitted", "month")
    closed = observe(state, "PS-07.submitted", "month", now="2026-04-02T00:00", period="2026-03")
    assert found.comparisons == ()
    assert [c.base_value for c in closed.comparisons] == [50, 50]


def test_the_base_of_29_february_is_the_28th() -> None:
    log = [dossier(1, "2028-02-29T09:00"), dossier(2, "2027-02-28T09:00", channel=2)]
    log.append(dossier(3, "2027-02-28T10:00", channel=1))
    found = observe(
        counted(log, "2028-02-29T09:30"), "PS-07.submitted", "24h", now="2028-02-29T09:30"
    )
    assert [(c.kind, c.base_value) for c in found.comparisons] == [("yoy", 100), ("yoy", 100)]


@pytest.mark.parametrize(
    ("late", "level"), [(0, 0), (2, 0), (3, 2), (5, 2), (6, 3), (10, 3), (11, 4)]
)
@pytest.mark.clause("9.1.2")
def test_the_level_is_the_greatest_bound_that_is_broken(late: int, level: int) -> None:
    """At PS-05: over 2, 5 and 10 per cent of the open dossiers are overdue."""
    log = [
        dossier(
            n, "2026-02-02T09:00", due_at=stamp("2026-03-05T11:00" if n < late else "2026-04-01")
        )
        for n in range(100)
    ]
    found = observe(counted(log), "PS-05", "instant")
    assert found.value == late
    assert found.level is not None
    assert found.level.value == level
    assert found.level.rule == "PS-05/instant"


@pytest.mark.clause("9.1.3")
def test_too_few_cases_have_no_level_and_other_windows_no_rule() -> None:
    log = [dossier(n, "2026-02-02T09:00", due_at=stamp("2026-03-05T11:00")) for n in range(19)]
    state = counted(log)
    few, share = observe(state, "PS-05", "instant"), observe(state, "PS-01", "month")
    assert few.level is not None
    assert few.level.value is None
    assert share.level is None


def test_a_level_may_look_at_a_growth() -> None:
    state = counted([revenue("2026-01", 103), revenue("2025-01", 100)])
    found, alone = (
        observe(state, "DE-01", "month"),
        observe(state, "DE-01", "month", period="2025-01"),
    )
    assert found.level is not None
    assert alone.level is not None
    assert (found.level.value, alone.level.value) == (3, None)


@pytest.mark.clause("8.1.5", "8.1.6")
def test_the_gap_to_a_target_is_in_points_for_shares() -> None:
    found = observe(counted([dossier(1, "2026-03-05T09:00")]), "PS-01", "24h")
    assert found.target is not None
    assert (found.target.value, found.target.gap, found.target.gap_unit) == (50, 50, "pp")


@pytest.mark.parametrize(("value", "distance"), [(75, -5), (80, 0), (90, 0), (95, 0), (97.5, 2.5)])
def test_the_gap_to_a_band_is_that_to_its_nearer_edge(value: float, distance: float) -> None:
    goals = Goals(["band"], np.array([80.0]), np.array([95.0]), np.array([np.nan]))
    assert goals.gaps(np.array([value])).tolist() == [distance]


def test_ranks_count_strictly_better_values() -> None:
    value = np.array([5.0, 7, 7, 1, 9])
    has = np.array([True, True, True, True, False])
    nothing = np.zeros(5)
    values = Values(value, has, nothing, nothing, ~has, ~has)
    one_group = np.zeros(5, dtype=np.int64)
    up, of = ranks(values, one_group, "↑")
    down, _ = ranks(values, one_group, "↓")
    assert (up.tolist(), down.tolist()) == ([3, 1, 1, 4, 0], [2, 3, 3, 1, 0])
    assert of.tolist() == [4, 4, 4, 4, 0]


def test_a_commune_is_ranked_among_its_siblings_also_the_silent_ones() -> None:
    log = [dossier(n, "2026-02-02T09:00", due_at=stamp("2026-03-05T11:00")) for n in range(2)]
    state = counted(log)
    late, silent = (
        observe(state, "PS-05", "instant", unit) for unit in (COMMUNE, "C:11977@2025-07-01")
    )
    assert (late.rank, silent.rank) == (Rank(2, 2), Rank(1, 2))
    country = observe(state, "PS-05", "instant", "N:VN@1900-01-01")
    assert country.rank is None


@pytest.mark.clause("15.2.3")
def test_what_a_former_district_reports_is_in_no_sum() -> None:
    old = {"unitasof": "2025-06-30"}
    log = [
        revenue("2025-01", n, unit) | old
        for n, unit in ((1, "C:11953"), (2, "C:11977"), (9, "D:323"))
    ]
    found = observe(counted(log), "DE-01", "month", "P:33@1900-01-01")
    assert found.value == 3


def test_a_school_term_is_no_period_of_the_statistical_calendar() -> None:
    state = counted([revenue("2025-T1", 5), revenue("2026-01", 2)])
    found = observe(state, "DE-01", "month")
    assert (found.period, found.value) == ("2026-01", 2)


@pytest.mark.clause("7.2.1")
def test_a_revised_figure_names_the_one_before() -> None:
    again = revenue("2026-01", 7, vintage_no=2, vn_level="chinh_thuc")
    found = observe(counted([revenue("2026-01", 5), again]), "DE-01", "month")
    assert (found.value, found.status, found.vn_level) == (7, "A", "chinh_thuc")
    assert found.previous is not None
    assert (found.previous.value, found.previous.vintage) == (5, 1)


@pytest.mark.clause("7.1.4")
def test_the_weakest_figure_gives_the_status_of_a_sum() -> None:
    log = [
        revenue("2026-01", 1, "C:11953", vn_level="chinh_thuc"),
        revenue("2026-01", 2, "C:11977"),
    ]
    found = observe(counted(log), "DE-01", "month")
    assert (found.value, found.status, found.previous) == (3, "P", None)


@pytest.mark.clause("7.2.3")
def test_a_closed_period_is_final_when_every_source_has_passed_it() -> None:
    state = counted([revenue("2026-01", 1)])
    before = observe(state, "DE-01", "month", now="2026-02-01T00:00", final_to="2026-01-31T23:59")
    after = observe(state, "DE-01", "month", now="2026-02-01T00:01", final_to="2026-02-01T00:00")
    assert (before.finality, after.finality) == ("provisional", "final")
    assert (before.freshness.state, after.freshness.state) == ("provisional", "final")


def test_on_time_counts_what_was_closed_and_what_is_open() -> None:
    """Three with a deadline on 4 March: one finished in time, one late, one open and late."""
    log = [dossier(n, "2026-03-02T09:00", due_at=stamp("2026-03-04T09:00")) for n in range(3)]
    log += [finished(0, "2026-03-04T09:00"), finished(1, "2026-03-04T09:00:01")]
    log.append(dossier(9, "2026-03-02T09:00"))
    state = counted(log)
    every, done = observe(state, "PS-04", "month"), observe(state, "PS-04.finished", "month")
    assert (every.numerator, every.denominator) == (1, 3)
    assert (done.numerator, done.denominator) == (1, 2)
