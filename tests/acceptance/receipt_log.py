"""The real log of 1,434 permit dossiers, where it is there; its licence keeps it out of here."""

import csv
import json
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from services.cli.mapping import load_mapping
from services.cli.sources import open_source
from tests.acceptance.dossier_log import HANOI, Log, Totals
from tests.centre import ROOT

LOG = Path(os.environ.get("IOC_SHARED_DATA") or ROOT.parent / "shared" / "data") / "receipt_log.csv"
MAPPING = ROOT / "examples" / "receipt_log.toml"
ABSENT = f"the real log is not at {LOG}: IOC_SHARED_DATA names its folder"
TOTALS = Totals(received=1434, online=1250, finished_on_time=940, finished_late=389, overdue=105)
EVENTS = 1434 + 1329


def receipt_log(province: str, commune: str) -> Log:
    """The log as if the office were this commune, with identities of its own."""
    with open_source(LOG) as source:
        events = [json.loads(record.raw) for record in source.records(load_mapping(MAPPING))]
    moved = {"unit": commune, "source": f"/agency/H33.{commune[2:]}/receipt-log"}
    events = [event | moved for event in events]
    months = {
        month: {commune: totals, province: totals} for month, totals in _months_of_cases().items()
    }
    return Log(province, events, {commune: TOTALS, province: TOTALS}, months)


def _months_of_cases() -> dict[str, Totals]:
    """What each month of the log comes to, counted from its columns."""
    months: dict[str, Totals] = defaultdict(Totals)
    with LOG.open(encoding="utf-8", newline="") as lines:
        cases = {row["case:concept:name"]: row for row in csv.DictReader(lines)}
    for case in cases.values():
        online = int(case["case:channel"] == "Internet")
        months[_month(case["case:startdate"])] += Totals(received=1, online=online)
        if case["case:enddate"]:
            ended, due = (
                datetime.fromisoformat(case[name])
                for name in ("case:enddate", "case:enddate_planned")
            )
            late = int(ended > due)
            part = Totals(finished_on_time=1 - late, finished_late=late)
            months[_month(case["case:enddate"])] += part
    return dict(months)


def _month(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(HANOI):%Y-%m}"
