"""Judges the administrative units that a centre knows, by the vectors of annex D."""

from typing import Final

from services.cli.probes.finding import Finding, first_fault, unknown
from services.cli.probes.survey import Survey

PROVINCES, COMMUNES = 34, 3_321
CODE: Final = "C:26740"


def keys_have_a_date(survey: Survey) -> Finding:
    """15.1.1: the key of each unit is level, code and the day from which it is valid."""
    found = survey.answers["provinces"].items + survey.answers["communes"].items
    if not found:
        return unknown("the centre lists no units")
    wrong = [
        unit for unit in found if unit.get("key") != f"{unit.get('code')}@{unit.get('valid_from')}"
    ]
    return first_fault(
        [(not wrong, f"{len(wrong)} of {len(found)} units have another key")],
        f"{len(found)} units with the key <level>:<code>@<valid from>",
    )


def the_list_of_the_reform(survey: Survey) -> Finding:
    """15.1.2: 34 provinces and 3,321 communes on 1 July 2025."""
    provinces = len({unit.get("key") for unit in survey.answers["provinces"].items})
    communes = len({unit.get("key") for unit in survey.answers["communes"].items})
    evidence = f"{provinces} provinces and {communes} communes on 2025-07-01"
    return Finding(holds=(provinces, communes) == (PROVINCES, COMMUNES), evidence=evidence)


def a_code_means_the_unit_of_its_day(survey: Survey) -> Finding:
    """15.1.3: code 26740 before and after the reform."""
    before = _name(survey, "code before", CODE)
    after = _name(survey, "code after", CODE)
    evidence = f"26740 is {before} on 2025-06-30 and {after} on 2025-07-01"
    holds = (before, after) == ("Phường Bến Nghé", "Phường Sài Gòn")
    return Finding(holds=holds, evidence=evidence)


def later_changes_are_known(survey: Survey) -> Finding:
    """15.1.5: Đồng Nai before and after 30 April 2026."""
    before = _name(survey, "retyped before", "P:75")
    after = _name(survey, "retyped after", "P:75")
    evidence = f"P:75 is {before} on 2026-04-29 and {after} on 2026-04-30"
    holds = (before, after) == ("Tỉnh Đồng Nai", "Thành phố Đồng Nai")
    return Finding(holds=holds, evidence=evidence)


def _name(survey: Survey, question: str, code: str) -> str:
    units = survey.answers[question].items
    names = [str(unit.get("name_vi")) for unit in units if unit.get("code") == code]
    return ", ".join(names) or "nothing"
