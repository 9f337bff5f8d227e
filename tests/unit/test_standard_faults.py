"""Whatever is wrong with a file of the standard, its author reads the file, the line and why."""

import re
import shutil
from pathlib import Path

import pytest

from services.adapters.standards import load_measure_documents, load_standard
from services.domain.errors import Refused
from tests.standard_folder import faults, rewrite

DEEP = "[" * 20_000 + "]" * 20_000


BROKEN_TEXTS = [
    # (what the file holds, what is said of it)
    (b"", r":1: is empty"),
    (b"# nothing\n", r":1: is empty"),
    (b"a: [1\n", r":2: is not YAML: while parsing a flow sequence, begun at line 1"),
    (b"a:\n\tb: 1\n", r":2: is not YAML: .* a tab does not indent, spaces do"),
    (b"a: 'b\nc: d\n", r":3: is not YAML: .*quoted scalar, begun at line 1"),
    (b"a: 1\n---\nb: 2\n", r":2: is not YAML: .*another document"),
    ("a: b\n".encode("utf-16"), r":1: is UTF-16: save it as UTF-8"),
    (b"a: b\nc: d\xe9\n", r":2: is not UTF-8 text: save it as UTF-8"),
    (b"a: b\nc: \x01\n", r":2: holds the control character '\\x01'"),
    (b"a: b\nb: &a [*a]\n", r":2: holds itself"),
    (b"a: &a {b: [*a]}\n", r":1: holds itself"),
    (f"a: {DEEP}\n".encode(), r":1: is nested too deeply"),
    (b"a: b\nb: !!timestamp 2026-02-30\n", r":2: is not YAML: day is out of range"),
    (b"a: b\nc: !!bool perhaps\n", r":2: is not YAML: "),
    (b"a: b\nc: *d\n", r":2: is not YAML: found undefined alias"),
    (b"a: b\n? [c]\n: d\n", r":2: a list is no name"),
    (b"a: b\n5: d\n", r":2: 5 is no name: a decimal has a point"),
    (b"a: b\nnull: d\n", r":2: null is no name: put it in quotes"),
    (b"a: b\na: c\n", r":2: a is written twice"),
]


@pytest.mark.parametrize("name", ["measures.yaml", "indicators/PS-01.yaml"])
@pytest.mark.parametrize(("content", "reason"), BROKEN_TEXTS)
def test_what_is_no_text_of_this_form_is_refused_with_its_line(
    folder: Path, name: str, content: bytes, reason: str
) -> None:
    path = folder / name
    path.write_bytes(content)
    said = faults(folder)
    assert any(re.search(f"^{path.name}{reason}", line) for line in said), said
    assert all(line.startswith(path.name) for line in said), said


MEASURES = [
    # (what the file holds, the one thing that is said of it)
    ("measures:\n", "measures.yaml:1: measures: there is none"),
    ("measures: []\n", "measures.yaml:1: measures: there is none"),
    ("- id: a\n", "measures.yaml:1: must begin with measures: and list them below it"),
    ("measures\n", "measures.yaml:1: must begin with measures: and list them below it"),
    (
        "\nmeasure:\n  - id: a\n",
        "measures.yaml:2: measure: is no member: the list is called measures",
    ),
]


@pytest.mark.parametrize(("text", "reason"), MEASURES)
def test_a_file_without_measures_is_refused(folder: Path, text: str, reason: str) -> None:
    (folder / "measures.yaml").write_text(text, encoding="utf-8")
    assert faults(folder) == [reason]
    with pytest.raises(Refused, match=re.escape(reason)):
        load_measure_documents(folder)


ONLINE = "measure dossiers_full_online"
WRONG_MEASURES = [
    # (what is written, what is written instead, what is said); measures begin at lines 3, 16
    ("field: svc_level", "field: svc_levle", f":23: {ONLINE}: filter: svc_levle does not exist"),
    ("op: '=', value: full", "op: '~', value: full", f":23: {ONLINE}: filter on svc_level: op"),
    ("value: full}", "value: whole}", f":23: {ONLINE}: filter on svc_level: 'whole' is not one"),
    ("received.v1, ", "recieved.v1, ", r":\d+: measure \w+: event_types: vn.* is not in the"),
    (
        "  - id: dossiers_full_online\n",
        "  - agg\n  - id: dossiers_full_online\n",
        ":16: measure 2 ",
    ),
    ("kind: flow", "kind: flaw", ":4: measure dossiers_received: kind flaw is not one of flow"),
    (
        "    unit: dossiers",
        "    unit: 5",
        r": measure dossiers_received: unit: .*: put it in quotes",
    ),
    ("    agg: sum", "    ag: sum", r":10: measure \w+: ag: is no member: agg is one"),
    ("field: svc_level", "field: [svc_level]", f":16: {ONLINE}: its members have no form"),
    ("{field: svc_level, op: '=', value: full}", "{any: [5]}", f":16: {ONLINE}: its members have"),
    ("{field: svc_level, op: '=', value: full}", "{any: 5}", f":16: {ONLINE}: its members have"),
    ("    agg: sum\n", "", r":3: measure dossiers_received: agg is missing"),
    (
        "    agg: sum\n",
        "    agg: sum\n    agg: sum\n",
        ":11: measure dossiers_received: agg is writ",
    ),
    ("value: '1'", "value: 1", r": measure dossiers_received: value: .*: put it in quotes"),
    ("id: dossiers_received", "id: 5", r":3: measure 1 of the list: id: Expected `str`"),
    ("id: dossiers_full_online", "id: dossiers_received", r"is there already, at line 3"),
]


def test_all_wrong_measures_are_told_and_what_is_wrong_elsewhere(folder: Path) -> None:
    path = folder / "measures.yaml"
    rewrite(path, "field: svc_level", "field: svc_levle")
    rewrite(path, "kind: flow", "kind: flaw")
    rewrite(folder / "indicators/DE-01.yaml", "divide_by: 1000000000", "divide_by: 1000")
    rewrite(folder / "indicators/FB-05.yaml", "formula_version: 1", "formula_version: one")
    said = [line.split(" ")[0] for line in faults(folder)]
    places = [r"FB-05.yaml:2:", r"measures.yaml:4:", r"measures.yaml:23:", r"DE-01.yaml:\d+:"]
    assert len(said) == len(places), said
    assert all(re.fullmatch(place, one) for place, one in zip(places, said, strict=True)), said


WRONG_FORMS = [
    # (file, what is written, what is written instead, what is said)
    ("PS-01", "bound: 40}", "bound: 39,5}", r":\d+: 5 is no name: a decimal has a point"),
    ("PS-01", "level: 3,", "levle: 3,", r":\d\d: alert_levels.levels.1.levle: is no member: level"),
    ("PS-01", "effective_from: '2025-07-01'", "effective_from: 2026-02-30", ":3: .* is no day"),
    ("PS-01", "'2025-07-01'", "1.7.2025", r":3: effective_from: .* regex .*: as in 2027-01-31"),
    ("PS-01", "unit: '%'", "unit: 5", r": unit: Expected `str`, got `int`: put it in quotes"),
    ("PS-01", "comparisons: [", "shadow: yes\ncomparisons: [", r"shadow: .*: write true or false"),
    ("PS-01", "[dossiers_received]", "dossiers_received", r"denominator: .*: put it in brackets"),
    ("PS-01", "id: PS-01", "id: &a [*a]", r":1: holds itself"),
    ("PS-04", "decimals: 2\nrollup", "rollup", r":1: file: decimals is missing"),
    ("PS-12", "input: PS-04", "input: PS-44", r":20: criteria: PS-44 is neither"),
]


WRONG = [
    *(("measures.yaml", *each) for each in WRONG_MEASURES),
    *((f"indicators/{name}.yaml", *each) for name, *each in WRONG_FORMS),
]


@pytest.mark.parametrize(("name", "before", "after", "reason"), WRONG)
def test_what_is_wrong_is_refused_once_with_its_line_and_what_to_do(
    folder: Path, name: str, before: str, after: str, reason: str
) -> None:
    path = folder / name
    rewrite(path, before, after)
    (said,) = faults(folder)
    assert re.search(f"^{path.name}.*{reason}", said), said


def test_words_without_quotes_are_words(folder: Path) -> None:
    before = load_standard(folder)
    path = folder / "indicators/PS-01.yaml"
    rewrite(path, "'on': value", "on: value")
    rewrite(path, "effective_from: '2025-07-01'", "effective_from: 2025-07-01")
    rewrite(folder / "measures.yaml", "op: '='", "op: =")
    assert load_standard(folder).version == before.version


def test_without_indicators_nothing_is_withdrawn(folder: Path) -> None:
    shutil.rmtree(folder / "indicators")
    reason = "indicators: there is no file in it, or no such folder"
    assert faults(folder) == [reason]
    (folder / "indicators").mkdir()
    assert faults(folder) == [reason]


def test_what_is_not_there_is_refused(folder: Path) -> None:
    (folder / "measures.yaml").unlink()
    assert faults(folder) == ["measures.yaml:1: can not be read: No such file or directory"]


def test_a_name_that_would_be_passed_over_is_refused(folder: Path) -> None:
    indicators = folder / "indicators"
    shutil.copy(indicators / "PS-04.yaml", indicators / "PS-04.v2.yml")
    assert faults(folder) == ["PS-04.v2.yml:1: is not read: rename it to PS-04.v2.yaml"]


def test_files_of_an_editor_are_passed_over(folder: Path) -> None:
    before = load_standard(folder)
    indicators = folder / "indicators"
    shutil.copy(indicators / "PS-04.yaml", indicators / ".PS-04.yaml")
    (indicators / ".#PS-04.yaml").symlink_to("somebody@nowhere.1:2")
    assert load_standard(folder).version == before.version


def test_a_shadow_needs_a_version_beside_it(folder: Path) -> None:
    rewrite(
        folder / "indicators/PS-04.yaml", "formula_version: 1", "formula_version: 1\nshadow: true"
    )
    assert any(
        line.startswith("PS-04.yaml:3: shadow: there is no version") for line in faults(folder)
    )


def test_formulas_that_name_each_other_are_refused_where_they_do(folder: Path) -> None:
    path = folder / "indicators/PS-04.yaml"
    rewrite(path, "numerator: [dossiers_closed_on_time,", "numerator: [PS-12,")
    said = faults(folder)
    assert any(
        "numerator.0: PS-04 is defined by itself, through PS-12 and PS-04" in x for x in said
    )
    assert any(x.startswith("PS-12.yaml") and "through PS-04 and PS-12" in x for x in said)
