"""A new event type is one record; a record that contradicts itself makes no contract."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest
from msgspec import Meta

from services.domain.events import CONTRACT, Record
from services.domain.events.checks import check_object, wanted
from services.domain.events.contract import make_contract
from services.domain.events.declaration import Declaration
from services.domain.events.fields import (
    Date,
    Text,
    Timestamp,
    fields_of,
    number,
    said,
    text,
    whole,
)
from services.domain.events.rules import Condition, Rule

SAMPLE = Declaration(
    name="vn.ioc.test.sample.v1",
    vi="Mẫu",
    topic_domain="economy",
    key="subject",
    subject_of=("code",),
)


class Sample(Record, frozen=True, kw_only=True):
    """A record with fields of every kind."""

    declared: ClassVar[Declaration] = SAMPLE

    code: Annotated[str, text(r"^[a-z]{1,3}$")]
    name: Text | None = None
    level: Literal["low", "high"] | None = None
    count: Annotated[int, whole(0, unit="items", note="how many")] | None = None
    free: Annotated[int, whole()] | None = None
    share: Annotated[float, number(0, 100)] | None = None
    rest: Annotated[float, number()] | None = None
    done: bool | None = None
    at: Annotated[Timestamp, said("when")] | None = None
    day: Date | None = None
    parts: Annotated[tuple[Text, ...], Meta(max_length=2)] | None = None


def test_a_type_is_made_of_its_record_alone() -> None:
    kind = make_contract([Sample]).types["vn.ioc.test.sample.v1"]
    assert kind.record is Sample
    assert kind.vi == "Mẫu"
    assert [field.name for field in kind.fields] == list(Sample.__struct_fields__)
    assert [field.name for field in kind.fields if field.required] == ["code"]
    by_name = {field.name: field for field in kind.fields}
    assert by_name["count"].unit == "items"
    assert by_name["count"].note == "how many"
    assert by_name["at"].kind == "timestamp"
    assert by_name["at"].note == "when"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"topic_domain": "space"}, "no topic domain space"),
        ({"key": "case"}, "case kind"),
        ({"case_kind": "sample"}, "case kind"),
        ({"subject_pattern": "^x$"}, "subject_of or subject_pattern"),
        ({"subject_of": ()}, "subject_of or subject_pattern"),
        ({"subject_of": ("kode",)}, "kode"),
        ({"version_order": "vintage"}, "vintage"),
        (
            {"rules": (Rule(text="", then=(Condition("cod", "present"),), pointer="/data/cod"),)},
            "cod",
        ),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    class Wrong(Sample, frozen=True, kw_only=True):
        declared: ClassVar[Declaration] = msgspec.structs.replace(SAMPLE, **changes)

    with pytest.raises(ValueError, match=message):
        make_contract([Wrong])


def test_a_type_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        make_contract([Sample, Sample])


def test_a_field_of_a_kind_that_records_do_not_have_is_refused() -> None:
    class Odd(msgspec.Struct):
        members: dict[str, str]

    with pytest.raises(TypeError, match="members"):
        fields_of(Odd)
    with pytest.raises(TypeError, match="int is not a record"):
        fields_of(int)  # type: ignore[arg-type]  # that is what is tested


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("code", "abcd", "bad_format"),
        ("code", "ab\n", "bad_format"),
        ("code", 1, "wrong_type"),
        ("name", "", "out_of_range"),
        ("name", "x" * 201, "out_of_range"),
        ("level", "middle", "not_in_list"),
        ("level", 1, "wrong_type"),
        ("count", -1, "out_of_range"),
        ("count", "1", "wrong_type"),
        ("free", 2**53, "out_of_range"),
        ("share", 100.5, "out_of_range"),
        ("share", "1", "wrong_type"),
        ("share", True, "wrong_type"),
        ("rest", float("inf"), "out_of_range"),
        ("done", 0, "wrong_type"),
        ("at", 5, "wrong_type"),
        ("at", "2025", "bad_format"),
        ("day", "2025-02-29", "bad_format"),
        ("parts", ["a", "b", "c"], "out_of_range"),
        ("parts", ["a", 1], "wrong_type"),
        ("parts", "a", "wrong_type"),
    ],
)
def test_a_faulty_value_is_named_with_what_is_allowed(name: str, value: object, code: str) -> None:
    checked = check_object(fields_of(Sample), {"code": "a"} | {name: value}, "/data")
    assert [(fault.code, fault.pointer) for fault in checked.faults] == [(code, f"/data/{name}")]
    assert name not in checked.values
    field = next(field for field in fields_of(Sample) if field.name == name)
    assert checked.faults[0].detail.endswith(f"it must be {wanted(field)}.")


def test_good_values_are_as_the_record_wants_them() -> None:
    given = {"code": "a", "count": 2.0, "share": 5, "parts": ["x"], "day": None, "other": 1}
    checked = check_object(fields_of(Sample), given, "/data")
    assert checked.faults == ()
    assert checked.values == {"code": "a", "count": 2, "share": 5, "parts": ("x",)}
    assert isinstance(checked.values["count"], int)


def test_what_is_wanted_is_said_in_words() -> None:
    said_of = {field.name: wanted(field) for field in fields_of(Sample)}
    assert said_of["level"] == "one of high, low"
    assert said_of["count"] == "a whole number of at least 0"
    assert said_of["free"] == "a whole number that JSON readers keep exactly"
    assert said_of["share"] == "a finite number from 0 to 100"
    assert said_of["rest"] == "a finite number"
    assert said_of["done"] == "true or false"
    assert said_of["parts"] == "an array of 0 to 2 items, each a string of 1 to 200 characters"


def ranks(case_kind: str) -> list[int]:
    """The ranks of the steps of a case, by which steps of one instant are put in order."""
    steps = [kind for kind in CONTRACT.types.values() if kind.case_kind == case_kind]
    return sorted(kind.case_rank for kind in steps if kind.case_rank is not None)


def test_this_release_has_sixty_types_in_sixteen_domains() -> None:
    assert len(CONTRACT.types) == 60
    assert len(set(CONTRACT.topic_domains)) == 16
    assert ranks("dossier") == list(range(9))
    assert ranks("feedback") == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert ranks("task") == list(range(5))
    assert {k.topic_domain for k in CONTRACT.types.values() if k.direction == "out"} == {"alerts"}
    with pytest.raises(TypeError):
        CONTRACT.types["x"] = CONTRACT.types["vn.ioc.stat.report.v1"]  # type: ignore[index]  # that is what is tested
