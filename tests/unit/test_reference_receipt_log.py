"""The real log of 1,434 permit dossiers gives the totals that were counted by hand."""

import csv
import functools
import os
from pathlib import Path
from typing import Any

import pytest

from services.domain.events import Event
from services.reference.reference import Reference
from tests.unit.reference_log import COMMUNE, COUNTRY, PROVINCE, at, event, reference

SHARED_DATA = Path(
    os.environ.get("IOC_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data"
)
LOG = SHARED_DATA / "receipt_log.csv"
CHANNELS = {"Internet": 2, "Desk": 1, "Post": 3}
NOW = at("2026-06-01T00:00")

pytestmark = pytest.mark.skipif(
    not LOG.is_file(), reason=f"the real log is not there: set IOC_SHARED_DATA ({SHARED_DATA})"
)


def dossier(row: dict[str, str]) -> list[Event]:
    """Return the receipt of a case and, when it has an end, its finish."""
    subject = row["case:concept:name"]
    begun, due, ended = (
        row[name].replace(" ", "T")
        for name in ("case:startdate", "case:enddate_planned", "case:enddate")
    )
    said: dict[str, Any] = {
        "procedure_code": "permit",
        "svc_level": "none",
        "submitted_at": begun,
        "requires_paper_result": False,
        "agency_id": "H33.15",
    }
    if due:
        said["due_at"] = due
    if row["case:channel"] in CHANNELS:
        said["channel"] = CHANNELS[row["case:channel"]]
    steps: list[tuple[str, str, dict[str, Any]]] = [("received", begun, said)]
    if ended:
        steps.append(("finished", ended, {}))
    return [
        event(
            f"dossier.{name}",
            time,
            subject,
            data,
            id=f"{subject}-{name}",
            unitasof="2025-07-01",
        )
        for name, time, data in steps
    ]


@functools.cache
def opinion() -> Reference:
    with LOG.open(encoding="utf-8", newline="") as lines:
        cases = {row["case:concept:name"]: row for row in csv.DictReader(lines)}
    events = [step for row in cases.values() for step in dossier(row)]
    return reference(*reversed(events), *events)


@pytest.mark.parametrize("unit", [COMMUNE, PROVINCE, COUNTRY])
def test_totals_of_everything_up_to_now(unit: str) -> None:
    names = {
        "dossiers_received": 1434,
        "dossiers_submitted_online": 1250,
        "dossiers_closed": 1329,
        "dossiers_finished_on_time": 940,
        "dossiers_finished_late": 389,
        "dossiers_open": 105,
        "dossiers_overdue": 105,
    }
    found = {name: opinion().measure(name, unit, None, None, NOW, NOW) for name in names}
    assert found == names


@pytest.mark.parametrize(
    ("indicator", "rounded", "denominator"),
    [("PS-04", 65.55, 1434), ("PS-04.finished", 70.73, 1329), ("PS-07.submitted", 87.17, 1434)],
)
def test_published_rates(indicator: str, rounded: float, denominator: int) -> None:
    found = opinion().value(indicator, PROVINCE, None, "all", NOW)
    assert found.value is not None
    assert round(float(found.value), 2) == rounded
    assert found.denominator == denominator


@pytest.mark.clause("8.2.4")
def test_the_months_add_up_and_each_month_balances() -> None:
    months = [f"{year}-{month:02d}" for year in (2010, 2011, 2012) for month in range(1, 13)]
    received = [
        opinion().value("PS-07", PROVINCE, None, "month", NOW, month).denominator or 0
        for month in months
    ]
    assert sum(received) == 1434
    for month in months:
        found = opinion().value("PS-04", PROVINCE, None, "month", NOW, month)
        assert found.denominator is not None
        assert found.denominator >= (found.numerator or 0)


def test_every_dossier_is_open_and_overdue_at_the_instants_of_its_own_life() -> None:
    halfway = at("2011-06-01T00:00")
    counts = [
        opinion().measure(name, PROVINCE, None, None, halfway, NOW)
        for name in ("dossiers_received", "dossiers_closed", "dossiers_open")
    ]
    assert counts[0] is not None
    assert counts[0] == (counts[1] or 0) + (counts[2] or 0)
