"""Files of the standard that are wrong are refused, with file, line and reason."""

import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from schemas.catalogue_schema import indicator_schema
from services.adapters.standards import (
    load_catalogue,
    load_indicator_documents,
    load_standard,
)
from services.adapters.watched_standard import WatchedStandard
from services.domain.errors import Refused
from tests.standard_folder import change, faults, refusal

BROKEN = [
    # (file, what is written, what is written instead, line at which and reason why it is refused)
    ("PS-01", "unit: '%'", "unit: '%", r":\d+: is not YAML"),
    ("PS-01", "decimals: 2", "decimals: two", r":24: decimals: Expected `int`, got `str`"),
    ("PS-01", "direction: ↑", "direction: up", r":\d+: direction: .* 'up': allowed are band, ↑, ↓"),
    ("PS-01", "scale: 100", "scale: 100\nscale: 1", r":19: scale is written twice"),
    ("PS-01", "decimals: 2", "decimal: 2", r":24: decimal: is no member: decimals is one"),
    ("PS-01", "form: ratio", "form: mean", r":15: form: Invalid enum value 'mean'"),
    ("PS-01", "form: ratio", "form: quantile", r":15: form: quantile needs inputs"),
    ("PS-01", "scale: 100", "scale: 100\nq: 0.5", r":19: q: ratio has no use for it"),
    ("PS-01", "scale: 100", "scale: 1", r":18: scale: a share in % has the scale 100"),
    ("PS-01", "[24h, 30d", "[24h, fortnight", r":19: windows\.1: Invalid enum value"),
    ("PS-01", "denominator: [dossiers_received]", "denominator: []", r": form: ratio needs denom"),
    ("PS-01", "[dossiers_received]", "[dossiers_recieved]", r":17: denominator: .* is neither"),
    ("PS-01", "[dossiers_received]", "[feedback_received]", r":17: denominator: % of items"),
    ("PS-01", "[agency,", "[agency, colour,", r":22: dimensions.1: no such breakdown .*colour"),
    ("PS-01", "[mom,", "[fom,", r":23: comparisons\.0: Invalid enum value 'fom'"),
    ("PS-01", "[mom,", "[qoq,", r":23: comparisons.0: qoq needs one of quarter"),
    ("PS-01", "[mom,", "[limit,", r":23: comparisons.0: limit is the component"),
    ("PS-01", "op: '>=', value: 50", "op: <=, value: 50", r"target_bound.op: the target stands"),
    ("PS-01", "op: <, bound: 40", "op: '>', bound: 40", r"levels.1.op: > stands against"),
    ("PS-01", "op: <, bound: 40", "op: <, bound: 10", r"levels: the bounds are out of order"),
    ("PS-01", "op: <, bound: 50", "op: <, bound: 60", r"bound: alerts before the target"),
    ("PS-01", "window: 30d", "window: 7d", r"alert_levels.window: value has no window 7d"),
    ("PS-01", "'on': value", "'on': worth", r"alert_levels.on: worth is neither"),
    ("PS-01", "level: 3", "level: 6", r"levels\.1\.level: Expected `int` <= 5"),
    ("PS-01", "id: PS-01", "id: PS-99", r":1: id: PS-99 is not the file: name the file PS-99.yaml"),
    ("PS-01", "'2025-07-01'", "'2025-13-01'", r":3: effective_from: 2025-13-01 is no day"),
    ("PS-01", "name_short_vi: Hồ sơ toàn trình", "", r": name_short_vi: is missing"),
    ("PS-01", "rollup: ratio_of_sums", "rollup: sketch", r"rollup: ratio does not roll up"),
    ("PS-01", "zero_denominator: no_value", "zero_denominator: zero", r"zero_denominator: Inv"),
    ("PS-05", "windows: [instant]\nperiod", "windows: [month]\nperiod", r"window: value has no"),
    ("PS-05", "[dossiers_overdue]", "[dossiers_received]", r"windows: an instant has stocks only"),
    ("PS-05", "inputs: [dossier_next_deadline]", "inputs: [dossiers_open]", r"unit: a timestamp"),
    ("PS-05", "id: open", "id: due_soon", r"components: due_soon is there 2 times"),
    ("PS-05", "level: 2, colour: yellow, share", "level: 5, colour: red, share", r"stages do not"),
    ("DE-01", "divide_by: 1000000000", "divide_by: 1000", r"divide_by: bn VND is a sum divided"),
    ("DE-01", "windows: [month, ytd]", "windows: [month, 24h]", r"windows: reports have no value"),
    ("EN-01", "[pollutant_hour]", "[road_deaths]", r":16: inputs: road_deaths is no reading"),
    ("EN-01", "to: 100,", "to: 40,", r"bands: the bands do not rise"),
    ("TR-03", "[response_sketch]", "[road_deaths]", r"inputs: quantile of road_deaths"),
    ("TR-01", "[road_deaths]", "[response_sketch]", r"numerator: response_sketch can not be added"),
    ("PS-12", "min_points: 60", "min_points: 160", r"min_points: there are only 100 points"),
    ("PS-12", "input: PS-04", "input: PS-44", r"criteria: PS-44 is neither"),
    ("PS-12", "max_points: 20", "max_points: 25", r"criteria: they add up to 105 points, not"),
    ("PS-01", "scale: 100", "scale: .nan", r": scale: is no finite number"),
    ("PS-01", "scale: 100", "scale: 0", r": scale: nothing is left"),
    ("PS-01", "op: <, bound: 40", "op: <, bound: .inf", r"levels.1.bound: is no finite number"),
    ("PS-01", "windows: [", "windows: [month, month, ", r"windows: month is there"),
    ("PS-05", "id: open", "id: value", r"components: value is the indicator itself"),
    ("PS-12", "input: PS-04", "input: PS-12", r":20: criteria.1.input: PS-12 is defined by itself"),
    ("ED-01", "[school]\nunit", "[statistical]\nunit", r"windows: term is not of the calendar"),
    ("HE-02", "band: [80, 95]", "band: [95, 80]", r"band: the lower edge is not below"),
    ("FB-05", "count: feedback_received", "count: received", r"count: received is no measure"),
    ("HE-01", "above_sd: 1}", "p_below: 0.1}", r"levels.0: a level of baseline_sd needs above_sd"),
    ("EC-06", "relative_to: path}", "relative_to: target}", r"relative_to: target is not compared"),
]


@pytest.mark.parametrize(("name", "before", "after", "reason"), BROKEN)
def test_a_broken_file_is_refused(
    folder: Path, name: str, before: str, after: str, reason: str
) -> None:
    change(folder, name, before, after)
    said = refusal(folder)
    assert re.search(reason, said), said
    assert all(line.startswith(name) for line in said.splitlines() if re.match(r"\w\w-\d\d", line))


def test_all_faults_of_all_files_are_said_at_once(folder: Path) -> None:
    change(folder, "PS-01", "scale: 100", "scale: 1")
    change(folder, "DE-01", "divide_by: 1000000000", "divide_by: 1000")
    said = faults(folder)
    assert [line.split(":")[0] for line in said] == ["DE-01.yaml", "PS-01.yaml"]


def test_every_file_has_the_form_of_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(indicator_schema())
    documents = load_indicator_documents()
    assert len(documents) == 60
    for document in documents:
        validator.validate(document)
    assert not validator.is_valid(documents[0] | {"colour": "red"})
    assert not validator.is_valid(documents[0] | {"direction": "up"})


def test_the_standard_has_all_indicators_and_components() -> None:
    found = load_catalogue()
    assert (len(found.indicators), len(found.formulas), len(found.measures)) == (60, 107, 128)


def test_a_changed_catalogue_is_taken_over_once(folder: Path) -> None:
    watched = WatchedStandard(folder)
    assert watched.next() is None
    change(folder, "PS-01", "value: 50}", "value: 55}")
    found = watched.next()
    assert found is not None
    bound = found.catalogue.indicators["PS-01"].target_bound
    assert bound is not None
    assert bound.value == 55
    assert watched.next() is None


def test_a_refused_version_leaves_the_one_in_force_and_is_said_once(folder: Path) -> None:
    watched = WatchedStandard(folder)
    change(folder, "PS-01", "scale: 100", "scale: 1")
    with pytest.raises(Refused, match=r"PS-01\.yaml:18"):
        watched.next()
    assert watched.next() is None
    change(folder, "PS-01", "scale: 1\n", "scale: 100\n")
    assert watched.next() is not None


def test_changed_measures_are_taken_over_with_a_warning_for_each_formula(folder: Path) -> None:
    watched = WatchedStandard(folder)
    path = folder / "measures.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    (online,) = (m for m in document["measures"] if m["id"] == "dossiers_submitted_online")
    online["filter"] = []
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    found = watched.next()
    assert found is not None
    assert found.catalogue.measures["dossiers_submitted_online"].filter == ()
    assert watched.details["warnings"] == [
        "PS-07: the formula has changed under version 1: raise formula_version"
    ]


TODAY, NEXT_DAY = date(2026, 11, 26), date(2027, 1, 1)


def further(folder: Path, name: str, number: int, **changed: object) -> Path:
    """A further version of an indicator, in a file of its own."""
    document = yaml.safe_load((folder / "indicators" / f"{name}.yaml").read_text(encoding="utf-8"))
    document |= {"formula_version": number} | changed
    path = folder / "indicators" / f"{name}.v{number}.yaml"
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_version_in_shadow_changes_nothing_that_is_in_force(folder: Path) -> None:
    before = load_standard(folder, TODAY)
    further(folder, "PS-01", 2, shadow=True, effective_from="2026-01-01", scale=-100)
    after = load_standard(folder, TODAY)
    assert after.version == before.version
    assert after.documents == before.documents
    assert after.catalogue.same_as(before.catalogue)
    assert list(after.catalogue.trials) == ["PS-01"]


def test_a_version_comes_into_force_on_its_day_without_a_change_of_files(folder: Path) -> None:
    further(folder, "PS-01", 2, effective_from="2027-01-01", decimals=1)
    watched = WatchedStandard(folder, TODAY)
    assert watched.present.catalogue.indicators["PS-01"].formula_version == 1
    assert watched.next(date(2026, 12, 31)) is None
    found = watched.next(NEXT_DAY)
    assert found is not None
    assert found.catalogue.indicators["PS-01"].formula_version == 2
    assert "PS-01" in {one["id"] for one in found.documents if one["formula_version"] == 2}
    assert watched.next(NEXT_DAY) is None


def test_a_day_comes_also_while_the_files_are_refused(folder: Path) -> None:
    path = further(folder, "PS-01", 2, effective_from="2027-01-01", decimals=1)
    watched = WatchedStandard(folder, TODAY)
    path.write_text("id: [", encoding="utf-8")
    with pytest.raises(Refused):
        watched.next(TODAY)
    found = watched.next(NEXT_DAY)
    assert found is not None
    assert found.catalogue.indicators["PS-01"].formula_version == 2
    assert watched.refused is not None


def test_deleting_one_line_puts_the_shadow_in_force(folder: Path) -> None:
    path = further(folder, "PS-01", 2, shadow=True, effective_from="2026-01-01")
    watched = WatchedStandard(folder, TODAY)
    assert watched.present.catalogue.indicators["PS-01"].formula_version == 1
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("shadow")), encoding="utf-8")
    found = watched.next(TODAY)
    assert found is not None
    assert found.catalogue.indicators["PS-01"].formula_version == 2


FURTHER = [
    # (version, what is changed, why it is refused)
    (2, {"shadow": True, "scale": 1}, r"PS-01\.v2\.yaml:\d+: scale: a share in %"),
    (2, {"shadow": "yes"}, r"PS-01\.v2\.yaml:\d+: shadow: Expected `bool`"),
    (2, {}, r"PS-01\.v2\.yaml:3: effective_from: must lie after it"),
    (2, {"shadow": True}, r"PS-01\.v2\.yaml:3: effective_from: must lie after it"),
    (1, {}, r"PS-01(\.v1)?\.yaml:2: formula_version: there are two of 1"),
    (2, {"formula_version": 3}, r"PS-01\.v2\.yaml:2: formula_version: the file is of version 2"),
    (2, {"id": "PS-02"}, r"PS-01\.v2\.yaml:1: id: PS-02 is not .* PS-02\.v2\.yaml"),
    (2, {"effective_from": "2027-01-01", "windows": ["7d"]}, r"v2\.yaml:\d+: alert_levels.window"),
]


@pytest.mark.parametrize(("number", "changed", "reason"), FURTHER)
def test_a_broken_further_version_is_refused(
    folder: Path, number: int, changed: dict[str, object], reason: str
) -> None:
    further(folder, "PS-01", number, **changed)
    said = refusal(folder)
    assert re.search(reason, said), said


def test_a_formula_that_changes_under_its_number_is_taken_over_with_a_warning(folder: Path) -> None:
    watched = WatchedStandard(folder, TODAY)
    change(folder, "PS-01", "value: 50}", "value: 55}")
    watched.next(TODAY)
    assert "warnings" not in watched.details
    change(folder, "PS-01", "[dossiers_full_online]", "[dossiers_received]")
    assert watched.next(TODAY) is not None
    assert watched.details["warnings"] == [
        "PS-01: the formula has changed under version 1: raise formula_version"
    ]
    change(folder, "PS-01", "formula_version: 1", "formula_version: 2")
    watched.next(TODAY)
    assert "warnings" not in watched.details
