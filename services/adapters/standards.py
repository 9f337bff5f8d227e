"""Opens the standard: measures and indicators from the files under `standards/`."""

from pathlib import Path
from typing import Any

import yaml

from services.adapters.standard_files import IndicatorFile
from services.domain.engine.catalogue import Catalogue, parse_measure
from services.domain.engine.catalogue_faults import indicator_faults
from services.domain.engine.indicator import Indicator
from services.domain.engine.measures import Measure
from services.domain.errors import Refused

AWAITED_TYPES = frozenset(
    {
        "vn.ioc.budget.entry.v1",
        "vn.ioc.cyber.detected.v1",
        "vn.ioc.cyber.resolved.v1",
        "vn.ioc.emergency.call.v1",
        "vn.ioc.enterprise.status.v1",
        "vn.ioc.env.reading.v1",
        "vn.ioc.exchange.deal.v1",
        "vn.ioc.feed.heartbeat.v1",
        "vn.ioc.feedback.assigned.v1",
        "vn.ioc.feedback.in_progress.v1",
        "vn.ioc.feedback.published.v1",
        "vn.ioc.feedback.rated.v1",
        "vn.ioc.feedback.refused.v1",
        "vn.ioc.feedback.reopened.v1",
        "vn.ioc.feedback.resolved.v1",
        "vn.ioc.feedback.submitted.v1",
        "vn.ioc.feedback.supplement_requested.v1",
        "vn.ioc.feedback.transferred.v1",
        "vn.ioc.hazard.bulletin.v1",
        "vn.ioc.health.bed.v1",
        "vn.ioc.health.case.v1",
        "vn.ioc.invest.disbursement.v1",
        "vn.ioc.invest.plan.v1",
        "vn.ioc.probe.result.v1",
        "vn.ioc.procedure.catalogue.v1",
        "vn.ioc.school.report.v1",
        "vn.ioc.staff.profile_count.v1",
        "vn.ioc.stay.checkin.v1",
        "vn.ioc.task.assigned.v1",
        "vn.ioc.task.cancelled.v1",
        "vn.ioc.task.completed.v1",
        "vn.ioc.task.extended.v1",
        "vn.ioc.task.progress.v1",
        "vn.ioc.telecom.coverage.v1",
        "vn.ioc.traffic.crash.v1",
        "vn.ioc.traffic.reading.v1",
    }
)
"""Event types that the contract does not have yet: measures of them are left out until it has."""
FOLDER = Path(__file__).resolve().parents[2] / "standards"


def load_measure_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The measures as data."""
    text = (folder / "measures.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)["measures"]
    return [each for each in found if AWAITED_TYPES.isdisjoint(each["event_types"])]


def load_indicator_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The indicators as data, in the order of their numbers."""
    return [
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in sorted((folder / "indicators").glob("*.yaml"))
    ]


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """The catalogue of the standard; raises `Refused` with file, line and reason of every fault."""
    measures = [parse_measure(document) for document in load_measure_documents(folder)]
    files = [IndicatorFile(path) for path in sorted((folder / "indicators").glob("*.yaml"))]
    faults = [fault for file in files for fault in file.faults]
    if faults:
        raise Refused("\n".join(faults))
    held = {file.indicator.id: file for file in files if file.indicator is not None}
    indicators = [file.indicator for file in held.values() if file.indicator is not None]
    indicators = _without(_left_out(folder, measures), indicators)
    found = indicator_faults(measures, indicators)
    if found:
        raise Refused("\n".join(held[fault.indicator].describe(fault) for fault in found))
    return Catalogue(measures, indicators)


def _left_out(folder: Path, measures: list[Measure]) -> set[str]:
    """The measures that wait for their event types."""
    text = (folder / "measures.yaml").read_text(encoding="utf-8")
    written = {each["id"] for each in yaml.load(text, Loader=yaml.CSafeLoader)["measures"]}
    return written - {measure.id for measure in measures}


def _without(missing: set[str], indicators: list[Indicator]) -> list[Indicator]:
    """The indicators that can be computed without these measures, also through each other."""
    gone = set(missing)
    while True:
        kept = [each for each in indicators if gone.isdisjoint(_named(each))]
        if len(kept) == len(indicators):
            return kept
        for each in indicators:
            if each not in kept:
                gone |= {formula.id for formula in each.formulas}
        indicators = kept


def _named(indicator: Indicator) -> set[str]:
    return {name for formula in indicator.formulas for name in formula.references}
