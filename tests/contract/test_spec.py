"""The specification keeps its form, and each of its Must clauses is shown by something."""

import pytest

from services.cli.conformance.clauses import LEVELS, SPECIFICATION, Clause, load_clauses
from services.cli.conformance.clauses import parse_clauses as parse
from services.cli.conformance.exceptions import load_exceptions
from services.cli.conformance.marks import marks_by_clause, python_marks, wall_marks
from services.cli.probes.registry import PROBES
from services.domain.errors import Refused
from services.domain.events import CONTRACT

MODALS = {"Must": "phải", "Should": "nên", "May": "có thể"}
VIETNAMESE = set("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")
SECTIONS = range(1, 17)
LEAST_REASON = 20
FOREIGN_SHARE_MAX = 0.05

GOOD = """
| [QĐ18] | Quyết định | đọc |

## 9 Cảnh báo / Alerting

Mức phù hợp / Conformance level: 2

### 9.1 Mức / Levels

#### 9.1.1 Must (mức / level 3)

Mức phải là một.

*EN:* The level Must be one.

| a | b |
|---|---|

Nguồn / Source: Điều 4 [QĐ18] · Đề xuất / Proposal: mức 0.

#### 9.1.3 May

Có thể thêm.

*EN:* More May come.

Đề xuất / Proposal.
"""

BROKEN = (
    ("9.1.3 May", "9.1.1 May", "stands after"),
    ("9.1.3 May", "9.2.3 May", "no clause of group"),
    ("9.1.3 May", "9.1.3 Shall", "no clause of group"),
    ("### 9.1 Mức", "### 8.1 Mức", "in section 9"),
    ("Conformance level: 2", "Conformance level: two", "no level"),
    ("*EN:* More May come.\n\n", "", "after the Vietnamese"),
    ("More May come.\n\nĐề xuất / Proposal.", "More May come.", "after the Vietnamese"),
    ("[QĐ18] · ", "[QĐ19] · ", "does not list"),
    ("Điều 4 [QĐ18] · ", "Điều 4 · ", "named by its key"),
    ("Có thể thêm.\n\n*EN:*", "Có thể thêm.\n\nThêm nữa.\n\n*EN:*", "after the Vietnamese"),
    ("\n\nĐề xuất / Proposal.\n", "\n\nWe think so.\n", "neither a source nor a proposal"),
)


@pytest.fixture(scope="module")
def clauses() -> dict[str, Clause]:
    return {clause.number: clause for clause in load_clauses()}


@pytest.fixture(scope="module")
def marks() -> dict[str, tuple[str, ...]]:
    return dict(marks_by_clause())


def test_a_clause_is_read_with_all_that_it_says() -> None:
    first, second = parse(GOOD)
    assert (first.number, first.force, first.level, first.group) == ("9.1.1", "Must", 3, "Levels")
    assert (first.vi, first.en) == ("Mức phải là một.", "The level Must be one.")
    assert (first.sources, first.proposal) == (("QĐ18",), True)
    assert (second.force, second.level, second.sources) == ("May", 2, ())


@pytest.mark.parametrize(("part", "other", "reason"), BROKEN)
def test_what_is_not_in_form_is_refused(part: str, other: str, reason: str) -> None:
    assert part in GOOD
    with pytest.raises(Refused, match=reason):
        parse(GOOD.replace(part, other))


def test_the_specification_is_in_form(clauses: dict[str, Clause]) -> None:
    for clause in clauses.values():
        assert MODALS[clause.force] in clause.vi.lower(), clause.number
        assert VIETNAMESE & set(clause.vi.lower()), clause.number
        assert clause.force in clause.en, clause.number
        foreign = sum(letter in VIETNAMESE for letter in clause.en.lower())
        assert foreign < len(clause.en) * FOREIGN_SHARE_MAX, clause.number
        assert clause.sources or clause.proposal, clause.number
    headings = SPECIFICATION.read_text(encoding="utf-8").count("\n#### ")
    assert len(clauses) == headings


def test_every_section_has_clauses_and_every_level_too(clauses: dict[str, Clause]) -> None:
    assert {clause.order[0] for clause in clauses.values()} == set(SECTIONS)
    assert {clause.level for clause in clauses.values() if clause.force == "Must"} == set(LEVELS)


def test_what_shows_a_clause_names_one_that_exists(
    clauses: dict[str, Clause], marks: dict[str, tuple[str, ...]]
) -> None:
    unknown = (marks.keys() | PROBES.keys() | load_exceptions().keys()) - clauses.keys()
    assert not unknown, f"tests, probes or exceptions of clauses that do not exist: {unknown}"


@pytest.mark.clause("16.3.1")
def test_every_must_clause_is_shown_or_a_reasoned_exception(
    clauses: dict[str, Clause], marks: dict[str, tuple[str, ...]]
) -> None:
    exceptions = load_exceptions()
    musts = {number for number, clause in clauses.items() if clause.force == "Must"}
    unshown = musts - marks.keys() - PROBES.keys()
    grown = sorted(unshown - exceptions.keys())
    assert not grown, f"mark a test, write a probe, or give a reason in not_shown.yaml: {grown}"
    shown = sorted(exceptions.keys() - unshown)
    assert not shown, f"these are shown now: take them out of not_shown.yaml: {shown}"
    short = [each.clause for each in exceptions.values() if len(each.reason) < LEAST_REASON]
    assert not short, f"a reason is a sentence: {short}"


def test_marks_are_read_from_tests_of_both_languages() -> None:
    python = '@pytest.mark.clause("1.1.1", "2.1.1")\nasync def test_a(): ...\n\ndef test_b(): ...\n'
    assert list(python_marks(python)) == [("1.1.1", "test_a"), ("2.1.1", "test_a")]
    wall = '  // clause 10.1.1, 10.1.2\n  it("shows a tile", () => {\n  // clause 1.1.1\n'
    assert list(wall_marks(wall.rpartition("  //")[0])) == [
        ("10.1.1", "shows a tile"),
        ("10.1.2", "shows a tile"),
    ]
    each = '// clause 10.4.1\nit.each(SIGHTS)("tells levels apart for %s", () => {'
    assert list(wall_marks(each)) == [("10.4.1", "tells levels apart for %s")]


@pytest.mark.parametrize(
    "text",
    [
        "pytestmark = pytest.mark.clause('1.1.1')\n",
        "@pytest.mark.clause(number='1.1.1')\ndef test_a(): ...\n",
        "@pytest.mark.clause()\ndef test_a(): ...\n",
        "@pytest.mark.clause(NUMBER)\ndef test_a(): ...\n",
    ],
)
def test_a_mark_that_names_no_clause_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="line 1"):
        list(python_marks(text))


def test_a_mark_without_a_test_is_refused() -> None:
    with pytest.raises(Refused, match="above its test"):
        list(wall_marks("// clause 10.1.1\nconst a = 1;\n"))


@pytest.mark.clause("11.1.2")
def test_agencies_are_named_by_their_identifiers() -> None:
    fields = [
        field
        for kind in CONTRACT.types.values()
        for field in kind.fields
        if field.name.endswith("agency_id")
    ]
    assert fields
    assert {field.pattern for field in fields} == {r"^[A-Z0-9]+(\.[A-Z0-9-]+)*$"}


@pytest.mark.clause("12.2.1")
def test_no_event_type_has_a_field_for_a_direct_identifier() -> None:
    direct = {"name", "full_name", "phone", "email", "address", "cccd", "citizen_id", "birthday"}
    allowed = {"vn.ioc.reference.calendar_day.v1"}  # the name of a holiday
    for kind in CONTRACT.types.values():
        names = {field.name for field in kind.fields}
        assert kind.name in allowed or not names & direct, kind.name
        hashes = [field for field in kind.fields if field.name.endswith("_hash")]
        assert all(field.pattern == "^[0-9a-f]{16,64}$" for field in hashes), kind.name
