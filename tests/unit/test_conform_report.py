"""Which state a clause gets, and which level a centre meets by it."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.conform import load_declarations
from services.cli.conformance.clauses import Clause, Force, load_clauses
from services.cli.conformance.exceptions import NotShown, load_exceptions
from services.cli.conformance.report import Declaration, Report, lines_of, report
from services.cli.probes.finding import Finding, all_of, unknown
from services.cli.probes.registry import judge
from services.domain.errors import Refused
from tests.unit.conform_survey import DAY, MONTH, survey

GOOD, BAD = Finding(holds=True, evidence="seen"), Finding(holds=False, evidence="wrong")
TESTS = ("tests/unit/test_a.py::test_b", "tests/unit/test_a.py::test_c")
BY_US = Declaration("Sở KH&CN", "2026-11-01", "QĐ 1")


def clause(number: str, level: int, force: Force = "Must") -> Clause:
    return Clause(number, "Group", force, level, "phải", "Must", (), proposal=True)


@pytest.mark.parametrize(
    ("finding", "tests", "declared", "state"),
    [
        (GOOD, (), None, "passed"),
        (BAD, TESTS, BY_US, "failed"),
        (unknown("nothing to see"), TESTS, BY_US, "by test"),
        (None, TESTS, None, "by test"),
        (None, (), BY_US, "declared"),
        (unknown("nothing to see"), (), None, "not checked"),
        (None, (), None, "not checked"),
    ],
)
def test_a_probe_beats_a_test_and_a_test_a_declaration(
    finding: Finding | None, tests: tuple[str, ...], declared: Declaration | None, state: str
) -> None:
    found = {} if finding is None else {"1.1.1": finding}
    told = {} if declared is None else {"1.1.1": declared}
    reasons = {"1.1.1": NotShown("1.1.1", "organisation", "people do it")}
    (line,) = lines_of([clause("1.1.1", 1)], found, {"1.1.1": tests}, reasons, told)
    assert line.state == state
    if state == "not checked":
        assert line.evidence in {"nothing to see", "organisation: people do it"}


def judged(states: dict[str, tuple[int, Finding | None]], asked: int) -> Report:
    clauses = [clause(number, level) for number, (level, _) in states.items()]
    found = {number: finding for number, (_, finding) in states.items() if finding is not None}
    return report("here", "1", ("PS-01",), asked, lines_of(clauses, found, {}, {}, {}))


@pytest.mark.clause("1.1.1")
def test_a_level_needs_its_clauses_and_those_of_the_levels_below() -> None:
    lower = judged({"1.1.1": (1, GOOD), "2.1.1": (2, BAD), "3.1.1": (3, GOOD)}, 1)
    assert (lower.level, lower.met) == (1, True)
    assert [line.clause for line in lower.lacking(3)] == ["2.1.1"]
    none = judged({"1.1.1": (1, None), "2.1.1": (2, GOOD)}, 2)
    assert (none.level, none.met) == (0, False)
    every = judged({"1.1.1": (1, GOOD), "2.1.1": (3, GOOD)}, 3)
    assert (every.level, every.met) == (3, True)


def test_a_should_that_fails_costs_no_level() -> None:
    lines = lines_of([clause("1.1.1", 1, "Should")], {"1.1.1": BAD}, {}, {}, {})
    assert report("here", "1", (), 1, lines).met


@pytest.mark.clause("16.1.1")
def test_the_claim_names_level_indicators_and_evidence_of_every_clause() -> None:
    clauses = load_clauses()
    lines = lines_of(clauses, judge(survey()), {}, load_exceptions(), {})
    claim = report("here", "1", ("PS-04",), 1, lines)
    assert claim.indicators == ("PS-04",)
    assert [line.clause for line in claim.clauses] == [each.number for each in clauses]
    assert all(line.evidence for line in claim.clauses)
    assert sum(claim.counts.values()) == len(clauses)


@pytest.mark.clause("16.1.2")
def test_how_good_the_values_are_changes_nothing() -> None:
    worse = {
        **MONTH,
        "value": 5.0,
        "numerator": 2,
        "level": {"value": 4},
        "comparisons": [{"kind": "yoy", "delta": -90.0, "unit": "pp", "base_value": 95.0}],
    }
    records = {worse["id"]: worse}
    poor = survey(observations=(worse, DAY), records=records, live=survey().live[:2])
    states = {clause: finding.holds for clause, finding in judge(poor).items()}
    assert states == {
        **{clause: finding.holds for clause, finding in judge(survey()).items()},
        "11.4.2": False,  # the snapshot is left out here
        "11.4.5": False,
    }


def test_a_finding_names_some_and_counts_the_rest() -> None:
    assert all_of("units", 5, list("abcd")).evidence == "4 of 5 units: a, b, c and 1 more"
    assert all_of("units", 0, []).holds is None


def test_declarations_are_read_and_mistakes_named(tmp_path: Path) -> None:
    clauses = load_clauses()
    file = tmp_path / "declared.toml"
    file.write_text('["12.1.1"]\nby = "Sở"\non = "2026-11-01"\nevidence = "QĐ 1"\n')
    assert load_declarations(file, clauses)["12.1.1"].by == "Sở"
    assert load_declarations(None, clauses) == {}
    for text, words in (
        ('["99.1.1"]\nby = "a"\non = "b"\nevidence = "c"\n', "do not exist: 99.1.1"),
        ('["12.1.1"]\nby = "a"\n', "on"),
        ("[", "--help"),
    ):
        file.write_text(text)
        with pytest.raises(Refused, match=words):
            load_declarations(file, clauses)
    with pytest.raises(Refused, match="cannot be read"):
        load_declarations(tmp_path / "none.toml", clauses)


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "services.cli", "conform", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_who_cannot_be_asked_is_named(tmp_path: Path) -> None:
    assert run("--data", str(tmp_path)) == (
        1,
        f"ioc: No centre runs on {tmp_path}. Start one with: ioc up --data {tmp_path}\n",
    )
    status, text = run("--api", "http://127.0.0.1:9")
    assert status == 1
    assert "127.0.0.1:9 does not answer" in text
    status, text = run("--api", "ioc.example.vn")
    assert status == 1
    assert "http://127.0.0.1:8000" in text


def test_help_has_examples() -> None:
    status, text = run("--help")
    assert status == 0
    assert "ioc conform --level 2 --json" in text
