"""The annexes of the specification are what the data gives, and the vectors are computed."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.annex_sources import SOURCES, cited
from schemas.annexes import ANNEXES, annexes, load_codes, load_vectors, write
from services.adapters.standards import load_indicator_documents
from services.adapters.units import load_units
from services.cli.conformance.clauses import SPECIFICATION, load_clauses, references
from services.cli.probes.values import FRESHNESS, NULL_REASONS, STATUSES
from services.domain.events import CONTRACT, REASONS, WARNINGS
from services.domain.events.envelope import ENVELOPE_FIELDS

VECTORS = load_vectors()


def test_the_committed_annexes_are_the_generated_ones() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in ANNEXES.glob("*.md")}
    assert committed == annexes(), "run: python -m schemas.annexes"


def test_writing_makes_every_annex(tmp_path: Path) -> None:
    write(tmp_path / "annex")
    assert {path.name for path in (tmp_path / "annex").iterdir()} == annexes().keys()


def test_every_indicator_and_every_type_is_in_its_annex() -> None:
    made = annexes()
    for document in load_indicator_documents():
        assert f"### {document['id']} {document['vi']}" in made["A_indicators.md"]
    for kind in CONTRACT.types.values():
        assert f"### `{kind.name}` {kind.vi}" in made["B_events.md"]
        for field in kind.fields:
            assert f"`{field.name}`" in made["B_events.md"]


def test_sources_are_references_of_the_specification() -> None:
    listed = references(SPECIFICATION.read_text(encoding="utf-8"))
    assert set(SOURCES.values()) <= listed
    assert cited("S: V15/V16, P") == "S: [QĐ766]/[QĐ766], P"
    with pytest.raises(ValueError, match="V99"):
        cited("S: V99")


def test_every_code_has_its_words() -> None:
    meant = {name: set(listed["codes"]) for name, listed in load_codes().items()}
    fields = {field.name: set(field.codes) for field in ENVELOPE_FIELDS}
    assert meant["reasons"] == set(REASONS)
    assert meant["warnings"] == set(WARNINGS)
    assert meant["statuses"] == fields["obsstatus"] == STATUSES
    assert meant["confidentialities"] == fields["confstatus"]
    assert meant["null_reasons"] == NULL_REASONS
    assert meant["freshness"] == FRESHNESS


def test_vectors_belong_to_clauses() -> None:
    clauses = {clause.number for clause in load_clauses()}
    assert {each["clause"] for kind in VECTORS.values() for each in kind} <= clauses


@pytest.mark.parametrize("vector", VECTORS["arithmetic"], ids=lambda each: str(each["id"]))
def test_arithmetic(vector: dict[str, Any]) -> None:
    value = eval(vector["compute"], {"__builtins__": {}}, vector["given"])  # noqa: S307  arithmetic of our own file
    quantum = Decimal(1).scaleb(-vector["decimals"])
    rounded = Decimal(repr(value)).quantize(quantum, ROUND_HALF_UP)
    assert rounded == Decimal(str(vector["expect"]))


@pytest.mark.clause("15.1.3", "15.1.5")
@pytest.mark.parametrize(
    "vector", VECTORS["units"], ids=lambda each: f"{each['code']} {each['day']}"
)
def test_units_of_a_day(vector: dict[str, Any]) -> None:
    unit = load_units().at(vector["code"], vector["day"])
    assert unit is not None
    assert unit.name_vi == vector["name_vi"]
    assert unit.parent is not None
    assert unit.parent.partition("@")[0] == vector["parent"]


@pytest.mark.clause("15.1.2")
@pytest.mark.parametrize("vector", VECTORS["counts"], ids=lambda each: str(each["level"]))
def test_counts_of_units(vector: dict[str, Any]) -> None:
    current = load_units().current(vector["day"])
    assert sum(unit.level == vector["level"] for unit in current) == vector["count"]


@pytest.mark.clause("15.2.1")
@pytest.mark.parametrize("vector", VECTORS["successors"], ids=lambda each: str(each["code"]))
def test_successors(vector: dict[str, Any]) -> None:
    units = load_units()
    former = units.at(vector["code"], vector["until"])
    assert former is not None
    successors = units.successors(former.key)
    assert sorted(each.succ.partition("@")[0] for each in successors) == vector["to"]
    assert sum(each.weight for each in successors) == pytest.approx(1)
