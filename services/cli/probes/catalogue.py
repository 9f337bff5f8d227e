"""Judges the catalogue that a centre publishes."""

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from services.cli.probes.finding import Finding, all_of, first_fault, unknown
from services.cli.probes.survey import Item, Survey

METADATA: Final = (
    *("id", "vi", "en", "name_short_vi", "domain", "kind", "level", "formula", "unit", "decimals"),
    *("windows", "period_calendars", "unit_levels", "dimensions", "comparisons"),
    *("target", "target_source", "direction", "refresh", "owner", "provenance"),
)
PUBLISHED: Final = ("id", "vi", "owner", "formula", "formula_version", "target", "target_source")
KINDS: Final = frozenset({"outcome", "intermediate"})
CLASSES: Final = frozenset({"T0", "T1", "T2", "T3", "T4", "T5", "T6"})
COLOURS: Final = {1: "blue", 2: "yellow", 3: "orange", 4: "red", 5: "violet"}
OWN_QUALITY: Final = "ioc-quality"
DOMAINS: Final = frozenset(
    {
        *("public-service", "citizen-feedback", "resolution-tasks", "economy", "digital-economy"),
        *("telecom", "science-innovation", "environment", "traffic-safety", "health"),
        *("education", "cyber", "ioc-quality"),
    }
)


def is_published(survey: Survey) -> Finding:
    """4.1.1: each indicator is published with what makes it checkable."""
    return _each(survey, lambda one: [name for name in PUBLISHED if name not in one])


def versions_are_dated(survey: Survey) -> Finding:
    """4.1.2: identifiers are unique, and each formula has a version and an effective date."""
    ids = [one.get("id") for one in survey.indicators]
    if len(ids) != len(set(ids)):
        return Finding(holds=False, evidence="an identifier is published twice")
    wanted = ("formula_version", "effective_from")
    return _each(survey, lambda one: [name for name in wanted if not one.get(name)])


def metadata_is_complete(survey: Survey) -> Finding:
    """5.2.1: each indicator has every member of the metadata record."""
    return _each(survey, lambda one: [name for name in METADATA if name not in one])


def domains_are_complete(survey: Survey) -> Finding:
    """5.1.1: every domain has an indicator."""
    missing = DOMAINS - {str(one.get("domain")) for one in survey.indicators}
    return all_of("domains", len(DOMAINS), sorted(missing))


def kinds_are_told_apart(survey: Survey) -> Finding:
    """3.1.1: each indicator says whether it is an outcome or intermediate."""
    return _each(survey, lambda one: [] if one.get("kind") in KINDS else ["kind"])


def domains_have_outcomes(survey: Survey) -> Finding:
    """5.3.1: domains with two or more indicators, apart from the own quality, have an outcome."""
    kinds: defaultdict[str, list[object]] = defaultdict(list)
    for one in survey.indicators:
        kinds[str(one.get("domain"))].append(one.get("kind"))
    judged = {name: each for name, each in kinds.items() if len(each) > 1 and name != OWN_QUALITY}
    lacking = [name for name, each in judged.items() if "outcome" not in each]
    return all_of("domains with two or more indicators", len(judged), lacking)


def classes_are_named(survey: Survey) -> Finding:
    """6.1.1: each indicator has a refresh class of the table."""
    return _each(survey, lambda one: [] if _classes(one) & CLASSES else ["refresh"])


def public_service_is_live(survey: Survey) -> Finding:
    """6.1.2: public service and citizen feedback have indicators of class T0."""
    wanted = ("public-service", "citizen-feedback")
    live = {one.get("domain") for one in survey.indicators if "T0" in _classes(one)}
    return all_of("domains that must be live", 2, [name for name in wanted if name not in live])


def bounds_are_stated(survey: Survey) -> Finding:
    """9.1.2: each step of a default rule names level, bound and the colour of the scale."""
    ruled = [one for one in survey.indicators if (one.get("alert_levels") or {}).get("levels")]
    wrong = [
        f"{one['id']} level {step.get('level')}"
        for one in ruled
        for step in one["alert_levels"]["levels"]
        if not _is_stated(step, one["alert_levels"].get("rule"))
    ]
    return all_of("indicators with default bounds", len(ruled), wrong)


def distributions_are_never_averaged(survey: Survey) -> Finding:
    """8.1.4: no quantile and no air-quality index is rolled up by a mean."""
    spread = [one for one in survey.indicators if one.get("form") in {"quantile", "aqi"}]
    wrong = [str(one.get("id")) for one in spread if "mean" in str(one.get("rollup", "mean"))]
    return all_of("indicators of quantiles and air quality", len(spread), wrong)


def level_1_numbers(survey: Survey) -> Finding:
    """16.2.1: 20 indicators in 6 domains, a third of them outcomes."""
    domains = {one.get("domain") for one in survey.indicators}
    found = _numbers(survey, 20, 3)
    if found.holds and len(domains) < 6:
        return Finding(holds=False, evidence=f"{len(domains)} domains, 6 are needed")
    return found


def level_2_numbers(survey: Survey) -> Finding:
    """16.2.2: 40 indicators."""
    return _numbers(survey, 40, None)


def level_3_numbers(survey: Survey) -> Finding:
    """16.2.3: 60 indicators, half of them outcomes."""
    return _numbers(survey, 60, 2)


def tasks_name_outcomes(survey: Survey) -> Finding:
    """16.2.4: the catalogue has the indicator of tasks that moved their outcome."""
    known = any(one.get("id") == "TK-03" for one in survey.indicators)
    return first_fault([(known, "the catalogue has no TK-03")], "TK-03 is in the catalogue")


def _is_stated(step: Item, rule: object) -> bool:
    """Plain bounds have an operator; a statistical rule states its bound in its own members."""
    named = step.get("level") in COLOURS and step.get("colour") == COLOURS[step["level"]]
    if rule == "bounds":
        return named and "op" in step and bool(step.keys() & {"bound", "relative_to"})
    return named and len(step) > len(("level", "colour"))


def _numbers(survey: Survey, least: int, part: int | None) -> Finding:
    count = len(survey.indicators)
    outcomes = sum(one.get("kind") == "outcome" for one in survey.indicators)
    evidence = f"{count} indicators, {outcomes} of them outcomes"
    enough = count >= least and (part is None or outcomes * part >= count)
    wanted = f"; {least} are needed" + (f", 1/{part} of them outcomes" if part else "")
    return Finding(holds=enough, evidence=evidence if enough else evidence + wanted)


def _each(survey: Survey, faults_of: Callable[[Item], list[str]]) -> Finding:
    if not survey.indicators:
        return unknown("the centre publishes no catalogue")
    wrong = [
        f"{one.get('id')} without {', '.join(found)}"
        for one in survey.indicators
        if (found := faults_of(one))
    ]
    return all_of("indicators", len(survey.indicators), wrong)


def _classes(one: Item) -> set[str]:
    return set(str(one.get("refresh", "")).replace(";", " ").replace("–", " ").split())
