"""What is known of each clause for a centre, and which level it meets; decides, asks nobody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from services.cli.conformance.clauses import LEVELS, Clause
from services.cli.conformance.exceptions import NotShown
from services.cli.probes.finding import Finding

State = Literal["passed", "failed", "by test", "declared", "not checked"]
SHOWN: tuple[State, ...] = ("passed", "by test", "declared")


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operator's word for a clause: which body says so, since when, and on what paper."""

    by: str
    on: str
    evidence: str


class Line(msgspec.Struct, frozen=True):
    """One clause with its state and the evidence for it, in one sentence."""

    clause: str
    force: str
    level: int
    state: State
    evidence: str
    tests: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """The outcome; `level` is the highest level met, 0 when not even the first is."""

    centre: str
    standard: str
    indicators: tuple[str, ...]
    level: int
    asked: int
    met: bool
    counts: dict[str, int]
    clauses: tuple[Line, ...]

    def lacking(self, level: int) -> tuple[Line, ...]:
        """The Must clauses of a level and those below it that are not shown to hold."""
        return tuple(line for line in self.clauses if _lacks(line, level))


def report(
    centre: str,
    standard: str,
    indicators: tuple[str, ...],
    asked: int,
    lines: tuple[Line, ...],
) -> Report:
    """Put the lines together; a level is met when each of its Must clauses is shown to hold."""
    met = [level for level in LEVELS if not any(_lacks(line, level) for line in lines)]
    counts = Counter(line.state for line in lines)
    return Report(
        centre,
        standard,
        indicators,
        max(met, default=0),
        asked,
        asked in met,
        dict(sorted(counts.items())),
        lines,
    )


def lines_of(
    clauses: Iterable[Clause],
    findings: Mapping[str, Finding],
    tests: Mapping[str, tuple[str, ...]],
    not_shown: Mapping[str, NotShown],
    declared: Mapping[str, Declaration],
) -> tuple[Line, ...]:
    """One line for each clause.

    A probe that found something beats a test, a test beats a declaration: what was seen in the
    running centre cannot be declared away.
    """
    return tuple(
        _line(
            clause,
            findings.get(clause.number),
            tests.get(clause.number, ()),
            not_shown.get(clause.number),
            declared.get(clause.number),
        )
        for clause in clauses
    )


def _line(
    clause: Clause,
    finding: Finding | None,
    tests: tuple[str, ...],
    not_shown: NotShown | None,
    declared: Declaration | None,
) -> Line:
    state: State = "not checked"
    evidence = "no probe and no test"
    if finding is not None and finding.holds is not None:
        state = "passed" if finding.holds else "failed"
        evidence = finding.evidence
    elif tests:
        state, evidence = "by test", _named(tests)
    elif declared is not None:
        state = "declared"
        evidence = f"{declared.by}, {declared.on}: {declared.evidence}"
    elif finding is not None:
        evidence = finding.evidence
    elif not_shown is not None:
        evidence = f"{not_shown.kind}: {not_shown.reason}"
    return Line(clause.number, clause.force, clause.level, state, evidence, tests)


def _named(tests: tuple[str, ...]) -> str:
    more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
    return f"{tests[0]}{more}"


def _lacks(line: Line, level: int) -> bool:
    return line.force == "Must" and line.level <= level and line.state not in SHOWN
