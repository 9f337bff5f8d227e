"""Rows become events as the mapping says; mistakes in a mapping are named before sending."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from services.cli.mapping import TableMapping, fill, parse_mapping
from services.cli.mapping_rows import RawCell, RowEvents
from services.domain.errors import Refused

LOCAL_EVENING = datetime.fromisoformat("2025-10-06T23:00:00")
HEADER = ["no", "in", "out", "way", "paid", "fee"]
COMMON = """
[common]
source = "/agency/H33.15/office"
unit = "C:11953"
subject = "office-{no}"
time = { column = "in", as = "timestamp" }
recordedtime = { column = "in", as = "timestamp" }
"""
RECEIVED = """
[[event]]
type = "vn.ioc.dossier.received.v1"
id = "{no}.received"
"""


def mapping(text: str) -> TableMapping:
    return parse_mapping(COMMON + text)


def made(text: str, *rows: list[RawCell]) -> list[dict[str, Any]]:
    """The events that a mapping makes of rows."""
    events = RowEvents(mapping(text), HEADER)
    numbered = list(enumerate(rows, 2))
    return [json.loads(raw) for row in events.chosen(numbered) for raw in events.events(row)]


def data(line: str, cells: list[RawCell]) -> dict[str, Any]:
    (event,) = made(f"{RECEIVED}[event.data]\n{line}\n", cells)
    fields: dict[str, Any] = event["data"]
    return fields


def row(**cells: RawCell) -> list[RawCell]:
    return [cells.get(name, "") for name in HEADER]


def test_a_row_becomes_an_event() -> None:
    (event,) = made(RECEIVED, row(no="7", **{"in": "2025-10-06 09:15:00.5+07:00"}))
    assert event == {
        "specversion": "1.0",
        "type": "vn.ioc.dossier.received.v1",
        "id": "7.received",
        "source": "/agency/H33.15/office",
        "subject": "office-7",
        "time": "2025-10-06T09:15:00.500000+07:00",
        "recordedtime": "2025-10-06T09:15:00.500000+07:00",
        "unit": "C:11953",
        "datacontenttype": "application/json",
        "data": {},
    }


def test_several_events_of_a_row_and_conditions() -> None:
    text = (
        RECEIVED
        + """
[[event]]
type = "vn.ioc.dossier.finished.v1"
id = "{no}.finished"
time = { column = "out", as = "timestamp" }
when = [{ column = "out" }, { column = "way", one_of = ["web", "desk"] }]
[[event]]
type = "vn.ioc.dossier.withdrawn.v1"
id = "{no}.withdrawn"
when = [{ column = "out", present = false }]
"""
    )
    rows = [
        row(no="1", out="2025-10-07T08:00:00+07:00", way="web"),
        row(no="2", out="2025-10-07T08:00:00+07:00", way="fax"),
        row(no="3"),
    ]
    ids = [event["id"] for event in made(text, *rows)]
    assert ids == ["1.received", "1.finished", "2.received", "3.received", "3.withdrawn"]


@pytest.mark.parametrize(("take", "way"), [("first", "a"), ("last", "c")])
def test_one_row_of_a_group_is_taken(take: str, way: str) -> None:
    text = f"""
[file]
group_by = "no"
take = "{take}"
{RECEIVED}
[event.data]
procedure_code = {{ column = "way" }}
"""
    rows = [row(no="1", way="a"), row(no="2", way="x"), row(no="1", way="b"), row(no="1", way="c")]
    found = {event["id"]: event["data"]["procedure_code"] for event in made(text, *rows)}
    assert found == {"1.received": way, "2.received": "x"}


def test_rows_without_a_group_are_not_merged() -> None:
    text = f'[file]\ngroup_by = "no"\n{RECEIVED}'
    assert len(made(text, row(way="a"), row(way="b"))) == 2


@pytest.mark.parametrize(
    ("rule", "cell", "value"),
    [
        ('{ column = "fee", as = "integer" }', "12", 12),
        ('{ column = "fee", as = "integer" }', 12.0, 12),
        ('{ column = "fee", as = "integer" }', "12.5", 12.5),
        ('{ column = "fee", as = "integer" }', "zwölf", "zwölf"),
        ('{ column = "fee", as = "integer" }', "1e999999", "1e999999"),
        ('{ column = "fee", as = "integer" }', "NaN", "NaN"),
        (
            '{ column = "fee", as = "integer", decimal = ",", thousands = "." }',
            "1.234.000",
            1234000,
        ),
        ('{ column = "fee", as = "number", decimal = ",", scale = 1000000 }', "1,25", 1250000),
        ('{ column = "fee", as = "number" }', "0.1", 0.1),
        ('{ column = "fee", as = "boolean" }', "Có", True),
        ('{ column = "fee", as = "boolean" }', False, False),
        ('{ column = "fee", as = "boolean" }', "maybe", "maybe"),
        ('{ column = "fee", as = "date" }', LOCAL_EVENING, "2025-10-06"),
        ('{ column = "fee", as = "date", format = "%d/%m/%Y" }', "06/10/2025", "2025-10-06"),
        ('{ column = "fee", as = "timestamp" }', date(2025, 10, 6), "2025-10-06T00:00:00+07:00"),
        (
            '{ column = "fee", as = "timestamp", format = "%d/%m/%Y %H:%M" }',
            "06/10/2025 08:30",
            "2025-10-06T08:30:00+07:00",
        ),
        ('{ column = "fee", as = "timestamp" }', "soon", "soon"),
        ('{ column = "fee", map = { web = 2 } }', "web", 2),
        ('{ column = "fee", map = { web = 2 } }', "fax", "fax"),
        ('{ column = "fee", as = "string" }', 7.0, "7"),
        ('"{no}/{fee}"', "x", "1/x"),
        ('"{{{fee}}}"', "x", "{x}"),
        ("5", "x", 5),
        ("true", "x", True),
    ],
)
def test_values(rule: str, cell: RawCell, value: object) -> None:
    assert data(f"fee_total = {rule}", row(no="1", fee=cell)) == {"fee_total": value}


@pytest.mark.parametrize(
    "rule",
    [
        '{ column = "fee", as = "integer" }',
        '{ column = "fee", map = { web = 2 }, unmapped = "absent" }',
        '{ column = "nowhere", optional = true }',
        '"{no}{fee}"',
    ],
)
def test_what_is_absent_is_left_out(rule: str) -> None:
    cell = "fax" if "map" in rule else "  "
    assert data(f"fee_total = {rule}", row(no="1", fee=cell)) == {}


@pytest.mark.parametrize("zone", ["-03:30", "+00:00"])
def test_times_without_an_offset_get_the_files(zone: str) -> None:
    (event,) = made(f'[file]\ntimezone = "{zone}"\n{RECEIVED}', row(no="1", **{"in": "2025-10-06"}))
    assert event["time"] == f"2025-10-06T00:00:00{zone}"


def test_absent_marks() -> None:
    text = f'[file]\nabsent = ["", "-"]\n{RECEIVED}[event.data]\nfee_total = {{ column = "fee" }}\n'
    assert made(text, row(no="1", fee="-"))[0]["data"] == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RECEIVED.replace("received.v1", "recieved.v1"), ["recieved.v1", "received.v1 meant"]),
        (RECEIVED.replace("dossier.received", "alert.raised"), ["alert.raised", "centre only"]),
        (RECEIVED + "[event.data]\nfee_totl = 1\n", ["fee_totl", "fee_total meant"]),
        (RECEIVED.replace('"{no}.received"', '"7"'), ["id must hold a column"]),
        (RECEIVED.replace("id =", "idd ="), ["idd"]),
        (RECEIVED + '[event.data]\nfee_total = { colum = "fee" }\n', ["fee_total"]),
        (RECEIVED + '[event.data]\nfee_total = { column = "fee", as = "int" }\n', ["int"]),
        ('[file]\ntimezone = "Mars/Base"\n' + RECEIVED, ["Mars/Base"]),
        ('[file]\ntimezone = "+99:00"\n' + RECEIVED, ["+99:00"]),
        ("", ["event"]),
        ("[[event]\n", ["line"]),
    ],
)
def test_mistakes_in_a_mapping_are_named(text: str, words: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        mapping(text)
    for word in words:
        assert word in str(refused.value)


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(Refused, match="unit is missing"):
        parse_mapping(COMMON.replace('unit = "C:11953"', "") + RECEIVED)


def test_a_missing_column_is_named_with_those_found() -> None:
    with pytest.raises(Refused, match=r"'in'.*found: no, inn, out"):
        RowEvents(mapping(RECEIVED), ["no", "inn", "out"])
    with pytest.raises(Refused, match=r"'no' is there 2 times"):
        RowEvents(mapping(RECEIVED), ["no", "no", "in"])


def test_a_row_that_does_not_fit_the_header_is_refused() -> None:
    events = RowEvents(mapping(RECEIVED), HEADER)
    with pytest.raises(Refused, match="2 cells; the header has 6"):
        events.events((2, ["1", "x"]))


def test_fill_leaves_braces_alone() -> None:
    assert fill("{{a}} {b}", {"b": "{c}"}) == "{a} {c}"
    assert fill("{a}", {}) is None
