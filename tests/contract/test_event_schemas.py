"""The schemas equal the types, agree with the intake, and keep what was published."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from schemas import asyncapi_text, event_schema, event_types
from schemas.compatibility import breaking_changes
from schemas.generate import generated, write
from services.domain.events import CONTRACT
from services.domain.events.envelope import ENVELOPE_FIELDS
from services.domain.events.explain import explain
from services.domain.events.readers import READERS
from tests.contract.samples import NOW, UNITS, Document, examples, faults, patched, sent

FOLDER = Path(schemas.__file__).parent
PUBLISHED = sorted((FOLDER / "published").glob("*.json"))
DECIDED_BY_A_SCHEMA = {
    "missing_field",
    "wrong_type",
    "bad_format",
    "not_in_list",
    "out_of_range",
    "correction_invalid",
}
EVERY_EXAMPLE = [
    pytest.param(name, document, id=f"{name}-{number}")
    for name, held in examples().items()
    for number, document in enumerate(
        [*held["valid"], *(patched(held["valid"][0], bad["patch"]) for bad in held["invalid"])]
    )
]


def validator(event_type: str) -> Draft202012Validator:
    return Draft202012Validator(event_schema(event_type), format_checker=FormatChecker())


def pointers(event_type: str, document: Document) -> set[str]:
    """Where the schema finds fault, by member: the one that is missing, the whole of an array."""
    found = set()
    for error in validator(event_type).iter_errors(document):
        members = [step for step in error.absolute_path if isinstance(step, str)]
        path = "".join(f"/{name}" for name in members)
        if error.validator == "required":
            path += f"/{error.message.split(chr(39))[1]}"
        found.add(path)
    return found


def test_the_committed_files_are_the_generated_ones() -> None:
    for path, text in generated().items():
        committed = (FOLDER / path).read_text(encoding="utf-8")
        assert committed == text, f"{path} differs: run python -m schemas.generate"
    others = {"asyncapi.yaml", "catalogue/indicator.json", "observation.json"}
    assert {f"events/{name}.json" for name in event_types()} | others == set(generated())


@pytest.mark.parametrize("event_type", CONTRACT.types)
def test_a_schema_is_one_and_names_every_field(event_type: str) -> None:
    schema = event_schema(event_type)
    Draft202012Validator.check_schema(schema)
    kind = CONTRACT.types[event_type]
    assert list(schema["properties"]) == [field.name for field in ENVELOPE_FIELDS]
    assert list(schema["$defs"]["data"]["properties"]) == list(kind.record.__struct_fields__)
    prefix = "ioc.events" if kind.direction == "in" else "ioc"
    assert schema["x-ioc"]["topic"] == f"{prefix}.{kind.topic_domain}.v1"
    assert [rule["pointer"] for rule in schema["x-ioc"]["rules"]] == [
        rule.pointer for rule in kind.rules
    ]


@pytest.mark.parametrize(("event_type", "document"), EVERY_EXAMPLE)
@pytest.mark.clause("11.5.2")
def test_schema_and_intake_agree_on_every_example(event_type: str, document: Document) -> None:
    expected = {
        pointer
        for code, pointer in faults(explain(sent(document), NOW, UNITS, READERS))
        if code in DECIDED_BY_A_SCHEMA
    }
    if document["type"] == event_type:
        assert pointers(event_type, document) == expected
    else:
        assert pointers(event_type, document) == {"/type"}


def test_a_type_without_a_schema_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        event_schema("vn.ioc.nothing.v1")


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda place: place.stem)
@pytest.mark.clause("5.4.5")
def test_a_published_schema_is_only_added_to(published: Path) -> None:
    earlier = json.loads(published.read_text(encoding="utf-8"))
    event_type = earlier["$id"].removeprefix("urn:vn:ioc:schema:")
    assert breaking_changes(earlier, event_schema(event_type)) == []


def test_every_type_is_published() -> None:
    assert {place.stem for place in PUBLISHED} == set(CONTRACT.types)


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "remove", "path": "/$defs/data/properties/channel"},
        {"op": "add", "path": "/$defs/data/properties/new", "value": {"type": "string"}},
        {"op": "replace", "path": "/$defs/data/properties/channel/enum", "value": [1, 2, None]},
        {"op": "replace", "path": "/$defs/data/properties/fee_total/minimum", "value": 1},
        {"op": "replace", "path": "/required", "value": ["id"]},
        {"op": "replace", "path": "/x-ioc/key", "value": "subject"},
        {"op": "replace", "path": "/x-ioc/rules", "value": []},
    ],
    ids=lambda patch: patch["path"],
)
@pytest.mark.clause("5.4.5")
def test_other_changes_break(patch: Document) -> None:
    schema = event_schema("vn.ioc.dossier.received.v1")
    changed = patched(schema, [patch])
    assert len(breaking_changes(schema, changed)) == 1


def test_an_optional_field_and_other_words_break_nothing() -> None:
    schema = event_schema("vn.ioc.dossier.received.v1")
    changed = copy.deepcopy(schema)
    changed["$defs"]["data"]["properties"]["new"] = {"type": ["string", "null"], "maxLength": 200}
    changed["title"] = "another"
    changed["x-ioc"]["rules"][0]["text"] = "said better"
    assert breaking_changes(schema, changed) == []


def test_generating_publishes_once(tmp_path: Path) -> None:
    write(tmp_path)
    published = tmp_path / "published" / "vn.ioc.dossier.rated.v1.json"
    published.write_text("{}", encoding="utf-8")
    write(tmp_path)
    assert published.read_text(encoding="utf-8") == "{}"
    assert (tmp_path / "asyncapi.yaml").read_text(encoding="utf-8") == asyncapi_text()
