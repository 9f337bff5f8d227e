"""Figures that contradict others are kept, shown and marked, in whatever order they come."""

import pytest

from services.domain.engine.observation import Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.windows import previous_period
from services.domain.events import Event
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.reference_log import PROVINCE, at, revenue, series, written

NOW = at("2026-06-02T12:00")
MONTH, QUARTER = "2026-05", "2026-Q1"


def observed(formula: str, window: str, period: str, *events: Event) -> Observation:
    """An indicator of the province; the events come one way, or the other."""
    found = []
    for order in (list(events), list(reversed(events))):
        centre, reading = Counting(), Reading()
        for fact in order:
            centre.count([written(fact)], 0, NOW)
        reading.read(centre)
        cell = reading.state.cells.number(PROVINCE)
        (one,) = Observer(reading.state).observe(
            catalogue().formulas[formula], window, "statistical", [cell], Moment(NOW, NOW), period
        )
        found.append(one)
    assert found[0] == found[1]
    return found[0]


def economy(**components: float) -> list[Event]:
    """The share of the digital economy, and of its parts."""
    total = series("digital_economy_share", "P:33", QUARTER, 18.72)
    return [
        total,
        *(
            series("digital_economy_share", "P:33", QUARTER, share, dim=("component", name))
            for name, share in components.items()
        ),
    ]


@pytest.mark.clause("7.3.4")
@pytest.mark.parametrize(
    ("shares", "warned"), [((8.63, 10.09), False), ((8.63, 10.10), False), ((8.63, 10.11), True)]
)
def test_components_of_a_share_add_up_within_a_hundredth(
    shares: tuple[float, float], warned: bool
) -> None:
    ict, others = shares
    found = observed("DE-03", "quarter", QUARTER, *economy(ict=ict, other_sectors=others))
    assert found.value == 18.72
    assert found.warnings == (("parts_do_not_add_up",) if warned else ())


@pytest.mark.clause("7.3.4")
@pytest.mark.parametrize(("second", "warned"), [(40.5, False), (40.6, True), (39.4, True)])
def test_parts_of_a_sum_add_up_within_half_a_per_cent(second: float, warned: bool) -> None:
    found = observed(
        "DE-01",
        "month",
        MONTH,
        revenue("P:33", MONTH, 100),
        revenue("P:33", MONTH, 60, dim=("organisation", "A")),
        revenue("P:33", MONTH, second, dim=("organisation", "B")),
    )
    assert found.value is not None
    assert found.warnings == (("parts_do_not_add_up",) if warned else ())


@pytest.mark.clause("7.3.4")
def test_exports_above_revenue_warn_of_both() -> None:
    sold = revenue("P:33", MONTH, 368_201)
    exported = revenue("P:33", MONTH, 380_640, flow="export", usd=14_640_000_000)
    for formula in ("DE-01", "DE-02.to_revenue"):
        assert observed(formula, "month", MONTH, sold, exported).warnings == ("cross_series",)
    assert observed("DE-01", "month", MONTH, sold).warnings == ()


@pytest.mark.clause("7.3.4")
@pytest.mark.parametrize(
    ("months", "last", "warned"), [(12, 300, True), (12, 115, False), (11, 300, False)]
)
def test_a_sudden_change_is_marked_when_a_year_is_known(
    months: int, last: float, warned: bool
) -> None:
    history, period = [revenue("P:33", MONTH, last)], MONTH
    for number in range(months):
        period = previous_period(period)
        history.append(revenue("P:33", period, 100 + 5 * (number % 3)))
    found = observed("DE-01", "month", MONTH, *history)
    assert found.warnings == (("sudden_change",) if warned else ())
