"""Judges a centre's answers over HTTP."""

import re
from typing import Final

from services.cli.probes.asking import PARTS_MAX
from services.cli.probes.finding import Finding, first_fault, unknown
from services.cli.probes.survey import Survey

BOUNDED: Final = re.compile(r'="(?:[NPCD]:[^"]*|/agency/[^"]*)"')


def is_described(survey: Survey) -> Finding:
    """4.2.6 and 11.3.4: the centre serves OpenAPI 3.1 of what it answers and what it takes."""
    documents = [("read interface", survey.answers["openapi"].members, "/v1/observations")]
    if "intake openapi" in survey.answers:
        documents.append(("intake", survey.answers["intake openapi"].members, "/v1/events"))
    return first_fault(
        [
            (
                str(found.get("openapi")).startswith("3.1") and path in found.get("paths", {}),
                f"the {name} serves no OpenAPI 3.1 that names {path}",
            )
            for name, found, path in documents
        ],
        f"OpenAPI 3.1 of the {' and of the '.join(name for name, *_ in documents)}",
    )


def pages_make_up_the_list(survey: Survey) -> Finding:
    """11.3.1: lists have items and next, and the pages hold every item once."""
    parts = [survey.answers.get(f"part {number}") for number in range(PARTS_MAX)]
    keys = [unit.get("key") for part in parts if part is not None for unit in part.items]
    whole = survey.answers["provinces"]
    is_list = {"items", "next"} <= whole.members.keys()
    return first_fault(
        [
            (is_list, "a list is not {items, next}"),
            (len(keys) == len(set(keys)), "pages repeat an item"),
            (set(keys) == {unit.get("key") for unit in whole.items}, "pages lack an item"),
        ],
        f"{len(keys)} units in {sum(part is not None for part in parts)} pages",
    )


def unchanged_is_304(survey: Survey) -> Finding:
    """11.3.2: an ETag, 304 for who has it, 200 for who has another."""
    return first_fault(
        [
            (survey.answers["provinces"].headers.get("etag"), "a list has no ETag"),
            (survey.answers["page"].headers.get("etag"), "observations have no ETag"),
            (survey.answers["unchanged"].status == 304, "the same ETag is not answered by 304"),
            (survey.answers["changed"].status == 200, "another ETag is not answered by 200"),
        ],
        "ETag, 304 to who has it, 200 to who has another",
    )


def errors_are_problems(survey: Survey) -> Finding:
    """11.3.3: unknown names, parameters and paths are problem documents."""
    expected = {"unknown indicator": 404, "unknown parameter": 400, "unknown path": 404}
    if "wrong body" in survey.answers:
        expected["wrong body"] = 415
    wrong = [
        f"{name}: {survey.answers[name].status} {survey.answers[name].media_type}"
        for name, status in expected.items()
        if not survey.answers[name].is_problem or survey.answers[name].status != status
    ]
    evidence = f"{', '.join(expected)}: application/problem+json"
    return first_fault([(not wrong, "; ".join(wrong))], evidence)


def tables_are_csv(survey: Survey) -> Finding:
    """11.3.5: the same list as CSV by `Accept`."""
    answer = survey.answers["csv"]
    header = answer.body.partition(b"\r\n")[0].decode("utf-8", "replace")
    return first_fault(
        [
            (answer.media_type == "text/csv", f"it is {answer.media_type or 'nothing'}"),
            ("indicator" in header.split(","), f"the header line is {header!r}"),
        ],
        f"text/csv with {len(header.split(','))} columns",
    )


def values_are_found(survey: Survey) -> Finding:
    """11.3.6: an observation is found again by its filters and as a series."""
    if "by filters" not in survey.answers:
        return unknown("no observation of a period to ask for")
    asked = next((one for one in survey.observations if one.get("period")), {})
    answers = survey.answers
    ids = [item.get("id") for item in answers["by filters"].items]
    return first_fault(
        [
            (ids == [asked.get("id")], f"by its filters {asked.get('id')} is {ids}"),
            (answers["series"].items, "its series is empty"),
        ],
        f"{asked.get('id')} by its filters and as a series",
    )


def services_can_be_watched(survey: Survey) -> Finding:
    """12.5.2: life, readiness and metrics, whose labels name no unit and no source."""
    services = ["", *(["intake "] if "intake healthz" in survey.answers else [])]
    checks: list[tuple[object, str]] = []
    for service in services:
        for name in ("healthz", "readyz", "metrics"):
            answer = survey.answers[f"{service}{name}"]
            checks.append((answer.status == 200, f"{service}{name} answers {answer.status}"))
        text = survey.answers[f"{service}metrics"].body.decode("utf-8", "replace")
        checks.append(("# TYPE" in text, f"{service}metrics is no text of Prometheus"))
        label = BOUNDED.search(text)
        checks.append((label is None, f"a label of {service}metrics is {label and label[0]}"))
    named = " and ".join(name.strip() or "api" for name in services)
    return first_fault(checks, f"/healthz, /readyz and /metrics of {named}")
