"""Parts of reports: sectors, breakdowns that are the total, school terms, estimates of a year."""

from typing import Any

from services.domain.engine.measures import Measure
from services.domain.engine.state import ROWS, State
from services.domain.engine.windows import SCHOOL, STATISTICAL
from tests.unit.asked_measures import amount, read
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at

NOW = at("2026-02-01T00:00")
PROVINCE, COMMUNE = "P:33@2025-07-01", "C:11953@2025-07-01"
TOTAL = ("", "")


def report(kind: str, said: Document, unit: str = "P:33") -> Document:
    data = {
        "period": "2025-Q4",
        "period_calendar": "statistical",
        "vn_level": "so_bo",
        "vintage_no": 1,
        "released_at": "2026-01-10T09:00:00+07:00",
    } | said
    subject = "/".join(str(value) for value in said.values() if isinstance(value, str))
    return document(kind, "2026-01-10T09:00", subject, data, unit=unit)


def revenue(sector: str, amount_vnd: int, **said: Any) -> Document:
    usual = {"sector": sector, "flow": "revenue", "origin": "rd_result", "amount_vnd": amount_vnd}
    unit = said.pop("unit", "P:33")
    return report("sector.revenue", usual | {"firm_revenue_vnd": 10 * amount_vnd} | said, unit)


def state_of(documents: list[Document], name: str) -> State:
    return read(documents, NOW, name).state


def measure(state: State, name: str) -> Measure:
    return state.catalogue.measures[name]


def test_sectors_are_added_each_by_its_own_row_or_by_its_parts() -> None:
    organisation = {"dim": "organisation"}
    sent = [
        revenue("IT_INDUSTRY", 100),
        revenue("IT_INDUSTRY", 7, **organisation, dim_value="A"),
        revenue("POSTAL", 20, **organisation, dim_value="A"),
        revenue("POSTAL", 30, **organisation, dim_value="B"),
        revenue("TELECOM", 5, dim="vsic", dim_value="J61"),
    ]
    state = state_of(sent, "rd_revenue")
    figures, found = state.figures[STATISTICAL], measure(state, "rd_revenue")
    assert figures.value(found, PROVINCE, TOTAL, "2025-Q4") == 150
    assert figures.value(found, PROVINCE, ("organisation", "A"), "2025-Q4") == 27
    assert figures.value(found, PROVINCE, ("vsic", "J61"), "2025-Q4") == 5
    assert figures.value(found, PROVINCE, TOTAL, "2025-Q3") is None
    firms = state_of(sent, "rd_firm_revenue")
    value = firms.figures[STATISTICAL].value(
        measure(firms, "rd_firm_revenue"), PROVINCE, TOTAL, "2025-Q4"
    )
    assert value == 1500


def test_sectors_of_the_units_below_are_the_last_resort() -> None:
    sent = [revenue("OTHER", 3, unit="C:11953"), revenue("OTHER", 4, unit="C:11977")]
    state = state_of(sent, "rd_revenue")
    figures, found = state.figures[STATISTICAL], measure(state, "rd_revenue")
    assert figures.value(found, PROVINCE, TOTAL, "2025-Q4") == 7
    assert figures.value(found, COMMUNE, TOTAL, "2025-Q4") == 3


def test_where_the_filter_names_a_breakdown_its_row_is_the_total() -> None:
    usual = {"sector": "GOODS", "flow": "export", "origin": "all", "amount_vnd": 1}
    sent = [
        report("sector.revenue", usual | {"amount_usd": 100.25}),
        report(
            "sector.revenue", usual | {"amount_usd": 40.5, "dim": "hightech", "dim_value": "yes"}
        ),
        report(
            "sector.revenue", usual | {"amount_usd": 59.75, "dim": "hightech", "dim_value": "no"}
        ),
    ]
    reading = read(sent, NOW, "goods_export", "goods_export_hightech")
    window = ("quarter", "2025-Q4")
    assert amount(reading, "goods_export", NOW, PROVINCE, window) == 100.25
    assert amount(reading, "goods_export_hightech", NOW, PROVINCE, window) == 40.5


def test_a_row_without_the_field_is_no_row() -> None:
    row = revenue("OTHER", 3)
    del row["data"]["firm_revenue_vnd"]
    state = state_of([row], "rd_firm_revenue")
    figures = state.figures[STATISTICAL]
    assert figures.value(measure(state, "rd_firm_revenue"), PROVINCE, TOTAL, "2025-Q4") is None


def test_terms_of_schools_are_a_calendar_of_their_own() -> None:
    said = {"period": "2025-T1", "period_calendar": "school", "students": 50, "with_ict_access": 40}
    sent = [
        report("school.report", said | {"dim": "school", "dim_value": name}, "C:11953")
        for name in ("S1", "S2")
    ]
    state = state_of(sent, "students")
    figures = state.figures[SCHOOL]
    assert figures.value(measure(state, "students"), PROVINCE, TOTAL, "2025-T1") == 100
    assert figures.value(measure(state, "students"), PROVINCE, ("school", "S1"), "2025-T1") == 50


def estimate(date: str, value: int, unit: str = "P:33", **said: Any) -> Document:
    data = {"series_id": "budget_revenue_estimate", "ref_date": date, "value": value} | said
    subject = "/".join(["budget_revenue_estimate", date, *said.values()])
    return document("reference.value", "2025-07-02T00:00", subject, data, unit=unit)


def test_an_estimate_holds_to_the_end_of_its_year_and_for_a_breakdown_by_its_row() -> None:
    item = {"dim": "revenue_item", "dim_value": "1701"}
    sent = [
        estimate("2025-01-01", 100),
        estimate("2025-08-01", 120),
        estimate("2025-01-01", 30, **item),
        estimate("2025-01-01", 9, "C:11953"),
    ]
    state = state_of(sent, "budget_revenue_estimate")
    rows, found = state.figures[ROWS], measure(state, "budget_revenue_estimate")

    def at_time(time: str, unit: str = PROVINCE, member: tuple[str, str] = TOTAL) -> float | None:
        return rows.row_at(found, unit, at(time), member)

    assert at_time("2025-08-01T00:00") == 100
    assert at_time("2025-08-01T00:01") == 120
    assert at_time("2026-01-01T00:00") == 120
    assert at_time("2026-01-01T00:01") is None
    assert at_time("2025-12-01T00:00", PROVINCE, ("revenue_item", "1701")) == 30
    assert at_time("2025-12-01T00:00", COMMUNE) == 9
