"""The real log of 1,434 permit dossiers, where it is there; its licence keeps it out of here."""

import json
import os
from pathlib import Path

from services.cli.mapping import load_mapping
from services.cli.sources import open_source
from tests.acceptance.dossier_log import Log, Totals
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
    return Log(province, [event | moved for event in events], {commune: TOTALS, province: TOTALS})
